"""Care advice as it is shown: to visitors as grave as its words are, at the desk at the level that was chosen.

Advice that was signed at a lesser level and yet sends somebody to emergency help is shown to visitors in emergency
style, under a heading of the frame, until it is signed anew (ADR 36). What was signed stays as it is.
"""

from dataclasses import dataclass

from django.utils.safestring import mark_safe

from articles.attributes import bare
from articles.content import ADVICE, Advice
from articles.dialling import linked
from articles.emergency_number import emergency_help

EMERGENCY = "emergency"


@dataclass(frozen=True)
class ShownAdvice:
    """What stands above and in the box, and the level whose look it has."""

    level: str
    label: str
    html: str


def for_visitors(advice: Advice) -> ShownAdvice:
    """Advice as visitors read it: the site's numbers can be dialled, and no attribute is there that nobody sees."""
    html = mark_safe(linked(bare(advice.html)))  # noqa: S308 - made safe wherever it is saved
    if asks_for_more(advice):
        return ShownAdvice(EMERGENCY, ADVICE, html)
    return ShownAdvice(advice.level, advice.label, html)


def as_chosen(advice: Advice) -> ShownAdvice:
    """Advice as it is written, signed and compared."""
    return ShownAdvice(advice.level, advice.label, advice.html)


def asks_for_more(advice: Advice) -> bool:
    """Whether advice of a lesser level sends somebody to emergency help."""
    return advice.level != EMERGENCY and bool(emergency_help(advice.html))
