"""Public symptoms that share causes or symptoms with a page, for its related pages."""

from collections.abc import Sequence
from uuid import UUID

from django.db.models import Case, Count, Model, QuerySet, When

from articles.names import fold
from symptoms.content.document import SymptomDocument
from symptoms.models import PublishedCause, PublishedRelation

# What is read: the first causes and symptoms of a page, and of each the first pages that name it.
MAX_SHARED = 8
CANDIDATES_OF_EACH = 60


def find_neighbours(document: SymptomDocument) -> list[QuerySet]:
    """Ids of the pages that name its causes, and of those that name it or its symptoms.

    The nearest come first. What the text itself names is left out: it is linked there.
    """
    related = list(dict.fromkeys(symptom.uuid for symptom in document.all_related))
    related = [document.uuid, *related[: MAX_SHARED - 1]]
    relations = [PublishedRelation.objects.filter(other_uuid=uuid) for uuid in related]
    rows = _exclude_named(document, PublishedRelation, [row.order_by("id") for row in relations])
    found = [rows.values("article").annotate(shared=Count("id")).order_by("-shared", "article")]
    causes = list(dict.fromkeys(cause.uuid for cause in document.all_causes))[:MAX_SHARED]
    if causes:
        found.insert(0, _rank_by_causes(document, causes))
    return [ranked.values("article") for ranked in found]


def _rank_by_causes(document: SymptomDocument, causes: list[UUID]) -> QuerySet:
    """First the pages that share most causes; among equals, the next ones by title."""
    name = fold(document.title)[:200]
    naming = [PublishedCause.objects.filter(cause_uuid=uuid) for uuid in causes]
    parts = [rows.order_by("sort_key", "article") for rows in naming]
    rows = _exclude_named(document, PublishedCause, parts)
    ranked = rows.values("article").annotate(shared=Count("id"))
    is_later = Case(When(sort_key__gt=name, then=0), default=1)
    return ranked.order_by("-shared", is_later, "sort_key", "article")


def _exclude_named(
    document: SymptomDocument, model: type[Model], parts: Sequence[QuerySet]
) -> QuerySet:
    """The first rows of each part, without the page itself and the pages that it names."""
    limited: list[QuerySet] = []
    for part in parts:  # limited in a subquery, as SQLite allows no limit on a part of a union
        keys = part.values("pk")[:CANDIDATES_OF_EACH]
        limited.append(model._base_manager.order_by().filter(pk__in=keys).values("pk"))
    first, *others = limited
    keys = first.union(*others) if others else first
    rows = model._base_manager.order_by().filter(pk__in=keys)
    return rows.exclude(article__uuid__in={document.uuid, *document.linked})
