"""What every template may say of the site."""

from django.conf import settings


def site(request):
    return {
        "site": {
            "name": settings.SITE_NAME,
            "demo": settings.COUNTERSIGN_DEMO,
            "emergency_number": settings.EMERGENCY_NUMBER,
        }
    }
