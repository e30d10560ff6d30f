"""What every template may say of the house that publishes the site.

Not called ``site``: the sign-in pages of allauth bring a ``site`` of their own, the host in the address bar.
"""

from django.conf import settings


def publisher(request):
    return {
        "publisher": {
            "name": settings.SITE_NAME,
            "url": settings.SITE_URL,
            "demo": settings.COUNTERSIGN_DEMO,
            "emergency_number": settings.EMERGENCY_NUMBER,
            "finder": settings.FINDER,
            "static": settings.STATIC_EXPORT,
        }
    }
