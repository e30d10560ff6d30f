"""The front page, where a person starts after signing in, and the answers to errors."""

from django.contrib.auth.decorators import login_required
from django.db import connection
from django.db.models import Exists, F, OuterRef
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.loader import get_template
from django.templatetags.static import static
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from django.views.defaults import page_not_found

from articles.content import kinds
from articles.models import PublicationEvent
from articles.public import json_ld, topics
from articles.public.page_cache import PublicPage, public_page
from articles.public.views import list_entries
from config.context_processors import publisher
from reviews.models import LedgerEntry, ReviewSchedule
from symptoms.public import az_index

RECENT_COUNT = 6


@public_page
def home(request: HttpRequest) -> PublicPage:
    site_revision = PublicationEvent.objects.site_revision()
    letters = az_index.get_letters()
    context = {
        "letters": letters,
        "symptoms": any(letter.count for letter in letters),
        "recent": _get_recently_signed(),
        "recorded": ReviewSchedule.objects.recorded().exists(),
        "articles": list_entries(RECENT_COUNT),
        "topics": topics.list_topics(),
    }
    return PublicPage("config/home.html", context, site_revision, data=json_ld.build_site_graph())


def _get_recently_signed() -> list[dict]:
    """The pages whose live text was signed last, newest first."""
    signed_here = LedgerEntry.objects.signed().filter(hash=OuterRef("evidence"))
    signed = PublicationEvent.objects.filter(
        Exists(signed_here),
        kind__in=PublicationEvent.SIGNED_KINDS,
        article__kind__in=kinds.get_medical_names(),
        article__live__revision=F("revision"),
        article__live__isnull=False,
    )
    newest: dict[int, PublicationEvent] = {}
    for row in signed.select_related("article__live").order_by("-id")[: RECENT_COUNT * 3]:
        newest.setdefault(row.article_id, row)
    return [_build_recent_entry(event) for event in list(newest.values())[:RECENT_COUNT]]


def _build_recent_entry(event: PublicationEvent) -> dict:
    live = event.article.live
    assert live  # as the query asks for
    url_name = kinds.get(event.article.kind).url_name
    return {
        "title": event.title,
        "url": reverse(url_name, args=[live.slug]),
        "summary": event.summary,
        "line": event.read_review_line(),
    }


@login_required
def start(request: HttpRequest) -> HttpResponse:
    """Reviewers begin at their desk, editors in the admin."""
    at_desk = request.user.has_perm("reviews.sign_review") and not request.user.is_superuser
    return redirect("reviews:queue" if at_desk or not request.user.is_staff else "admin:index")


@never_cache
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """200 while this process reaches its database."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return HttpResponse("ok", content_type="text/plain")


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """No page here, for now: a cache that kept this would hide the page that is signed tomorrow."""
    response = page_not_found(request, exception)
    response["Cache-Control"] = "no-cache"
    return response


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """The request could not be read, so nothing on the page depends on it."""
    return _render_plain("400.html", status=400)


def server_error(request: HttpRequest) -> HttpResponse:
    """The plain page for when something broke: it needs neither database nor context processors."""
    return _render_plain("500.html", status=500)


def _render_plain(template: str, *, status: int) -> HttpResponse:
    try:
        stylesheet = static("css/site.css")
    except ValueError:  # the list of static files may be what is missing
        stylesheet = ""
    return HttpResponse(
        get_template(template).render(publisher(None) | {"stylesheet": stylesheet}), status=status
    )
