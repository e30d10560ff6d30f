"""What can be imported: each type of record registers how it is read, judged and written."""

from typing import Any

_importers: dict[str, Any] = {}


def register(importer) -> None:
    """An importer has ``type``, ``record`` and ``space``, and judges, begins and fills (see ``Pages``).

    They work in the order in which they register: what others name comes first.
    """
    _importers[importer.type] = importer


def every() -> list:
    return list(_importers.values())


def get(record_type: str):
    """The importer of a type of record, or None."""
    return _importers.get(record_type)
