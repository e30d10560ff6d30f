"""Codes as sources write them (``MESH:D003085``), in the coding systems that we have."""

from collections.abc import Iterable

from articles.imports.reading.tally import Tally
from symptoms.models import Code

SYSTEMS = {
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
LONGEST_CODE, LONGEST_DISPLAY = 40, 200


def system(name: str) -> Code.System | None:
    """Ours, of whatever spelling. ICD-10 without CM is another system."""
    return SYSTEMS.get("".join(letter for letter in name.lower() if letter.isalnum()))


def known(line: int, found: Iterable[tuple[str, str, str]], tally: Tally) -> list[dict]:
    """The codes of our systems among (system, code, display), each once; the others are counted."""
    kept: dict[tuple[str, str], dict] = {}
    for name, code, display in found:
        ours = system(name)
        if ours is None:
            tally.add(line, f"Codes of {name[:40]} left out, a system that we do not have")
        elif not code or len(code) > LONGEST_CODE:
            tally.add(line, f"Codes without characters, or with more than {LONGEST_CODE}, left out")
        else:
            said = {"system": str(ours), "code": code}
            said |= {"display": display} if display and len(display) <= LONGEST_DISPLAY else {}
            kept.setdefault((said["system"], code), said)
    return list(kept.values())


def from_curie(curie: str, display: str = "") -> tuple[str, str, str]:
    """``MESH:D003085`` as system, code and display."""
    name, _, code = curie.partition(":")
    return name.strip(), code.strip(), display
