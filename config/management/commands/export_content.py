"""Write the working copies of all pages and their causes as JSON lines for import_content."""

import gzip
import json
import sys
from contextlib import contextmanager
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from articles.event_log import Event, log
from articles.imports import registry
from articles.imports.pages import BATCH
from articles.whole_files import clear_unfinished, write_whole_file


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser):
        parser.add_argument(
            "file", help="where to; a name that ends in .gz is packed; - writes to the terminal"
        )
        parser.add_argument("--no-progress", action="store_true", help="draw no bar on a terminal")

    def handle(self, *, file, no_progress, **options):
        written = 0
        with open_output(file) as out:
            for importer in registry.get_all():
                rows = importer.get_export_queryset()
                if rows is None:
                    continue
                label = f"{importer.type} records"
                for row in tqdm(
                    rows.iterator(BATCH), label, rows.count(), disable=no_progress or None
                ):
                    out.write(encode_line(importer.values(row)))
                    written += 1
        log(Event.EXPORT, kind="pages", rows=written)
        self.stderr.write(f"{written:,} records are written.")


def encode_line(values: dict) -> str:
    return json.dumps(values, ensure_ascii=False, sort_keys=True, separators=(",", ":")) + "\n"


@contextmanager
def open_output(name: str):
    """A file that is whole or absent."""
    if name == "-":
        yield sys.stdout
        return
    path = Path(name)
    try:
        clear_unfinished(path.parent)
        with write_whole_file(path, permissions=0o644, replace=True) as raw:
            # No name and no time in the packed file: the same content makes the same bytes.
            packed = (
                gzip.GzipFile(filename="", mode="wb", fileobj=raw, mtime=0)
                if name.endswith(".gz")
                else raw
            )
            yield _EncodingWriter(packed)
            if packed is not raw:
                packed.close()
    except OSError as error:
        raise CommandError(f"{path} cannot be written: {error.strerror}.") from error


class _EncodingWriter:
    def __init__(self, file):
        self._file = file

    def write(self, text: str) -> None:
        self._file.write(text.encode())
