"""What lies on a reviewer's desk: ordered by what matters, a page at a time, in a fixed number of queries."""

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass
from enum import IntEnum

from django.core.paginator import Page, Paginator
from django.db.models import F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from articles import kinds
from articles.content import EXPUNGED, Document
from articles.diff import changed_labels
from articles.models import Publication
from articles.quality import WORD, plain
from reviews import ledger
from reviews.eligibility import pages_with_own_words
from reviews.models import Absence, Comment, HandOver, MedicalReview, RecalledReview, Reviewer, Signature, Standing

WORDS_A_MINUTE = 200
TASKS_A_PAGE = 20
DECIDED_SHOWN = 10
SOON = 30  # days
# What a review matters by: the news of the recall that opened it, which may be a page's first review too; else its own.
RECALL = RecalledReview.objects.filter(review=OuterRef("pk"), taken_along=False).values("recall__trigger")[:1]
NEWS = Coalesce(Subquery(RECALL), F("trigger"))
NAMED = 3  # parts that a card names before it counts the rest
RECORDED = "Never signed here: its review was recorded from a previous system, so read all of it."
OWN_WORDS = "Some words of this page are your own, so somebody else must sign it."


class Rank(IntEnum):
    """What matters first."""

    SAFETY = 0, "Safety alert"
    GUIDELINE = 1, "Guideline change"
    OVERDUE = 2, "Overdue"
    SOON = 3, "Due soon"
    NEW = 4, "New page"
    REST = 5, ""

    def __new__(cls, value, label):
        rank = int.__new__(cls, value)
        rank._value_, rank.label = value, label
        return rank


@dataclass(frozen=True)
class Task:
    """One review as it lies on the desk."""

    review: MedicalReview
    title: str
    reading_minutes: int
    rank: Rank = Rank.REST
    due: dt.date | None = None
    when: str = ""
    changed: str = ""
    answered: int = 0
    pinned: int = 0
    handed: HandOver | None = None
    withdrawn: Publication | None = None
    barred: str = ""


def queue(reviewer: Reviewer, *, mine=1, anybody=1) -> dict:
    """What waits for a reviewer, what is open to any, and what they decided last."""
    today, due = timezone.localdate(), _due()
    own, free = _waiting(reviewer, due, today)
    pages = {
        "mine": Paginator(own, TASKS_A_PAGE).get_page(mine),
        "open": Paginator(free, TASKS_A_PAGE).get_page(anybody),
    }
    shown = [key for page in pages.values() for key in page]
    tasks = _tasks(shown, reviewer, due, today)
    for page in pages.values():
        page.after = page.paginator.count - page.end_index()
        page.object_list = [tasks[key] for key in page if key in tasks]
    decided = MedicalReview.objects.with_page().decided().filter(decided_by=reviewer.user_id).order_by("-decided_at")
    done = [Task(review, review.revision.title, 0) for review in decided[:DECIDED_SHOWN]]
    away = list(Absence.objects.filter(reviewer=reviewer).not_over(today))
    return pages | {"decided": done, "absences": away, "urgent": _urgent(pages["mine"])}


def _urgent(page: Page) -> int:
    return sum(task.rank <= Rank.OVERDUE for task in page.object_list)


def _due() -> dict[int, dt.date]:
    """When the pages with an open review are due, by page."""
    waiting = MedicalReview.objects.waiting().values("article")
    return dict(Standing.objects.filter(article__in=waiting).values_list("article", "next_due"))


def _waiting(reviewer: Reviewer, due: dict, today: dt.date) -> tuple[list[int], list[int]]:
    """Keys of the open reviews that are a reviewer's own and of those that are anybody's, what matters first."""
    rows = MedicalReview.objects.waiting().filter(Q(reviewer=reviewer) | Q(reviewer__isnull=True))
    rows = rows.annotate(news=NEWS).values_list("pk", "article", "reviewer", "news", "requested_at")
    order = sorted(rows, key=lambda row: (rank(row[3], due.get(row[1]), today), row[4], row[0]))
    return [row[0] for row in order if row[2]], [row[0] for row in order if not row[2]]


def rank(trigger: str, due: dt.date | None, today: dt.date) -> Rank:
    """How much a review matters: by its trigger, and by the date its page is due where it can move that date."""
    if trigger == MedicalReview.Trigger.SAFETY:
        return Rank.SAFETY
    if trigger == MedicalReview.Trigger.GUIDELINE:
        return Rank.GUIDELINE
    if due and trigger in MedicalReview.WHOLE_PAGE and due <= today + dt.timedelta(days=SOON):
        return Rank.OVERDUE if due < today else Rank.SOON
    return Rank.NEW if trigger == MedicalReview.Trigger.FIRST else Rank.REST


def next_review(reviewer: Reviewer) -> MedicalReview | None:
    """The first review of the queue: a reviewer's own, else one that is open to any."""
    own, free = _waiting(reviewer, _due(), timezone.localdate())
    return MedicalReview.objects.with_page().filter(pk__in=[*own, *free][:1]).first()


def _tasks(keys: list[int], reviewer: Reviewer, due: dict, today: dt.date) -> dict[int, Task]:
    reviews = MedicalReview.objects.with_page().annotate(news=NEWS).in_bulk(keys)
    pages = [review.article_id for review in reviews.values()]
    barred, gone, before = pages_with_own_words(pages, reviewer.user), _withdrawals(pages), _signed_before(keys)
    pinned, handed = _pinned(pages), _handed(keys)
    tasks = {}
    for key, review in reviews.items():
        text, page = review.revision, review.article_id
        document = None if text.expunged else text.read()
        date = due.get(page) if review.whole_page else None
        tasks[key] = Task(
            review=review,
            title=text.title,
            reading_minutes=reading_minutes(document) if document else 0,
            rank=rank(review.news, date, today),
            due=date,
            when=in_words(date, today) if date else "",
            changed=_changed(review, document, before.get(page)) if document else "",
            answered=sum(pinned[page]),
            pinned=len(pinned[page]),
            handed=handed.get(key),
            withdrawn=gone.get(page),
            barred=OWN_WORDS if page in barred else "",
        )
    return tasks


def _withdrawals(pages: list[int]) -> dict[int, Publication]:
    """The withdrawals that hold pages back now, by page."""
    rows = Publication.objects.filter(article__in=pages, article__live__isnull=True).order_by("id")
    return {row.article_id: row for row in rows}  # the newest row of a page that is not live withdrew it


def _signed_before(keys: list[int]) -> dict[int, Signature]:
    """The last signature over the page of each review, with its text, by page."""
    readable = Signature.objects.signed().exclude(revision__document=EXPUNGED)
    last = readable.filter(article=OuterRef("article")).order_by("-sequence").values("pk")[:1]
    found = MedicalReview.objects.filter(pk__in=keys).annotate(last=Subquery(last)).values("last")
    return {entry.article_id: entry for entry in Signature.objects.filter(pk__in=found).select_related("revision")}


def _pinned(pages: list[int]) -> dict[int, list[bool]]:
    """Of the comments of each page's last round with any: whether they are answered."""
    rows = Comment.objects.filter(review__article__in=pages).order_by("review")
    latest, found = {}, defaultdict(list)
    for page, review, answered in rows.values_list("review__article", "review", "answered_at"):
        if latest.get(page) != review:
            latest[page], found[page] = review, []
        found[page].append(bool(answered))
    return found


def _handed(keys: list[int]) -> dict[int, HandOver]:
    rows = HandOver.objects.filter(review__in=keys).select_related("by", "to").order_by("id")
    return {row.review_id: row for row in rows if row.to_id}


def _changed(review: MedicalReview, document: Document, before: Signature | None) -> str:
    """What a reader will find, in a sentence."""
    if before is None:
        recorded = review.article.live and review.article.live.read_review_line().earlier
        return RECORDED if recorded else "Never signed: all of it is new."
    who, on = ledger.read(before).actor.name, timezone.localdate(before.at)
    since = f"since {who} signed it on {on:%-d %B %Y}"
    if before.revision.digest == review.revision.digest:
        return f"Nothing has changed {since}."
    blocks = kinds.get(document.kind).blocks
    labels = changed_labels(blocks(before.revision.read()), blocks(document))
    if not labels:
        return f"Changed {since}, in spaces or in markup that no line shows."
    more = len(labels) - NAMED
    names = [*labels[:NAMED], f"{more} more part{'s' if more > 1 else ''}"] if more > 0 else labels
    return f"Changed {since}: {_listed(names)}."


def _listed(names: list[str]) -> str:
    return " and ".join([", ".join(names[:-1]), names[-1]]) if len(names) > 1 else "".join(names)


def in_words(due: dt.date, today: dt.date) -> str:
    """A due date as people say it."""
    days = (due - today).days
    if days in (-1, 0, 1):
        return {-1: "1 day late", 0: "due today", 1: "due tomorrow"}[days]
    return f"{-days} days late" if days < 0 else f"due in {days} days"


def reading_minutes(document: Document) -> int:
    words = sum(len(WORD.findall(line)) for lines in plain(document).values() for line in lines)
    return max(1, round(words / WORDS_A_MINUTE))
