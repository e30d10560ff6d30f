"""What several entries say of one reading: second readers, and many pages signed as one act."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from uuid import UUID

from reviews.models import LedgerEntry
from reviews.signing.checklist import CONFIRMED, NEEDS_CONFIRMATION
from reviews.signing.ledger import AskedLine, LedgerRecord, Together, describe_together

Outcome = LedgerEntry.EntryOutcome
Line = tuple[str, str, tuple[str, ...]]  # name, statement, parts


class SecondReadingCheck:
    """Advice and doses are published only where somebody confirmed each line that was asked.

    One pass through the chain in order. Of each text it remembers what was confirmed in entries
    with the outcome “partly”.
    """

    def __init__(self) -> None:
        # Number of a partly signed entry → its text, and the lines that were confirmed in it.
        self._partly: dict[int, tuple[UUID, set[Line]]] = {}

    def find_faults(self, record: LedgerRecord) -> Iterator[str]:
        """What is wrong with one entry. Remembers it if others can name it."""
        known: set[Line] = set()
        for sequence in record.earlier_readings:
            revision, confirmed = self._partly.get(sequence, (None, set()))
            if revision != record.revision:
                yield f"entry {sequence}, which it names, is no earlier reading of its text"
            known |= confirmed
        if record.outcome == Outcome.APPROVED:
            for line in record.asked:
                if _lacks_confirmation(line, known):
                    yield f"nobody confirmed its line “{line.name}”, without which it is not signed"
        elif record.outcome == Outcome.PARTLY:
            own = {_get_line(line) for line in record.asked if line.answer == CONFIRMED}
            self._partly[record.sequence] = record.revision, own


def _lacks_confirmation(line: AskedLine, known: set[Line]) -> bool:
    if line.name not in NEEDS_CONFIRMATION or line.answer == CONFIRMED:
        return False
    return _get_line(line) not in known


def _get_line(line: AskedLine) -> Line:
    return line.name, line.statement, line.parts


@dataclass
class _Act:
    """The entries of one act so far."""

    together: Together
    signer: UUID | None
    first: int
    reviews: list[tuple[UUID, str]] = field(default_factory=list)


class SignedTogetherCheck:
    """The entries of one act follow each other, are of one person, and are those of its list."""

    def __init__(self) -> None:
        self._act: _Act | None = None

    def find_faults(self, record: LedgerRecord) -> Iterator[str]:
        """What is wrong with the act before this entry, if it ended there."""
        if self._act and (record.together, record.actor.reviewer) != (
            self._act.together,
            self._act.signer,
        ):
            yield from self.end()
        if record.together is None:
            return
        if self._act is None:
            self._act = _Act(record.together, record.actor.reviewer, record.sequence)
        if record.review:
            self._act.reviews.append((record.review, record.digest))

    def end(self) -> Iterator[str]:
        """What is wrong with the act that ended, if there is one."""
        act, self._act = self._act, None
        if act and describe_together(act.reviews) != act.together:
            yield (
                f"the entries from {act.first} on are not those that were signed together: "
                f"{len(act.reviews)} of {act.together.number}, or others"
            )
