"""Reports on causes, codes and relations: what is one-way, named by nobody, without a code, or there twice."""

from collections import Counter
from urllib.parse import urlencode

from django.db.models import Count, Exists, F, OuterRef
from django.urls import reverse

from articles.models import MergedPage
from articles.reports import alike
from articles.reports.alike import HOW, Name
from articles.reports.report import STATE, Cell, Column, Line, Report, Sieve, states
from symptoms.admin_reports import AddTheOtherWay, DeleteCauses, without_way_back
from symptoms.models import BodySystem, Cause, CauseAddress, Code, OtherName, RelatedSymptom, Symptom, SymptomCause


def symptom_form(key: int) -> str:
    return reverse("admin:symptoms_symptom_change", args=[key])


def cause_form(key: int) -> str:
    return reverse("admin:symptoms_cause_change", args=[key])


class OneWay(Report):
    """A names B, and B does not name A."""

    name, title = "one-way-relations", "One-way relations"
    says = "A page names another as a related symptom, and that one does not name it back."
    nothing = "Every relation goes both ways."
    noun = ("relation", "relations")
    right = "symptoms.view_symptom"
    columns = (
        Column("page", "Page", ("symptom__sort_key",)),
        Column("names", "Names", ("other__sort_key",)),
        Column("system", "Body system", ("system", "symptom__sort_key")),
        Column("serious", "Among the serious"),
        Column("state", "State of the other"),
    )
    order = ("symptom__sort_key", "other__sort_key", "pk")
    sieves = (
        Sieve("system", "Body system", dict(BodySystem.choices), lambda rows, value: rows.filter(system=value)),
        Sieve(
            "published",
            "Published",
            {"both": "Both pages"},
            lambda rows, value: rows.filter(symptom__live__isnull=False, other__live__isnull=False),
        ),
    )
    deed = AddTheOtherWay()

    def rows(self):
        return without_way_back(RelatedSymptom.objects.all())

    def told(self, rows):
        keys = [row.pk for row in rows]
        found = RelatedSymptom.objects.filter(pk__in=keys).select_related("symptom", "other")
        loaded = {row.pk: row for row in found.only("system", "serious", "symptom__title", "other__title")}
        state = states({row.other_id for row in loaded.values()})
        return [_relation(loaded[key], state) for key in keys if key in loaded]


def _relation(row: RelatedSymptom, state: dict[int, str]) -> Line:
    cells = [
        Cell(row.symptom.title, symptom_form(row.symptom_id)),
        Cell(row.other.title, symptom_form(row.other_id)),
        Cell(row.get_system_display()),
        Cell("Yes" if row.serious else "No"),
        Cell(state[row.other_id]),
    ]
    return Line(str(row.pk), f"{row.symptom.title} names {row.other.title}", cells)


class Orphans(Report):
    """Causes that no draft names any more."""

    name, title = "orphan-causes", "Causes that no page names"
    says = (
        "No page names these causes as it was last saved; a page that was signed earlier may, until it is signed again."
    )
    nothing = "Every cause is named by a page."
    noun = ("cause", "causes")
    right = "symptoms.view_cause"
    columns = (Column("name", "Name", ("folded",)), Column("address", "Address", ("slug",)), Column("signed", "Public"))
    order = ("folded", "pk")
    sieves = (
        Sieve(
            "signed",
            "Public",
            {"ever": "Once, or still", "never": "Never"},
            lambda rows, value: rows.filter(Exists(_signed()) if value == "ever" else ~Exists(_signed())),
        ),
    )
    deed = DeleteCauses()

    def rows(self):
        named = SymptomCause.objects.filter(cause=OuterRef("pk"), symptom__discarded_at__isnull=True)
        return Cause.objects.filter(~Exists(named))

    def told(self, rows):
        rows = list(rows)
        uuids = [row.uuid for row in rows]
        signed = set(CauseAddress.objects.filter(cause_uuid__in=uuids).values_list("cause_uuid", flat=True))
        return [
            Line(
                str(row.pk),
                row.name,
                [
                    Cell(row.name, cause_form(row.pk)),
                    Cell(row.slug),
                    Cell("Once, or still" if row.uuid in signed else "Never"),
                ],
            )
            for row in rows
        ]


def _signed():
    return CauseAddress.objects.filter(cause_uuid=OuterRef("uuid"))


def _codes(system: str = ""):
    rows = Code.objects.filter(symptom=OuterRef("pk"))
    return rows.filter(system=system) if system else rows


class Uncoded(Report):
    """Symptoms without a code, or without one of a system."""

    name, title = "missing-codes", "Symptoms without a code"
    says = "Symptoms by which no patient-record system can find the page. Sift by coding system to see what it lacks."
    nothing = "Every symptom has one."
    noun = ("symptom", "symptoms")
    right = "symptoms.view_symptom"
    columns = (Column("title", "Title", ("sort_key",)), Column("state", "State"), Column("codes", "Codes"))
    order = ("sort_key", "pk")
    ANY = "any"
    sieves = (
        Sieve(
            "lacks",
            "Lacks",
            {ANY: "Any code"} | {value: f"{label} code" for value, label in Code.System.choices},
            lambda rows, value: rows.filter(~Exists(_codes("" if value == "any" else value))),
            ANY,
        ),
        STATE,
    )

    def rows(self):
        return Symptom.objects.standing()

    def told(self, rows):
        rows = list(rows)
        keys = [row.pk for row in rows]
        state, codes = states(keys), {}
        for row in Code.objects.filter(symptom__in=keys):
            codes.setdefault(row.symptom_id, []).append(str(row))
        return [
            Line(
                str(row.pk),
                row.title,
                [
                    Cell(row.title, symptom_form(row.pk)),
                    Cell(state[row.pk]),
                    Cell(", ".join(codes.get(row.pk, ["None"]))),
                ],
            )
            for row in rows
        ]


class Alike(Report):
    """Two rows that may be one. Worked out from all names in bounded work, and not counted on the home."""

    nothing = "No two look alike."
    noun = ("pair", "pairs")
    counted = False
    columns = (Column("one", "One"), Column("other", "Other"), Column("how", "How alike"), Column("merge", "Merge"))
    sieves = (Sieve("how", "How alike", HOW, lambda rows, value: [pair for pair in rows if pair.how == value]),)

    def names(self) -> list[Name]:
        raise NotImplementedError

    def uses(self, keys: set[int]) -> Counter:
        """How many pages name each of some rows."""
        raise NotImplementedError

    def form(self, key: int) -> str:
        raise NotImplementedError

    def merge(self, kept: int, other: int) -> str:
        raise NotImplementedError

    def rows(self):
        return alike.pairs(self.names())

    def ordered(self, rows, column, backwards):
        return rows

    def count(self):
        return len(self.rows())

    def told(self, rows):
        rows = list(rows)
        uses = self.uses({key for pair in rows for key in pair.keys})
        return [self._pair(pair, uses) for pair in rows]

    def _pair(self, pair: alike.Pair, uses: Counter) -> Line:
        """The one that more pages name is offered to be kept."""
        one, other = sorted((pair.one, pair.other), key=lambda name: -uses[name.key])
        cells = [Cell(f"{name.text} ({uses[name.key]:,})", self.form(name.key)) for name in (one, other)]
        how = HOW[pair.how] if pair.how != "spelling" else f"{HOW[pair.how]} ({pair.likeness:.0f} %)"
        way = Cell("See what would happen", self.merge(one.key, other.key))
        return Line(f"{one.key}-{other.key}", f"{one.text} and {other.text}", [*cells, Cell(how), way])


def _merging(model: str, kept: int, other: int) -> str:
    return f"{reverse(f'admin:symptoms_{model}_merge', args=[kept])}?{urlencode({'other': other})}"


class AlikeCauses(Alike):
    name, title = "look-alike-causes", "Causes that look alike"
    says = "Two causes that may be one. In brackets stands how many pages name each. Merge them, or leave them."
    right = "symptoms.view_cause"

    def names(self):
        return [Name(key, name) for key, name in Cause.objects.values_list("pk", "name")]

    def uses(self, keys):
        rows = SymptomCause.objects.filter(cause__in=keys).order_by().values("cause").annotate(count=Count("pk"))
        return Counter(dict(rows.values_list("cause", "count")))

    def form(self, key):
        return cause_form(key)

    def merge(self, kept, other):
        return _merging("cause", kept, other)


class AlikeSymptoms(Alike):
    name, title = "look-alike-symptoms", "Symptoms that look alike"
    says = (
        "Two pages that may be of one symptom, by their titles or other names. In brackets stands how many pages name "
        "each. Merge them, or leave them."
    )
    right = "symptoms.view_symptom"

    def names(self):
        pages = Symptom.objects.standing()
        titles = [Name(key, title) for key, title in pages.values_list("pk", "title")]
        others = OtherName.objects.filter(symptom__discarded_at__isnull=True).exclude(
            Exists(MergedPage.objects.filter(page=OuterRef("symptom")))
        )
        return titles + [Name(key, name, first=False) for key, name in others.values_list("symptom", "name")]

    def uses(self, keys):
        rows = (
            RelatedSymptom.objects.filter(other__in=keys).order_by().values(key=F("other")).annotate(count=Count("pk"))
        )
        return Counter(dict(rows.values_list("key", "count")))

    def form(self, key):
        return symptom_form(key)

    def merge(self, kept, other):
        return _merging("symptom", kept, other)


EVERY = (OneWay(), Orphans(), Uncoded(), AlikeCauses(), AlikeSymptoms())
