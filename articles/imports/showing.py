"""Working copies in the words of a record, and how a record differs from one, for people to read."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.html import strip_tags

from articles.imports.records import PageRecord
from articles.models import Article

UNORDERED = {"tags", "codes"}
LONGEST = 80  # letters of a text that a difference shows
Names = dict[str, str]
SAID = {"body": "overview", "other_names": "other names", "causes_intro": "introduction to the causes"}
NOT_SHOWN = {"type", "id", "also", "url", "revision", "language", "slug", "topics", "risk", "review_months"}


@dataclass(frozen=True, slots=True)
class Difference:
    """One field: what is here, and what the file says."""

    field: str
    here: str
    there: str

    def __str__(self) -> str:
        return f"{self.field}: {self.here} → {self.there}"


def common_values(kind: str, page: Article) -> dict:
    """The values of a record that every kind of page has; the page is loaded, its topics too for giving out."""
    topics = page._prefetched_objects_cache.get("topics")
    values = {
        "type": kind,
        "id": str(page.uuid),
        "title": page.title,
        "slug": page.slug,
        "headline": page.headline,
        "summary": page.summary,
        "advice": {"level": page.advice_level, "html": page.advice},
        "body": page.body,
        "references": [
            {"title": row.title, "publisher": row.publisher, "url": row.url, "year": row.year}
            for row in page.references.all()
        ],
        "tags": sorted(link.tag.name for link in page.tag_links.all()),
        "risk": page.risk,
        "review_months": page.review_months,
    }
    return values if topics is None else values | {"topics": sorted(topic.name for topic in topics)}


def differences(here: PageRecord, there: PageRecord, names: Names) -> list[Difference]:
    """The fields that a record says otherwise than a working copy does. What it does not say is no difference."""
    said = there.model_dump(exclude_unset=True).keys() - NOT_SHOWN
    found = []
    for field in (name for name in type(there).model_fields if name in said):
        before, after = (readable(getattr(record, field), names) for record in (here, there))
        if field in UNORDERED:
            before, after = (rows if rows is None else tuple(sorted(rows)) for rows in (before, after))
        if after is not None and before != after:
            found.append(Difference(SAID.get(field, field.replace("_", " ")), *_told(before, after)))
    return found


def readable(value, names: Names):
    """A value as text, or as texts: what two records are compared by."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, tuple):
        return tuple(readable(row, names) for row in value)
    if isinstance(value, bool | int):
        return str(value)
    return value.readable(names)


def _told(before, after) -> tuple[str, str]:
    if isinstance(after, tuple):
        return _told_rows(before or (), after)
    return told_texts(str(before or ""), str(after or ""))


def told_texts(before: str, after: str) -> tuple[str, str]:
    """Two texts from a little before the first letter in which they differ."""
    here, there = (" ".join(strip_tags(text).split()) for text in (before, after))
    if here == there:
        return "the same words", "with other links, headings or lists"
    pairs = enumerate(zip(here, there, strict=False))
    same = next((place for place, (one, other) in pairs if one != other), min(len(here), len(there)))
    start = max(0, same - LONGEST // 4) if same > LONGEST // 2 else 0
    return tuple(f"“…{text[1:]}" if start else text for text in (short(here[start:]), short(there[start:])))


def _told_rows(before: tuple, after: tuple) -> tuple[str, str]:
    gone, come = ([row for row in one if row not in set(other)] for one, other in ((before, after), (after, before)))
    if not gone and not come:
        return f"{len(before):,} in another order", "as in the file"
    return tuple(f"{len(rows):,} ({_listed(other)})" for rows, other in ((before, gone), (after, come)))


def _listed(rows: Iterable[str], most: int = 3) -> str:
    rows = [short(row) for row in rows]
    more = f" and {len(rows) - most:,} more" if len(rows) > most else ""
    return "; ".join(rows[:most]) + more if rows else "none of its own"


def short(text) -> str:
    plain = " ".join(strip_tags(str(text or "")).split())
    return f"“{plain[:LONGEST]}{'…' if len(plain) > LONGEST else ''}”" if plain else "nothing"
