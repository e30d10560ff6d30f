"""How often a symptom comes with a cause, in percent, as ontologies say it.

They write ``HP:0040283``, ``3/17`` or ``7.5%``: of those who have the cause, how many have the
symptom. That is not how often the cause is behind the symptom: a rare illness may always bring
fever, and is no common cause of it. So it never becomes our “common”; only what was never seen
means something here.
"""

import re
from functools import lru_cache

# The lower ends of the classes of the Human Phenotype Ontology, in percent.
TERM_PERCENTAGES = {
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
def parse_percentage(raw: str) -> float | None:
    """Percent; None if there is none or it cannot be read. 0 was looked for and never seen."""
    raw = raw.strip()
    if raw in TERM_PERCENTAGES:
        return TERM_PERCENTAGES[raw]
    found = COUNT.fullmatch(raw)
    if found:
        seen, total = int(found[1]), int(found[2])
        if not total or seen > total:
            return None
        return 100 * seen / total
    found = PERCENT.fullmatch(raw)
    if not found or float(found[1]) > 100:
        return None
    return float(found[1])
