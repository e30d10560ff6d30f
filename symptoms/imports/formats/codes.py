"""Codes as sources write them (``MESH:D003085``), in the coding systems that we have."""

from collections.abc import Iterable

from articles.imports.formats.counter import NoteCounter
from symptoms.models import Code

SYSTEMS_BY_NAME = {
    "icd10cm": Code.System.ICD_10_CM,
    "icd9cm": Code.System.ICD_9_CM,
    "icd9cm2005": Code.System.ICD_9_CM,  # a year of it
    "snomedct": Code.System.SNOMED_CT,
    "snomedctus": Code.System.SNOMED_CT,
    "sctid": Code.System.SNOMED_CT,
    "mesh": Code.System.MESH,
    "msh": Code.System.MESH,
    "loinc": Code.System.LOINC,
    "lnc": Code.System.LOINC,
}
MAX_CODE_LENGTH, MAX_DISPLAY_LENGTH = 40, 200


def find_system(name: str) -> Code.System | None:
    """Our system of that name, however it is spelt. ICD-10 without CM is another system."""
    letters = [letter for letter in name.lower() if letter.isalnum()]
    return SYSTEMS_BY_NAME.get("".join(letters))


def keep_known(
    line: int, found: Iterable[tuple[str, str, str]], counter: NoteCounter
) -> list[dict]:
    """The codes of our systems among (system, code, display), each once; the others are counted."""
    known: dict[tuple[str, str], dict] = {}
    for name, code, display in found:
        system = find_system(name)
        if system is None:
            counter.add(line, f"Codes of {name[:40]} left out, a system that we do not have")
            continue
        if not code or len(code) > MAX_CODE_LENGTH:
            counter.add(
                line, f"Codes without characters, or with more than {MAX_CODE_LENGTH}, left out"
            )
            continue
        values = {"system": str(system), "code": code}
        if display and len(display) <= MAX_DISPLAY_LENGTH:
            values["display"] = display
        known.setdefault((str(system), code), values)
    return list(known.values())


def parse_curie(curie: str, display: str = "") -> tuple[str, str, str]:
    """``MESH:D003085`` as system, code and display."""
    name, _, code = curie.partition(":")
    return name.strip(), code.strip(), display
