"""What visitors get at an address: the signed page, an open word that it is withdrawn, or the way to where it moved."""

from collections.abc import Callable

from django.conf import settings
from django.core.paginator import Page
from django.db.models import Exists, OuterRef
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone

from articles import images, json_ld, kinds, merging, neighbours
from articles.content import Document
from articles.crumbs import Crumb, to_page
from articles.imprint import Frame, ReviewLine
from articles.models import Article, Publication, Redirect
from articles.shelf import CACHE_CONTROL, Leaf


def leaf(*, kind: str, slug: str, template: str, url_name: str, below: str = "", **rest) -> Leaf | HttpResponse:
    """The public page of a kind at a slug, in at most two queries. Raises Http404 where there never was one.

    ``below`` names a part of the page that has an address of its own, and ``rest`` what that has beside the slug.
    """
    page = Article.objects.at_address(kind=kind, slug=slug).with_publication().dated().first()
    if page is None:
        return moved(kind=kind, slug=slug, url_name=url_name, **rest)
    if page.live is None:
        return gone(page, lead_on=True)
    document = page.live.revision.read()
    line, frame = page.live.read_review_line(), page.live.read_frame()
    further = [Crumb(below, reverse(url_name, kwargs={"slug": slug} | rest))] if below else []
    shown = context(page, document, line, frame)
    shown |= {"crumbs": to_page(page, *further), "feedback": page.live.revision.uuid}
    data = json_ld.graph(
        document=document,
        line=line,
        frame=frame,
        digest=page.live.revision.digest,
        links=shown["links"],
        home=page.path,
        part=below,
        number=rest.get("number", 1),
        trail=shown["crumbs"],
        published_at=page.published_at,
        changed_at=page.changed_at,
    )
    return Leaf(template, shown, page.site_revision, data=data)


def context(page: Article, document: Document, line: ReviewLine | None, frame: Frame, state: str = "") -> dict:
    """What the templates of a page print, for visitors, at the desk and in a preview alike."""
    today = timezone.localdate()
    near = neighbours.of(document, frame.filed_under if kinds.get(document.kind).medical and not state else ())
    return {
        "document": document,
        "line": line,
        "frame": frame,
        "images": images.addresses(document, state),
        "links": near.links,
        "related": near.related,
        "address": page.path,
        "overdue": bool(line and line.overdue(today)),
        "past_grace": bool(line and not state and line.past_grace(today, settings.GRACE_DAYS[page.risk])),
        "state": state,
    }


def gone(page: Article, *, lead_on: bool = False) -> Leaf | HttpResponse:
    """410 with a plain reason and the title under which it was signed; 404 for a draft.

    Where its subject is covered by a page that visitors can read, that is named; and where that page was signed with
    the title of this one among its names, ``lead_on`` leads there instead (ADR 32).
    """
    newest = page.publications.order_by("-id").first()
    if newest is None:
        raise Http404
    successor = merging.successor(newest)
    if successor is None:
        return withdrawn(newest, page.site_revision)
    if lead_on and merging.answers_to(successor, newest.title):
        return led_on(successor.path)
    covered_by = {"title": successor.live.title, "url": successor.path}
    return withdrawn(newest, page.site_revision, covered_by=covered_by)


def withdrawn(line: Publication, site_revision: int, **more) -> Leaf:
    """410, with what a withdrawal says of itself. ``address`` is where the page can be read again, if it can."""
    told = {"title": line.title, "reason": line.get_reason_display(), "withdrawn_on": line.at}
    told["unsafe"] = line.reason == Publication.Reason.SAFETY
    return Leaf("410.html", told | more, site_revision, status=410)


def moved(*, kind: str, slug: str, url_name: str, **rest) -> HttpResponse:
    """A permanent redirect from an address of old.

    Imported ids lead to drafts too; visitors learn nothing of those, not even the address, which a title made.
    """
    logged = Publication.objects.filter(article=OuterRef("article"))
    old = Redirect.objects.filter(Exists(logged), kind=kind, slug=slug, language="en").select_related("article").first()
    if old is None:
        raise Http404
    return led_on(reverse(url_name, kwargs={"slug": old.article.slug} | rest))


def led_on(path: str) -> HttpResponse:
    """A permanent redirect that is asked for anew each time."""
    response = redirect(path, permanent=True)
    # Browsers keep a permanent redirect for good, and would go in circles once a page moved back.
    response["Cache-Control"] = CACHE_CONTROL
    return response


def around(page: Page, address: Callable[[int], str]) -> dict[str, str | None]:
    """The addresses of the pages of a list before and after one."""
    return {
        "previous": address(page.previous_page_number()) if page.has_previous() else None,
        "next": address(page.next_page_number()) if page.has_next() else None,
    }
