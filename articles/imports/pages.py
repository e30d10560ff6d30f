"""How records become working copies of pages: judged first, begun with an address each, then filled and frozen."""

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from uuid import UUID

from django.contrib.auth.models import AbstractUser
from django.db.models import QuerySet

from articles import addresses, bulk, kinds
from articles.actions import record_revisions
from articles.fields import fold
from articles.imports import frame, matching, showing, wild
from articles.imports.hanging import Hanging
from articles.imports.job import Job, OnConflict
from articles.imports.links import Links
from articles.imports.matching import Match
from articles.imports.records import AboutRecord, ArticleRecord, PageRecord, unpack
from articles.imports.showing import Difference
from articles.imports.spool import WRITTEN, Row, Verdict, batched
from articles.models import Article, Origin, Reference
from articles.recording import record_first_revisions

BATCH = 500
SPACE = "page"
HANGING = {"references", "tags", "topics", "other_names", "codes", "causes", "related"}


class Pages:
    """Records of one kind of page. A kind with facts of its own subclasses it."""

    kind, record, space = "article", ArticleRecord, SPACE

    def __init__(self):
        self.type = self.kind

    # Judging

    def judge(self, job: Job, rows: list[Row]) -> dict[str, Match]:
        """Give each row its verdict; returns the pages that rows are about."""
        known = matching.known(job, rows)
        fresh = [row for row in rows if row.key not in known]
        twins = matching.twins(job, self.kind, fresh) if fresh else {}
        for row in rows:
            if match := known.get(row.key):
                row.verdict = self._about(job, row, match)
            elif twin := twins.get(fold(row.name)[:200]):
                row.verdict = self._beside(job, row, twin)
                if row.verdict == Verdict.CHANGED:
                    known[row.key] = Match(twin)
            else:
                row.verdict = Verdict.NEW
        return known

    def _about(self, job: Job, row: Row, match: Match) -> Verdict:
        if match.begun:
            return Verdict.NEW
        if match.origin and match.origin.said == row.digest:
            return Verdict.UNCHANGED
        page = match.page
        if page.kind != self.kind:
            return self._kept(job, row, f"“{page.title}” is a page of another kind here.")
        if match.others:
            here = "”, “".join((page.title, *match.others))
            return self._kept(job, row, f"Its ids stand for several pages here: “{here}”. Merge them first.")
        if match.origin and match.origin.merged and match.origin.key == row.key:
            return self._kept(job, row, f"This id was merged into “{page.title}”, which has the text.")
        if page.discarded_at:
            return self._kept(job, row, f"“{page.title}” was discarded here. It stays so.")
        return self._compared(job, row, match)

    def _compared(self, job: Job, row: Row, match: Match) -> Verdict:
        record = self.read(row)
        edited = match.edited if match.origin else record.revision != match.page.newest_digest
        if match.origin is None and not self._differences(job, {match.page.pk: record})[match.page.pk]:
            return Verdict.HERE
        if not edited or job.on_conflict == OnConflict.TAKE:
            return Verdict.CHANGED
        return self._kept(
            job, row, f"An editor changed “{match.page.title}” here since. Decide which text is right, and save it."
        )

    def _beside(self, job: Job, row: Row, twin: Article) -> Verdict:
        if job.on_conflict == OnConflict.BESIDE:
            job.note(row.line, row.key, f"There is a page “{twin.title}” already; this one comes beside it.")
            return Verdict.NEW
        if job.on_conflict == OnConflict.TAKE:
            return Verdict.CHANGED
        return self._kept(
            job, row, f"There is a page “{twin.title}” already, which did not come from this source. It stays as it is."
        )

    def _kept(self, job: Job, row: Row, why: str) -> Verdict:
        job.conflict(row, why)
        return Verdict.KEPT

    # Beginning

    def begin(self, job: Job, rows: list[Row]) -> None:
        """Make the pages of new rows, with their own words and an address each, so that others can name them."""
        come = matching.come(job, rows)
        rows = [row for row in rows if row.key not in come]
        records = [self.read(row, bare=True) for row in rows]
        wishes = [record.slug or addresses.wished(record.title, record.id) for record in records]
        slugs = addresses.free(wishes, partial(addresses.taken, self.kind))
        pages = [
            self._made(job.by, record, slug=slug, uuid=matching.uuid_of(job.source, record.id))
            for record, slug in zip(records, slugs, strict=True)
        ]
        keys = self.insert(pages)
        bulk.insert(
            Origin,
            ["source", "key", "article", "merged", "url", "said", "edition", "run"],
            [
                (job.source, record.id, keys[page.uuid], False, wild.normal(record.url), "", 0, job.run.pk)
                for page, record in zip(pages, records, strict=True)
            ],
        )
        for row, wish, slug in zip(rows, wishes, slugs, strict=True):
            if slug != wish:
                job.note(row.line, row.key, f"The address “{wish}” is taken, so the page has “{slug}”.")

    def _made(self, writer: AbstractUser, record: PageRecord, **known) -> Article:
        """The page of a new record, with what is known of it besides."""
        page = kinds.get(self.kind).model(kind=self.kind, writer=writer, **known)
        self.write_own(page, record)
        frame.begin(page, record)
        page.sort_key = fold(page.title)[:200]
        return page

    def insert(self, pages: list[Article]) -> dict[UUID, int]:
        """Add pages; returns their keys."""
        bulk.insert_objects(Article, pages)
        return dict(Article.objects.filter(uuid__in=[page.uuid for page in pages]).values_list("uuid", "pk"))

    def write_own(self, page: Article, record: PageRecord) -> None:
        """Copy what a record says of a page into the page's own fields."""
        for name in record.COPIED:
            if (value := getattr(record, name)) is not None:
                setattr(page, name, value)
        if record.advice is not None:
            page.advice_level, page.advice = record.advice.level, record.advice.html

    # Filling

    def fill(self, job: Job, rows: list[Row]) -> list[Row]:
        """Write the rows of their pages and freeze the text. Returns the rows that were written, judged anew."""
        matching.hold(job, rows)
        known = self.judge(job, rows)
        rows = [row for row in rows if row.verdict in WRITTEN]
        keys = {row.key: known[row.key].page.pk for row in rows}
        records = {keys[row.key]: self.read(row) for row in rows if row.verdict != Verdict.HERE}
        begun = {keys[row.key]: known[row.key].page for row in rows if known[row.key].begun}
        links, hanging = Links(self, records), Hanging(set(begun))
        records = {pk: links.written(pk, record) for pk, record in records.items()}
        self._write_stood(records, begun.keys() - links.found)
        self.write_rows(job, records, hanging)
        revisions = self._freeze(job, keys.values(), records, begun, hanging)
        self._remember(job, rows, keys, revisions)
        return rows

    def _write_stood(self, records: dict[int, PageRecord], as_begun: set[int]) -> None:
        """Save the own fields of pages that stood before, and of new ones that link to pages here."""
        stood = [pk for pk in records if pk not in as_begun]
        for page in kinds.get(self.kind).model.objects.filter(pk__in=stood):
            self.write_own(page, records[page.pk])
            page.edition += 1
            page.save()

    def write_rows(self, job: Job, records: dict[int, PageRecord], hanging: Hanging) -> None:
        """Write the rows that hang on pages, in place of those that did. By page, and only where a record says so."""
        references = {pk: record.references for pk, record in records.items()}
        names = ["article", "position", "title", "publisher", "url", "year"]
        hanging.put(
            Reference,
            names,
            references,
            lambda pk, place, said: (pk, place, said.title, said.publisher, said.url, said.year),
        )
        hanging.keep("references", references)
        hanging.keep("figures", {})
        frame.tag(records, hanging)
        frame.file_new({pk: record for pk, record in records.items() if pk in hanging.fresh})

    def _freeze(self, job: Job, pages, records, begun: dict[int, Article], hanging: Hanging) -> dict[int, int]:
        """Revisions of the pages: of new ones from memory, of others from what was saved."""
        made = []
        for page in begun.values():
            writer = job.by if page.writer_id == job.by.pk else page.writer
            known = {"pk": page.pk, "uuid": page.uuid, "slug": page.slug}
            made.append(hanging.attach(self._made(writer, records[page.pk], **known)))
        revisions = record_first_revisions(made, by=job.by)
        if others := [pk for pk in pages if pk not in begun]:
            again = record_revisions(kinds.get(self.kind).model.objects.filter(pk__in=others), by=job.by)
            revisions |= {revision.article_id: revision.pk for revision in again}
        return revisions

    def _remember(self, job: Job, rows: list[Row], keys: dict[str, int], revisions: dict[int, int]) -> None:
        editions = dict(Article.objects.filter(pk__in=keys.values()).values_list("pk", "edition"))
        merged = job.spool.merged_into(rows, SPACE)
        came = {row.key: (keys[row.key], False, wild.normal(row.url), row.digest) for row in rows}
        came |= {other: (keys[key], True, "", "merged") for key, others in merged.items() for other in others}
        for some in batched(came):
            Origin.objects.filter(source=job.source, key__in=some).delete()
        bulk.insert(
            Origin,
            ["source", "key", "article", "merged", "url", "said", "revision", "edition", "run"],
            [
                (job.source, key, page, *said, revisions[page], editions[page], job.run.pk)
                for key, (page, *said) in came.items()
            ],
        )
        old = {addresses.wished("", other): keys[key] for key, others in merged.items() for other in others}
        addresses.lead_to(self.kind, old)

    # Showing and giving out

    def read(self, row: Row, *, bare: bool = False) -> PageRecord:
        """The record of a row; ``bare`` without the rows that hang on it."""
        values = row.values()
        if bare:
            values = {name: said for name, said in values.items() if name not in HANGING}
        return unpack(self.record, values)

    def differences(self, job: Job, rows: list[Row]) -> dict[str, list[Difference]]:
        """By id, what rows say otherwise than the working copies do now."""
        known = self.judge(job, rows)
        keys = {row.key: known[row.key].page.pk for row in rows if row.key in known}
        found = self._differences(job, {keys[row.key]: self.read(row) for row in rows if row.key in keys})
        return {key: found[pk] for key, pk in keys.items()}

    def _differences(self, job: Job, records: dict[int, PageRecord]) -> dict[int, list[Difference]]:
        kind, names = kinds.get(self.kind), self.names(job, records.values())
        pages = kind.load(kind.model.objects.filter(pk__in=records))
        return {
            page.pk: showing.differences(self.record.model_validate(self.values(page)), records[page.pk], names)
            for page in pages
        }

    def rich(self, record: PageRecord) -> Iterator[str]:
        """The texts of a record that may have links."""
        yield record.advice.html if record.advice else ""
        yield from (getattr(record, name) or "" for name in record.RICH)

    def with_rich(self, record: PageRecord, write: Callable[[str], str]) -> PageRecord:
        """The record with each of these texts written anew."""
        said = {name: write(html) for name in record.RICH if (html := getattr(record, name))}
        if record.advice:
            said["advice"] = record.advice.model_copy(update={"html": write(record.advice.html)})
        return record.model_copy(update=said)

    def names(self, job: Job, records: Iterable[PageRecord]) -> showing.Names:
        """What the ids that records name are called."""
        return {}

    def given_out(self) -> QuerySet:
        """Every page that is kept, with all that ``values`` reads, in an order that is the same everywhere."""
        kind = kinds.get(self.kind)
        return kind.load(self.pages().kept()).prefetch_related("topics").order_by("uuid")

    def pages(self) -> QuerySet:
        return kinds.get(self.kind).model.objects.filter(kind=self.kind)

    def values(self, page: Article) -> dict:
        """A working copy as the values of a record."""
        return showing.common_values(self.kind, page)


class AboutPages(Pages):
    """What the house says of itself."""

    kind, record = "about", AboutRecord
