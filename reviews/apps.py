"""Reviews: who signed what, and the proof of it."""

from django.apps import AppConfig


class ReviewsConfig(AppConfig):
    name = "reviews"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self):
        from articles import guards
        from reviews import rules

        guards.install_after_migrate(self, rules.guards())
