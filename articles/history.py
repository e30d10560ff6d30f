"""The history of a page as visitors read it: what was signed, by whom, what changed; and each signed text of old.

A withdrawal ends what can be read: no text that was signed before it is shown again, in whole or in a difference.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from django.core.paginator import EmptyPage, Paginator
from django.db.models import Max
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from articles import kinds, pages
from articles.crumbs import Crumb, to_page
from articles.diff import Change, compare, words
from articles.imprint import EarlierReview, Frame, Notice, Person, ReviewLine
from articles.models import Article, Publication
from articles.shelf import CACHE_CONTROL, Leaf

LINES_A_PAGE = 20
EXPUNGED = (
    "The text of this version was expunged, for a reason of law or to protect somebody. Nobody can read it any more; "
    "who signed it, when, and its digest stay."
)

TAKEN_OUT = (
    "The text of an older version was taken out of this history, for a reason of law or to protect somebody. "
    "The page itself did not change."
)


@dataclass(frozen=True)
class Event:
    """One line of a page's log, as its history tells it.

    ``note`` says why there are no ``changes`` to show; ``url`` leads to the text where it can be read;
    ``correction`` is the published error that this line put right. ``earlier`` is the review in an earlier system
    that this line recorded, where nobody signed.
    """

    line: Publication
    what: str
    by: Person | None = None
    url: str = ""
    note: str = ""
    correction: str = ""
    earlier: EarlierReview | None = None
    changes: tuple[Change, ...] = ()
    moves: tuple[tuple[str, list], ...] = ()


def leaf(*, kind: str, slug: str, number: int, url_name: str) -> Leaf | HttpResponse:
    """One page of the history of a public page, newest first, in a fixed number of queries."""
    page = _find(kind, slug)
    if page is None:
        return pages.moved(kind=kind, slug=slug, url_name=url_name)
    if page.live is None:
        return pages.gone(page)
    log = page.publications.select_related("revision").order_by("-id")
    try:
        shown = Paginator(log, LINES_A_PAGE).page(number)
    except EmptyPage as empty:
        raise Http404 from empty
    start = shown.start_index() - 1
    lines = list(log[start : start + LINES_A_PAGE + 1])  # and the one that the last of them changed
    shown.object_list = lines[:LINES_A_PAGE]
    before = log.signed().filter(pk__lt=shown.object_list[-1].pk).first()
    document = page.live.revision.read()
    context = {
        "document": document,
        "address": page.path,
        "crumbs": to_page(page, Crumb("History", f"{page.path}history/")),
        "events": list(_events(page, lines, shown.object_list, before, _last_withdrawal(page))),
        "recorded": any(line.read_review_line().earlier for line in shown.object_list),
        "page": shown,
        "page_urls": pages.around(shown, lambda number: _address(url_name, page.slug, number)),
    }
    return Leaf("articles/history.html", context, page.site_revision, noindex=True)


def _find(kind: str, slug: str) -> Article | None:
    return Article.objects.at_address(kind=kind, slug=slug).with_publication().first()


def _address(url_name: str, slug: str, number: int) -> str:
    return reverse(url_name, args=[slug] if number == 1 else [slug, number])


def _last_withdrawal(page: Article) -> int:
    gone = page.publications.filter(kind=Publication.Kind.WITHDRAW)
    return gone.aggregate(latest=Max("id"))["latest"] or 0


def _events(page, lines, shown, before, withdrawn: int) -> Iterator[Event]:
    signed = [line for line in shown if line.kind in Publication.SIGNED]
    previous = dict(zip(signed, [*signed[1:], before], strict=True)) if signed else {}
    older = dict(zip(lines, [*lines[1:], None], strict=True))
    for line in shown:
        if line in previous:
            event = _signed(page, line, previous[line], withdrawn)
            corrected, earlier = _correction(line, previous[line], withdrawn), line.read_review_line().earlier
            yield replace(event, correction=corrected, earlier=earlier)
        elif line.kind == Publication.Kind.WITHDRAW:
            yield Event(line, "Withdrawn")
        elif line.kind == Publication.Kind.EXPUNGE:
            yield Event(line, line.get_kind_display(), note=TAKEN_OUT)
        else:
            yield Event(line, line.get_kind_display(), moves=tuple(_moves(page, older[line], line)))


def _signed(page: Article, line: Publication, before: Publication | None, withdrawn: int) -> Event:
    review = line.read_review_line()
    what, by = _what(review, before), review.updates[-1].by if review.updates else review.reviewed_by
    if line.revision.expunged:
        return Event(line, what, by, note=EXPUNGED)
    current = line.revision_id == page.live.revision_id
    url = page.path if current else f"{page.path}history/{line.revision.number}/"
    if line.pk < withdrawn and current:
        return Event(line, what, by, url, "This text was withdrawn later, and has been signed again since.")
    if line.pk < withdrawn:
        return Event(
            line, what, by, note="This text is not shown: it was withdrawn later, or came before one that was."
        )
    if before is None:
        return Event(line, what, by, url, "The first version that visitors could read.")
    if before.revision_id == line.revision_id:
        return Event(line, what, by, url, _same_text(review, before))
    if before.pk < withdrawn:
        return Event(line, what, by, url, "Signed after a withdrawal. What was signed before it is not shown.")
    if before.revision.expunged:
        return Event(line, what, by, url, "The version before it was expunged, so what changed is not shown.")
    kind = kinds.get(page.kind)
    changes = compare(kind.blocks(before.revision.read()), kind.blocks(line.revision.read()))
    return Event(line, what, by, url, changes=tuple(changes))


def _what(review: ReviewLine, before: Publication | None) -> str:
    """What a line of the log is called that shows a text."""
    if review.earlier:
        return "Recorded from a previous system"
    if review.updates:
        return "Read again" if review.updates[-1].again else "Change"
    return "Annual review" if before and before.read_review_line().reviewed_by else "First review"


def _same_text(review: ReviewLine, before: Publication) -> str:
    if review.earlier:
        return "The same text. What is said of its review was put right."
    if before.read_review_line().earlier:
        return "The same text, which was recorded from a previous system before. Now it is signed here."
    return "The same text, signed again."


def _correction(line: Publication, before: Publication | None, withdrawn: int) -> str:
    """The correction that came with a signed line; what came before a withdrawal is not shown again."""
    if line.pk < withdrawn:
        return ""
    kept = before.read_review_line().corrections if before and before.pk > withdrawn else ()
    return " ".join(correction.text for correction in line.read_review_line().corrections[len(kept) :])


def _moves(page: Article, before: Publication, line: Publication) -> Iterator[tuple[str, list]]:
    """What a change of frame changed: its name, and the words that stayed, came and went."""
    was, now = before.read_frame(), line.read_frame()
    for name, old, new in [
        ("Address", _path(page, before), _path(page, line)),
        ("Copyright notice", _notice(was.notice), _notice(now.notice)),
        ("Filed under", _filing(was), _filing(now)),
    ]:
        if old != new:
            whole = [("removed", old), ("same", " "), ("added", new)]
            yield name, whole if name == "Address" else list(words(old, new))


def _path(page: Article, line: Publication) -> str:
    return reverse(kinds.get(page.kind).url_name, args=[line.slug])


def _notice(notice: Notice | None) -> str:
    if notice is None:
        return "none"
    parts = [f"© {notice.year} {notice.holder}.", notice.statement, notice.agreement_title]
    return " ".join(part for part in parts if part)


def _filing(frame: Frame) -> str:
    return "; ".join(filing.name for filing in frame.filed_under) or "nothing"


def version(*, kind: str, slug: str, number: int, url_name: str) -> Leaf | HttpResponse:
    """A signed text of old, with the frame and review line that visitors saw last; the current one leads to the page.

    Raises Http404 for a revision that nobody signed.
    """
    page = _find(kind, slug)
    if page is None:
        return pages.moved(kind=kind, slug=slug, url_name=url_name, number=number)
    if page.live is None:
        return pages.gone(page)
    line = page.publications.filter(revision__number=number).select_related("revision").order_by("-id").first()
    if line is None:
        raise Http404
    if line.revision_id == page.live.revision_id:
        response = redirect(page.path)
        response["Cache-Control"] = CACHE_CONTROL
        return response
    withdrawal = page.publications.filter(kind=Publication.Kind.WITHDRAW).order_by("-id").first()
    if withdrawal and line.pk <= withdrawal.pk:
        return pages.withdrawn(withdrawal, page.site_revision, address=page.path)
    if line.revision.expunged:
        context = {"title": page.live.title, "number": number, "address": page.path, "note": EXPUNGED}
        return Leaf("articles/expunged.html", context, page.site_revision, status=410, noindex=True)
    document = line.revision.read()
    shown_as = kinds.get(page.kind)
    context = pages.context(page, document, line.read_review_line(), line.read_frame(), state="superseded")
    history = f"{page.path}history/"
    context |= {
        "crumbs": to_page(page, Crumb("History", history), Crumb(f"Revision {number}", f"{history}{number}/")),
        "overdue": False,
        "version": line.revision,
        "superseded_on": page.publications.signed().filter(pk__gt=line.pk).order_by("id").first().at,
        "page_template": shown_as.partial,
        "causes_template": shown_as.causes_partial if getattr(document, "causes", ()) else None,
    }
    return Leaf("articles/version.html", context, page.site_revision, noindex=True)
