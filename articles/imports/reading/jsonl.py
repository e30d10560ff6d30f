"""Our own JSON lines: one object a line."""

import gzip
import json
from collections.abc import Iterator
from pathlib import Path

from articles.imports.reading import Found, Refused, register

GZIP = b"\x1f\x8b"


def read(path: Path) -> Iterator[Found | Refused]:
    with path.open("rb") as file:
        opened = gzip.open if file.read(2) == GZIP else open
    with opened(path, "rt", encoding="utf-8") as file:
        for number, text in enumerate(file, 1):
            try:
                yield Found(number, json.loads(text))
            except ValueError as error:
                yield Refused(number, "", "", str(error))


register("jsonl", read, label="JSON lines", suffixes=(".jsonl",))
