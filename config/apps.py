"""The roof: puts the rooms together."""

from django.apps import AppConfig


class ConfigConfig(AppConfig):
    name = "config"
    verbose_name = "Countersign"

    def ready(self):
        from config import admin  # noqa: F401 - registers, in the one place that may see every room
