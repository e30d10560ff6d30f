"""What every template may know of the site's publisher.

The variable is not called ``site``: allauth's sign-in pages have a ``site`` of their own, the
host in the address bar.
"""

from django.conf import settings

from articles.care import site_numbers


def publisher(request):
    return {
        "publisher": {
            "name": settings.SITE_NAME,
            "url": settings.SITE_URL,
            "demo": settings.COUNTERSIGN_DEMO,
            "emergency_number": settings.EMERGENCY_NUMBER,
            "crisis_ways": site_numbers.get_crisis_ways(),
            "poison_way": site_numbers.get_poison_way(),
            "outside_words": site_numbers.get_outside_words(),
            "finder": settings.FINDER,
            "static": settings.STATIC_EXPORT,
        }
    }
