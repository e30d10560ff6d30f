"""Reports on causes, codes and relations.

They list what is one-way, named by no page, without a code, or there twice.
"""

from collections import Counter, defaultdict
from functools import partial
from urllib.parse import urlencode

from django.db.models import Count, Exists, F, OuterRef, QuerySet
from django.urls import reverse

from articles.lists import ListFilter, filter_by
from articles.models import MergedPage
from articles.reports import similar_names, twin_names
from articles.reports.base import (
    STATE_FILTER,
    Report,
    ReportCell,
    ReportColumn,
    ReportLine,
    get_states,
)
from articles.reports.kept import KeptRowsReport
from articles.reports.similar_names import SIMILARITY_LABELS, ComparedName, SimilarPair
from articles.reports.twin_names import NameKind, StoredName
from symptoms.admin.report_actions import (
    AddReverseRelationsAction,
    DeleteOrphanCausesAction,
    filter_one_way,
)
from symptoms.models import (
    BodySystem,
    Cause,
    CauseAddress,
    Code,
    OtherName,
    RelatedSymptom,
    Symptom,
    SymptomCause,
)


def get_symptom_url(key: int) -> str:
    return reverse("admin:symptoms_symptom_change", args=[key])


def get_cause_url(key: int) -> str:
    return reverse("admin:symptoms_cause_change", args=[key])


def _filter_both_published(rows: QuerySet, value: str, user) -> QuerySet:
    return rows.filter(symptom__live__isnull=False, other__live__isnull=False)


class OneWayRelationsReport(Report):
    """A names B, and B does not name A."""

    name, title = "one-way-relations", "One-way relations"
    description = "A page names another as a related symptom, and that one does not name it back."
    empty_message = "Every relation goes both ways."
    noun = ("relation", "relations")
    permission = "symptoms.view_symptom"
    columns = (
        ReportColumn("page", "Page", ("symptom__sort_key",)),
        ReportColumn("names", "Names", ("other__sort_key",)),
        ReportColumn("system", "Body system", ("system", "symptom__sort_key")),
        ReportColumn("serious", "Among the serious"),
        ReportColumn("state", "State of the other"),
    )
    order = ("symptom__sort_key", "other__sort_key", "pk")
    filters = (
        ListFilter("system", "body system", dict(BodySystem.choices), apply=filter_by("system")),
        ListFilter(
            "published",
            "published",
            {"both": "Both pages"},
            apply=_filter_both_published,
            noun="choice",
        ),
    )
    action = AddReverseRelationsAction

    def get_rows(self):
        return filter_one_way(RelatedSymptom.objects.all())

    def build_lines(self, rows):
        keys = [row.pk for row in rows]
        relations = RelatedSymptom.objects.select_related("symptom", "other")
        relations = relations.only("system", "serious", "symptom__title", "other__title")
        loaded = relations.in_bulk(keys)
        states = get_states({row.other_id for row in loaded.values()})
        return [_build_relation_line(loaded[key], states) for key in keys if key in loaded]


def _build_relation_line(row: RelatedSymptom, states: dict[int, str]) -> ReportLine:
    cells = [
        ReportCell(row.symptom.title, get_symptom_url(row.symptom_id)),
        ReportCell(row.other.title, get_symptom_url(row.other_id)),
        ReportCell(row.get_system_display()),
        ReportCell("Yes" if row.serious else "No"),
        ReportCell(states[row.other_id]),
    ]
    return ReportLine(str(row.pk), f"{row.symptom.title} names {row.other.title}", cells)


def _get_addresses() -> QuerySet:
    """The addresses under which the cause of an outer query was ever signed."""
    return CauseAddress.objects.filter(cause_uuid=OuterRef("uuid"))


def _filter_signed(rows: QuerySet, value: str, user) -> QuerySet:
    was_signed = Exists(_get_addresses())
    if value == "ever":
        return rows.filter(was_signed)
    return rows.filter(~was_signed)


class OrphanCausesReport(Report):
    """Causes that no draft names any more."""

    name, title = "orphan-causes", "Causes that no page names"
    description = (
        "No page names these causes as it was last saved; a page that was signed earlier may, "
        "until it is signed again."
    )
    empty_message = "Every cause is named by a page."
    noun = ("cause", "causes")
    permission = "symptoms.view_cause"
    columns = (
        ReportColumn("name", "Name", ("folded",)),
        ReportColumn("address", "Address", ("slug",)),
        ReportColumn("signed", "Public"),
    )
    order = ("folded", "pk")
    filters = (
        ListFilter(
            "signed",
            "public",
            {"ever": "Once, or still", "never": "Never"},
            apply=_filter_signed,
            noun="choice",
        ),
    )
    action = DeleteOrphanCausesAction

    def get_rows(self):
        named = SymptomCause.objects.filter(
            cause=OuterRef("pk"), symptom__discarded_at__isnull=True
        )
        return Cause.objects.filter(~Exists(named))

    def build_lines(self, rows):
        rows = list(rows)
        uuids = [row.uuid for row in rows]
        addresses = CauseAddress.objects.filter(cause_uuid__in=uuids)
        signed = set(addresses.values_list("cause_uuid", flat=True))
        return [_build_cause_line(row, row.uuid in signed) for row in rows]


def _build_cause_line(cause: Cause, was_signed: bool) -> ReportLine:
    cells = [
        ReportCell(cause.name, get_cause_url(cause.pk)),
        ReportCell(cause.slug),
        ReportCell("Once, or still" if was_signed else "Never"),
    ]
    return ReportLine(str(cause.pk), cause.name, cells)


ANY_SYSTEM = "any"


def _filter_lacking(rows: QuerySet, value: str, user) -> QuerySet:
    """Symptoms without a code of a system, or without any."""
    codes = Code.objects.filter(symptom=OuterRef("pk"))
    if value != ANY_SYSTEM:
        codes = codes.filter(system=value)
    return rows.filter(~Exists(codes))


class MissingCodesReport(Report):
    """Symptoms without a code, or without one of a system."""

    name, title = "missing-codes", "Symptoms without a code"
    description = (
        "Symptoms by which no patient-record system can find the page. "
        "Filter by coding system to see what is missing."
    )
    empty_message = "Every symptom has one."
    noun = ("symptom", "symptoms")
    permission = "symptoms.view_symptom"
    columns = (
        ReportColumn("title", "Title", ("sort_key",)),
        ReportColumn("state", "State"),
        ReportColumn("codes", "Codes"),
    )
    order = ("sort_key", "pk")
    filters = (
        ListFilter(
            "lacks",
            "lacks",
            {ANY_SYSTEM: "Any code"}
            | {value: f"{label} code" for value, label in Code.System.choices},
            apply=_filter_lacking,
            noun="coding system",
            default=ANY_SYSTEM,
        ),
        STATE_FILTER,
    )

    def get_rows(self):
        return Symptom.objects.linkable().only("title")  # no texts are sorted

    def build_lines(self, rows):
        rows = list(rows)
        keys = [row.pk for row in rows]
        states = get_states(keys)
        codes = defaultdict(list)
        for code in Code.objects.filter(symptom__in=keys):
            codes[code.symptom_id].append(str(code))
        return [_build_symptom_line(row, states[row.pk], codes[row.pk]) for row in rows]


def _build_symptom_line(symptom: Symptom, state: str, codes: list[str]) -> ReportLine:
    cells = [
        ReportCell(symptom.title, get_symptom_url(symptom.pk)),
        ReportCell(state),
        ReportCell(", ".join(codes) or "None"),
    ]
    return ReportLine(str(symptom.pk), symptom.title, cells)


def _filter_similarity(pairs: list[SimilarPair], value: str, user) -> list[SimilarPair]:
    return [pair for pair in pairs if pair.similarity == value]


class SimilarNamesReport(KeptRowsReport):
    """Pairs of rows that may be the same thing, computed from all names with a limit on the work.

    What was merged or deleted since is left out of the lines.
    """

    empty_message = "No two look alike."
    noun = ("pair", "pairs")
    columns = (
        ReportColumn("one", "One"),
        ReportColumn("other", "Other"),
        ReportColumn("how", "How alike"),
        ReportColumn("merge", "Merge"),
    )
    filters = (
        ListFilter("how", "how alike", SIMILARITY_LABELS, apply=_filter_similarity, noun="choice"),
    )

    def get_names(self) -> list[ComparedName]:
        raise NotImplementedError

    def count_uses(self, keys: set[int]) -> Counter:
        """How many pages name each of some rows."""
        raise NotImplementedError

    def get_change_url(self, key: int) -> str:
        raise NotImplementedError

    def get_merge_url(self, kept: int, other: int) -> str:
        raise NotImplementedError

    def find_present(self, keys: set[int]) -> set[int]:
        """Those of some rows that are still there and can be merged."""
        raise NotImplementedError

    def compute_rows(self):
        return similar_names.find_similar_pairs(self.get_names())

    def pack(self, row):
        names = [[name.key, name.text, name.is_main] for name in (row.one, row.other)]
        return [*names, row.similarity, row.score]

    def unpack(self, values):
        one, other, similarity, score = values
        return SimilarPair(ComparedName(*one), ComparedName(*other), similarity, score)

    def build_lines(self, rows):
        pairs = list(rows)
        keys = set()
        for pair in pairs:
            keys.update(pair.keys)
        uses = self.count_uses(keys)
        present = self.find_present(keys)
        return [self._build_pair_line(pair, uses) for pair in pairs if pair.keys <= present]

    def _build_pair_line(self, pair: SimilarPair, uses: Counter) -> ReportLine:
        """The one that more pages name comes first, and is offered to be kept."""
        one, other = pair.one, pair.other
        if uses[other.key] > uses[one.key]:
            one, other = other, one
        label = SIMILARITY_LABELS[pair.similarity]
        if pair.similarity == "spelling":
            label = f"{label} ({pair.score:.0f} %)"
        cells = [
            self._build_name_cell(one, uses),
            self._build_name_cell(other, uses),
            ReportCell(label),
            ReportCell("Preview merge", self.get_merge_url(one.key, other.key)),
        ]
        return ReportLine(f"{one.key}-{other.key}", f"{one.text} and {other.text}", cells)

    def _build_name_cell(self, name: ComparedName, uses: Counter) -> ReportCell:
        return ReportCell(f"{name.text} ({uses[name.key]:,})", self.get_change_url(name.key))


def _get_merge_url(model_name: str, kept: int, other: int) -> str:
    address = reverse(f"admin:symptoms_{model_name}_merge", args=[kept])
    return f"{address}?{urlencode({'other': other})}"


class SimilarCausesReport(SimilarNamesReport):
    name, title = "look-alike-causes", "Causes that look alike"
    description = (
        "Two causes that may be one. The number of pages that name each is in brackets. "
        "Merge them, or leave them."
    )
    permission = "symptoms.view_cause"

    def get_names(self):
        return [ComparedName(key, name) for key, name in Cause.objects.values_list("pk", "name")]

    def find_present(self, keys):
        return set(Cause.objects.filter(pk__in=keys).values_list("pk", flat=True))

    def count_uses(self, keys):
        named = SymptomCause.objects.filter(cause__in=keys).order_by()
        rows = named.values("cause").annotate(count=Count("pk"))
        return Counter(dict(rows.values_list("cause", "count")))

    def get_change_url(self, key):
        return get_cause_url(key)

    def get_merge_url(self, kept, other):
        return _get_merge_url("cause", kept, other)


class SimilarSymptomsReport(SimilarNamesReport):
    name, title = "look-alike-symptoms", "Symptoms that look alike"
    description = (
        "Two pages that may be of one symptom, by their titles or other names. "
        "The number of pages that name each is in brackets. Merge them, or leave them."
    )
    permission = "symptoms.view_symptom"

    def get_names(self):
        names = []
        for key, title in Symptom.objects.linkable().values_list("pk", "title"):
            names.append(ComparedName(key, title))
        merged = MergedPage.objects.filter(page=OuterRef("symptom"))
        others = OtherName.objects.filter(symptom__discarded_at__isnull=True)
        for key, name in others.exclude(Exists(merged)).values_list("symptom", "name"):
            names.append(ComparedName(key, name, is_main=False))
        return names

    def find_present(self, keys):
        pages = Symptom.objects.linkable().filter(pk__in=keys)
        return set(pages.values_list("pk", flat=True))

    def count_uses(self, keys):
        named = RelatedSymptom.objects.filter(other__in=keys).order_by()
        rows = named.values(key=F("other")).annotate(count=Count("pk"))
        return Counter(dict(rows.values_list("key", "count")))

    def get_change_url(self, key):
        return get_symptom_url(key)

    def get_merge_url(self, kept, other):
        return _get_merge_url("symptom", kept, other)


def _load_causes() -> list[StoredName]:
    return twin_names.load_pairs(Cause.objects.order_by("pk").values_list("pk", "name"))


def _load_symptoms() -> list[StoredName]:
    return twin_names.load_pairs(
        Symptom.objects.linkable().order_by("pk").values_list("pk", "title")
    )


def _load_other_names() -> list[StoredName]:
    rows = OtherName.objects.filter(symptom__discarded_at__isnull=True).order_by("pk")
    return twin_names.load_pairs(rows.values_list("symptom", "name", "symptom"))


NAME_KINDS = (
    NameKind("Cause", _load_causes, get_cause_url, partial(_get_merge_url, "cause")),
    NameKind(
        "Symptom",
        _load_symptoms,
        get_symptom_url,
        partial(_get_merge_url, "symptom"),
        is_normalized=False,
    ),
    NameKind("Other name", _load_other_names, get_symptom_url),
)


REPORTS = (
    OneWayRelationsReport(),
    OrphanCausesReport(),
    MissingCodesReport(),
    SimilarCausesReport(),
    SimilarSymptomsReport(),
)
