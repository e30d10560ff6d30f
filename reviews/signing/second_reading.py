"""Second readings: what earlier readers of a text confirmed, and what is left to confirm.

Who answers “not mine to judge” about advice or doses has the text read by a second reader. The
reviews of one text that follow each other so ``continue`` the first of them.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.contrib.auth.models import User
from django.db.models import Q, QuerySet
from django.utils import timezone

from articles.models import Article
from reviews.models import LedgerEntry, MedicalReview
from reviews.signing import ledger
from reviews.signing.checklist import CONFIRMED, NEEDS_CONFIRMATION, Answer, ChecklistItem

MESSAGE = "You read this text first, so somebody else must read it now."


@dataclass(frozen=True)
class EarlierAnswer:
    """What an earlier reader of the same text answered to one line."""

    reader: str
    on: dt.date
    answer: Answer

    @property
    def is_confirmed(self) -> bool:
        return self.answer == CONFIRMED


@dataclass(frozen=True)
class EarlierReading:
    """An earlier reader of the same text, and the lines that they left to others."""

    reader: str
    on: dt.date
    left: tuple[str, ...]


@dataclass(frozen=True)
class EarlierReadings:
    """The earlier readings of a text under review, in order; none for a first reading."""

    records: tuple[ledger.LedgerRecord, ...] = ()

    def list_answers(self, item: ChecklistItem) -> list[EarlierAnswer]:
        """What was answered to a line, if it was asked in the same words over the same parts."""
        answers = []
        for record in self.records:
            for line in record.asked:
                if _is_same_line(line, item):
                    reader = str(record.actor.to_person())
                    on = timezone.localdate(record.at)
                    answers.append(EarlierAnswer(reader, on, line.answer))
        return answers

    def find_confirmation(self, item: ChecklistItem) -> EarlierAnswer | None:
        """The first of the earlier answers that confirms a line."""
        confirmed = [answer for answer in self.list_answers(item) if answer.is_confirmed]
        return confirmed[0] if confirmed else None

    def needs_second_reader(self, item: ChecklistItem, answer: Answer) -> bool:
        """Whether a line that is answered so keeps the text from being published."""
        if item.name not in NEEDS_CONFIRMATION or answer == CONFIRMED:
            return False
        return self.find_confirmation(item) is None

    def describe(self) -> list[EarlierReading]:
        """Who read the text before, and what they left to others."""
        readings = []
        for record in self.records:
            left = tuple(line.statement for line in record.asked if line.answer != CONFIRMED)
            reader = str(record.actor.to_person())
            readings.append(EarlierReading(reader, timezone.localdate(record.at), left))
        return readings

    @property
    def sequences(self) -> tuple[int, ...]:
        return tuple(record.sequence for record in self.records)


def _is_same_line(line: ledger.AskedLine, item: ChecklistItem) -> bool:
    asked = (line.name, line.statement, line.parts)
    return asked == (item.name, item.full_statement, item.part_labels)


def load_earlier_readings(review: MedicalReview) -> EarlierReadings:
    """What was confirmed of the text of a review before. No query for a first reading."""
    if review.continues_id is None:
        return EarlierReadings()
    entries = LedgerEntry.objects.partly().filter(
        Q(review=review.continues_id) | Q(review__continues=review.continues_id),
        review__lt=review.pk,
    )
    return EarlierReadings(tuple(map(ledger.read_record, entries.in_order())))


def was_read_by(review: MedicalReview, user: User) -> bool:
    """Whether somebody was an earlier reader of the text that a second reader is asked to read."""
    if review.continues_id is None:
        return False
    return not MedicalReview.objects.filter(pk=review.pk).not_read_by(user).exists()


def was_reader(first_review: int | None, user: User) -> bool:
    """Whether somebody read the text of a first review, or of one that continues it."""
    if first_review is None:
        return False
    readings = MedicalReview.objects.filter(Q(pk=first_review) | Q(continues=first_review))
    return readings.filter(outcome=MedicalReview.Outcome.PARTLY, decided_by=user).exists()


def get_readers_by_page(pages: Iterable[Article | int]) -> dict[int, set[int]]:
    """Page id → ids of the earlier readers of the text that is open for a second reader."""
    readers: dict[int, set[int]] = {}
    for page, reader in _get_readings(pages).values_list("article", "decided_by"):
        readers.setdefault(page, set()).add(reader)
    return readers


def _get_readings(pages: Iterable[Article | int]) -> QuerySet[MedicalReview]:
    """The decided readings of texts of these pages that are open for a second reader."""
    waiting = MedicalReview.objects.waiting().filter(article__in=pages, continues__isnull=False)
    roots = waiting.values("continues")
    partly = MedicalReview.objects.filter(outcome=MedicalReview.Outcome.PARTLY)
    return partly.filter(Q(pk__in=roots) | Q(continues__in=roots)).order_by("pk")


def open_second_reading(review: MedicalReview, *, at: dt.datetime) -> MedicalReview:
    """Ask for a second reader of the text of a review that was partly confirmed now.

    It is a request of the same editor, of the same kind, with the same words.
    """
    return MedicalReview.objects.create(
        article=review.article,
        revision=review.revision,
        trigger=review.trigger,
        note=review.note,
        correction=review.correction,
        overridden=review.overridden,
        override=review.override,
        requested_by=review.requested_by,
        requested_at=at + dt.timedelta(microseconds=1),  # after the decision that asks for it
        basis=review.basis,
        review_months=review.review_months,
        interval_rule=review.interval_rule,
        continues_id=review.continues_id or review.pk,
    )
