"""How records become working copies of pages.

Each gets a verdict, a new page gets an address, and then the text is written and recorded.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from typing import Any, Generic, TypeVar
from uuid import UUID

from django.contrib.auth.models import User
from django.db.models import QuerySet

from articles.content import kinds
from articles.content.document import Advice
from articles.db import bulk_insert
from articles.fields import clean_stored
from articles.imports import addresses, care_cards, matching, metadata
from articles.imports import differences as imports_differences
from articles.imports.differences import Difference
from articles.imports.job import ImportJob, OnConflict
from articles.imports.links import InternalLinks
from articles.imports.matching import PageMatch
from articles.imports.records import (
    AS_STORED,
    AboutRecord,
    ArticleRecord,
    ImportedReference,
    PageRecord,
    deserialize,
)
from articles.imports.related_rows import RelatedRows
from articles.imports.staging import WRITTEN_VERDICTS, ImportVerdict, StagedRecord, batched
from articles.models import Article, CareCard, ExternalId, Reference
from articles.models.article import ArticleQuerySet
from articles.names import fold
from articles.publishing import slugs as publishing_slugs
from articles.publishing.actions import record_revisions
from articles.publishing.bulk_revisions import record_first_revisions

BATCH = 500
PAGE_NAMESPACE = "page"
MAX_SORT_KEY_LENGTH = 200
MERGED_DIGEST = "merged"  # in place of the digest of a record, for an id that was merged
RELATED_FIELDS = {"references", "tags", "topics", "other_names", "codes", "causes", "related"}
EXTERNAL_ID_FIELDS = (
    "source",
    "key",
    "article",
    "merged",
    "url",
    "record_digest",
    "revision",
    "form_version",
    "run",
)


CardsByPage = dict[int, list[Advice]]
PageT = TypeVar("PageT", bound=Article)
PageRecordT = TypeVar("PageRecordT", bound=PageRecord)


class PageImporter(Generic[PageT, PageRecordT]):
    """Records of one kind of page. A kind with facts of its own subclasses it."""

    kind = "article"
    record_class: type[Any] = ArticleRecord  # a PageRecordT
    namespace = PAGE_NAMESPACE

    def __init__(self):
        self.type = self.kind

    # Verdicts

    def set_verdicts(self, job: ImportJob, rows: list[StagedRecord]) -> dict[str, PageMatch]:
        """Give each row its verdict; returns the pages that rows are about."""
        matches = matching.match_pages(job, rows)
        unmatched = [row for row in rows if row.key not in matches]
        same_titles = {}
        if unmatched:
            same_titles = matching.find_same_titles(job, self.kind, unmatched)
        for row in rows:
            match = matches.get(row.key)
            if match:
                row.verdict = self._decide_verdict(job, row, match)
                continue
            same_title_page = same_titles.get(fold(row.name)[:MAX_SORT_KEY_LENGTH])
            if same_title_page is None:
                row.verdict = ImportVerdict.NEW
                continue
            row.verdict = self._handle_same_title(job, row, same_title_page)
            if row.verdict == ImportVerdict.CHANGED:
                matches[row.key] = PageMatch(same_title_page)
        return matches

    def _decide_verdict(self, job: ImportJob, row: StagedRecord, match: PageMatch) -> ImportVerdict:
        if match.is_stub:
            return ImportVerdict.NEW
        if match.external_id and match.external_id.record_digest == row.digest:
            return ImportVerdict.UNCHANGED
        page = match.page
        if page.kind != self.kind:
            return self._report_conflict(
                job, row, f"“{page.title}” is a page of another kind here."
            )
        if match.other_titles:
            here = "”, “".join((page.title, *match.other_titles))
            return self._report_conflict(
                job, row, f"Its ids stand for several pages here: “{here}”. Merge them first."
            )
        if match.external_id and match.external_id.merged and match.external_id.key == row.key:
            return self._report_conflict(
                job, row, f"This id was merged into “{page.title}”, which has the text."
            )
        if page.discarded_at:
            return self._report_conflict(
                job, row, f"“{page.title}” was discarded here. It stays so."
            )
        return self._compare_text(job, row, match)

    def _compare_text(self, job: ImportJob, row: StagedRecord, match: PageMatch) -> ImportVerdict:
        record = self.load_record(row)
        page = match.page
        if match.external_id:
            edited = match.is_edited
        else:
            edited = record.revision != page.newest_digest
            if not self._differences(job, {page.pk: record})[page.pk]:
                return ImportVerdict.EXISTING
        if not edited or job.on_conflict == OnConflict.TAKE:
            return ImportVerdict.CHANGED
        reason = (
            f"An editor changed “{page.title}” here since. Decide which text is right, and save it."
        )
        return self._report_conflict(job, row, reason)

    def _handle_same_title(
        self, job: ImportJob, row: StagedRecord, same_title_page: Article
    ) -> ImportVerdict:
        existing = f"There is a page “{same_title_page.title}” already"
        if job.on_conflict == OnConflict.BESIDE:
            job.add_note(row.line, row.key, f"{existing}; this one comes beside it.")
            return ImportVerdict.NEW
        if job.on_conflict == OnConflict.TAKE:
            return ImportVerdict.CHANGED
        reason = f"{existing}, which did not come from this source. It stays as it is."
        return self._report_conflict(job, row, reason)

    def _report_conflict(self, job: ImportJob, row: StagedRecord, reason: str) -> ImportVerdict:
        job.add_conflict(row, reason)
        return ImportVerdict.CONFLICTING

    # New pages

    def create_stubs(self, job: ImportJob, rows: list[StagedRecord]) -> None:
        """Make the pages of new rows, with an address each, so that others can refer to them."""
        existing_keys = matching.find_existing_ids(job, rows)
        rows = [row for row in rows if row.key not in existing_keys]
        records = [self.load_record(row, without_related=True) for row in rows]
        wanted_slugs = [_get_wanted_slug(record) for record in records]
        slugs = publishing_slugs.assign_free_slugs(
            wanted_slugs, partial(publishing_slugs.find_taken_slugs, self.kind)
        )
        pages = []
        for record, slug in zip(records, slugs, strict=True):
            uuid = matching.derive_uuid(job.source, record.id)
            pages.append(self._build_page(job.by, record, slug=slug, uuid=uuid))
        page_ids = self.insert(pages)
        self._add_external_ids(job, records, [page_ids[page.uuid] for page in pages])
        for row, wanted_slug, slug in zip(rows, wanted_slugs, slugs, strict=True):
            if slug != wanted_slug:
                text = f"The URL slug “{wanted_slug}” is taken, so the page has “{slug}”."
                job.add_note(row.line, row.key, text)

    def _add_external_ids(
        self, job: ImportJob, records: list[PageRecordT], page_ids: list[int]
    ) -> None:
        """The ids of new pages. Without a record digest a page counts as a stub."""
        names = [
            "source",
            "key",
            "article",
            "merged",
            "url",
            "record_digest",
            "form_version",
            "run",
        ]
        rows = []
        for record, page_id in zip(records, page_ids, strict=True):
            url = addresses.normalize_url(record.url)
            rows.append((job.source, record.id, page_id, False, url, "", 0, job.run.pk))
        bulk_insert.insert_rows(ExternalId, names, rows)

    def _build_page(self, writer: User, record: PageRecordT, **attributes) -> PageT:
        """The page of a new record, with other attributes that are known."""
        page = kinds.get(self.kind).model(kind=self.kind, writer=writer, **attributes)
        self.copy_fields(page, record)
        care_cards.set_gravest_card(page, care_cards.list_cards(record))
        metadata.set_initial_metadata(page, record)
        page.sort_key = fold(page.title)[:MAX_SORT_KEY_LENGTH]
        return page

    def insert(self, pages: list[PageT]) -> dict[UUID, int]:
        """Add pages; returns their primary keys by UUID."""
        bulk_insert.insert_objects(Article, pages)
        added = Article.objects.filter(uuid__any_of=[page.uuid for page in pages])
        return dict(added.values_list("uuid", "pk"))

    def copy_fields(self, page: PageT, record: PageRecordT) -> None:
        """Copy the values of a record into the page's own fields."""
        for name in record.COPIED_FIELDS:
            _set_value(page, name, getattr(record, name))

    # Texts

    def write(self, job: ImportJob, rows: list[StagedRecord]) -> list[StagedRecord]:
        """Write pages and record revisions. Returns the written rows, with new verdicts."""
        matching.lock_pages(job, rows)
        matches = self.set_verdicts(job, rows)
        rows = [row for row in rows if row.verdict in WRITTEN_VERDICTS]
        page_ids = {row.key: matches[row.key].page.pk for row in rows}
        records = {}
        stubs = {}
        for row in rows:
            match = matches[row.key]
            if row.verdict != ImportVerdict.EXISTING:
                records[match.page.pk] = self.load_record(row)
            if match.is_stub:
                stubs[match.page.pk] = match.page
        links = InternalLinks(self, records)
        records = {pk: links.rewrite(pk, record) for pk, record in records.items()}
        cards = _merge_cards(records, set(stubs))
        self._update_existing_pages(records, stubs.keys() - links.page_ids, cards)
        related_rows = RelatedRows(set(stubs))
        self.write_rows(job, records, related_rows)
        _write_further_cards(cards, related_rows)
        revisions = self._record_revisions(job, page_ids.values(), records, stubs, related_rows)
        self._save_external_ids(job, rows, page_ids, revisions)
        return rows

    def _update_existing_pages(
        self, records: dict[int, PageRecordT], unchanged_stubs: set[int], cards: CardsByPage
    ) -> None:
        """Save the own fields of earlier pages, and of new ones that link to pages here."""
        changed = [pk for pk in records if pk not in unchanged_stubs]
        for page in kinds.get(self.kind).model.objects.filter(id__any_of=changed):
            self.copy_fields(page, records[page.pk])
            if page.pk in cards:
                care_cards.set_gravest_card(page, cards[page.pk])
            page.form_version += 1
            page.save()

    def write_rows(
        self, job: ImportJob, records: dict[int, PageRecordT], related_rows: RelatedRows
    ) -> None:
        """Replace the related rows of pages, as far as their records have them."""
        references = {pk: record.references for pk, record in records.items()}
        names = ["article", "position", "title", "publisher", "url", "year"]
        related_rows.replace(Reference, names, references, _build_reference_values)
        related_rows.set_prefetched("references", references)
        related_rows.set_prefetched("figures", {})
        metadata.replace_tags(records, related_rows)
        new_records = {}
        for pk, record in records.items():
            if pk in related_rows.new_page_ids:
                new_records[pk] = record
        metadata.file_new_pages(new_records)

    def _record_revisions(
        self,
        job: ImportJob,
        page_ids: Iterable[int],
        records: dict[int, PageRecordT],
        stubs: dict[int, Article],
        related_rows: RelatedRows,
    ) -> dict[int, int]:
        """Page → revision: of new pages from memory, of others from what was saved."""
        new_pages = []
        for stub in stubs.values():
            writer = job.by if stub.writer_id == job.by.pk else stub.writer
            page = self._build_page(
                writer, records[stub.pk], pk=stub.pk, uuid=stub.uuid, slug=stub.slug
            )
            new_pages.append(related_rows.attach_prefetched(page))
        revisions = record_first_revisions(new_pages, by=job.by)
        earlier_ids = [pk for pk in page_ids if pk not in stubs]
        if earlier_ids:
            pages = kinds.get(self.kind).model.objects.filter(pk__in=earlier_ids)
            for revision in record_revisions(pages, by=job.by, check_length=True):
                revisions[revision.article_id] = revision.pk
        return revisions

    def _save_external_ids(
        self,
        job: ImportJob,
        rows: list[StagedRecord],
        page_ids: dict[str, int],
        revisions: dict[int, int],
    ) -> None:
        """Replace the ids of written pages, and redirect the addresses of merged ids."""
        pages = Article.objects.filter(id__any_of=page_ids.values())
        form_versions = dict(pages.values_list("pk", "form_version"))
        merged = job.staging.get_merged_ids(rows, PAGE_NAMESPACE)
        written = {}
        for row in rows:
            url = addresses.normalize_url(row.url)
            written[row.key] = (page_ids[row.key], False, url, row.digest)
        redirects = {}
        for key, merged_keys in merged.items():
            for merged_key in merged_keys:
                written[merged_key] = (page_ids[key], True, "", MERGED_DIGEST)
                redirects[publishing_slugs.make_slug("", merged_key)] = page_ids[key]
        for batch in batched(written):
            ExternalId.objects.filter(source=job.source, key__any_of=batch).delete()
        values = []
        for key, (page, *others) in written.items():
            versions = (revisions[page], form_versions[page])
            values.append((job.source, key, page, *others, *versions, job.run.pk))
        bulk_insert.insert_rows(ExternalId, EXTERNAL_ID_FIELDS, values)
        job.new_redirects += publishing_slugs.create_redirects(self.kind, redirects)

    # Differences and exports

    def load_record(self, row: StagedRecord, *, without_related: bool = False) -> PageRecordT:
        """The record of a row, or its own fields ``without_related`` rows."""
        values = row.values()
        if without_related:
            for name in RELATED_FIELDS:
                values.pop(name, None)
        return deserialize(self.record_class, values)

    def differences(self, job: ImportJob, rows: list[StagedRecord]) -> dict[str, list[Difference]]:
        """By id, the fields in which rows differ from the working copies."""
        matches = self.set_verdicts(job, rows)
        page_ids = {}
        records = {}
        for row in rows:
            if row.key in matches:
                page_ids[row.key] = matches[row.key].page.pk
                records[page_ids[row.key]] = self.load_record(row)
        found = self._differences(job, records)
        return {key: found[pk] for key, pk in page_ids.items()}

    def _differences(
        self, job: ImportJob, records: dict[int, PageRecordT]
    ) -> dict[int, list[Difference]]:
        kind = kinds.get(self.kind)
        names = self.get_names(job, records.values())
        found = {}
        for page in kind.load(kind.model.objects.filter(pk__in=records)):
            current = self.record_class.model_validate(self.values(page), context=AS_STORED)
            found[page.pk] = imports_differences.compare(current, records[page.pk], names)
        return found

    def iter_rich_texts(self, record: PageRecordT) -> Iterator[str]:
        """The texts of a record that may have links."""
        yield record.advice.html if record.advice else ""
        if record.care_cards:
            yield from dict(record.care_cards.iter_texts()).values()
        for name in record.RICH_TEXT_FIELDS:
            yield getattr(record, name) or ""

    def replace_rich_texts(self, record: PageRecordT, rewrite: Callable[[str], str]) -> PageRecordT:
        """The record with each of its rich texts rewritten."""
        changes: dict[str, Any] = {}
        for name in record.RICH_TEXT_FIELDS:
            html = getattr(record, name)
            if html:
                changes[name] = rewrite(html)
        if record.advice:
            html = rewrite(record.advice.html)
            changes["advice"] = record.advice.model_copy(update={"html": html})
        if record.care_cards:
            changed: dict[str, Any] = {}
            for level, html in record.care_cards.iter_texts():
                card = record.care_cards.get(level)
                changed[level] = card and card.model_copy(update={"html": rewrite(html)})
            changes["care_cards"] = record.care_cards.model_copy(update=changed)
        return record.model_copy(update=changes)

    def get_names(
        self, job: ImportJob, records: Iterable[PageRecordT]
    ) -> imports_differences.NamesById:
        """The names of what records refer to by id. Kinds with such fields override this."""
        return {}

    def get_export_queryset(self) -> QuerySet:
        """Every active page with all that ``values`` reads, in the same order on every site."""
        kind = kinds.get(self.kind)
        return kind.load(self.pages().active()).prefetch_related("topics").order_by("uuid")

    def pages(self) -> ArticleQuerySet:
        return kinds.get(self.kind).model.objects.filter(kind=self.kind)

    def values(self, page: PageT) -> dict:
        """A working copy as the values of a record."""
        return imports_differences.build_common_values(self.kind, page)


def _set_value(page: Article, name: str, value: Any) -> None:
    """Set a field of a page that a record gives, unless what is stored there says the same."""
    if value is None:
        return
    if clean_stored(page._meta.get_field(name), getattr(page, name)) != value:
        setattr(page, name, value)


def _merge_cards(records: Mapping[int, PageRecord], new_page_ids: set[int]) -> CardsByPage:
    """By page, its cards once its record is imported; none for a record without cards."""
    given = {pk: record for pk, record in records.items() if care_cards.has_cards(record)}
    stored = care_cards.load_cards(given.keys() - new_page_ids)
    cards: CardsByPage = {}
    for pk, record in given.items():
        cards[pk] = care_cards.merge_cards(stored.get(pk, []), record)
    return cards


def _write_further_cards(cards: CardsByPage, related_rows: RelatedRows) -> None:
    further = {pk: cards_of_page[1:] for pk, cards_of_page in cards.items()}
    related_rows.replace(CareCard, care_cards.COLUMNS, further, care_cards.build_row)
    related_rows.set_prefetched("care_cards", further)


def _get_wanted_slug(record: PageRecord) -> str:
    return record.slug or publishing_slugs.make_slug(record.title, record.id)


def _build_reference_values(page_id: int, position: int, reference: ImportedReference) -> tuple:
    return (
        page_id,
        position,
        reference.title,
        reference.publisher,
        reference.url,
        reference.year,
    )


class AboutPageImporter(PageImporter):
    """Pages about the site itself."""

    kind = "about"
    record_class = AboutRecord
