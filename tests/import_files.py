"""What readers yield for a file, sorted for tests."""

import gzip
from dataclasses import dataclass
from pathlib import Path

from articles.imports import formats
from articles.imports.formats import RawRecord, ReaderNote, RejectedRecord


@dataclass
class ReadResult:
    found: list[RawRecord]
    refused: list[RejectedRecord]
    noted: list[ReaderNote]

    @property
    def values(self) -> list[dict]:
        return [found.values for found in self.found]

    @property
    def only(self) -> dict:
        (values,) = self.values
        return values

    @property
    def reasons(self) -> str:
        return "\n".join(refused.reason for refused in self.refused)

    @property
    def notes(self) -> str:
        return "\n".join(noted.reason for noted in self.noted)


def read_file(name: str, path: Path) -> ReadResult:
    result = ReadResult(found=[], refused=[], noted=[])
    lists = {RawRecord: result.found, RejectedRecord: result.refused, ReaderNote: result.noted}
    for item in formats.get(name)(path):
        lists[type(item)].append(item)
    return result


def write_file(
    tmp_path: Path, content: str | bytes, name: str = "file", *, gzipped: bool = False
) -> Path:
    data = content.encode() if isinstance(content, str) else content
    path = tmp_path / name
    path.write_bytes(gzip.compress(data) if gzipped else data)
    return path
