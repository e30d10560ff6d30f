"""The answers of a signer to the checklist: what was asked, and whether it lets a text out."""

from collections.abc import Mapping
from dataclasses import dataclass

from articles.publishing.actions import ActionRefused
from reviews.models import MedicalReview
from reviews.signing import ledger
from reviews.signing.changes import build_checklist
from reviews.signing.checklist import NOT_MINE, Answer, Checklist
from reviews.signing.second_reading import EarlierReadings, load_earlier_readings


class CannotSign(ActionRefused):
    """This person cannot sign this review now."""


@dataclass(frozen=True)
class GivenAnswers:
    """The checklist of a signature with an answer to each line, and what others confirmed before.

    Without a checklist nothing was asked.
    """

    earlier: EarlierReadings
    checklist: Checklist | None
    answers: Mapping[str, Answer]

    @property
    def over(self) -> ledger.AskedOver:
        return self.checklist.over if self.checklist else ""

    @property
    def lines(self) -> tuple[ledger.AskedLine, ...]:
        """The lines as the record has them."""
        lines = []
        for item in self.checklist.items if self.checklist else ():
            lines.append(
                ledger.AskedLine(
                    name=item.name,
                    statement=item.full_statement,
                    parts=item.part_labels,
                    answer=self.answers[item.name],
                )
            )
        return tuple(lines)

    @property
    def needs_second_reader(self) -> bool:
        """Whether a line of advice or doses is left that nobody has confirmed."""
        items = self.checklist.items if self.checklist else ()
        return any(
            self.earlier.needs_second_reader(item, self.answers[item.name]) for item in items
        )

    def add_to_meaning(self, meaning: str) -> str:
        """The meaning of a signature, which names what its signer left to others."""
        left = []
        for item in self.checklist.items if self.checklist else ():
            if self.answers[item.name] != NOT_MINE:
                continue
            confirmed = self.earlier.find_confirmation(item)
            if confirmed:
                day = f"{confirmed.on:%-d %B %Y}"
                left.append(f"{item.title} (confirmed by {confirmed.reader} on {day})")
            else:
                left.append(item.title)
        if not left:
            return meaning
        return f"{meaning} This leaves out what I do not judge: {'; '.join(left)}."


def read_answers(review: MedicalReview, answers: Mapping[str, Answer] | None) -> GivenAnswers:
    """What was asked and answered. Raises CannotSign unless each line has an answer."""
    earlier = load_earlier_readings(review)
    if answers is None:
        if earlier.records:
            raise CannotSign("A second reader answers the checklist: open the review again.")
        return GivenAnswers(earlier, None, {})
    checklist = build_checklist(review)
    if answers.keys() != {item.name for item in checklist.items}:
        raise CannotSign(
            "The checklist is not the one that you answered. Open the review again and answer it."
        )
    return GivenAnswers(earlier, checklist, answers)
