"""Archives of the tests: written, brought in, altered, and compared to the byte."""

import gzip
import hashlib
import json
from io import StringIO
from pathlib import Path

from django.core.management import call_command
from django.db import connection

from articles.db import triggers


def export_archive(directory: Path, *, private: bool = True) -> dict[str, bytes]:
    """Write an archive by the command; gives its files."""
    call_command(
        "export_archive",
        directory,
        with_private=private,
        no_progress=True,
        stdout=StringIO(),
        stderr=StringIO(),
    )
    return read_files(directory)


def import_archive(directory: Path, **options) -> str:
    """Bring an archive in by the command; gives what it said."""
    output = StringIO()
    call_command("import_archive", directory, no_progress=True, stdout=output, **options)
    return output.getvalue()


def read_files(directory: Path) -> dict[str, bytes]:
    return {
        path.relative_to(directory).as_posix(): path.read_bytes()
        for path in directory.rglob("*")
        if path.is_file()
    }


def read_rows(directory: Path, name: str) -> list[dict]:
    with gzip.open(directory / f"{name}.jsonl.gz") as file:
        return [json.loads(line) for line in file]


def read_manifest(directory: Path) -> dict:
    return json.loads((directory / "manifest.json").read_bytes())


def empty_database() -> None:
    """Empty the database as a database owner can, with what comes with the program put back."""
    connection.check_constraints()
    triggers.drop_triggers(connection)
    call_command("flush", interactive=False, verbosity=0)
    triggers.install_triggers(connection)


def write_manifest(directory: Path, data: dict) -> None:
    (directory / "manifest.json").write_text(json.dumps(data))


def replace_file(directory: Path, name: str, data: bytes) -> None:
    """Put a file in the place of another and have the manifest say so: whoever alters an archive
    can do that too.
    """
    manifest = read_manifest(directory)
    (directory / name).write_bytes(data)
    entry = {"sha256": hashlib.sha256(data).hexdigest(), "size": len(data)}
    if name.endswith(".gz"):
        content = gzip.decompress(data)
        entry |= {
            "lines": content.count(b"\n"),
            "lines_sha256": hashlib.sha256(content).hexdigest(),
        }
    manifest["files"][name] = entry
    write_manifest(directory, manifest)


def change_rows(directory: Path, name: str, change) -> None:
    """Alter the rows of a file; ``change`` takes and gives their list."""
    rows = change(read_rows(directory, name))
    text = "".join(
        json.dumps(r, sort_keys=True, separators=(",", ":"), ensure_ascii=False) + "\n"
        for r in rows
    )
    replace_file(directory, f"{name}.jsonl.gz", gzip.compress(text.encode(), mtime=0))
