"""What is published around the signed document: the review line and the page metadata."""

import datetime as dt
from typing import Self

from pydantic import model_validator

from articles.content.document import ExtendedModel, FrozenModel


class Person(FrozenModel):
    """A clinician as named on the day of signing."""

    name: str
    post_nominals: str = ""
    specialty: str = ""
    slug: str = ""

    def __str__(self) -> str:
        if not self.post_nominals:
            return self.name
        return f"{self.name}, {self.post_nominals}"


class Update(ExtendedModel):
    """A signature after the last review of the whole page.

    It is over a change, or over the same text, which somebody read ``again``.
    """

    ADDED_FIELDS = frozenset({"again"})

    by: Person
    on: dt.date
    again: bool = False


class Correction(FrozenModel):
    """The correction of a published error: what was wrong and what is right, as signed."""

    text: str
    by: Person
    on: dt.date


class ImportedReview(FrozenModel):
    """A review that was made in an earlier system, and who recorded it here: no signature of ours.

    ``by`` is printed as it was given. It is never a link to one of our pages.
    """

    by: Person
    on: dt.date
    recorded_by: str
    recorded_on: dt.date


class ReviewLine(ExtendedModel):
    """Who reviewed the whole page, when, and when it is due: computed from the ledger, never typed.

    Corrections stay with a page for as long as it is public, whoever reviews it later. If the only
    review was recorded from an earlier system, it is ``earlier``, and ``reviewed_by`` and
    ``last_reviewed`` are empty: so nothing can show a reviewer that there was not.
    """

    ADDED_FIELDS = frozenset({"corrections", "earlier"})

    reviewed_by: Person | None = None
    last_reviewed: dt.date | None = None
    next_due: dt.date
    updates: tuple[Update, ...] = ()
    corrections: tuple[Correction, ...] = ()
    earlier: ImportedReview | None = None

    @model_validator(mode="after")
    def _check_reviewer(self) -> Self:
        if (self.reviewed_by is None) != (self.last_reviewed is None):
            raise ValueError("a reviewer and the date of the review come together")
        if (self.reviewed_by is None) == (self.earlier is None):
            raise ValueError(
                "a page was reviewed here, or its review was recorded from an earlier system"
            )
        if self.earlier and (self.updates or self.corrections):
            raise ValueError("nobody signs a change to a page that nobody here has read")
        return self

    @property
    def reviewer(self) -> Person:
        """Who reviewed the whole page last, here or in an earlier system."""
        reviewer = self.earlier.by if self.earlier else self.reviewed_by
        assert reviewer  # as _check_reviewer requires
        return reviewer

    @property
    def last_read_on(self) -> dt.date:
        """When the whole page was reviewed last, here or in an earlier system."""
        day = self.earlier.on if self.earlier else self.last_reviewed
        assert day  # as _check_reviewer requires
        return day

    def is_overdue(self, today: dt.date) -> bool:
        return today > self.next_due

    def is_past_grace(self, today: dt.date, days: int) -> bool:
        """Whether the page is so late that it must say so first."""
        return today > self.get_end_of_grace(days)

    def get_end_of_grace(self, days: int) -> dt.date:
        """The last day of the grace period of so many days."""
        return self.next_due + dt.timedelta(days=days)


class NoticeMetadata(FrozenModel):
    """A copyright line as printed."""

    holder: str
    year: int
    statement: str = ""
    agreement_title: str = ""
    agreement_url: str = ""


class TopicMetadata(FrozenModel):
    """A topic under which a page is filed."""

    name: str
    slug: str


class PageMetadata(FrozenModel):
    """Page metadata: unsigned, but frozen with each publication so that every change is logged."""

    notice: NoticeMetadata | None = None
    filed_under: tuple[TopicMetadata, ...] = ()
