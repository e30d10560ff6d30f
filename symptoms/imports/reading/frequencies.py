"""How often, as ontologies say it (``HP:0040283``, ``3/17``, ``7.5%``), in our three words.

Mind what it says: of those who have the cause, how many have the symptom. That is not how often the cause is what is
behind the symptom: a rare illness may always bring fever, and is no common cause of it. Hence the rule is one line.
"""

import re
from collections.abc import Callable
from functools import lru_cache

# Percent of those who have the cause: the lower ends of the classes of the Human Phenotype Ontology.
TERMS = {
    "HP:0040280": 100.0,
    "HP:0040281": 80.0,
    "HP:0040282": 30.0,
    "HP:0040283": 5.0,
    "HP:0040284": 1.0,
    "HP:0040285": 0.0,
}
COUNT = re.compile(r"([0-9]{1,9})\s*(?:/|of)\s*([0-9]{1,9})")
PERCENT = re.compile(r"([0-9]{1,3}(?:\.[0-9]+)?)\s*%")


def by_share(percent: float) -> str:
    """Common from 30 %, as “frequent” is there; uncommon from 5 %; rare below."""
    return "common" if percent >= 30 else "uncommon" if percent >= 5 else "rare"


def unsaid(percent: float) -> str:
    """Nothing, as it answers another question."""
    return ""


RULE: Callable[[float], str] = by_share


def share(raw: str) -> float | None:
    """Percent; None for what cannot be read."""
    if raw in TERMS:
        return TERMS[raw]
    if found := COUNT.fullmatch(raw):
        seen, of = int(found[1]), int(found[2])
        return 100 * seen / of if seen <= of and of else None
    found = PERCENT.fullmatch(raw)
    return float(found[1]) if found and float(found[1]) <= 100 else None


@lru_cache(maxsize=10_000)
def word(raw: str) -> str | None:
    """Our word for it: empty where nothing is said or can be read, None where it was never seen (0 of n)."""
    percent = share(raw.strip())
    if percent is None:
        return ""
    return RULE(percent) if percent > 0 else None
