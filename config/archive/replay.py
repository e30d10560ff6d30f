"""History stored as it happened, so that every rule of the database stands meanwhile and accepts each row.

Rows of many pages go in at once, but those of one page one step after the other: its texts, a request, what was said
of it, the entry that decided it, and the line that shows it.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import zip_longest

from django.db import DatabaseError
from django.db.models import OuterRef, Subquery

from articles.content import EXPUNGED
from articles.models import Article, Authorship, Publication, Revision
from config.archive.folder import Refused
from config.archive.making import Brought
from config.archive.storing import insert
from reviews.models import Comment, Expunction, HandOver, MedicalReview, Signature

MOST = 2000  # rows in memory at a time,
WEIGHT = 16 * 1024 * 1024  # or so many characters of text
# What a text that was expunged is called until the lines that once showed it and the entry that blanked it are in.
# What it said is gone, and rightly; the database refuses to publish a blank one, and that stays so.
STAND_IN = '{"expunged":"in a moment"}'


@dataclass
class Step:
    """What happened to one page, up to a decision or a line of the log."""

    texts: list[Brought] = field(default_factory=list)
    review: Brought | None = None
    entry: Brought | None = None
    line: Brought | None = None


class Replay:
    def __init__(self):
        self._steps: dict[int, list[Step]] = defaultdict(list)
        self._rows = self._weight = self._comments = 0
        self._expunged: list[int] = []
        self._confirmed: list[Expunction] = []

    def store(self, events: Iterable[Brought]) -> None:
        for event in events:
            self._take(event)
            if self._rows >= MOST or self._weight >= WEIGHT:
                self._flush()
        self._flush()
        self._end()

    def _take(self, event: Brought) -> None:
        match event.row:
            case Revision() as text:
                self._step(text.article_id, lambda step: step.entry or step.line).texts.append(event)
                self._weight += len(text.document)
            case MedicalReview() as review:
                self._step(review.article_id, lambda step: step.review or step.entry or step.line).review = event
            case Signature() as entry:
                self._step(entry.article_id, lambda step: step.entry or step.line).entry = event
            case Publication() as line:
                self._step(line.article_id, lambda step: step.line).line = event
            case Expunction() as asked:
                self._ask(asked)
        self._rows += 1

    def _step(self, page: int, full) -> Step:
        steps = self._steps[page]
        if not steps or full(steps[-1]):
            steps.append(Step())
        return steps[-1]

    def _ask(self, asked: Expunction) -> None:
        """A request to expunge is stored as it was asked for, and dropped at once where it was dropped later."""
        became = {name: getattr(asked, name) for name in ("dropped_by_id", "dropped_at")}
        if asked.entry_id:
            self._confirmed.append(asked)
        fresh = {"entry_id": None, "confirmed_by_id": None, "confirmed_at": None}
        fresh |= dict.fromkeys(became)
        values = {column.attname: getattr(asked, column.attname) for column in asked._meta.concrete_fields}
        insert([Expunction(**values | fresh)])
        if became["dropped_at"]:
            Expunction.objects.filter(pk=asked.pk).update(**became)

    def _flush(self) -> None:
        """The first steps of all pages, then the second steps, and so on."""
        for wave in zip_longest(*self._steps.values()):
            steps = [step for step in wave if step is not None]
            with _in_words(steps):
                self._store(steps)
        self._steps.clear()
        self._rows = self._weight = 0

    def _store(self, steps: list[Step]) -> None:
        self._texts([text for step in steps for text in step.texts])
        self._requests([step.review for step in steps if step.review])
        entries = [step.entry.row for step in steps if step.entry]
        insert(entries)
        _decide([entry.review_id for entry in entries if entry.review_id])
        lines = [step.line.row for step in steps if step.line]
        insert(lines)
        _show(lines)

    def _texts(self, texts: list[Brought]) -> None:
        for text in texts:
            if text.row.expunged:
                self._expunged.append(text.row.pk)
                text.row.document = STAND_IN
        insert([text.row for text in texts])
        insert(list(_all(texts, "authors", Authorship)))

    def _requests(self, reviews: list[Brought]) -> None:
        """Each is stored open, for only then can it be commented and decided."""
        comments = list(_all(reviews, "comments", Comment))
        for review in reviews:
            review.row.outcome, review.row.decided_by_id, review.row.decided_at = "", None, None
        insert([review.row for review in reviews])
        answers = [(comment, self._unanswered(comment)) for comment in comments]
        insert(comments)
        for comment, answer in answers:
            if answer["answered_at"]:
                Comment.objects.filter(pk=comment.pk).update(**answer)
        insert(list(_all(reviews, "hand_overs", HandOver)))

    def _unanswered(self, comment: Comment) -> dict:
        """Give a comment its number, and take its answer off; gives the answer."""
        self._comments += 1
        comment.pk = self._comments
        answer = {name: getattr(comment, name) for name in ("answer", "answered_by_id", "answered_at")}
        comment.answer, comment.answered_by_id, comment.answered_at = "", None, None
        return answer

    def _end(self) -> None:
        """What was expunged is blanked by the rule for that, now that its entry is there and later texts are too."""
        Revision.objects.filter(pk__in=self._expunged).update(document=EXPUNGED)
        for asked in self._confirmed:
            told = {name: getattr(asked, name) for name in ("entry_id", "confirmed_by_id", "confirmed_at")}
            Expunction.objects.filter(pk=asked.pk).update(**told)


@contextmanager
def _in_words(steps: list[Step]) -> Iterator[None]:
    """What the database says when it refuses a row, and among which lines that row is."""
    try:
        yield
    except DatabaseError as error:
        lines = defaultdict(list)
        for step in steps:
            for event in (*step.texts, step.review, step.entry, step.line):
                if event:
                    lines[event.name].append(event.number)
        told = ", ".join(f"{name} lines {min(numbers)} to {max(numbers)}" for name, numbers in lines.items())
        raise Refused(f"{told}: the database refuses one of these rows: {error}") from error


def _all(rows: list[Brought], name: str, model: type) -> Iterator:
    return (row for brought in rows for row in brought.belonging[name])


def _decide(reviews: list[int]) -> None:
    """Close reviews as their entries say. That the archive tells the same of them was compared before."""
    entry = Signature.objects.filter(review=OuterRef("pk"))
    said = {"outcome": "outcome", "decided_by": "by", "decided_at": "at"}
    told = {name: Subquery(entry.values(column)) for name, column in said.items()}
    MedicalReview.objects.filter(pk__in=reviews).update(**told)


def _show(lines: list[Publication]) -> None:
    """What visitors read of a page, and where it is, follow the newest line of its log, line after line."""
    newest = Publication.objects.filter(article=OuterRef("pk")).order_by("-id")
    gone = [line.article_id for line in lines if line.kind == Publication.Kind.WITHDRAW]
    shown = [line.article_id for line in lines if line.kind != Publication.Kind.WITHDRAW]
    Article.objects.filter(pk__in=gone).update(live=None)
    told = {"live": Subquery(newest.values("id")[:1]), "slug": Subquery(newest.values("slug")[:1])}
    Article.objects.filter(pk__in=shown).update(**told)
