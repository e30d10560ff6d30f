"""Values as an archive writes them, the same on both engines, and back as they were."""

import datetime as dt
import json
from collections.abc import Callable
from uuid import UUID

from articles.characters import UNPRINTABLE
from articles.fields import LineField, RichTextField
from config.operations.archive.declaration import ArchiveColumn

_encode_json = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode


def encode_line(row: dict) -> bytes:
    """One row as one line in the canonical form of RFC 8785: keys sorted, no spaces, UTF-8.

    Plain JSON is that form for text, whole numbers, booleans and null under keys of plain letters.
    """
    return _encode_json(row).encode() + b"\n"


def encode_value(value):
    """A value of a column as JSON can hold it. Moments are written in UTC."""
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC).isoformat()
    if isinstance(value, dt.date):
        return value.isoformat()
    return str(value) if isinstance(value, UUID) else value


def decode_value(column: ArchiveColumn, value):
    """The value of a column. Raises ValueError, with a reason for whoever imports the archive."""
    if value is None:
        if column.field.null:
            return None
        raise ValueError(f"“{column.name}” is empty and must not be")
    decoded = DECODERS[column.field.get_internal_type()](value, column)
    if encode_value(decoded) != value:
        raise ValueError(f"“{column.name}” is not written as an archive writes it: {value!r:.80}")
    return decoded


def _decode_text(value, column: ArchiveColumn) -> str:
    if not isinstance(value, str):
        raise ValueError(f"“{column.name}” is not text: {value!r:.80}")
    if "\0" in value:
        raise ValueError(f"“{column.name}” has a character that no database keeps (U+0000)")
    if isinstance(column.field, LineField | RichTextField):
        _require_printable(value, column)
    most = column.field.max_length
    if most and len(value) > most:
        raise ValueError(f"“{column.name}” has {len(value)} characters, and {most} is the most")
    return value


def _require_printable(text: str, column: ArchiveColumn) -> None:
    unprintable = UNPRINTABLE.search(text)
    if unprintable:
        code = f"U+{ord(unprintable[0]):04X}"
        raise ValueError(f"“{column.name}” has a character that cannot be printed ({code})")


def _decode_integer(value, column: ArchiveColumn) -> int:
    if type(value) is not int or not -(2**53) < value < 2**53:
        raise ValueError(f"“{column.name}” is not a whole number: {value!r:.80}")
    return value


def _decode_boolean(value, column: ArchiveColumn) -> bool:
    if type(value) is not bool:
        raise ValueError(f"“{column.name}” is neither true nor false: {value!r:.80}")
    return value


def _decode_counts(value, column: ArchiveColumn) -> dict:
    if not isinstance(value, dict) or any(type(count) is not int for count in value.values()):
        raise ValueError(f"“{column.name}” does not say how many of what: {value!r:.80}")
    return value


def _make_parser(description: str, parse: Callable) -> Callable:
    def decode(value, column: ArchiveColumn):
        try:
            return parse(value)
        except (ValueError, TypeError, AttributeError) as error:
            raise ValueError(f"“{column.name}” is not {description}: {value!r:.80}") from error

    return decode


INTEGER_FIELDS = (
    "IntegerField",
    "BigAutoField",
    "AutoField",
    "PositiveIntegerField",
    "PositiveSmallIntegerField",
    "PositiveBigIntegerField",
    "BigIntegerField",
)
DECODERS: dict[str, Callable] = {
    **dict.fromkeys(("CharField", "TextField", "SlugField"), _decode_text),
    **dict.fromkeys(INTEGER_FIELDS, _decode_integer),
    "BooleanField": _decode_boolean,
    "JSONField": _decode_counts,
    "UUIDField": _make_parser("a UUID", UUID),
    "DateTimeField": _make_parser("a moment", dt.datetime.fromisoformat),
    "DateField": _make_parser("a date", dt.date.fromisoformat),
}
