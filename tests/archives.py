"""Archives of the tests: written, brought in, altered, and compared to the byte."""

import gzip
import hashlib
import json
from io import StringIO
from pathlib import Path

from django.core.management import call_command
from django.db import connection

from articles import guards


def export(place: Path, *, private: bool = True) -> dict[str, bytes]:
    """Write an archive by the command; gives its files."""
    call_command("export_archive", place, with_private=private, no_progress=True, stdout=StringIO(), stderr=StringIO())
    return files(place)


def bring(place: Path, **options) -> str:
    """Bring an archive in by the command; gives what it said."""
    said = StringIO()
    call_command("import_archive", place, no_progress=True, stdout=said, **options)
    return said.getvalue()


def files(place: Path) -> dict[str, bytes]:
    return {path.relative_to(place).as_posix(): path.read_bytes() for path in place.rglob("*") if path.is_file()}


def lines(place: Path, name: str) -> list[dict]:
    with gzip.open(place / f"{name}.jsonl.gz") as file:
        return [json.loads(line) for line in file]


def manifest(place: Path) -> dict:
    return json.loads((place / "manifest.json").read_bytes())


def empty() -> None:
    """Empty the database as a database owner can, with what comes with the program put back."""
    connection.check_constraints()
    guards.drop(connection)
    call_command("flush", interactive=False, verbosity=0)
    guards.install(connection)


def write_manifest(place: Path, said: dict) -> None:
    (place / "manifest.json").write_text(json.dumps(said))


def write(place: Path, name: str, data: bytes) -> None:
    """Put a file in the place of another and have the manifest say so: whoever alters an archive can do that too."""
    said = manifest(place)
    (place / name).write_bytes(data)
    entry = {"sha256": hashlib.sha256(data).hexdigest(), "size": len(data)}
    if name.endswith(".gz"):
        content = gzip.decompress(data)
        entry |= {"lines": content.count(b"\n"), "lines_sha256": hashlib.sha256(content).hexdigest()}
    said["files"][name] = entry
    write_manifest(place, said)


def rewrite(place: Path, name: str, change) -> None:
    """Alter the rows of a file; ``change`` takes and gives their list."""
    rows = change(lines(place, name))
    text = "".join(json.dumps(r, sort_keys=True, separators=(",", ":"), ensure_ascii=False) + "\n" for r in rows)
    write(place, f"{name}.jsonl.gz", gzip.compress(text.encode(), mtime=0))
