"""Codes as sources write them (``MESH:D003085``), in the coding systems that we have."""

from collections.abc import Iterable

from articles.imports.formats.counter import NoteCounter
from symptoms.coding_systems import InvalidCode, find_system, normalize_code, shorten_name

MAX_DISPLAY_LENGTH = 200


def keep_known(
    line: int, key: str, found: Iterable[tuple[str, str, str]], counter: NoteCounter
) -> list[dict]:
    """The codes of our systems among (system, code, display), each once, in their normal form.

    Those of other systems are counted; what is no code of its system gives a note.
    """
    known: dict[tuple[str, str], dict] = {}
    for name, text, display in found:
        system = find_system(name)
        if system is None:
            family = shorten_name(name)[:40]
            counter.add(line, f"Codes of {family} left out, a system that we do not have")
            continue
        try:
            code = normalize_code(system, text)
        except InvalidCode as error:
            counter.add_note(line, key, f"A code was left out. {error}")
            continue
        values = {"system": system, "code": code}
        if display and len(display) <= MAX_DISPLAY_LENGTH:
            values["display"] = display
        known.setdefault((system, code), values)
    return list(known.values())


def parse_curie(curie: str, display: str = "") -> tuple[str, str, str]:
    """``MESH:D003085`` as system, code and display."""
    name, _, code = curie.partition(":")
    return name.strip(), code.strip(), display
