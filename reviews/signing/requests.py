"""Requests of reviews, of one page or of hundreds, by the same rules and in as many queries.

What takes long is done before anything is locked: pages are composed and checked. Then the pages
are locked, and those that changed meanwhile are composed and checked again.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Exists, OuterRef, Subquery
from django.utils import timezone

from articles import quality
from articles.audit import recording
from articles.content import kinds
from articles.content.document import Document, canonicalize, digest
from articles.db.bulk_insert import insert_objects
from articles.db.collector import collect_rarely
from articles.models import Article, PublicationEvent, Revision
from articles.publishing.actions import ActionRefused, record_revisions
from reviews.models import LedgerEntry, MedicalReview, Reviewer
from reviews.signing import eligibility, second_reading, unchanged_texts
from reviews.signing.assignment import CannotAssign
from reviews.signing.review_line import get_review_interval
from reviews.signing.validation import validate_printable

Trigger = MedicalReview.Trigger


class CannotRequestReview(ActionRefused):
    """No review can be requested of this page now."""


@dataclass(frozen=True)
class ReviewRequest:
    """What an editor asks for, of each page alike.

    Without a ``trigger`` the likeliest one is used; with ``or_first``, a page that nobody has
    signed gets its first review in place of it. ``of_published``: over the text that visitors
    read, whatever was changed since. ``gives_waiting``: a page that is in review already is not
    refused, and its review is given. ``correction`` is the published error that the text corrects,
    for visitors to read. ``override`` is the reason to request a review although a check blocks it.
    """

    by: User
    trigger: str = ""
    reviewer: Reviewer | None = None
    note: str = ""
    correction: str = ""
    override: str = ""
    of_published: bool = False
    or_first: bool = False
    gives_waiting: bool = False


class PageStamp(NamedTuple):
    """What changes with anything that a request depends on.

    Each saving of a page or of what it shares gives it a new form version or a new revision, each
    publication a new event, and each request or decision a new review or another state of it.
    """

    form_version: int
    latest: int | None
    latest_digest: str | None
    event: int | None
    review: int | None
    is_open: bool
    is_signed: bool
    live: int | None
    discarded_at: Any
    risk: str
    review_months: int | None
    kind: str


@dataclass(frozen=True)
class PreparedPage:
    """A page as its request sees it, with all that the rules ask; ``stamp`` says of which state.

    ``revision_id`` is the frozen text that would be read; None if the text has to be frozen first.
    """

    page: Article
    stamp: PageStamp
    document: Document
    revision_id: int | None
    live_revision_id: int | None
    is_unchanged: bool
    is_signed: bool
    newest: PublicationEvent | None
    last_review: MedicalReview | None
    blocking: list[quality.Problem]

    @property
    def possible_triggers(self) -> list[str]:
        return list_possible_triggers(
            is_signed=self.is_signed,
            live_revision_id=self.live_revision_id,
            revision_id=self.revision_id,
        )


Prepared = Mapping[int, PreparedPage]


@dataclass
class RequestResult:
    """The reviews that were requested, and the pages of which none could be, with why.

    ``waiting`` are those that were open already, if they were to be given.
    """

    reviews: list[MedicalReview] = field(default_factory=list)
    waiting: list[MedicalReview] = field(default_factory=list)
    refusals: list[tuple[Article, ActionRefused]] = field(default_factory=list)


def list_possible_triggers(
    *, is_signed: bool, live_revision_id: int | None, revision_id: int | None
) -> list[str]:
    """The kinds of review that can be requested of a text now, the likeliest first.

    - A page that nobody has signed here needs its first review. This holds for an imported
      review too: nobody here has read the whole page yet.
    - A page that visitors cannot read needs a review of the whole page.
    - A text that is published unchanged can be reviewed again as a whole, or read again because of
      some news or report, which moves no annual date.
    """
    if not is_signed:
        return [Trigger.FIRST]
    if live_revision_id is None:
        return [Trigger.ANNUAL]
    if live_revision_id == revision_id:
        return [Trigger.ANNUAL, Trigger.SAFETY, Trigger.GUIDELINE, Trigger.READER]
    return [Trigger.CHANGE, Trigger.ANNUAL, Trigger.SAFETY, Trigger.GUIDELINE, Trigger.READER]


@collect_rarely()
def prepare_pages(page_ids: Iterable[int], *, of_published: bool = False) -> Prepared:
    """Load, compose and check pages, in a fixed number of queries for each kind of page.

    Done before pages are locked, it lets nobody wait; ``request_reviews`` does it again for those
    that changed.
    """
    keys = sorted(set(page_ids))
    if not keys:
        return {}
    stamps = _load_stamps(keys)
    pages = dict(_compose(stamps, with_live_texts=of_published))
    events = _load_newest_events(stamps)
    reviews = MedicalReview.objects.select_related("continues").in_bulk(
        [stamp.review for stamp in stamps.values() if stamp.review]
    )
    prepared = {}
    for page, composed in pages.items():
        stamp = stamps[page.pk]
        live = page.live.revision if page.live else None
        document, revision_id, is_unchanged = composed, None, False
        if of_published and live:
            document, revision_id, is_unchanged = live.read(), live.pk, True
        elif not of_published:
            text_digest = digest(canonicalize(composed))
            revision_id = stamp.latest if stamp.latest_digest == text_digest else None
            is_unchanged = live is not None and live.digest == text_digest
        newest = events.get(stamp.event) if stamp.event else None
        if page.live and stamp.event == page.live.pk:
            newest = page.live
        prepared[page.pk] = PreparedPage(
            page=page,
            stamp=stamp,
            document=document,
            revision_id=revision_id,
            live_revision_id=live.pk if live else None,
            is_unchanged=is_unchanged,
            is_signed=stamp.is_signed,
            newest=newest,
            last_review=reviews.get(stamp.review) if stamp.review else None,
            blocking=quality.find_blocking_problems(page, document),
        )
    return prepared


def _load_newest_events(stamps: dict[int, PageStamp]) -> dict[int, PublicationEvent]:
    """The newest events that are not live, by their keys: those of withdrawn pages."""
    keys = [stamp.event for stamp in stamps.values() if stamp.event and not stamp.live]
    return PublicationEvent.objects.in_bulk(keys)


def _load_stamps(page_ids: list[int]) -> dict[int, PageStamp]:
    """The stamp of each page as it is now, in one query."""
    own = {"article": OuterRef("pk")}
    revisions = Revision.objects.filter(**own).order_by("-number")
    events = PublicationEvent.objects.filter(**own).order_by("-pk")
    reviews = MedicalReview.objects.filter(**own)
    rows = Article.objects.filter(pk__in=page_ids).annotate(
        latest=Subquery(revisions.values("pk")[:1]),
        latest_digest=Subquery(revisions.values("digest")[:1]),
        event=Subquery(events.values("pk")[:1]),
        review=Subquery(reviews.order_by("-pk").values("pk")[:1]),
        is_open=Exists(reviews.waiting()),
        is_signed=Exists(LedgerEntry.objects.signed().filter(**own)),
    )
    return {row[0]: PageStamp(*row[1:]) for row in rows.values_list("pk", *PageStamp._fields)}


def _compose(
    stamps: dict[int, PageStamp], *, with_live_texts: bool
) -> Iterable[tuple[Article, Document]]:
    """Each page with what the checks read and the text that visitors read, and its document."""
    by_kind: dict[str, list[int]] = {}
    for key, stamp in stamps.items():
        by_kind.setdefault(stamp.kind, []).append(key)
    for name, keys in by_kind.items():
        kind = kinds.get(name)
        rows = kind.load(kind.model.objects.filter(pk__in=keys))
        rows = rows.select_related("notice", "live__revision").prefetch_related("topics")
        if not with_live_texts:
            rows = rows.defer("live__revision__document")
        for page in rows:
            yield page, kind.compose(page)


def request_reviews(
    page_ids: Iterable[int],
    request: ReviewRequest,
    *,
    prepared: Prepared | None = None,
    records_event: bool = True,
    are_locked: bool = False,
) -> RequestResult:
    """Request a signature over each page as it is now, in a fixed number of queries.

    Pages that a rule refuses are left as they are. Those ``prepared`` are prepared again only if
    they changed since. Without ``records_event``, the caller records the events. ``are_locked``:
    the caller's transaction has locked the pages already, by their keys.

    Raises CannotRequestReview where nothing can be requested at all.
    """
    _validate(request)
    with transaction.atomic(savepoint=False):
        keys = list(dict.fromkeys(page_ids))
        if not are_locked:
            rows = Article.objects.select_for_update().filter(pk__in=keys).order_by("pk")
            list(rows.values_list("pk"))
        result = _request(keys, request, prepared or {})
        if records_event:
            recording.record("review", result.reviews, by=request.by)
    return result


def _request(page_ids: list[int], request: ReviewRequest, prepared: Prepared) -> RequestResult:
    pages = _renew(prepared, page_ids, request)
    result = RequestResult()
    problems = _AssigningProblems(request.reviewer, page_ids)
    drafts: dict[int, MedicalReview] = {}
    for key in page_ids:
        one = pages.get(key)
        if one is None:
            continue
        if request.gives_waiting and one.last_review and one.stamp.is_open:
            result.waiting.append(one.last_review)
            continue
        try:
            draft = _build_review(one, request)
            problems.check(draft)
        except ActionRefused as refusal:
            result.refusals.append((one.page, refusal))
        else:
            drafts[key] = draft
    _freeze_texts(drafts, pages, by=request.by)
    result.reviews = _insert(drafts)
    return result


def _validate(request: ReviewRequest) -> None:
    if not request.by.has_perm("reviews.request_review"):
        raise CannotRequestReview("Only editors can request a review.")
    for text in (request.note, request.correction, request.override):
        validate_printable(text, CannotRequestReview)


def _renew(prepared: Prepared, page_ids: Collection[int], request: ReviewRequest) -> Prepared:
    """The prepared pages as they are under the lock: what changed is prepared again."""
    changed = set(page_ids) - prepared.keys()
    if prepared:
        stamps = _load_stamps(list(page_ids))
        for key, one in prepared.items():
            if stamps.get(key) != one.stamp:
                changed.add(key)
    return {**prepared, **prepare_pages(changed, of_published=request.of_published)}


def _build_review(one: PreparedPage, request: ReviewRequest) -> MedicalReview:
    """The review of a page. Raises CannotRequestReview where a rule refuses it."""
    page = one.page
    if page.discarded_at:
        raise CannotRequestReview("This page was discarded.")
    if one.last_review and one.last_review.decided_at is None:
        raise CannotRequestReview(
            "This page is in review already. Cancel that request to request again."
        )
    if request.of_published and not page.live:
        raise CannotRequestReview("Visitors cannot read this page, so that no text is published.")
    possible = one.possible_triggers
    trigger = request.trigger or possible[0]
    if request.or_first and not one.is_signed:
        trigger = Trigger.FIRST
    override = _get_override(one, trigger, request)
    if trigger not in possible:
        names = " or ".join(Trigger(name).label.lower() for name in possible)
        raise CannotRequestReview(f"This page needs another kind of review now: {names}.")
    _require_return_note(one, request.note)
    _refuse_needless_correction(one, request.correction)
    months, rule = get_review_interval(page)
    return MedicalReview(
        article=page,
        revision_id=one.revision_id,  # type: ignore[misc] # frozen before it is inserted
        trigger=trigger,
        note=request.note,
        correction=" ".join(request.correction.split()),
        overridden="\n".join(problem.message for problem in one.blocking),
        override=override,
        requested_by=request.by,
        requested_at=timezone.now(),
        basis=one.newest,
        review_months=months,
        interval_rule=rule,
        continues=_find_unfinished_reading(one, trigger),
        reviewer=request.reviewer,
    )


def _get_override(one: PreparedPage, trigger: str, request: ReviewRequest) -> str:
    """The reason for which what blocks a review is overridden; empty where nothing blocks it.

    A managing editor gives it. For the annual review of an unchanged text it is the rule that
    allows it. Raises CannotRequestReview if there is no reason, or if somebody else gave one.
    """
    if not one.blocking:
        return ""
    override = request.override.strip()
    if override and request.by.has_perm("reviews.override_checks"):
        return override
    may_stay = one.is_unchanged and unchanged_texts.is_window_open() and one.is_signed
    if trigger == Trigger.ANNUAL and may_stay:
        return unchanged_texts.describe_rule()
    message = " ".join(f"{problem.message} {problem.fix}" for problem in one.blocking)
    if override:
        raise CannotRequestReview(f"{message} Only a managing editor can override this check.")
    if one.is_unchanged:
        message = f"{message} {unchanged_texts.describe_end()}".strip()
    raise CannotRequestReview(message)


def _require_return_note(one: PreparedPage, note: str) -> None:
    """Raises CannotRequestReview if this text was withdrawn and no note says why it is safe."""
    newest = one.newest
    if newest is None or newest.kind != PublicationEvent.EventKind.WITHDRAW:
        return
    if newest.revision_id == one.revision_id and not note.strip():
        raise CannotRequestReview(
            f"This very text was withdrawn: {newest.get_reason_display()} "
            "Change it, or say in the note why it can return."
        )


def _refuse_needless_correction(one: PreparedPage, correction: str) -> None:
    """Raises CannotRequestReview if visitors have read no other text that could be corrected."""
    can_correct = one.newest is not None and one.newest.revision_id != one.revision_id
    if not correction.strip() or can_correct:
        return
    if one.page.live:
        reason = "this is the text that visitors read"
    else:
        reason = "visitors have not read this page"
    message = f"There is nothing to correct: {reason}. Leave the correction empty."
    raise CannotRequestReview(message)


def _find_unfinished_reading(one: PreparedPage, trigger: str) -> MedicalReview | None:
    """The first review of a text whose second reader declined, if that is asked for again."""
    newest = one.last_review
    if newest is None or newest.outcome != MedicalReview.Outcome.DECLINED:
        return None
    if (newest.revision_id, newest.trigger) != (one.revision_id, trigger):
        return None
    return newest.continues


class _AssigningProblems:
    """Why the chosen reviewer cannot read some of the pages, asked for all of them at once."""

    def __init__(self, reviewer: Reviewer | None, page_ids: Collection[int]) -> None:
        self._reviewer = reviewer
        if reviewer is None:
            return
        self._signing_error = reviewer.get_signing_error(timezone.localdate())
        barred = eligibility.get_barred_users_by_page(page_ids)
        self._barred = {key for key, users in barred.items() if reviewer.user_id in users}

    def check(self, review: MedicalReview) -> None:
        """Raises CannotAssign."""
        reviewer = self._reviewer
        if reviewer is None:
            return
        if self._signing_error:
            raise CannotAssign(f"{reviewer} cannot sign now. {self._signing_error}")
        if second_reading.was_reader(review.continues_id, reviewer.user):
            raise CannotAssign(
                f"{reviewer} read this text first, so a second reader must be somebody else."
            )
        if review.article_id in self._barred:
            raise CannotAssign(
                f"{reviewer} wrote some of this page and cannot sign it. Choose somebody else."
            )


def request_review(
    page: Article, *, by: User, records_event: bool = True, **asked: Any
) -> MedicalReview:
    """Request a signature over one page; ``asked`` are further fields of ReviewRequest.

    Without ``records_event``, the caller records the event. Raises CannotRequestReview, or
    CannotAssign, with a message for the editor.
    """
    result = request_reviews([page.pk], ReviewRequest(by, **asked), records_event=records_event)
    for _, refusal in result.refusals:
        raise refusal
    return result.reviews[0]


def _freeze_texts(drafts: dict[int, MedicalReview], pages: Prepared, *, by: User) -> None:
    """Freeze the texts that no revision has yet: rare, as each saving of a page freezes it."""
    by_kind: dict[str, list[int]] = {}
    for key, draft in drafts.items():
        if draft.revision_id is None:
            by_kind.setdefault(pages[key].page.kind, []).append(key)
    for name, keys in by_kind.items():
        rows = kinds.get(name).model.objects.filter(pk__in=keys)
        for revision in record_revisions(rows, by=by, check_length=True):
            drafts[revision.article_id].revision = revision


def _insert(drafts: dict[int, MedicalReview]) -> list[MedicalReview]:
    """Add the reviews, and give them as they are stored, in the same order."""
    insert_objects(MedicalReview, drafts.values())
    stored = MedicalReview.objects.waiting().filter(article__in=list(drafts)).with_page()
    reviews = {review.article_id: review for review in stored.defer("revision__document")}
    return [reviews[page_id] for page_id in drafts]
