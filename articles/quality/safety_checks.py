"""The checks whose blocking problems are safety alerts where the text is live.

They read the document alone. Kinds of page add theirs (``Check.is_safety``).
"""

from articles.quality import care_cards, lethal_amounts, safety
from articles.quality.base import Check

SAFETY_CHECKS: tuple[Check, ...] = tuple(
    check
    for check in (*care_cards.CHECKS, *safety.CHECKS, *lethal_amounts.CHECKS)
    if check.is_safety
)
