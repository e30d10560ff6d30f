"""The records of one file in a private temporary database, so that memory stays bounded."""

import json
import sqlite3
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import groupby
from operator import itemgetter
from pathlib import Path

from articles.imports.records import ImportRecord

BATCH = 1000
MAX_KEY_LENGTH = 200  # characters of an id in a finding
MAX_FINDINGS_PER_KIND = 1000  # findings of one type that a report lists; others are only counted

SCHEMA_SQL = """
CREATE TABLE record (seq INTEGER PRIMARY KEY, line INTEGER, type TEXT, space TEXT, key TEXT,
    name TEXT, url TEXT, digest TEXT, body TEXT, verdict TEXT DEFAULT '', UNIQUE (space, key));
CREATE INDEX record_by_work ON record (type, verdict, seq);
CREATE INDEX record_by_url ON record (url) WHERE url <> '';
CREATE TABLE merged (space TEXT, key TEXT, seq INTEGER, PRIMARY KEY (space, key)) WITHOUT ROWID;
CREATE INDEX merged_by_record ON merged (seq);
CREATE TABLE seen (space TEXT, key TEXT, line INTEGER);
CREATE INDEX seen_by_key ON seen (key);
CREATE TABLE finding (what TEXT, line INTEGER, key TEXT, field TEXT, text TEXT);
"""

IS_WRITTEN_SQL = "r.type <> 'retired' AND r.verdict NOT LIKE 'conflicting%'"
WRITTEN_SQL = (
    f"SELECT r.key FROM record r WHERE {IS_WRITTEN_SQL} "  # noqa: S608
    "AND r.space = ? AND r.key"
)
MERGED_WRITTEN_SQL = (
    "SELECT m.key FROM merged m JOIN record r ON r.seq = m.seq "  # noqa: S608
    f"WHERE {IS_WRITTEN_SQL} AND m.space = ? AND m.key"
)
OWN_NAMES_SQL = "SELECT key, name FROM record"
MERGED_NAMES_SQL = "SELECT m.key, r.name FROM merged m JOIN record r ON r.seq = m.seq"
MERGED_KEYS_SQL = (
    "SELECT m.key, r.key FROM merged m JOIN record r ON r.seq = m.seq WHERE m.space = ?"
)
MERGED_IDS_SQL = (
    "SELECT r.key, m.key FROM record r JOIN merged m ON m.seq = r.seq WHERE r.space = ?"
)
# An id with a record of its own is not merged, unless that record only states that it is obsolete.
MERGED_INTO_SQL = """SELECT m.seq, m.key FROM merged m WHERE m.space = ? AND NOT EXISTS (
    SELECT 1 FROM record r WHERE r.space = m.space AND r.key = m.key AND r.type <> 'retired')"""

REPEATED_KEYS_SQL = """SELECT key, space, line FROM seen WHERE key IN
    (SELECT key FROM seen GROUP BY key HAVING count(*) > 1) ORDER BY key, rowid"""

# Ids of records that were refused, which others have among those that were merged into them.
REFUSED_MERGED_SQL = """SELECT m.space, m.key, r.key, r.line FROM merged m
    JOIN record r ON r.seq = m.seq
    WHERE EXISTS (SELECT 1 FROM seen s WHERE s.key = m.key AND s.space IN (m.space, ''))
    AND NOT EXISTS (SELECT 1 FROM record o WHERE o.space = m.space AND o.key = m.key)"""

INSERT_RECORD_SQL = """INSERT OR IGNORE INTO record
    (line, type, space, key, name, url, digest, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"""


class ImportVerdict(StrEnum):
    """What becomes of a record."""

    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    EXISTING = "here already"
    CONFLICTING = "conflicting, kept as it is here"
    REFUSED = "refused"


WRITTEN_VERDICTS = (ImportVerdict.NEW, ImportVerdict.CHANGED, ImportVerdict.EXISTING)


@dataclass(slots=True)
class StagedRecord:
    """One stored record: ``body`` is JSON, ``key`` is unique in its namespace (page or cause)."""

    seq: int
    line: int
    type: str
    key: str
    name: str
    url: str
    digest: str
    body: str
    verdict: str = ""

    def values(self) -> dict:
        return json.loads(self.body)


@dataclass(frozen=True, slots=True)
class StagedFinding:
    """A line of the report."""

    what: str
    line: int
    key: str
    field: str
    text: str


@dataclass
class StagingDatabase:
    """A database whose file has no name, so that nothing is left of it however the process ends.

    For one thread only.
    """

    finding_counts: Counter = field(default_factory=Counter)

    def __enter__(self) -> "StagingDatabase":
        with tempfile.TemporaryDirectory(prefix="countersign-import-") as directory:
            self._db = sqlite3.connect(Path(directory) / "staging", isolation_level=None)
            self._db.executescript(f"PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; {SCHEMA_SQL}")
        self._db.execute("BEGIN")
        return self

    def __exit__(self, *error) -> None:
        self._db.close()

    def add(
        self,
        line: int,
        space: str,
        record: ImportRecord,
        body: str,
        digest: str,
        *,
        name: str,
        also: Iterable[str] = (),
        url: str = "",
    ) -> None:
        """Store a record, the first of its id. ``drop_repeated`` refuses those with the same id.

        ``body`` and ``digest`` are what ``serialize`` gives for it.
        """
        values = (line, record.type, space, record.id, name, url, digest, body)
        added = self._db.execute(INSERT_RECORD_SQL, values)
        if added.rowcount:
            merged = [(space, key, added.lastrowid) for key in also]
            self._db.executemany("INSERT OR IGNORE INTO merged VALUES (?, ?, ?)", merged)

    def add_seen(self, line: int, space: str, key: str) -> None:
        """Remember the id of a record, also of a refused one. The namespace may be unknown."""
        self._db.execute("INSERT INTO seen VALUES (?, ?, ?)", (space, key, line))

    def drop_repeated(self) -> Iterator[tuple[str, list[int]]]:
        """Remove all records whose id stands on several lines; gives each id with its lines.

        An id that a refused record has is given to no other one. One whose namespace is not known
        counts in all of them.
        """
        rows = self._db.execute(REPEATED_KEYS_SQL).fetchall()
        for key, found in groupby(rows, itemgetter(0)):
            lines_by_space: dict[str, list[int]] = {}
            for _, space, line in found:
                lines_by_space.setdefault(space, []).append(line)
            unknown = lines_by_space.pop("", [])
            for space, lines in lines_by_space.items():
                if len(lines) + len(unknown) > 1:
                    self._drop(space, key)
                    yield key, sorted([*lines, *unknown])
            if not lines_by_space:
                yield key, unknown

    def drop_refused_merges(self) -> list[tuple[str, str, int]]:
        """Take from records the merged ids of refused records.

        Gives each such id, with the id and the line of the record that named it.
        """
        found = self._db.execute(REFUSED_MERGED_SQL).fetchall()
        for space, merged_key, _, _ in found:
            self._db.execute("DELETE FROM merged WHERE space = ? AND key = ?", (space, merged_key))
        return [(merged_key, key, line) for _, merged_key, key, line in found]

    def _drop(self, space: str, key: str) -> None:
        where = "(SELECT seq FROM record WHERE space = ? AND key = ?)"
        self._db.execute(f"DELETE FROM merged WHERE seq IN {where}", (space, key))  # noqa: S608
        self._db.execute("DELETE FROM record WHERE space = ? AND key = ?", (space, key))

    def add_finding(self, what: str, line: int, key: str, text: str, where: str = "") -> None:
        """Add a line to the report; beyond the limit of its type it is only counted."""
        self.finding_counts[what] += 1
        if self.finding_counts[what] <= MAX_FINDINGS_PER_KIND:
            self._db.execute(
                "INSERT INTO finding VALUES (?, ?, ?, ?, ?)",
                (what, line, key[:MAX_KEY_LENGTH], where[:100], text[:1000]),
            )

    def findings(self) -> Iterator[StagedFinding]:
        rows = self._db.execute("SELECT what, line, key, field, text FROM finding ORDER BY rowid")
        return (StagedFinding(*row) for row in rows)

    def rows(
        self, types: Iterable[str], verdicts: Iterable[str] = (), size: int = BATCH
    ) -> Iterator[list[StagedRecord]]:
        """Records of some types and verdicts in batches, in the order of the file."""
        types = list(types)
        verdicts = list(verdicts)
        verdict_clause = f"AND verdict IN ({_placeholders(verdicts)})" if verdicts else ""
        sql = (
            "SELECT seq, line, type, key, name, url, digest, body, verdict FROM record "  # noqa: S608 - marks only
            f"WHERE type IN ({_placeholders(types)}) AND seq > ? {verdict_clause} "
            "ORDER BY seq LIMIT ?"
        )
        last_seq = 0
        while True:
            found = self._db.execute(sql, (*types, last_seq, *verdicts, size))
            rows = [StagedRecord(*values) for values in found]
            if not rows:
                return
            last_seq = rows[-1].seq
            yield rows

    def set_verdicts(self, rows: Iterable[StagedRecord]) -> None:
        self._db.executemany(
            "UPDATE record SET verdict = ? WHERE seq = ?", [(row.verdict, row.seq) for row in rows]
        )

    def counts(self) -> dict[str, Counter]:
        """Type → verdict → how many."""
        found: dict[str, Counter] = {}
        rows = self._db.execute("SELECT type, verdict, count(*) FROM record GROUP BY 1, 2")
        for record_type, verdict, number in rows:
            found.setdefault(record_type, Counter())[verdict] = number
        return found

    def count(self, types: Iterable[str], verdicts: Iterable[str] = ()) -> int:
        counts = self.counts()
        wanted = set(verdicts)
        total = 0
        for record_type in types:
            for verdict, number in counts.get(record_type, {}).items():
                if not wanted or verdict in wanted:
                    total += number
        return total

    def get_names(self, space: str, keys: Iterable[str]) -> dict[str, str]:
        """Id → name of the record of that id, or of the one that it was merged into."""
        found: dict[str, str] = {}
        for batch in batched(keys):
            for sql, table in ((OWN_NAMES_SQL, "record"), (MERGED_NAMES_SQL, "m")):
                where = f"WHERE {table}.space = ? AND {table}.key IN ({_placeholders(batch)})"
                for key, name in self._db.execute(f"{sql} {where}", (space, *batch)):
                    found.setdefault(key, name)
        return found

    def find_written_ids(self, space: str, keys: Iterable[str]) -> set[str]:
        """The ids that have a page once all is written: by a record, or merged into one."""
        found: set[str] = set()
        for batch in batched(keys):
            marks = _placeholders(batch)
            for sql in (WRITTEN_SQL, MERGED_WRITTEN_SQL):
                written = self._db.execute(f"{sql} IN ({marks})", (space, *batch))
                found.update(key for (key,) in written)
        return found

    def get_merged_ids(self, rows: Iterable[StagedRecord], space: str) -> dict[str, list[str]]:
        """Id → the ids that were merged into it and have no record of their own."""
        keys_by_seq = {row.seq: row.key for row in rows}
        found: dict[str, list[str]] = {}
        for batch in batched(keys_by_seq):
            sql = f"{MERGED_INTO_SQL} AND m.seq IN ({_placeholders(batch)}) ORDER BY m.key"
            for seq, key in self._db.execute(sql, (space, *batch)):
                found.setdefault(keys_by_seq[seq], []).append(key)
        return found

    def get_replacing_ids(self, space: str, keys: Iterable[str]) -> dict[str, list[str]]:
        """Merged id → the id of the record that it was merged into."""
        return self._group_pairs(f"{MERGED_KEYS_SQL} AND m.key", space, keys)

    def get_ids_merged_into(self, space: str, keys: Iterable[str]) -> dict[str, list[str]]:
        """Id → the ids that were merged into its record."""
        return self._group_pairs(f"{MERGED_IDS_SQL} AND r.key", space, keys)

    def _group_pairs(self, sql: str, space: str, keys: Iterable[str]) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for batch in batched(keys):
            for key, other in self._db.execute(
                f"{sql} IN ({_placeholders(batch)})", (space, *batch)
            ):
                found.setdefault(key, []).append(other)
        return found


def _placeholders(values) -> str:
    return ", ".join("?" * len(values))


def batched(values: Iterable, size: int = 5000) -> Iterator[list]:
    """Values in lists that are short enough for one database query."""
    values = list(values)
    for start in range(0, len(values), size):
        yield values[start : start + size]
