"""How often a symptom comes with a cause, as ontologies say it (``HP:0040283``, ``3/17``, ``7.5%``), in percent.

It says of those who have the cause how many have the symptom. That is not how often the cause is what is behind the
symptom: a rare illness may always bring fever, and is no common cause of it. So it never becomes our “common”; only
what was never seen means something here.
"""

import re
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


@lru_cache(maxsize=10_000)
def share(raw: str) -> float | None:
    """Percent; None where nothing is said or can be read. 0 was looked for and never seen."""
    raw = raw.strip()
    if raw in TERMS:
        return TERMS[raw]
    if found := COUNT.fullmatch(raw):
        seen, of = int(found[1]), int(found[2])
        return 100 * seen / of if seen <= of and of else None
    found = PERCENT.fullmatch(raw)
    return float(found[1]) if found and float(found[1]) <= 100 else None
