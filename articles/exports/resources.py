"""Layouts of exported lists: their columns, the values in them, and how their rows are loaded.

Other apps add columns to those of pages.
"""

from collections.abc import Callable, Iterator
from typing import Any, ClassVar

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone
from django.utils.functional import cached_property

from articles.content import kinds
from articles.display import format_user_name
from articles.imports import registry
from articles.imports.formats import cells, columns, spreadsheets
from articles.models import Revision

BATCH_SIZE = 200


class ExportResource:
    """A layout of a list. A column without a value stays empty.

    ``values`` has, by heading, an attribute of the row or a function of it, beside those that the
    base classes have. ``columns`` is their order, if it is another.
    """

    key, label = "read", "For reading: one row each, with the columns of the list"
    columns: tuple[str, ...] = ()
    values: ClassVar[dict[str, str | Callable[[Any], Any]]] = {}
    is_lossless = False  # whether a text that a cell cannot hold spoils the file

    def get_headers(self) -> list[str]:
        return list(self.columns or self.all_values)

    @cached_property
    def all_values(self) -> dict[str, str | Callable[[Any], Any]]:
        found: dict[str, str | Callable[[Any], Any]] = {}
        for base in reversed(type(self).__mro__):
            found |= vars(base).get("values", {})
        return found

    def load(self, rows) -> list:
        """Some rows with all that the columns need, in a fixed number of queries."""
        return list(rows)

    def iter_rows(self, rows, keys: list[int]) -> Iterator[list]:
        """The lines of the table, in the order of the keys."""
        for row in self.iter_loaded(rows, keys):
            yield self.build_cells(row)

    def iter_loaded(self, rows, keys: list[int]) -> Iterator:
        """The rows with these keys in their order, loaded in batches."""
        for start in range(0, len(keys), BATCH_SIZE):
            batch = keys[start : start + BATCH_SIZE]
            loaded = {row.pk: row for row in self.load(rows.filter(pk__in=batch))}
            for key in batch:
                if key in loaded:
                    yield loaded[key]

    def build_cells(self, row) -> list:
        """The values of a row as they are: dates and numbers stay dates and numbers."""
        return [_get_value(row, self.all_values.get(name)) for name in self.get_headers()]


def _get_value(row, source: str | Callable[[Any], Any] | None):
    """A value by the attributes that lead to it (``article.title``), or by a function."""
    if source is None:
        return ""
    if callable(source):
        return source(row)
    value = row
    for name in source.split("."):
        value = None if value is None else getattr(value, name)
    return value() if callable(value) else value


def get_last_saved(page):
    return timezone.localdate(page.newest.saved_at) if page.newest else None


class BasePageResource(ExportResource):
    """What an editor asks a spreadsheet about pages."""

    values: ClassVar = {
        "id": "uuid",
        "type": "kind",
        "title": "title",
        "address": "path",
        "written by": lambda page: format_user_name(page.writer),
        "last saved": get_last_saved,
        "saved by": lambda page: format_user_name(page.newest.saved_by) if page.newest else "",
        "topics": lambda page: spreadsheets.join_values(topic.name for topic in page.topics.all()),
        "tags": lambda page: cells.write_tags(
            sorted(link.tag.name for link in page.tag_links.all())
        ),
        "copyright notice": "notice",
        "risk": "risk",
        "review every (months)": "review_months",
    }

    def load(self, rows):
        newest = _build_newest_query("pk")
        rows = rows.select_related("writer", "notice").prefetch_related("topics", "tag_links__tag")
        rows = rows.defer("advice", "body").annotate(newest_revision=Subquery(newest))
        pages = super().load(rows)
        keys = [page.newest_revision for page in pages]
        revisions = Revision.objects.filter(pk__in=keys).defer("document")
        by_page = {}
        for revision in revisions.select_related("saved_by"):
            by_page[revision.article_id] = revision
        for page in pages:
            page.newest = by_page.get(page.pk)
        return pages


class BaseReimportResource(ExportResource):
    """The working copies of pages, in the columns that an import reads, and as it reads them."""

    key, label = "again", "For importing again: the whole draft of each page, texts as HTML"
    is_lossless = True

    def load(self, rows):
        newest = _build_newest_query("digest")
        rows = kinds.get_for_model(rows.model).load(rows).prefetch_related("topics")
        return super().load(rows.annotate(newest_digest=Subquery(newest)))

    @cached_property
    def import_columns(self) -> list[columns.ImportColumn]:
        known = columns.get_columns()
        return [known[columns.normalize_heading(name)] for name in self.get_headers()]

    def build_cells(self, page) -> list[str]:
        values = {**registry.get(page.kind).values(page), "revision": page.newest_digest}
        return [_format_cell(column, column.get_value(values)) for column in self.import_columns]


def _build_newest_query(field: str) -> QuerySet:
    """A field of the newest revision of each page."""
    return Revision.objects.filter(article=OuterRef("pk")).order_by("-number").values(field)[:1]


def _format_cell(column: columns.ImportColumn, value) -> str:
    """An empty value stays empty, so that an import leaves it as it is."""
    if value in (None, "", [], {}):
        return ""
    return column.write(value)


class TopicResource(ExportResource):
    values: ClassVar = {
        "name": "name",
        "address": "slug",
        "pages filed under it": "pages",
        "public ones": "public",
    }

    def load(self, rows):
        active = Q(articles__discarded_at__isnull=True)
        public = Q(articles__live__isnull=False)
        counted = rows.annotate(
            pages=Count("articles", filter=active), public=Count("articles", filter=public)
        )
        return super().load(counted)


class RedirectResource(ExportResource):
    values: ClassVar = {
        "old address": "slug",
        "type": "kind",
        "leads to": "article.path",
        "title": "article.title",
        "since": lambda row: timezone.localdate(row.made_at),
    }

    def load(self, rows):
        return super().load(rows.select_related("article"))
