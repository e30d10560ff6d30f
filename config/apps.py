"""The roof: puts the rooms together."""

from django.apps import AppConfig
from django.contrib.admin import apps


class ConfigConfig(AppConfig):
    name = "config"
    verbose_name = "Countersign"
    default = True

    def ready(self):
        from config import admin  # noqa: F401 - registers, in the one place that may see every room


class AdminConfig(apps.SimpleAdminConfig):
    """Django's admin, on a site of ours."""

    default = False
    default_site = "config.sites.EditorsSite"
