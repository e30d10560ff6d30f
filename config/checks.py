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


@register(Tags.security, deploy=True)
def check_numbers(app_configs, **kwargs) -> list[Warning]:
    """Numbers without their country, and a crisis line that can be written to but not called."""
    found = []
    if not settings.NUMBERS_COUNTRY:
        found.append(
            Warning(
                "NUMBERS_COUNTRY is not set, so that readers elsewhere do not learn that "
                f"{settings.EMERGENCY_NUMBER} is no number of theirs.",
                hint="Set it as it stands after “Outside”, such as the United Kingdom.",
                id="countersign.W002",
            )
        )
    if (settings.CRISIS_TEXT or settings.CRISIS_CHAT) and not settings.CRISIS_LINE:
        found.append(
            Warning(
                "CRISIS_TEXT or CRISIS_CHAT is set, and CRISIS_LINE is not.",
                hint="Set the number to call, too, if there is one.",
                id="countersign.W003",
            )
        )
    return found
