"""What every template may know of the site's publisher.

The variable is not called ``site``: allauth's sign-in pages have a ``site`` of their own, the
host in the address bar.
"""

from django.conf import settings


def publisher(request):
    return {
        "publisher": {
            "name": settings.SITE_NAME,
            "url": settings.SITE_URL,
            "demo": settings.COUNTERSIGN_DEMO,
            "emergency_number": settings.EMERGENCY_NUMBER,
            "crisis_line": settings.CRISIS_LINE or settings.EMERGENCY_NUMBER,
            "finder": settings.FINDER,
            "static": settings.STATIC_EXPORT,
        }
    }
