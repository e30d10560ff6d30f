"""The export columns of symptoms and causes, beside those of all pages."""

from collections import defaultdict

from django.db.models import Count, IntegerField, OuterRef, Q, Subquery

from articles.exports import resources
from articles.exports.resources import ExportColumn
from articles.imports.formats.spreadsheets import join_values
from symptoms.models import Code, OtherName, PublishedCause, RelatedSymptom, SymptomCause


class SymptomFactsMixin(resources.ExportResource):
    """The facts of a symptom, several in a cell."""

    other_names = ExportColumn(column_name="other names")
    codes = ExportColumn(column_name="codes")
    causes = ExportColumn(column_name="causes")
    related = ExportColumn(column_name="related")

    def load(self, rows):
        pages = super().load(rows)
        keys = [page.pk for page in pages]
        facts = {
            "other_names": _collect_values(OtherName, keys, "{}", "name"),
            "codes": _collect_values(Code, keys, "{} {} {}", "system", "code", "display"),
            "causes": _collect_values(SymptomCause, keys, "{}", "cause__name"),
            "related": _collect_values(RelatedSymptom, keys, "{} ({})", "other__title", "system"),
        }
        for page in pages:
            page.facts = {}
            for name, values_by_page in facts.items():
                page.facts[name] = join_values(values_by_page[page.pk])
        return pages

    def dehydrate_other_names(self, page):
        return page.facts["other_names"]

    def dehydrate_codes(self, page):
        return page.facts["codes"]

    def dehydrate_causes(self, page):
        return page.facts["causes"]

    def dehydrate_related(self, page):
        return page.facts["related"]


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
    id = ExportColumn("uuid", "id")
    name = ExportColumn("name", "name")
    address = ExportColumn("slug", "address")
    pages = ExportColumn("pages", "pages that name it")
    public = ExportColumn(column_name="public pages that name it")

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

    def dehydrate_public(self, cause):
        return cause.public or 0
