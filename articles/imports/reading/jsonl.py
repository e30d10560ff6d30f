"""Our own format: one JSON object a line."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

from articles.imports.reading import Found, Noted, Refused, Unreadable, files

HALF = re.compile(r"\\u[dD][89a-fA-F]")  # one half of a character that UTF-16 writes in two
SPREAD = "This is JSON spread over several lines. Write one object a line."


class NotJson(ValueError):
    """A line is no object in JSON; the text says where."""


def read(path: Path) -> Iterator[Found | Refused | Noted]:
    files.expect(path, "json", called="one JSON object a line")
    with files.unpacked(path) as source:
        for number, text, trouble in files.lines(source):
            if not text.strip() and not trouble:
                continue
            if number == 1 and text.strip() in ("{", "["):
                raise Unreadable(SPREAD)
            yield _record(number, text, trouble)


def _record(number: int, text: str, trouble: str) -> Found | Refused:
    if trouble:
        return Refused(number, "", "", trouble)
    try:
        values = parse(text, strict=True)
    except NotJson as error:
        return Refused(number, "", "", str(error))
    key = values.get("id")
    if not isinstance(values.get("type"), str):
        reason = "This record does not say its type. If the file is not of our own format, choose another one."
        return Refused(number, key if isinstance(key, str) else "", "type", reason)
    return Found(number, values)


def parse(text: str, *, strict: bool = False) -> dict:
    """The object of one line. Raises NotJson. Strict: a name that is there twice is an error."""
    try:
        values = json.loads(text, parse_constant=_no_number, object_pairs_hook=_once if strict else None)
        if HALF.search(text):
            json.dumps(values, ensure_ascii=False).encode()
    except NotJson:
        raise
    except json.JSONDecodeError as error:
        raise NotJson(f"Column {error.colno:,}: this is not JSON ({error.msg}).") from error
    except UnicodeEncodeError as error:
        raise NotJson("A character is there by half (a lone surrogate). Type the text again.") from error
    except RecursionError as error:
        raise NotJson("Lists or objects stand too deep within each other.") from error
    except ValueError as error:
        raise NotJson(f"This is not JSON ({error}).") from error
    if not isinstance(values, dict):
        raise NotJson("This line is JSON, but no object ({…}).")
    return values


def _no_number(name: str):
    raise NotJson(f"{name} is no number in JSON.")


def _once(pairs: list[tuple[str, object]]) -> dict:
    values = dict(pairs)
    if len(values) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise NotJson(f"“{twice}” is there twice.")
    return values
