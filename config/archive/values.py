"""Single values as an archive writes them, and back: the same on both engines, and refused where they are not."""

import datetime as dt
import json
from collections.abc import Callable
from uuid import UUID

from django.db.models import Field

from articles.fields import UNPRINTABLE, LineField, RichTextField


def line(row: dict) -> bytes:
    """One row as one line in the canonical form of RFC 8785, which this is for text, whole numbers, truths and null
    under names of plain letters: keys sorted, no spaces, UTF-8."""
    return json.dumps(row, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode() + b"\n"


def encode(value):
    """A value of a column as JSON can say it. Moments are told in UTC."""
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC).isoformat()
    if isinstance(value, dt.date):
        return value.isoformat()
    return str(value) if isinstance(value, UUID) else value


def decode(column: Field, value):
    """The value of a column. Raises ValueError, with words for the reader of the archive."""
    if value is None:
        if column.null:
            return None
        raise ValueError(f"“{column.name}” is empty and must not be")
    found = DECODERS[column.get_internal_type()](value, column)
    if encode(found) != value:
        raise ValueError(f"“{column.name}” is not written as an archive writes it: {value!r:.80}")
    return found


def _text(value, column: Field) -> str:
    if not isinstance(value, str):
        raise ValueError(f"“{column.name}” is not text: {value!r:.80}")
    if "\0" in value:
        raise ValueError(f"“{column.name}” has a character that no database keeps (U+0000)")
    if isinstance(column, LineField | RichTextField) and (found := UNPRINTABLE.search(value)):
        raise ValueError(f"“{column.name}” has a character that cannot be printed (U+{ord(found[0]):04X})")
    if column.max_length and len(value) > column.max_length:
        raise ValueError(f"“{column.name}” has {len(value)} characters, and {column.max_length} is the most")
    return value


def _whole(value, column: Field) -> int:
    if type(value) is not int or not -(2**53) < value < 2**53:
        raise ValueError(f"“{column.name}” is not a whole number: {value!r:.80}")
    return value


def _truth(value, column: Field) -> bool:
    if type(value) is not bool:
        raise ValueError(f"“{column.name}” is neither true nor false: {value!r:.80}")
    return value


def _counts(value, column: Field) -> dict:
    if not isinstance(value, dict) or any(type(number) is not int for number in value.values()):
        raise ValueError(f"“{column.name}” does not say how many of what: {value!r:.80}")
    return value


def _parsed(what: str, parse: Callable) -> Callable:
    def parsed(value, column: Field):
        try:
            return parse(value)
        except (ValueError, TypeError, AttributeError) as error:
            raise ValueError(f"“{column.name}” is not {what}: {value!r:.80}") from error

    return parsed


DECODERS: dict[str, Callable] = {
    **dict.fromkeys(("CharField", "TextField", "SlugField"), _text),
    **dict.fromkeys(
        (
            "IntegerField",
            "BigAutoField",
            "AutoField",
            "PositiveIntegerField",
            "PositiveSmallIntegerField",
            "PositiveBigIntegerField",
            "BigIntegerField",
        ),
        _whole,
    ),
    "BooleanField": _truth,
    "JSONField": _counts,
    "UUIDField": _parsed("a UUID", UUID),
    "DateTimeField": _parsed("a moment", dt.datetime.fromisoformat),
    "DateField": _parsed("a date", dt.date.fromisoformat),
}
