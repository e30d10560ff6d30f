"""Ids that are obsolete in their source: what replaced them, and where they redirect."""

from articles.imports import matching
from articles.imports.differences import Difference
from articles.imports.job import ImportJob
from articles.imports.matching import PageMatch
from articles.imports.records import ObsoleteIdRecord, deserialize
from articles.imports.staging import ImportVerdict, StagedRecord
from articles.models import Article, ExternalId
from articles.publishing import slugs
from articles.publishing.actions import ActionRefused, discard

OBSOLETE_PREFIX = "obsolete "
CACHE_KEY = "replacing ids"


class ObsoleteIdImporter:
    """Records that state only that an id is obsolete."""

    type = "retired"
    record_class = ObsoleteIdRecord
    namespace = "page"

    def set_verdicts(self, job: ImportJob, rows: list[StagedRecord]) -> dict[str, ExternalId]:
        """Give each row its verdict; returns the external ids that are known.

        A page with an obsolete id is discarded only if nobody but the import wrote in it.
        """
        keys = [row.key for row in rows]
        external_ids = {}
        for external_id in ExternalId.objects.filter(source=job.source, key__in=keys):
            external_ids[external_id.key] = external_id
        matches = matching.match_pages(job, rows)
        replacing_keys = self._get_replacing_keys(job)
        wanted = {replacing_keys[row.key] for row in rows}
        existing_keys = self._find_existing_keys(job, set(filter(None, wanted)))
        for row in rows:
            has_replacement = replacing_keys[row.key] in existing_keys
            row.verdict = self._decide_verdict(job, row, matches.get(row.key), has_replacement)
        return external_ids

    def _get_replacing_keys(self, job: ImportJob) -> dict[str, str | None]:
        """Obsolete id → the id that replaced it in the end, through others that are obsolete too.

        Found once for all records of the file.
        """
        if CACHE_KEY not in job.lookup_cache:
            named: dict[str, str | None] = {}
            lines: dict[str, int] = {}
            for rows in job.staging.rows([self.type]):
                for row in rows:
                    named[row.key] = _load_record(row).replaced_by
                    lines[row.key] = row.line
            found, cycles = resolve_chains(named)
            job.lookup_cache[CACHE_KEY] = found
            for cycle in cycles:
                way = " → ".join([*cycle[:10], "…" if len(cycle) > 10 else cycle[0]])
                text = f"Obsolete ids lead round in a circle ({way}), so none leads to a page."
                job.add_note(lines[cycle[0]], cycle[0], text)
            self._note_missing(job, found, lines)
        return job.lookup_cache[CACHE_KEY]

    def _note_missing(
        self, job: ImportJob, replacing_keys: dict[str, str | None], lines: dict[str, int]
    ) -> None:
        targets = set(filter(None, replacing_keys.values()))
        missing = targets - self._find_existing_keys(job, targets)
        for key, target in replacing_keys.items():
            if target in missing:
                text = f"Obsolete: {target} took its place, which has no page, so it leads nowhere."
                job.add_note(lines[key], key, text)

    def _find_existing_keys(self, job: ImportJob, keys: set[str]) -> set[str]:
        """The ids that have a page here, or will have one by the file."""
        pages = matching.find_page_ids(job, keys)
        return pages.keys() | job.staging.find_written_ids(self.namespace, keys)

    def _decide_verdict(
        self, job: ImportJob, row: StagedRecord, match: PageMatch | None, has_replacement: bool
    ) -> ImportVerdict:
        if match is None:
            return ImportVerdict.NEW if has_replacement else ImportVerdict.UNCHANGED
        origin = match.external_id
        if match.page.discarded_at or (origin and origin.merged):
            return ImportVerdict.UNCHANGED
        if origin is None or match.is_edited or match.page.publications.exists():
            job.add_conflict(
                row, f"It is obsolete there. Withdraw or merge “{match.page.title}” by hand."
            )
            return ImportVerdict.CONFLICTING
        return ImportVerdict.CHANGED

    def create_stubs(self, job: ImportJob, rows: list[StagedRecord]) -> None:
        """Nothing: an obsolete id has no page."""

    def write(self, job: ImportJob, rows: list[StagedRecord]) -> list[StagedRecord]:
        """Discard obsolete drafts; redirect ids and old addresses to what replaced them."""
        external_ids = self.set_verdicts(job, rows)
        rows = [row for row in rows if row.verdict in (ImportVerdict.NEW, ImportVerdict.CHANGED)]
        replacements = self._find_replacements(job, rows)
        rows = [row for row in rows if row.key in replacements or row.key in external_ids]
        records = {row.key: _load_record(row) for row in rows}
        for row in rows:
            if row.key in external_ids:
                self._discard(job, row, external_ids[row.key])
        self._save_external_ids(job, rows, replacements, external_ids)
        self._add_redirects(job, records, replacements)
        return rows

    def _find_replacements(self, job: ImportJob, rows: list[StagedRecord]) -> dict[str, Article]:
        """Obsolete id → the page that replaced it, of those that have one."""
        all_keys = self._get_replacing_keys(job)
        replacing_keys = {row.key: all_keys[row.key] for row in rows}
        page_ids = matching.find_page_ids(job, set(filter(None, replacing_keys.values())))
        pages = Article.objects.in_bulk(page_ids.values())
        found = {}
        for key, replacing_key in replacing_keys.items():
            if replacing_key in page_ids:
                found[key] = pages[page_ids[replacing_key]]
        return found

    def _discard(self, job: ImportJob, row: StagedRecord, external_id: ExternalId) -> None:
        try:
            discard(external_id.article, by=job.by)
        except ActionRefused as error:
            job.add_conflict(row, str(error))

    def _save_external_ids(
        self,
        job: ImportJob,
        rows: list[StagedRecord],
        replacements: dict[str, Article],
        external_ids: dict[str, ExternalId],
    ) -> None:
        changed = []
        for row in rows:
            if row.key in replacements:
                page = replacements[row.key]
            elif row.key in external_ids:
                page = external_ids[row.key].article
            else:
                continue
            changed.append(
                ExternalId(
                    source=job.source,
                    key=row.key,
                    article=page,
                    merged=True,
                    record_digest=row.digest,
                    run=job.run,
                )
            )
        ExternalId.objects.bulk_create(
            changed,
            update_conflicts=True,
            unique_fields=["source", "key"],
            update_fields=["article", "merged", "record_digest", "run"],
        )

    def _add_redirects(
        self,
        job: ImportJob,
        records: dict[str, ObsoleteIdRecord],
        replacements: dict[str, Article],
    ) -> None:
        slugs_by_kind: dict[str, dict[str, int]] = {}
        for key, page in replacements.items():
            old_slugs = slugs_by_kind.setdefault(page.kind, {})
            old_slugs[slugs.make_slug("", key)] = page.pk
            old_slugs[slugs.make_slug(_remove_prefix(records[key].title), key)] = page.pk
        for kind, old_slugs in slugs_by_kind.items():
            job.new_redirects += slugs.create_redirects(kind, old_slugs)

    def differences(self, job: ImportJob, rows: list[StagedRecord]) -> dict[str, list[Difference]]:
        difference = Difference("page", "a draft", "discarded, as it is obsolete there")
        return {row.key: [difference] for row in rows}

    def get_export_queryset(self) -> None:
        """Nothing: what is obsolete elsewhere is no page here."""


def _load_record(row: StagedRecord) -> ObsoleteIdRecord:
    return deserialize(ObsoleteIdRecord, row.values())


def _remove_prefix(title: str) -> str:
    """A title without the “obsolete” that some sources put before it."""
    if title.lower().startswith(OBSOLETE_PREFIX):
        return title[len(OBSOLETE_PREFIX) :]
    return title


def resolve_chains(named: dict[str, str | None]) -> tuple[dict[str, str | None], list[list[str]]]:
    """Id → where it leads in the end, or None; and the circles, each by its ids in order.

    ``named`` has for each obsolete id the one that replaced it. Takes as many steps as there are
    ids, however long a chain is.
    """
    found: dict[str, str | None] = {}
    cycles: list[list[str]] = []
    for start in named:
        path: dict[str, int] = {}
        key: str | None = start
        while key is not None and key in named and key not in found and key not in path:
            path[key] = len(path)
            key = named[key]
        if key is not None and key in path:
            cycles.append(list(path)[path[key] :])
            key = None
        elif key is not None and key in found:
            key = found[key]
        found.update(dict.fromkeys(path, key))
    return found, cycles
