"""What readers say of a file, gathered for tests."""

import gzip
from dataclasses import dataclass
from pathlib import Path

from articles.imports import reading
from articles.imports.reading import Found, Noted, Refused


@dataclass
class Said:
    found: list[Found]
    refused: list[Refused]
    noted: list[Noted]

    @property
    def values(self) -> list[dict]:
        return [found.values for found in self.found]

    @property
    def one(self) -> dict:
        (values,) = self.values
        return values

    @property
    def reasons(self) -> str:
        return "\n".join(refused.reason for refused in self.refused)

    @property
    def notes(self) -> str:
        return "\n".join(noted.reason for noted in self.noted)


def said(name: str, path: Path) -> Said:
    things = list(reading.get(name)(path))
    return Said(*([thing for thing in things if isinstance(thing, kind)] for kind in (Found, Refused, Noted)))


def written(tmp_path: Path, content: str | bytes, name: str = "file", *, packed: bool = False) -> Path:
    data = content.encode() if isinstance(content, str) else content
    path = tmp_path / name
    path.write_bytes(gzip.compress(data) if packed else data)
    return path
