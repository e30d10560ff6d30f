"""What a publication prints around the signed document: the review line and the frame."""

import datetime as dt

from pydantic import model_validator

from articles.content import Frozen, Grown


class Person(Frozen):
    """A clinician as named on the day of signing."""

    name: str
    post_nominals: str = ""
    specialty: str = ""
    slug: str = ""

    def __str__(self) -> str:
        return f"{self.name}, {self.post_nominals}" if self.post_nominals else self.name


class Update(Grown):
    """A signature after the last review of the whole page: over a change, or over the same text read ``again``."""

    ADDED = frozenset({"again"})

    by: Person
    on: dt.date
    again: bool = False


class Correction(Frozen):
    """A published error put right: what was wrong and what is right, in words that were signed."""

    text: str
    by: Person
    on: dt.date


class EarlierReview(Frozen):
    """A review that was made in an earlier system, and who recorded it here: no signature of this house.

    ``by`` is printed as it was given. It leads to no page of ours, whoever it is.
    """

    by: Person
    on: dt.date
    recorded_by: str
    recorded_on: dt.date


class ReviewLine(Grown):
    """Who reviewed the whole page, when, and when again: computed from the ledger, never typed.

    Corrections stay with a page for as long as it is public, whoever reviews it later. Where all that there is of a
    review was recorded from an earlier system, ``earlier`` tells of it and ``reviewed_by`` and ``last_reviewed`` are
    empty: nobody can print, or tell machines, a reviewer that there was not.
    """

    ADDED = frozenset({"corrections", "earlier"})

    reviewed_by: Person | None = None
    last_reviewed: dt.date | None = None
    next_due: dt.date
    updates: tuple[Update, ...] = ()
    corrections: tuple[Correction, ...] = ()
    earlier: EarlierReview | None = None

    @model_validator(mode="after")
    def _reviewed_here_or_earlier(self):
        if (self.reviewed_by is None) != (self.last_reviewed is None):
            raise ValueError("a reviewer and the date of the review come together")
        if (self.reviewed_by is None) == (self.earlier is None):
            raise ValueError("a page was reviewed here, or its review was recorded from an earlier system")
        if self.earlier and (self.updates or self.corrections):
            raise ValueError("nobody signs a change to a page that nobody here has read")
        return self

    @property
    def reviewer(self) -> Person:
        """Who read the whole page last, here or in an earlier system."""
        return self.earlier.by if self.earlier else self.reviewed_by

    @property
    def read_on(self) -> dt.date:
        """When the whole page was read last, here or in an earlier system."""
        return self.earlier.on if self.earlier else self.last_reviewed

    def overdue(self, today: dt.date) -> bool:
        return today > self.next_due

    def past_grace(self, today: dt.date, days: int) -> bool:
        """Whether the page is so late that it must say so first."""
        return today > self.next_due + dt.timedelta(days=days)


class Notice(Frozen):
    """A copyright line as printed."""

    holder: str
    year: int
    statement: str = ""
    agreement_title: str = ""
    agreement_url: str = ""


class Filing(Frozen):
    """A topic under which a page is filed."""

    name: str
    slug: str


class Frame(Frozen):
    """The unsigned surroundings of a page, frozen with each publication so that every change is logged."""

    notice: Notice | None = None
    filed_under: tuple[Filing, ...] = ()
