"""Reviews: who signed what, and the proof of it."""

from django.apps import AppConfig


class ReviewsConfig(AppConfig):
    name = "reviews"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self):
        from articles import guards, projections
        from articles.kinds import Projection
        from reviews import rules, standing

        projections.register(Projection(show=standing.show, hide=standing.hide, rebuild=standing.rebuild))
        guards.install_after_migrate(self, rules.guards())
