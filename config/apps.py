"""The config app: it puts the other apps together."""

from django.apps import AppConfig
from django.contrib.admin.apps import SimpleAdminConfig


class ConfigConfig(AppConfig):
    name = "config"
    verbose_name = "Countersign"
    default = True

    def ready(self) -> None:
        from config import checks  # noqa: F401
        from config.admin import registration  # noqa: F401
        from config.auth import notices, rate_limits, sessions  # noqa: F401

        rate_limits.install()


class CountersignAdminConfig(SimpleAdminConfig):
    """The admin on our own site class."""

    default = False
    default_site = "config.admin.site.CountersignAdminSite"
