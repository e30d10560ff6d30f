"""System checks of our settings, for ``check --deploy``."""

from django.conf import settings
from django.core.checks import Tags, Warning, register


@register(Tags.security, deploy=True)
def check_site_url(app_configs, **kwargs) -> list[Warning]:
    if settings.SITE_URL:
        return []
    return [
        Warning(
            "SITE_URL is not set, so that no mail about reviews goes out, and links for a new"
            " password begin with the host of the request, or are not sent where ALLOWED_HOSTS has"
            " patterns.",
            hint="Set it to how the site's addresses begin, such as https://example.org.",
            id="countersign.W001",
        )
    ]
