"""What can be imported: an importer for each type of record."""

from typing import Any

_importers: dict[str, Any] = {}


def register(importer) -> None:
    """Add an importer (see ``PageImporter``).

    They work in the order in which they register: what others refer to comes first.
    """
    _importers[importer.type] = importer


def get_all() -> list:
    return list(_importers.values())


def get(record_type: str):
    """The importer of a type of record, or None."""
    return _importers.get(record_type)
