"""What visitors get at an address: the signed page, a notice of withdrawal, or a redirect."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.paginator import Page
from django.db.models import Exists, OuterRef, QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from articles.content import kinds
from articles.content.document import Document
from articles.content.languages import SOURCE_LANGUAGE
from articles.content.review_line import PageMetadata, ReviewLine
from articles.db.prepared import PreparedQuery
from articles.images import store
from articles.links.display import LinkChanges, find_link_changes
from articles.models import Article, PublicationEvent, Redirect
from articles.page_store import subjects
from articles.public import json_ld, related
from articles.public.breadcrumbs import Breadcrumb, build_page_trail
from articles.public.page_cache import CACHE_CONTROL, PublicPage
from articles.publishing import merging

_page_query = PreparedQuery(
    lambda kind, slug: (
        Article.objects.with_slug(kind=kind, slug=slug).with_publication().with_dates().order_by()
    ),
    kind=str,
    slug=str,
)


def _build_redirect_query(kind: str, slug: str) -> QuerySet[Redirect]:
    logged = PublicationEvent.objects.filter(article=OuterRef("article"))
    redirects = Redirect.objects.filter(
        Exists(logged), kind=kind, slug=slug, language=SOURCE_LANGUAGE
    )
    return redirects.order_by("pk").select_related("article")[:1]


_redirect_query = PreparedQuery(_build_redirect_query, kind=str, slug=str)


def get_public_page(
    *,
    kind: str,
    slug: str,
    template: str = "",
    section: str = "",
    subpath: str = "",
    number: int = 1,
) -> PublicPage | HttpResponse:
    """The public page of a kind at a slug, in at most two queries.

    Raises Http404 where there never was one.

    ``section`` names a part of the page that has a template and an address of its own, ``subpath``
    below the page, and ``number`` is which of several pages of it.
    """
    page = _page_query.first(kind=kind, slug=slug)
    if page is None:
        return redirect_moved_page(kind=kind, slug=slug, subpath=subpath)
    if page.live is None:
        return get_gone_page(page, follow_successor=True)
    subjects.name(subjects.page(page.uuid))
    document = page.live.revision.read()
    line, metadata = page.live.read_review_line(), page.live.read_metadata()
    children = []
    if section:
        children.append(Breadcrumb(section, page.path + subpath))
    trail = build_page_trail(page, *children)
    context = build_context(page, document, line, metadata)
    context["breadcrumbs"] = trail
    context["feedback"] = page.live.revision.uuid
    data = json_ld.build_graph(
        document=document,
        review_line=line,
        metadata=metadata,
        digest=page.live.revision.digest,
        links=context["links"],
        document_path=page.path,
        section=section,
        number=number,
        trail=trail,
        published_at=page.published_at,
        changed_at=page.changed_at,
    )
    return PublicPage(template or kinds.get(kind).template, context, data=data)


def build_context(
    page: Article,
    document: Document,
    line: ReviewLine | None,
    metadata: PageMetadata,
    state: str = "",
) -> dict:
    """The template context of a page: for visitors without a ``state``, for staff with one."""
    today = timezone.localdate()
    is_read_on = kinds.get(document.kind).medical and not state
    near = related.find_related_pages(document, page if is_read_on else None)
    overdue = past_grace = False
    if line:
        grace_days = settings.GRACE_DAYS[page.risk]
        overdue = line.is_overdue(today)
        past_grace = not state and line.is_past_grace(today, grace_days)
        if not state:
            subjects.expire_after(line.next_due, today=today)
            subjects.expire_after(line.get_end_of_grace(grace_days), today=today)
    changes: LinkChanges = {}
    if state in ("", "superseded"):  # visitors read it
        changes = find_link_changes(document.get_rich_texts().values())
    context: dict[str, Any] = {
        "document": document,
        "line": line,
        "metadata": metadata,
        "images": store.get_image_urls(document, state),
        "links": near.links,
        "link_changes": changes,
        "related": near.related,
        "address": page.path,
        "overdue": overdue,
        "past_grace": past_grace,
        "state": state,
    }
    if is_read_on:  # else whoever renders it reads them
        context["footer_links"] = near.footer_links
    return context


def get_gone_page(page: Article, *, follow_successor: bool = False) -> PublicPage | HttpResponse:
    """410 with a plain reason and the title under which it was signed; 404 for a draft.

    Where a public page covers the same subject, it is named. With ``follow_successor`` the answer
    is a redirect to it, if it was signed with the title of this page among its names (ADR 32).
    """
    newest = page.publications.order_by("-id").first()
    if newest is None:
        raise Http404
    subjects.name(subjects.page(page.uuid))
    successor = merging.find_successor(newest)
    if successor is None:
        return build_withdrawn_page(newest)
    if follow_successor and merging.has_signed_name(successor, newest.title):
        return redirect_permanently(successor.path)
    assert successor.live  # it is public
    covered_by = {"title": successor.live.title, "url": successor.path}
    return build_withdrawn_page(newest, covered_by=covered_by)


def build_withdrawn_page(publication: PublicationEvent, **extra_context) -> PublicPage:
    """410, with date and reason of a withdrawal.

    ``address`` among the extra context is where the page can be read again, if it can.
    """
    context = {
        "title": publication.title,
        "reason": publication.get_reason_display(),
        "withdrawn_on": publication.at,
        "unsafe": publication.reason == PublicationEvent.Reason.SAFETY,
        **extra_context,
    }
    return PublicPage("410.html", context, status=410)


def redirect_moved_page(*, kind: str, slug: str, subpath: str = "") -> HttpResponse:
    """A permanent redirect from an old address, or one below it. Raises Http404 if there is none.

    Imported ids have redirects to drafts too. Visitors must not learn of those, not even the
    address, which is made from a title.
    """
    found = _redirect_query.first(kind=kind, slug=slug)
    if found is None:
        raise Http404
    return redirect_permanently(found.article.path + subpath)


def redirect_permanently(path: str) -> HttpResponse:
    """A permanent redirect that browsers ask for again each time."""
    response = redirect(path, permanent=True)
    # Browsers store a permanent redirect for good, and would go in circles once a page moved back.
    response["Cache-Control"] = CACHE_CONTROL
    return response


def get_adjacent_urls(page: Page, get_url: Callable[[int], str]) -> dict[str, str | None]:
    """The addresses of the pages of a list before and after one."""
    return {
        "previous": get_url(page.previous_page_number()) if page.has_previous() else None,
        "next": get_url(page.next_page_number()) if page.has_next() else None,
    }
