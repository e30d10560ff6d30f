"""The export columns of symptoms and causes, beside those of all pages."""

from collections import defaultdict
from typing import ClassVar

from django.db.models import Count, IntegerField, OuterRef, Q, Subquery

from articles.exports import resources
from articles.imports.formats.spreadsheets import join_values
from symptoms.models import Code, OtherName, PublishedCause, RelatedSymptom, SymptomCause


class SymptomFactsMixin(resources.ExportResource):
    """The facts of a symptom, several in a cell."""

    values: ClassVar = {
        "other names": "other_names_text",
        "codes": "codes_text",
        "causes": "causes_text",
        "related": "related_text",
    }

    def load(self, rows):
        pages = super().load(rows)
        keys = [page.pk for page in pages]
        facts = {
            "other_names_text": _collect_values(OtherName, keys, "{}", "name"),
            "codes_text": _collect_values(Code, keys, "{} {} {}", "system", "code", "display"),
            "causes_text": _collect_values(SymptomCause, keys, "{}", "cause__name"),
            "related_text": _collect_values(
                RelatedSymptom, keys, "{} ({})", "other__title", "system"
            ),
        }
        for page in pages:
            for name, values_by_page in facts.items():
                setattr(page, name, join_values(values_by_page[page.pk]))
        return pages


def _collect_values(model, page_ids: list[int], template: str, *names: str) -> dict[int, list[str]]:
    """By page, the text of each of its rows in order.

    Only these columns are read, as a page may have thousands of rows.
    """
    found: dict[int, list[str]] = defaultdict(list)
    for key, *values in model.objects.filter(symptom__in=page_ids).values_list("symptom", *names):
        found[key].append(template.format(*values).strip())
    return found


class BaseSymptomResource(SymptomFactsMixin, resources.BasePageResource):
    pass


class CauseResource(resources.ExportResource):
    values: ClassVar = {
        "id": "uuid",
        "name": "name",
        "address": "slug",
        "pages that name it": "pages",
        "public pages that name it": lambda cause: cause.public or 0,
    }

    def load(self, rows):
        signed = PublishedCause.objects.filter(cause_uuid=OuterRef("uuid"))
        by_cause = signed.order_by().values("cause_uuid")
        counts = by_cause.annotate(count=Count("pk")).values("count")
        active = Q(symptom_causes__symptom__discarded_at__isnull=True)
        rows = rows.annotate(
            pages=Count("symptom_causes", filter=active),
            public=Subquery(counts, output_field=IntegerField()),
        )
        return super().load(rows)
