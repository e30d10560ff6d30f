"""What load balancers and supervisors ask: does the process live, is it ready for visitors."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache

from articles.public.offline import needs_no_database, works_offline
from articles.public.safe_only import safe_only
from config.monitoring.readiness import READY, readiness

PLAIN_TEXT = "text/plain"


@needs_no_database
@never_cache
@safe_only
def live(request: HttpRequest) -> HttpResponse:
    """200 while the process answers at all. Neither database nor disk is asked."""
    return HttpResponse("ok", content_type=PLAIN_TEXT)


@works_offline
@never_cache
@safe_only
def ready(request: HttpRequest) -> HttpResponse:
    """200 while visitors may be sent here, else 503 and in a word or two why."""
    answer = readiness.get()
    response = HttpResponse(answer, content_type=PLAIN_TEXT, status=200 if answer == READY else 503)
    response._has_been_logged = True  # type: ignore[attr-defined]  # who asks sees it
    return response
