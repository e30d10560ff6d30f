"""The status of the site: a page for managing editors, JSON for them and for a monitor."""

import hmac

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from config.monitoring.status import load_status
from reviews.radar.views import require_managing_editor


@require_managing_editor
@require_safe
def status_page(request: HttpRequest) -> HttpResponse:
    return render(request, "config/status.html", {"status": load_status()})


@never_cache
@require_safe
def status_json(request: HttpRequest) -> JsonResponse:
    """Raises Http404 for anybody else, so that nobody learns that it is there."""
    if not (has_token(request) or request.user.has_perm("reviews.see_radar")):
        raise Http404
    return JsonResponse(load_status().to_dict(), json_dumps_params={"indent": 1})


def has_token(request: HttpRequest) -> bool:
    """Whether a monitor sent ``MONITOR_TOKEN``. Nobody has it where it is not set."""
    expected = f"Bearer {settings.MONITOR_TOKEN}".encode()
    sent = request.META.get("HTTP_AUTHORIZATION", "").encode(errors="replace")
    return bool(settings.MONITOR_TOKEN) and hmac.compare_digest(sent, expected)
