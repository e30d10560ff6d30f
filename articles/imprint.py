"""What a publication prints around the signed document: the review line and the frame."""

import datetime as dt

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


class ReviewLine(Grown):
    """Who reviewed the whole page, when, and when again: computed from the ledger, never typed.

    Corrections stay with a page for as long as it is public, whoever reviews it later.
    """

    ADDED = frozenset({"corrections"})

    reviewed_by: Person
    last_reviewed: dt.date
    next_due: dt.date
    updates: tuple[Update, ...] = ()
    corrections: tuple[Correction, ...] = ()

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
