"""What visitors get at an address: the signed page, an open word that it is withdrawn, or the way to where it moved."""

from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from articles.content import Document
from articles.imprint import Frame, ReviewLine
from articles.models import Article, Publication, Redirect
from articles.shelf import CACHE_CONTROL, Leaf


def leaf(*, kind: str, slug: str, template: str, url_name: str) -> Leaf | HttpResponse:
    """The public page of a kind at a slug, in at most two queries. Raises Http404 where there never was one."""
    page = Article.objects.at_address(kind=kind, slug=slug).with_publication().first()
    if page is None:
        return moved(kind=kind, slug=slug, url_name=url_name)
    if page.live is None:
        return gone(page)
    document = page.live.revision.read()
    line, frame = page.live.read_review_line(), page.live.read_frame()
    return Leaf(template, context(page, document, line, frame), page.site_revision)


def context(page: Article, document: Document, line: ReviewLine | None, frame: Frame, state: str = "") -> dict:
    """What the templates of a page print, for visitors, at the desk and in a preview alike."""
    return {
        "document": document,
        "line": line,
        "frame": frame,
        "links": Article.objects.addresses(document.linked) if document.linked else {},
        "address": page.path,
        "overdue": bool(line and line.overdue(timezone.localdate())),
        "state": state,
    }


def gone(page: Article) -> Leaf:
    """410 with a plain reason and the title under which it was signed; 404 for a draft."""
    newest = page.publications.order_by("-id").first()
    if newest is None:
        raise Http404
    told = {"title": newest.title, "reason": newest.get_reason_display(), "withdrawn_on": newest.at}
    told["unsafe"] = newest.reason == Publication.Reason.SAFETY
    return Leaf("410.html", told, page.site_revision, status=410)


def moved(*, kind: str, slug: str, url_name: str) -> HttpResponse:
    """A permanent redirect from an address of old."""
    old = Redirect.objects.filter(kind=kind, slug=slug, language="en").select_related("article").first()
    if old is None:
        raise Http404
    response = redirect(url_name, slug=old.article.slug, permanent=True)
    # Browsers keep a permanent redirect for good, and would go in circles once a page moved back.
    response["Cache-Control"] = CACHE_CONTROL
    return response
