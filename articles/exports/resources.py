"""Layouts of exported lists: their columns, the values in them, and how their rows are loaded.

They are resources of django-import-export. Other apps add columns to those of pages.
"""

from collections.abc import Iterator

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone
from django.utils.functional import cached_property
from import_export.fields import Field
from import_export.resources import Resource

from articles.content import kinds
from articles.display import format_user_name
from articles.imports import registry
from articles.imports.formats import columns, spreadsheets
from articles.models import Revision

BATCH_SIZE = 200


class ExportColumn(Field):
    """A value of a row as it is: dates and numbers stay dates and numbers."""

    def __init__(self, attribute=None, column_name=None, **options):
        super().__init__(attribute, column_name, **options)

    def export(self, instance, **kwargs):
        return self.get_value(instance)


class ExportResource(Resource):
    """A layout of a list. ``columns`` is their order; a column without a field stays empty."""

    key, label = "read", "For reading: one row each, with the columns of the list"
    columns: tuple[str, ...] = ()
    is_lossless = False  # whether a text that a cell cannot hold spoils the file

    def get_headers(self) -> list[str]:
        return list(self.columns) or self.get_export_headers()

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

    @cached_property
    def ordered_fields(self) -> list[Field | None]:
        """The field of each column; None for a column that this layout does not fill."""
        fields = {field.column_name: field for field in self.get_export_fields()}
        return [fields.get(name) for name in self.get_headers()]

    def build_cells(self, row) -> list:
        cells = []
        for field in self.ordered_fields:
            cells.append(self.export_field(field, row) if field else "")
        return cells


class BasePageResource(ExportResource):
    """What an editor asks a spreadsheet about pages."""

    id = ExportColumn("uuid", "id")
    type = ExportColumn("kind", "type")
    title = ExportColumn("title", "title")
    address = ExportColumn("path", "address")
    written_by = ExportColumn(column_name="written by")
    last_saved = ExportColumn(column_name="last saved")
    saved_by = ExportColumn(column_name="saved by")
    topics = ExportColumn(column_name="topics")
    tags = ExportColumn(column_name="tags")
    notice = ExportColumn("notice", "copyright notice")
    risk = ExportColumn("risk", "risk")
    review_months = ExportColumn("review_months", "review every (months)")

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

    def dehydrate_written_by(self, page):
        return format_user_name(page.writer)

    def dehydrate_last_saved(self, page):
        return timezone.localdate(page.newest.saved_at) if page.newest else None

    def dehydrate_saved_by(self, page):
        return format_user_name(page.newest.saved_by) if page.newest else ""

    def dehydrate_topics(self, page):
        return spreadsheets.join_values(topic.name for topic in page.topics.all())

    def dehydrate_tags(self, page):
        return spreadsheets.join_values(sorted(link.tag.name for link in page.tag_links.all()))


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
    name = ExportColumn("name", "name")
    address = ExportColumn("slug", "address")
    pages = ExportColumn("pages", "pages filed under it")
    public = ExportColumn("public", "public ones")

    def load(self, rows):
        active = Q(articles__discarded_at__isnull=True)
        public = Q(articles__live__isnull=False)
        counted = rows.annotate(
            pages=Count("articles", filter=active), public=Count("articles", filter=public)
        )
        return super().load(counted)


class RedirectResource(ExportResource):
    slug = ExportColumn("slug", "old address")
    kind = ExportColumn("kind", "type")
    leads_to = ExportColumn("article__path", "leads to")
    title = ExportColumn("article__title", "title")
    made = ExportColumn(column_name="since")

    def load(self, rows):
        return super().load(rows.select_related("article"))

    def dehydrate_made(self, row):
        return timezone.localdate(row.made_at)
