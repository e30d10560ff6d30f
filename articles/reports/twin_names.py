"""Names that are there twice by today's key, and names that are not in their normal form.

Nothing merges or renames them: the report and ``manage.py list_twin_names`` list them.
"""

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.urls import reverse
from taggit.models import Tag

from articles.content import kinds
from articles.lists import ListFilter
from articles.models import Article, Topic
from articles.names import fold, normalize_name
from articles.publishing.stored_keys import has_new_keys
from articles.reports.base import ReportCell, ReportColumn, ReportLine
from articles.reports.kept import KeptRowsReport

TWINS, FORM = "twins", "form"
FINDINGS = {TWINS: "The same name twice", FORM: "Not in the normal form"}


@dataclass(frozen=True)
class StoredName:
    """A name, the key of what it names, and within what it stands once, such as a page."""

    key: int
    text: str
    within: object = None


@dataclass(frozen=True)
class NameKind:
    """A kind of thing with a name. ``merges``: the address that merges the second into the first.

    ``is_normalized``: whether new names of the kind get the normal form.
    """

    noun: str
    load: Callable[[], Iterable[StoredName]]
    get_url: Callable[[int], str]
    get_merge_url: Callable[[int, int], str] | None = None
    is_normalized: bool = True


@dataclass(frozen=True)
class NameFinding:
    """A name, and its twin or its normal form."""

    kind: NameKind
    one: StoredName
    other: StoredName
    finding: str

    def __str__(self) -> str:
        label = FINDINGS[self.finding].lower()
        return f"{self.kind.noun}: “{self.one.text}” and “{self.other.text}” ({label})"


_kinds: list[NameKind] = []


def register(*kinds: NameKind) -> None:
    _kinds.extend(kinds)


def find_all() -> list[NameFinding]:
    """Twins, and names in another form than new ones get. One query for each kind of name."""
    twins: list[NameFinding] = []
    others: list[NameFinding] = []
    for kind in _kinds:
        names = list(kind.load())
        twins.extend(_find_twins(kind, names))
        if kind.is_normalized:
            others.extend(_find_other_forms(kind, names))
    return twins + others


def _find_twins(kind: NameKind, names: list[StoredName]) -> Iterator[NameFinding]:
    """Each name that is there twice, with the first of its name."""
    firsts: dict[tuple[object, str], StoredName] = {}
    for name in names:
        key = fold(name.text)
        first = firsts.setdefault((name.within, key), name)
        if key and first is not name:
            yield NameFinding(kind, first, name, TWINS)


def _find_other_forms(kind: NameKind, names: list[StoredName]) -> Iterator[NameFinding]:
    """Each name that would change if somebody typed it anew, with the form that it would get."""
    for name in names:
        normal = normalize_name(name.text)
        if normal != name.text:
            yield NameFinding(kind, name, StoredName(name.key, normal, name.within), FORM)


def install_after_migrate(app_config: AppConfig) -> None:
    post_migrate.connect(_print_count, sender=app_config, dispatch_uid="twin names")


def _print_count(
    plan: Sequence = (), stdout: Any = sys.stdout, verbosity: int = 1, **_: Any
) -> None:
    """After the migration that computed keys anew, say how many names are there twice."""
    if not verbosity or not has_new_keys(plan):
        return
    count = sum(1 for finding in find_all() if finding.finding == TWINS)
    if count:
        stdout.write(
            f"  Names that are there twice: {count:,}. Nothing was merged or renamed. They are "
            f"listed under Reports, “{TwinNamesReport.title}”, and by "
            "“manage.py list_twin_names”.\n"
        )


def load_pairs(rows: Iterable[Sequence]) -> list[StoredName]:
    """Names of rows of key, text and perhaps what they stand within."""
    return [StoredName(*row) for row in rows]


def _load_pages() -> list[StoredName]:
    own_kinds = [kind.name for kind in kinds.get_all() if kind.model is Article]
    pages = Article.objects.linkable().filter(kind__in=own_kinds).order_by("pk")
    return load_pairs(pages.values_list("pk", "title", "kind"))


def _get_page_url(key: int) -> str:
    return reverse("admin:articles_article_change", args=[key])


def _get_topic_url(key: int) -> str:
    return reverse("admin:articles_topic_change", args=[key])


def _get_no_url(key: int) -> str:
    return ""


register(
    NameKind(
        "Topic",
        lambda: load_pairs(Topic.objects.order_by("pk").values_list("pk", "name")),
        _get_topic_url,
    ),
    NameKind(
        "Tag", lambda: load_pairs(Tag.objects.order_by("pk").values_list("pk", "name")), _get_no_url
    ),
    NameKind("Page", _load_pages, _get_page_url, is_normalized=False),
)


def _filter_finding(rows: list[NameFinding], value: str, user) -> list[NameFinding]:
    return [row for row in rows if row.finding == value]


class TwinNamesReport(KeptRowsReport):
    """Names that are one name by their letters, and stand twice: they came before this rule."""

    name, title = "twin-names", "The same name twice"
    description = (
        "Names that differ only in case, accents, or kinds of apostrophes, hyphens and blanks, and "
        "names with other signs than new names get. Nothing was renamed or merged."
    )
    empty_message = "Every name is there once, in its normal form."
    noun = ("name", "names")
    permission = "articles.view_article"
    columns = (
        ReportColumn("kind", "Kind"),
        ReportColumn("one", "Name"),
        ReportColumn("other", "Other name or normal form"),
        ReportColumn("finding", "Finding"),
        ReportColumn("merge", "Merge"),
    )
    filters = (ListFilter("finding", "finding", FINDINGS, apply=_filter_finding, noun="finding"),)

    def compute_rows(self):
        return find_all()

    def pack(self, row):
        return [
            row.kind.noun,
            row.one.key,
            row.one.text,
            row.other.key,
            row.other.text,
            row.finding,
        ]

    def unpack(self, values):
        noun, key, text, other_key, other_text, finding = values
        kind = next(kind for kind in _kinds if kind.noun == noun)
        return NameFinding(kind, StoredName(key, text), StoredName(other_key, other_text), finding)

    def build_lines(self, rows):
        return [_build_line(number, row) for number, row in enumerate(rows)]


def _build_line(number: int, row: NameFinding) -> ReportLine:
    merge = ReportCell("")
    if row.finding == TWINS and row.kind.get_merge_url:
        address = row.kind.get_merge_url(row.one.key, row.other.key)
        merge = ReportCell("Preview merge", address)
    other_url = row.kind.get_url(row.other.key) if row.finding == TWINS else ""
    cells = [
        ReportCell(row.kind.noun),
        ReportCell(row.one.text, row.kind.get_url(row.one.key)),
        ReportCell(row.other.text, other_url),
        ReportCell(FINDINGS[row.finding]),
        merge,
    ]
    return ReportLine(f"{row.kind.noun}-{number}", str(row), cells)
