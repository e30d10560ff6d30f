"""Public symptoms that share causes or symptoms with a page, for its related pages."""

from collections.abc import Sequence
from uuid import UUID

from articles.db.nearest import Asking, SharedRows
from articles.names import fold
from symptoms.content.document import SymptomDocument
from symptoms.models import PublishedCause, PublishedRelation

# What is read: the first causes and symptoms of a page, and of each the first pages that name it.
MAX_SHARED = 8
CANDIDATES_OF_EACH = 60

# First the pages that share most causes; among equals, the next ones by title.
SHARED_CAUSES = SharedRows(
    PublishedCause,
    "cause_uuid",
    ("ORDER BY sort_key, article_id",),
    limit=CANDIDATES_OF_EACH,
    rank=(
        "COUNT(*) DESC, CASE WHEN named.sort_key > asking.name THEN 0 ELSE 1 END, named.sort_key"
    ),
    columns=("sort_key",),
)
SHARED_SYMPTOMS = SharedRows(
    PublishedRelation,
    "other_uuid",
    ("ORDER BY id",),
    limit=CANDIDATES_OF_EACH,
    rank="COUNT(*) DESC",
)


def find_neighbours(documents: Sequence[SymptomDocument], most: int) -> list[list[list[int]]]:
    """For each page the pages that name its causes, and those that name it or its symptoms.

    Ids, the nearest first: ``most`` of each and as many more as the page itself names. Two queries
    for any number of pages.
    """
    by_causes: list[Asking] = []
    by_symptoms: list[Asking] = []
    for document in documents:
        name = fold(document.title)[:200]
        count = most + len(document.linked) + 1  # itself, and what it names, may be among them
        causes = list(dict.fromkeys(cause.uuid for cause in document.all_causes))
        by_causes.append(Asking(causes[:MAX_SHARED], name, count))
        by_symptoms.append(Asking(_list_symptoms(document), name, count))
    shared = zip(SHARED_CAUSES.find(by_causes), SHARED_SYMPTOMS.find(by_symptoms), strict=True)
    return [list(ways) for ways in shared]


def _list_symptoms(document: SymptomDocument) -> list[UUID]:
    related = list(dict.fromkeys(symptom.uuid for symptom in document.all_related))
    return [document.uuid, *related[: MAX_SHARED - 1]]
