"""Working copies as values of records, and how a record differs from one, for people to read."""

from collections.abc import Iterable
from dataclasses import dataclass

from articles.imports import care_cards
from articles.imports.records import PageRecord
from articles.models import Article
from articles.names import normalize_name
from articles.richtext.plaintext import extract_text

UNORDERED_FIELDS = {"tags", "codes"}
NAME_FIELDS = {"tags", "other_names"}  # compared as they are printed
MAX_SHOWN_LENGTH = 80  # characters of a text that a difference shows
CONTEXT_LENGTH = 20  # characters shown before the first difference of a long text
MAX_LISTED_ROWS = 3
NamesById = dict[str, str]
FIELD_LABELS = {
    "body": "overview",
    "other_names": "other names",
    "causes_intro": "introduction to the causes",
}
IGNORED_FIELDS = {
    "type",
    "id",
    "also",
    "url",
    "revision",
    "language",
    "slug",
    "topics",
    "risk",
    "review_months",
}


@dataclass(frozen=True, slots=True)
class Difference:
    """One field: what is here, and what the file says."""

    field: str
    current: str
    incoming: str

    def __str__(self) -> str:
        return f"{self.field}: {self.current} → {self.incoming}"


def build_common_values(kind: str, page: Article) -> dict:
    """The values of a record that every kind of page has.

    Topics are among them only if they are prefetched, as for an export.
    """
    references = []
    for row in page.references.all():
        references.append(
            {"title": row.title, "publisher": row.publisher, "url": row.url, "year": row.year}
        )
    values = {
        "type": kind,
        "id": str(page.uuid),
        "title": page.title,
        "slug": page.slug,
        "headline": page.headline,
        "summary": page.summary,
        **care_cards.build_values(page),
        "body": page.body,
        "references": references,
        "tags": sorted(link.tag.name for link in page.tag_links.all()),
        "risk": page.risk,
        "review_months": page.review_months,
    }
    topics = page._prefetched_objects_cache.get("topics")
    if topics is not None:
        values["topics"] = sorted(topic.name for topic in topics)
    return values


def compare(current: PageRecord, incoming: PageRecord, names: NamesById) -> list[Difference]:
    """The fields of a record that differ from those of a working copy.

    A field that the record leaves out does not differ.
    """
    compared_fields = incoming.model_fields_set - IGNORED_FIELDS
    found = []
    for field in type(incoming).model_fields:
        if field == "advice" and care_cards.has_cards(incoming):
            for label, before, after in care_cards.describe_changes(current, incoming):
                found.append(Difference(label, *describe_text_change(before, after)))
        if field not in compared_fields or field in care_cards.CARD_FIELDS:
            continue
        before = _get_comparable(current, field, names)
        after = _get_comparable(incoming, field, names)
        if after is None or before == after:
            continue
        label = FIELD_LABELS.get(field, field.replace("_", " "))
        here, in_file = _describe_change(before, after)
        found.append(Difference(label, here, in_file))
    return found


def _get_comparable(record: PageRecord, field: str, names: NamesById):
    value = format_value(getattr(record, field), names)
    if field in NAME_FIELDS and value is not None:
        value = tuple(normalize_name(name) for name in value)
    if field in UNORDERED_FIELDS and value is not None:
        return tuple(sorted(value))
    return value


def format_value(value, names: NamesById):
    """A value as text, or as several texts, by which two records are compared."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, tuple):
        return tuple(format_value(row, names) for row in value)
    if isinstance(value, bool | int):
        return str(value)
    return value.to_text(names)


def _describe_change(before, after) -> tuple[str, str]:
    if isinstance(after, tuple):
        return _describe_row_change(before or (), after)
    return describe_text_change(str(before or ""), str(after or ""))


def describe_text_change(before: str, after: str) -> tuple[str, str]:
    """Two texts from a little before the first character in which they differ."""
    here = _collapse_text(before)
    in_file = _collapse_text(after)
    if here == in_file:
        return "the same words", "with other links, headings or lists"
    first_difference = _find_first_difference(here, in_file)
    if first_difference <= MAX_SHOWN_LENGTH // 2:
        return shorten(here), shorten(in_file)
    start = first_difference - CONTEXT_LENGTH
    return _shorten_from(here, start), _shorten_from(in_file, start)


def _find_first_difference(one: str, other: str) -> int:
    for place, (letter, other_letter) in enumerate(zip(one, other, strict=False)):
        if letter != other_letter:
            return place
    return min(len(one), len(other))


def _shorten_from(text: str, start: int) -> str:
    return f"“…{shorten(text[start:])[1:]}"


def _describe_row_change(before: tuple, after: tuple) -> tuple[str, str]:
    rows_before = set(before)
    rows_after = set(after)
    removed = [row for row in before if row not in rows_after]
    added = [row for row in after if row not in rows_before]
    if not removed and not added:
        return f"{len(before):,} in another order", "as in the file"
    return _describe_rows(before, removed), _describe_rows(after, added)


def _describe_rows(rows: tuple, own_rows: list) -> str:
    return f"{len(rows):,} ({_format_list(own_rows)})"


def _format_list(rows: Iterable[str]) -> str:
    texts = [shorten(row) for row in rows]
    if not texts:
        return "none of its own"
    listed = "; ".join(texts[:MAX_LISTED_ROWS])
    if len(texts) > MAX_LISTED_ROWS:
        listed += f" and {len(texts) - MAX_LISTED_ROWS:,} more"
    return listed


def shorten(text) -> str:
    """The beginning of a text in quotation marks."""
    plain = _collapse_text(str(text or ""))
    if not plain:
        return "nothing"
    # A row ends with its text in brackets, and a paragraph ends its line.
    plain = plain.removesuffix(" )") + ")" * plain.endswith(" )")
    ellipsis = "…" if len(plain) > MAX_SHOWN_LENGTH else ""
    return f"“{plain[:MAX_SHOWN_LENGTH]}{ellipsis}”"


def _collapse_text(html: str) -> str:
    return " ".join(extract_text(html).split())
