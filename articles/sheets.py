"""Lists as tables: which columns a file has, what stands in them, and what its rows are loaded with.

The layouts are resources of django-import-export; the rooms above add columns to those of pages.
"""

from collections.abc import Iterator

from django.db.models import Count, OuterRef, Q, Subquery
from django.utils import timezone
from import_export.fields import Field
from import_export.resources import Resource

from articles import kinds, spreadsheets
from articles.admin_lists import name_of
from articles.imports import importers
from articles.imports.reading import columns
from articles.models import Revision

BATCH = 200


class Column(Field):
    """What a row has under a name, as it is: dates and numbers stay ones."""

    def __init__(self, attribute=None, column_name=None, **more):
        super().__init__(attribute, column_name, **more)

    def export(self, instance, **kwargs):
        return self.get_value(instance)


class Sheet(Resource):
    """A layout of a list. ``columns`` is their order, where one that this layout does not fill stays empty."""

    key, label = "read", "To read: one row each, with what the list knows of it"
    columns: tuple[str, ...] = ()
    whole = False  # whether a text that a cell cannot hold spoils the file

    def head(self) -> list[str]:
        return list(self.columns) or self.get_export_headers()

    def load(self, rows) -> list:
        """Some rows with all that the columns tell, in a fixed number of queries."""
        return list(rows)

    def lines(self, rows, keys: list[int]) -> Iterator[list]:
        """The lines of the table, in the order of the keys."""
        fields = {field.column_name: field for field in self.get_export_fields()}
        order = [fields.get(name) for name in self.head()]
        for start in range(0, len(keys), BATCH):
            some = keys[start : start + BATCH]
            found = {row.pk: row for row in self.load(rows.filter(pk__in=some))}
            for row in (found[key] for key in some if key in found):
                yield [self.export_field(field, row) if field else "" for field in order]


class PageSheet(Sheet):
    """What an editor asks a spreadsheet about pages."""

    id = Column("uuid", "id")
    type = Column("kind", "type")
    title = Column("title", "title")
    address = Column("path", "address")
    written_by = Column(column_name="written by")
    last_saved = Column(column_name="last saved")
    saved_by = Column(column_name="saved by")
    topics = Column(column_name="topics")
    tags = Column(column_name="tags")
    notice = Column("notice", "copyright notice")
    risk = Column("risk", "risk")
    review_months = Column("review_months", "review every (months)")

    def load(self, rows):
        newest = Revision.objects.filter(article=OuterRef("pk")).order_by("-number").values("pk")[:1]
        rows = rows.select_related("writer", "notice").prefetch_related("topics", "tag_links__tag")
        rows = rows.defer("advice", "body").annotate(newest_revision=Subquery(newest))
        pages = super().load(rows)
        saved = Revision.objects.filter(pk__in=[page.newest_revision for page in pages]).defer("document")
        by_page = {revision.article_id: revision for revision in saved.select_related("saved_by")}
        for page in pages:
            page.newest = by_page.get(page.pk)
        return pages

    def dehydrate_written_by(self, page):
        return name_of(page.writer)

    def dehydrate_last_saved(self, page):
        return timezone.localdate(page.newest.saved_at) if page.newest else None

    def dehydrate_saved_by(self, page):
        return name_of(page.newest.saved_by) if page.newest else ""

    def dehydrate_topics(self, page):
        return spreadsheets.joined(topic.name for topic in page.topics.all())

    def dehydrate_tags(self, page):
        return spreadsheets.joined(sorted(link.tag.name for link in page.tag_links.all()))


class AgainSheet(Sheet):
    """The working copies of pages, in the columns that an import reads, and as it reads them."""

    key, label = "again", "For importing again: the whole working copy of each page, texts as HTML"
    whole = True

    def load(self, rows):
        newest = Revision.objects.filter(article=OuterRef("pk")).order_by("-number").values("digest")[:1]
        rows = kinds.of(rows.model).load(rows).prefetch_related("topics").annotate(newest_digest=Subquery(newest))
        return super().load(rows)

    def lines(self, rows, keys: list[int]) -> Iterator[list]:
        order = [columns.known()[columns.heading(name)] for name in self.head()]
        for start in range(0, len(keys), BATCH):
            some = keys[start : start + BATCH]
            found = {page.pk: page for page in self.load(rows.filter(pk__in=some))}
            for page in (found[key] for key in some if key in found):
                values = importers.get(page.kind).values(page) | {"revision": page.newest_digest}
                yield [_cell(column, column.take(values)) for column in order]


def _cell(column: columns.Column, value) -> str:
    """What is empty stays so: to an import it says nothing."""
    return "" if value in (None, "", [], {}) else column.write(value)


class TopicSheet(Sheet):
    name = Column("name", "name")
    address = Column("slug", "address")
    pages = Column("pages", "pages filed under it")
    public = Column("public", "public ones")

    def load(self, rows):
        kept = Q(articles__discarded_at__isnull=True)
        return super().load(
            rows.annotate(
                pages=Count("articles", filter=kept), public=Count("articles", filter=Q(articles__live__isnull=False))
            )
        )


class RedirectSheet(Sheet):
    slug = Column("slug", "old address")
    kind = Column("kind", "type")
    leads_to = Column("article__path", "leads to")
    title = Column("article__title", "title")
    made = Column(column_name="since")

    def load(self, rows):
        return super().load(rows.select_related("article"))

    def dehydrate_made(self, row):
        return timezone.localdate(row.made_at)
