"""The front page, where a person starts after signing in, and the answers that belong to no room."""

from django.contrib.auth.decorators import login_required
from django.db import connection
from django.db.models import Exists, F, OuterRef
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.loader import get_template
from django.templatetags.static import static
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from django.views.defaults import page_not_found

from articles import json_ld, kinds, topics
from articles.models import Publication
from articles.shelf import Leaf, public_page
from articles.views import entries
from config.publisher import publisher
from reviews.models import Signature, Standing
from symptoms import az

RECENT = 6


@public_page
def home(request):
    site_revision = Publication.objects.site_revision()
    letters = az.letters()
    context = {
        "letters": letters,
        "symptoms": any(letter.count for letter in letters),
        "recent": _recently_signed(),
        "recorded": Standing.objects.recorded().exists(),
        "articles": entries(RECENT),
        "topics": topics.every(),
    }
    return Leaf("config/home.html", context, site_revision, data=json_ld.site())


def _recently_signed() -> list[dict]:
    """The pages whose live text was signed last, newest first."""
    signed = Publication.objects.filter(
        kind__in=Publication.SIGNED,
        article__kind__in=kinds.medical(),
        article__live__revision=F("revision"),
        article__live__isnull=False,
    ).filter(Exists(Signature.objects.signed().filter(hash=OuterRef("evidence"))))
    newest = {}
    for row in signed.select_related("article__live").order_by("-id")[: RECENT * 3]:
        newest.setdefault(row.article_id, row)
    return [
        {
            "title": row.title,
            "url": reverse(kinds.get(row.article.kind).url_name, args=[row.article.live.slug]),
            "summary": row.summary,
            "line": row.read_review_line(),
        }
        for row in list(newest.values())[:RECENT]
    ]


@login_required
def start(request):
    """Reviewers begin at their desk, editors in the admin."""
    at_desk = request.user.has_perm("reviews.sign_review") and not request.user.is_superuser
    return redirect("reviews:queue" if at_desk or not request.user.is_staff else "admin:index")


@never_cache
@require_safe
def healthz(request):
    """200 while this process reaches its database."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return HttpResponse("ok", content_type="text/plain")


def not_found(request, exception):
    """No page here, for now: a cache that kept this would hide the page that is signed tomorrow."""
    response = page_not_found(request, exception)
    response["Cache-Control"] = "no-cache"
    return response


def bad_request(request, exception):
    """The request could not be read, so nothing on the page depends on it."""
    return _plain("400.html", status=400)


def server_error(request):
    """The plain page for when something broke: it needs neither database nor context processors."""
    return _plain("500.html", status=500)


def _plain(template: str, *, status: int) -> HttpResponse:
    try:
        stylesheet = static("css/site.css")
    except ValueError:  # the list of static files may be what is missing
        stylesheet = ""
    return HttpResponse(get_template(template).render(publisher(None) | {"stylesheet": stylesheet}), status=status)
