"""Our own format: one JSON object a line."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from articles.imports.formats import RawRecord, ReaderNote, RejectedRecord, UnreadableFile, files

# One half of a character that UTF-16 writes in two.
SURROGATE_ESCAPE = re.compile(r"\\u[dD][89a-fA-F]")
MULTILINE_JSON = "This is JSON spread over several lines. Write one object a line."


class InvalidJson(ValueError):
    """A line is no JSON object; the text says where it fails."""


def read(path: Path) -> Iterator[RawRecord | RejectedRecord | ReaderNote]:
    files.check_type(path, "json", label="one JSON object a line")
    with files.open_unpacked(path) as source:
        for number, text, trouble in files.read_lines(source):
            if not text.strip() and not trouble:
                continue
            if number == 1 and text.strip() in ("{", "["):
                raise UnreadableFile(MULTILINE_JSON)
            yield _read_record(number, text, trouble)


def _read_record(number: int, text: str, trouble: str) -> RawRecord | RejectedRecord:
    if trouble:
        return RejectedRecord(number, "", "", trouble)
    try:
        values = parse_line(text)
    except InvalidJson as error:
        return RejectedRecord(number, "", "", str(error))
    if isinstance(values.get("type"), str):
        return RawRecord(number, values)
    key = values.get("id")
    if not isinstance(key, str):
        key = ""
    reason = (
        "This record does not say its type. "
        "If the file is not of our own format, choose another one."
    )
    return RejectedRecord(number, key, "type", reason)


def parse_line(text: str) -> dict:
    """The object of one line. Raises InvalidJson, also for a name that is there twice."""
    try:
        values = json.loads(
            text,
            parse_constant=_reject_constant,
            object_pairs_hook=_reject_duplicate_names,
        )
        if SURROGATE_ESCAPE.search(text):
            json.dumps(values, ensure_ascii=False).encode()
    except InvalidJson:
        raise
    except json.JSONDecodeError as error:
        raise InvalidJson(f"Column {error.colno:,}: this is not JSON ({error.msg}).") from error
    except UnicodeEncodeError as error:
        raise InvalidJson(
            "A character is there by half (a lone surrogate). Type the text again."
        ) from error
    except RecursionError as error:
        raise InvalidJson("Lists or objects stand too deep within each other.") from error
    except ValueError as error:
        raise InvalidJson(f"This is not JSON ({error}).") from error
    if not isinstance(values, dict):
        raise InvalidJson("This line is JSON, but no object ({…}).")
    return values


def _reject_constant(name: str):
    raise InvalidJson(f"{name} is no number in JSON.")


def _reject_duplicate_names(pairs: list[tuple[str, object]]) -> dict:
    values = dict(pairs)
    if len(values) < len(pairs):
        counts = Counter(name for name, _ in pairs)
        repeated = next(name for name in counts if counts[name] > 1)
        raise InvalidJson(f"“{repeated}” is there twice.")
    return values
