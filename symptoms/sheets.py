"""What the columns of symptoms and causes have to tell, beside those of all pages."""

from collections import defaultdict

from django.db.models import Count, IntegerField, OuterRef, Q, Subquery

from articles import sheets
from articles.sheets import Column
from articles.spreadsheets import joined
from symptoms.models import Code, OtherName, PublishedCause, RelatedSymptom, SymptomCause


class Facts(sheets.Sheet):
    """The facts of a symptom, several in a cell."""

    other_names = Column(column_name="other names")
    codes = Column(column_name="codes")
    causes = Column(column_name="causes")
    related = Column(column_name="related")

    def load(self, rows):
        pages = super().load(rows)
        keys = [page.pk for page in pages]
        said = {
            "other_names": _said(OtherName, keys, "{}", "name"),
            "codes": _said(Code, keys, "{} {} {}", "system", "code", "display"),
            "causes": _said(SymptomCause, keys, "{}", "cause__name"),
            "related": _said(RelatedSymptom, keys, "{} ({})", "other__title", "system"),
        }
        for page in pages:
            page.facts = {name: joined(by_page[page.pk]) for name, by_page in said.items()}
        return pages

    def dehydrate_other_names(self, page):
        return page.facts["other_names"]

    def dehydrate_codes(self, page):
        return page.facts["codes"]

    def dehydrate_causes(self, page):
        return page.facts["causes"]

    def dehydrate_related(self, page):
        return page.facts["related"]


def _said(model, keys: list[int], words: str, *names: str) -> dict[int, list[str]]:
    """By page what its rows of a model say, in their order. Only the words are read: a page may have thousands."""
    found = defaultdict(list)
    for key, *values in model.objects.filter(symptom__in=keys).values_list("symptom", *names):
        found[key].append(words.format(*values).strip())
    return found


class SymptomSheet(Facts, sheets.PageSheet):
    pass


class CauseSheet(sheets.Sheet):
    id = Column("uuid", "id")
    name = Column("name", "name")
    address = Column("slug", "address")
    pages = Column("pages", "pages that name it")
    public = Column(column_name="public pages that name it")

    def load(self, rows):
        signed = PublishedCause.objects.filter(cause_uuid=OuterRef("uuid")).order_by().values("cause_uuid")
        counted = Subquery(signed.annotate(count=Count("pk")).values("count"), output_field=IntegerField())
        kept = Q(symptom_causes__symptom__discarded_at__isnull=True)
        return super().load(rows.annotate(pages=Count("symptom_causes", filter=kept), public=counted))

    def dehydrate_public(self, cause):
        return cause.public or 0
