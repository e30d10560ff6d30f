"""Ids that are obsolete in their source: what took their place here, and where their old addresses lead."""

from articles import addresses
from articles.actions import Refused, discard
from articles.imports import matching
from articles.imports.job import Job
from articles.imports.records import RetiredRecord, unpack
from articles.imports.showing import Difference
from articles.imports.spool import Row, Verdict
from articles.models import Article, Origin

OBSOLETE = "obsolete "


class Retired:
    """Records that say only that an id is obsolete."""

    type, record, space = "retired", RetiredRecord, "page"

    def judge(self, job: Job, rows: list[Row]) -> dict[str, Origin]:
        """A page that came under such an id gives way only if nobody but the import wrote in it."""
        origins = {o.key: o for o in Origin.objects.filter(source=job.source, key__in=[row.key for row in rows])}
        known = matching.known(job, rows)
        heirs = {row.key: unpack(RetiredRecord, row.values()).replaced_by for row in rows}
        named = set(filter(None, heirs.values()))
        there = matching.pages_of(job, named).keys() | job.spool.names("page", named).keys()
        for row in rows:
            row.verdict = self._about(job, row, known.get(row.key), heirs[row.key] in there)
        return origins

    def _about(self, job: Job, row: Row, match, has_heir: bool) -> Verdict:
        if match is None:
            return Verdict.NEW if has_heir else Verdict.UNCHANGED
        if match.origin.merged or match.page.discarded_at:
            return Verdict.UNCHANGED
        if match.edited or match.page.publications.exists():
            job.conflict(row, f"It is obsolete there. Withdraw or merge “{match.page.title}” by hand.")
            return Verdict.KEPT
        return Verdict.CHANGED

    def begin(self, job: Job, rows: list[Row]) -> None:
        """Nothing: an obsolete id has no page."""

    def fill(self, job: Job, rows: list[Row]) -> list[Row]:
        """Discard drafts that are obsolete, and let ids and old addresses lead to what took their place."""
        origins = self.judge(job, rows)
        rows = [row for row in rows if row.verdict in (Verdict.NEW, Verdict.CHANGED)]
        records = {row.key: unpack(RetiredRecord, row.values()) for row in rows}
        heirs = self._heirs(job, records)
        for row in rows:
            if row.key in origins:
                self._discard(job, row, origins[row.key])
        self._remember(job, rows, heirs, origins)
        self._lead_on(records, heirs)
        return rows

    def _heirs(self, job: Job, records: dict[str, RetiredRecord]) -> dict[str, Article]:
        """Obsolete id → the page that took its place, where there is one."""
        led = matching.pages_of(job, {record.replaced_by for record in records.values() if record.replaced_by})
        pages = Article.objects.in_bulk(led.values())
        return {key: pages[led[r.replaced_by]] for key, r in records.items() if r.replaced_by in led}

    def _discard(self, job: Job, row: Row, origin: Origin) -> None:
        try:
            discard(origin.article, by=job.by)
        except Refused as refusal:
            job.conflict(row, str(refusal))

    def _remember(self, job: Job, rows: list[Row], heirs: dict[str, Article], origins: dict[str, Origin]) -> None:
        led = [
            Origin(
                source=job.source,
                key=row.key,
                article=heirs.get(row.key) or origins[row.key].article,
                merged=True,
                said=row.digest,
                run=job.run,
            )
            for row in rows
            if row.key in heirs or row.key in origins
        ]
        Origin.objects.bulk_create(
            led,
            update_conflicts=True,
            unique_fields=["source", "key"],
            update_fields=["article", "merged", "said", "run"],
        )

    def _lead_on(self, records: dict[str, RetiredRecord], heirs: dict[str, Article]) -> None:
        for kind in {heir.kind for heir in heirs.values()}:
            old = {}
            for key, heir in heirs.items():
                if heir.kind == kind:
                    title = records[key].title
                    title = title[len(OBSOLETE) :] if title.lower().startswith(OBSOLETE) else title
                    old |= {addresses.wished("", key): heir.pk, addresses.wished(title, key): heir.pk}
            addresses.lead_to(kind, old)

    def differences(self, job: Job, rows: list[Row]) -> dict[str, list[Difference]]:
        return {row.key: [Difference("page", "a draft", "discarded, as it is obsolete there")] for row in rows}

    def given_out(self) -> None:
        """Nothing: what is obsolete elsewhere is no page here."""
