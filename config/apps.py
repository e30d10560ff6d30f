"""The config app: it puts the other apps together."""

from django.apps import AppConfig
from django.conf import settings
from django.contrib.admin.apps import SimpleAdminConfig


class ConfigConfig(AppConfig):
    name = "config"
    verbose_name = "Countersign"
    default = True

    def ready(self) -> None:
        from articles.page_store.following import follower
        from config import checks, request_metrics  # noqa: F401
        from config.admin import registration  # noqa: F401
        from config.auth import notices, rate_limits, sessions, sign_in_log  # noqa: F401

        rate_limits.install()
        if settings.MONITOR_TOKEN:
            follower.listeners.append(request_metrics.publisher.publish)


class CountersignAdminConfig(SimpleAdminConfig):
    """The admin on our own site class."""

    default = False
    default_site = "config.admin.site.CountersignAdminSite"
