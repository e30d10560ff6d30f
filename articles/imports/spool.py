"""What was read from one file, in a private temporary database: so memory stays bounded whatever the file's size."""

import json
import sqlite3
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from articles.imports.records import Record

BATCH = 1000
MOST_TOLD = 1000  # findings of one sort that a report holds; the others are counted

TABLES = """
CREATE TABLE record (seq INTEGER PRIMARY KEY, line INTEGER, type TEXT, space TEXT, key TEXT, name TEXT, url TEXT,
    digest TEXT, body TEXT, verdict TEXT DEFAULT '', UNIQUE (space, key));
CREATE INDEX record_by_work ON record (type, verdict, seq);
CREATE INDEX record_by_url ON record (url) WHERE url <> '';
CREATE TABLE merged (space TEXT, key TEXT, seq INTEGER, PRIMARY KEY (space, key)) WITHOUT ROWID;
CREATE INDEX merged_by_record ON merged (seq);
CREATE TABLE finding (what TEXT, line INTEGER, key TEXT, field TEXT, text TEXT);
"""

OWN_NAMES = "SELECT key, name FROM record"
MERGED_NAMES = "SELECT m.key, r.name FROM merged m JOIN record r ON r.seq = m.seq"
MERGED_KEYS = "SELECT m.key, r.key FROM merged m JOIN record r ON r.seq = m.seq WHERE m.space = ?"
ALSO = "SELECT r.key, m.key FROM record r JOIN merged m ON m.seq = r.seq WHERE r.space = ?"
# An id that has a record of its own stands for itself, save where that record says no more than that it is obsolete.
MERGED = """SELECT m.seq, m.key FROM merged m WHERE m.space = ? AND NOT EXISTS (
    SELECT 1 FROM record r WHERE r.space = m.space AND r.key = m.key AND r.type <> 'retired')"""


class Verdict(StrEnum):
    """What becomes of a record."""

    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    HERE = "here already"
    KEPT = "conflicting, kept as it is here"
    REFUSED = "refused"


WRITTEN = (Verdict.NEW, Verdict.CHANGED, Verdict.HERE)


@dataclass(slots=True)
class Row:
    """One record as it waits: ``body`` is packed, ``key`` unique within its space (pages or causes)."""

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
class Finding:
    """A line of the report."""

    what: str
    line: int
    key: str
    field: str
    text: str


@dataclass
class Spool:
    """Its file has no name, so that nothing is left of it, however the process ends. Not for several threads."""

    told: Counter = field(default_factory=Counter)

    def __enter__(self) -> "Spool":
        with tempfile.TemporaryDirectory(prefix="countersign-import-") as directory:
            self._db = sqlite3.connect(Path(directory) / "spool", isolation_level=None)
            self._db.executescript(f"PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; {TABLES}")
        self._db.execute("BEGIN")
        return self

    def __exit__(self, *error) -> None:
        self._db.close()

    def add(self, line: int, space: str, record: Record, *, name: str, also: Iterable[str] = (), url: str = "") -> str:
        """Keep a record; returns why it cannot be, where its id was there before."""
        body, digest = record.packed()
        values = (line, record.type, space, record.id, name, url, digest, body)
        try:
            added = self._db.execute(
                "INSERT INTO record (line, type, space, key, name, url, digest, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                values,
            )
        except sqlite3.IntegrityError:
            first = self._one("SELECT line FROM record WHERE space = ? AND key = ?", space, record.id)
            return f"Line {first:,} has the same id already, and stands. Give each record an id of its own."
        merged = [(space, key, added.lastrowid) for key in also]
        self._db.executemany("INSERT OR IGNORE INTO merged VALUES (?, ?, ?)", merged)
        return ""

    def tell(self, what: str, line: int, key: str, text: str, where: str = "") -> None:
        """Put something into the report; beyond a bound of each sort it is only counted."""
        self.told[what] += 1
        if self.told[what] <= MOST_TOLD:
            self._db.execute(
                "INSERT INTO finding VALUES (?, ?, ?, ?, ?)", (what, line, key[:200], where[:100], text[:1000])
            )

    def findings(self) -> Iterator[Finding]:
        rows = self._db.execute("SELECT what, line, key, field, text FROM finding ORDER BY rowid")
        return (Finding(*row) for row in rows)

    def forget_findings(self, what: str) -> None:
        self._db.execute("DELETE FROM finding WHERE what = ?", (what,))
        self.told[what] = 0

    def rows(self, types: Iterable[str], verdicts: Iterable[str] = (), size: int = BATCH) -> Iterator[list[Row]]:
        """Records of some types and verdicts, so many at a time, in the order of the file."""
        types, verdicts = list(types), list(verdicts)
        known = f"AND verdict IN ({_marks(verdicts)})" if verdicts else ""
        sql = (
            "SELECT seq, line, type, key, name, url, digest, body, verdict FROM record "  # noqa: S608 - marks only
            f"WHERE type IN ({_marks(types)}) AND seq > ? {known} ORDER BY seq LIMIT ?"
        )
        after = 0
        while rows := [Row(*row) for row in self._db.execute(sql, (*types, after, *verdicts, size))]:
            after = rows[-1].seq
            yield rows

    def judge(self, rows: Iterable[Row]) -> None:
        self._db.executemany("UPDATE record SET verdict = ? WHERE seq = ?", [(row.verdict, row.seq) for row in rows])

    def counts(self) -> dict[str, Counter]:
        """Type → verdict → how many."""
        found: dict[str, Counter] = {}
        for kind, verdict, number in self._db.execute("SELECT type, verdict, count(*) FROM record GROUP BY 1, 2"):
            found.setdefault(kind, Counter())[verdict] = number
        return found

    def count(self, types: Iterable[str], verdicts: Iterable[str] = ()) -> int:
        counts, wanted = self.counts(), set(verdicts)
        found = (pair for kind in types for pair in counts.get(kind, {}).items())
        return sum(number for verdict, number in found if not wanted or verdict in wanted)

    def names(self, space: str, keys: Iterable[str]) -> dict[str, str]:
        """Id → what the record of that id, or the one it was merged into, is called."""
        found = {}
        for some in batched(keys):
            for sql, table in ((OWN_NAMES, "record"), (MERGED_NAMES, "m")):
                where = f"WHERE {table}.space = ? AND {table}.key IN ({_marks(some)})"
                for key, name in self._db.execute(f"{sql} {where}", (space, *some)):
                    found.setdefault(key, name)
        return found

    def merged_into(self, rows: Iterable[Row], space: str) -> dict[str, list[str]]:
        """Id → the ids that were merged into it, save those that have a record of their own."""
        seqs = {row.seq: row.key for row in rows}
        found: dict[str, list[str]] = {}
        for some in batched(seqs):
            sql = f"{MERGED} AND m.seq IN ({_marks(some)}) ORDER BY m.key"
            for seq, key in self._db.execute(sql, (space, *some)):
                found.setdefault(seqs[seq], []).append(key)
        return found

    def stands_for(self, space: str, keys: Iterable[str]) -> dict[str, list[str]]:
        """Merged id → the id of the record that it was merged into."""
        return self._told_of(f"{MERGED_KEYS} AND m.key", space, keys)

    def also(self, space: str, keys: Iterable[str]) -> dict[str, list[str]]:
        """Id → the ids that were merged into its record."""
        return self._told_of(f"{ALSO} AND r.key", space, keys)

    def _told_of(self, sql: str, space: str, keys: Iterable[str]) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for some in batched(keys):
            for key, other in self._db.execute(f"{sql} IN ({_marks(some)})", (space, *some)):
                found.setdefault(key, []).append(other)
        return found

    def _one(self, sql: str, *values):
        return self._db.execute(sql, values).fetchone()[0]


def _marks(values) -> str:
    return ", ".join("?" * len(values))


def batched(values: Iterable, size: int = 5000) -> Iterator[list]:
    """So many at a time: what one question of a database can name."""
    values = list(values)
    return (values[start : start + size] for start in range(0, len(values), size))
