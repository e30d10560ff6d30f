"""Reviews: who signed what, and the proof of it."""

from django.apps import AppConfig


class ReviewsConfig(AppConfig):
    name = "reviews"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self):
        from articles import guards, json_ld, merging, projections
        from articles.kinds import Projection
        from reviews import merged, profile, rules, standing
        from reviews.models import Standing

        json_ld.register_profile(profile.address)
        projections.register(Projection((Standing,), standing.show, standing.hide, standing.rows))
        merging.register(obstacle=merged.in_review, withdrawal=merged.withdraw)
        guards.install_after_migrate(self, rules.guards())
