"""The roof: puts the rooms together."""

from django.apps import AppConfig
from django.contrib.admin.apps import SimpleAdminConfig


class ConfigConfig(AppConfig):
    name = "config"
    verbose_name = "Countersign"
    default = True

    def ready(self):
        from config import admin, checks  # noqa: F401 - register, in the one place that may see every room


class RoomConfig(SimpleAdminConfig):
    """The editors' room: the admin on a site of our own."""

    default = False
    default_site = "config.site.Room"
