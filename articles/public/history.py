"""The public history of a page: what was signed, by which clinician, what changed; old versions.

After a withdrawal, no text that was signed before it is shown, neither in whole nor in a diff.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial

from django.core.paginator import EmptyPage, Paginator
from django.db.models import Count, QuerySet, Value
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect

from articles.content import kinds
from articles.content.diff import Change, compare, compare_words
from articles.content.review_line import (
    ImportedReview,
    PageMetadata,
    Person,
    ReviewLine,
)
from articles.db.prepared import PreparedQuery
from articles.models import Article, PublicationEvent
from articles.models.history import PublicationEventQuerySet
from articles.page_store import subjects
from articles.public import pages, signature_statements
from articles.public.breadcrumbs import Breadcrumb, build_page_trail
from articles.public.page_cache import CACHE_CONTROL, PublicPage, public_page
from articles.public.signature_statements import SignatureStatement

EVENTS_PER_PAGE = 20
MAX_NUMBER = 2_000_000_000 - 1  # of a revision that an address may name
EXPUNGED_NOTE = (
    "The text of this version was expunged, for a reason of law or to protect somebody. "
    "Nobody can read it any more; who signed it, when, and its digest stay."
)
TEXT_REMOVED_NOTE = (
    "The text of an older version was taken out of this history, for a reason of law or to protect "
    "somebody. The page itself did not change."
)
SIGNED_AGAIN_NOTE = "This text was withdrawn later, and has been signed again since."
WITHDRAWN_LATER_NOTE = (
    "This text is not shown: it was withdrawn later, or came before one that was."
)
FIRST_VERSION_NOTE = "The first version that visitors could read."
AFTER_WITHDRAWAL_NOTE = "Signed after a withdrawal. What was signed before it is not shown."
PREVIOUS_EXPUNGED_NOTE = "The version before it was expunged, so what changed is not shown."


@dataclass(frozen=True)
class HistoryEvent:
    """One publication event, as the public history shows it.

    ``note`` says why there are no ``changes`` to show; ``url`` leads to the text where it can be
    read; ``correction`` is the published error that this event corrected. ``earlier`` is the
    review in an earlier system that this event recorded, where nobody signed here. ``statement`` is
    what the signature says.
    """

    publication: PublicationEvent
    heading: str
    by: Person | None = None
    url: str = ""
    note: str = ""
    correction: str = ""
    earlier: ImportedReview | None = None
    statement: SignatureStatement | None = None
    changes: tuple[Change, ...] = ()
    metadata_changes: tuple[tuple[str, list], ...] = ()


def _select_events(page: int) -> PublicationEventQuerySet:
    return PublicationEvent.objects.filter(article__pk=page).order_by("-id")


def _build_count_query(page: int) -> QuerySet:
    rows = _select_events(page).order_by().values(one=Value(1))
    return rows.annotate(count=Count("pk")).values_list("count", flat=True)


def _build_events_query(page: int, start: int) -> QuerySet:
    """One more than is shown: the event that the last one changed."""
    events = _select_events(page).select_related("revision")
    return events[start : start + EVENTS_PER_PAGE + 1]


def _build_signed_before_query(page: int, key: int) -> QuerySet:
    return _select_events(page).signed().filter(pk__lt=key).select_related("revision")[:1]


def _build_withdrawal_query(page: int) -> QuerySet:
    return _select_events(page).filter(kind=PublicationEvent.EventKind.WITHDRAW)[:1]


def _build_last_withdrawal_query(page: int) -> QuerySet:
    return _build_withdrawal_query(page).values_list("id", flat=True)


def _build_version_query(page: int, number: int) -> QuerySet:
    return _select_events(page).filter(revision__number=number).select_related("revision")[:1]


def _build_superseding_query(page: int, key: int) -> QuerySet:
    later = _select_events(page).signed().filter(pk__gt=key)
    return later.order_by("id").values_list("at", flat=True)[:1]


_page_query = PreparedQuery(
    lambda kind, slug: Article.objects.with_slug(kind=kind, slug=slug).with_publication(),
    kind=str,
    slug=str,
)
_version_query = PreparedQuery(_build_version_query, page=int, number=int)
_withdrawal_query = PreparedQuery(_build_withdrawal_query, page=int)
_superseding_query = PreparedQuery(_build_superseding_query, page=int, key=int)
_count_query = PreparedQuery(_build_count_query, page=int)
_events_query = PreparedQuery(_build_events_query, page=int, start=int)
_signed_before_query = PreparedQuery(_build_signed_before_query, page=int, key=int)
_last_withdrawal_query = PreparedQuery(_build_last_withdrawal_query, page=int)


@public_page
def history(
    request: HttpRequest, kind: str, slug: str, number: int = 1
) -> PublicPage | HttpResponse:
    """One page of the history of a public page, newest first, in a fixed number of queries."""
    page = _find_page(kind, slug)
    if page is None:
        return pages.redirect_moved_page(kind=kind, slug=slug, subpath="history/")
    if page.live is None:
        return pages.get_gone_page(page)
    count = _count_query.first(page=page.pk) or 0
    try:
        shown = Paginator(range(count), EVENTS_PER_PAGE).page(number)
    except EmptyPage as empty:
        raise Http404 from empty
    publications = _events_query.fetch(page=page.pk, start=shown.start_index() - 1)
    shown.object_list = publications[:EVENTS_PER_PAGE]
    before = _signed_before_query.first(page=page.pk, key=shown.object_list[-1].pk)
    document = page.live.revision.read()
    last_withdrawal_id = _get_last_withdrawal_id(page)
    statements = signature_statements.load([line.evidence or "" for line in shown.object_list])
    events = []
    for event in _iter_events(page, publications, shown.object_list, before, last_withdrawal_id):
        statement = statements.get(event.publication.evidence or "")
        events.append(replace(event, statement=statement))
    get_url = partial(_build_url, page.path)
    context = {
        "document": document,
        "address": page.path,
        "breadcrumbs": build_page_trail(page, Breadcrumb("History", f"{page.path}history/")),
        "events": events,
        "recorded": any(line.read_review_line().earlier for line in shown.object_list),
        "page": shown,
        "page_urls": pages.get_adjacent_urls(shown, get_url),
    }
    return PublicPage("articles/history.html", context, noindex=True)


def _find_page(kind: str, slug: str) -> Article | None:
    page: Article | None = _page_query.first(kind=kind, slug=slug)
    if page is not None:
        subjects.name(subjects.page(page.uuid))
    return page


def _build_url(path: str, number: int) -> str:
    return f"{path}history/" if number == 1 else f"{path}history/page/{number}/"


def _get_last_withdrawal_id(page: Article) -> int:
    return _last_withdrawal_query.first(page=page.pk) or 0


def _iter_events(
    page: Article,
    publications: list[PublicationEvent],
    shown: list[PublicationEvent],
    before: PublicationEvent | None,
    last_withdrawal_id: int,
) -> Iterator[HistoryEvent]:
    """The events to show. ``before`` is the last signed one before them."""
    previous_signed = {}
    for line in reversed(shown):
        if line.kind in PublicationEvent.SIGNED_KINDS:
            previous_signed[line] = before
            before = line
    older = dict(zip(publications, [*publications[1:], None], strict=True))
    for line in shown:
        heading = line.get_kind_display()
        if line.kind in PublicationEvent.SIGNED_KINDS:
            yield _build_signed_event(page, line, previous_signed[line], last_withdrawal_id)
        elif line.kind == PublicationEvent.EventKind.WITHDRAW:
            yield HistoryEvent(line, "Withdrawn")
        elif line.kind == PublicationEvent.EventKind.EXPUNGE:
            yield HistoryEvent(line, heading, note=TEXT_REMOVED_NOTE)
        else:
            previous = older[line]
            assert previous  # the first event publishes a text
            changes = tuple(_iter_metadata_changes(page, previous, line))
            yield HistoryEvent(line, heading, metadata_changes=changes)


def _build_signed_event(
    page: Article,
    publication: PublicationEvent,
    previous: PublicationEvent | None,
    last_withdrawal_id: int,
) -> HistoryEvent:
    """An event that published a text: with its changes, or a note that says why there are none."""
    assert page.live  # it is public
    review = publication.read_review_line()
    event = HistoryEvent(
        publication,
        _describe_event(review, previous),
        by=review.updates[-1].by if review.updates else review.reviewed_by,
        correction=_get_correction(publication, previous, last_withdrawal_id),
        earlier=review.earlier,
    )
    if publication.revision.expunged:
        return replace(event, note=EXPUNGED_NOTE)
    withdrawn_later = publication.pk < last_withdrawal_id
    if publication.revision_id == page.live.revision_id:
        event = replace(event, url=page.path)
        if withdrawn_later:
            return replace(event, note=SIGNED_AGAIN_NOTE)
    elif withdrawn_later:
        return replace(event, note=WITHDRAWN_LATER_NOTE)
    else:
        event = replace(event, url=f"{page.path}history/{publication.revision.number}/")
    note = _explain_missing_changes(publication, previous, last_withdrawal_id)
    if note:
        return replace(event, note=note)
    assert previous  # or there is a note
    kind = kinds.get(page.kind)
    old = kind.blocks(previous.revision.read())
    new = kind.blocks(publication.revision.read())
    return replace(event, changes=tuple(compare(old, new)))


def _explain_missing_changes(
    publication: PublicationEvent, previous: PublicationEvent | None, last_withdrawal_id: int
) -> str:
    """Why what changed since the previous signed event cannot be shown; "" where it can."""
    if previous is None:
        return FIRST_VERSION_NOTE
    if previous.revision_id == publication.revision_id:
        return _describe_same_text(publication.read_review_line(), previous)
    if previous.pk < last_withdrawal_id:
        return AFTER_WITHDRAWAL_NOTE
    if previous.revision.expunged:
        return PREVIOUS_EXPUNGED_NOTE
    return ""


def _describe_event(review: ReviewLine, previous: PublicationEvent | None) -> str:
    """The heading of an event that published a text."""
    if review.earlier:
        return "Recorded from a previous system"
    if review.updates:
        return "Read again" if review.updates[-1].again else "Change"
    if previous and previous.read_review_line().reviewed_by:
        return "Annual review"
    return "First review"


def _describe_same_text(review: ReviewLine, previous: PublicationEvent) -> str:
    if review.earlier:
        return "The same text. What is said of its review was put right."
    if previous.read_review_line().earlier:
        return (
            "The same text, which was recorded from a previous system before. "
            "Now it is signed here."
        )
    return "The same text, signed again."


def _get_correction(
    publication: PublicationEvent, previous: PublicationEvent | None, last_withdrawal_id: int
) -> str:
    """The correction that came with a signed event; none for what came before a withdrawal."""
    if publication.pk < last_withdrawal_id:
        return ""
    known = 0
    if previous and previous.pk > last_withdrawal_id:
        known = len(previous.read_review_line().corrections)
    corrections = publication.read_review_line().corrections[known:]
    return " ".join(correction.text for correction in corrections)


def _iter_metadata_changes(
    page: Article, previous: PublicationEvent, publication: PublicationEvent
) -> Iterator[tuple[str, list]]:
    """The parts of the page metadata that changed: a name, and words added, removed or the same."""
    old_path = _get_path(page, previous)
    new_path = _get_path(page, publication)
    if old_path != new_path:
        yield "Address", [("removed", old_path), ("same", " "), ("added", new_path)]
    old, new = previous.read_metadata(), publication.read_metadata()
    for name, format_part in (
        ("Copyright notice", _format_notice),
        ("Filed under", _format_topics),
    ):
        old_text = format_part(old)
        new_text = format_part(new)
        if old_text != new_text:
            yield name, list(compare_words(old_text, new_text))


def _get_path(page: Article, publication: PublicationEvent) -> str:
    return kinds.get_path(page.kind, publication.slug)


def _format_notice(metadata: PageMetadata) -> str:
    notice = metadata.notice
    if notice is None:
        return "none"
    parts = [f"© {notice.year} {notice.holder}.", notice.statement, notice.agreement_title]
    return " ".join(part for part in parts if part)


def _format_topics(metadata: PageMetadata) -> str:
    return "; ".join(filing.name for filing in metadata.filed_under) or "nothing"


@public_page
def version(request: HttpRequest, kind: str, slug: str, number: int) -> PublicPage | HttpResponse:
    """An older signed text, with the metadata and review line that visitors saw last.

    The current text redirects to the page.

    Raises Http404 for a revision that nobody signed.
    """
    page = _find_page(kind, slug)
    if page is None:
        return pages.redirect_moved_page(kind=kind, slug=slug, subpath=f"history/{number}/")
    if page.live is None:
        return pages.get_gone_page(page)
    line = _version_query.first(page=page.pk, number=number) if number <= MAX_NUMBER else None
    if line is None:
        raise Http404
    if line.revision_id == page.live.revision_id:
        response = redirect(page.path)
        response["Cache-Control"] = CACHE_CONTROL
        return response
    withdrawal = _withdrawal_query.first(page=page.pk)
    if withdrawal and line.pk <= withdrawal.pk:
        return pages.build_withdrawn_page(withdrawal, address=page.path)
    if line.revision.expunged:
        return _build_expunged_page(page, number)
    context = _build_version_context(page, line)
    return PublicPage("articles/version.html", context, noindex=True)


def _build_expunged_page(page: Article, number: int) -> PublicPage:
    """410 for a revision whose text was expunged."""
    assert page.live  # as an older text of it was asked for
    context = {
        "title": page.live.title,
        "number": number,
        "address": page.path,
        "note": EXPUNGED_NOTE,
    }
    return PublicPage("articles/expunged.html", context, status=410, noindex=True)


def _build_version_context(page: Article, publication: PublicationEvent) -> dict:
    number = publication.revision.number
    document = publication.revision.read()
    kind = kinds.get(page.kind)
    context = pages.build_context(
        page,
        document,
        publication.read_review_line(),
        publication.read_metadata(),
        state="superseded",
    )
    history_path = f"{page.path}history/"
    context |= {
        "breadcrumbs": build_page_trail(
            page,
            Breadcrumb("History", history_path),
            Breadcrumb(f"Revision {number}", f"{history_path}{number}/"),
        ),
        "overdue": False,
        "version": publication.revision,
        "superseded_on": _superseding_query.first(page=page.pk, key=publication.pk),
        "page_template": kind.partial,
        "causes_template": kind.causes_partial if getattr(document, "causes", ()) else None,
    }
    return context
