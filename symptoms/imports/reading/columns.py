"""The columns of a spreadsheet that only symptoms have."""

import re

from articles.imports.reading import cells, columns
from articles.imports.reading.cells import Row, escaped, items, labelled
from articles.imports.reading.columns import ADDRESSED, PAGE, Column, RowType, yes
from symptoms.imports.reading import codes
from symptoms.models import BodySystem, Code, SymptomCause

AN_ID = re.compile(r"(?=\S*[0-9])\S+")
SYMPTOM = frozenset({"symptom"})
SERIOUSNESS, FREQUENCIES = SymptomCause.Seriousness.values, SymptomCause.Frequency.values
SYSTEMS = {name.lower(): system.value for system in BodySystem for name in (system.value, system.label)}
CODE_SYSTEMS = sorted(Code.System.values, key=len, reverse=True)


def codes_of(cell: str, row: Row) -> list[dict]:
    """Codes between ``|``: the system, the code, and its name there if wanted."""
    return [_code(head, parts) for head, *parts in items(cell)]


def _code(said: str, parts: list[str]) -> dict:
    system = next((name for name in CODE_SYSTEMS if said.lower().startswith(name.lower())), None)
    if system:
        code = said[len(system) :].lstrip(": ")
    else:
        name, _, code = said.partition(":")
        system = codes.system(name)
    if system is None or not code:
        known = ", ".join(Code.System.values)
        raise ValueError(f"“{said[:80]}” is no code. Write the system first ({known}): ICD-10-CM R25.3.")
    return {"system": str(system), "code": code} | ({"display": parts[0]} if parts else {})


def codes_cell(values: list[dict]) -> str:
    def cell(said: dict) -> str:
        display = f"; {escaped(said['display'])}" if said.get("display") else ""
        return escaped(f"{said['system']} {said['code']}") + display

    return " | ".join(map(cell, values))


def causes_of(cell: str, row: Row) -> list[dict]:
    """Ids of causes between ``|``, each with what the page says of it between ``;``."""
    return [_cause(head, parts, row) for head, *parts in items(cell)]


def _cause(key: str, parts: list[str], row: Row) -> dict:
    """People name causes by their names. What has a figure and no space is an id, and is never made into a cause."""
    said: dict = {"cause": key} if AN_ID.fullmatch(key) else {"cause": key, "name": key}
    for part in parts:
        label, value = labelled(part, "group", "text")
        if label == "text":
            said["html"] = cells.rich(value, row)
        elif label:
            said["group"] = value
        elif part.lower() in SERIOUSNESS:
            said["seriousness"] = part.lower()
        elif part.lower() in FREQUENCIES:
            said["frequency"] = part.lower()
        else:
            known = ", ".join([*SERIOUSNESS, *FREQUENCIES])
            raise ValueError(f"“{part[:80]}” says nothing of a cause. Known are: {known}, group: …, text: …")
    return said


def causes_cell(values: list[dict]) -> str:
    def cell(said: dict) -> str:
        words = (said.get("seriousness"), said.get("frequency"))
        labels = (("group", said.get("group")), ("text", said.get("html")))
        parts = [*filter(None, words), *(f"{label}: {value}" for label, value in labels if value)]
        return "; ".join(map(escaped, (said.get("name") or said["cause"], *parts)))

    return " | ".join(map(cell, values))


def related_of(cell: str, row: Row) -> list[dict]:
    """Ids of symptoms between ``|``, each with its body system, and ``serious`` where it is."""
    return [_related(head, parts) for head, *parts in items(cell)]


def _related(key: str, parts: list[str]) -> dict:
    system, *others = parts or [""]
    if system.lower() not in SYSTEMS or [part.lower() for part in others] not in ([], ["serious"]):
        known = ", ".join(BodySystem.values)
        raise ValueError(
            f"“{key[:80]}” needs its body system ({known}), and may be serious: {key[:80]}; skin; serious."
        )
    return {"symptom": key, "system": SYSTEMS[system.lower()]} | ({"serious": True} if others else {})


def related_cell(values: list[dict]) -> str:
    def cell(said: dict) -> str:
        return escaped(said["symptom"]) + f"; {said['system']}" + ("; serious" if said.get("serious") else "")

    return " | ".join(map(cell, values))


def add() -> None:
    columns.add_types(RowType("symptom", SYMPTOM | {PAGE}), RowType("cause", frozenset({ADDRESSED}), title="name"))
    columns.add(
        Column("phrase", "phrase", "The name inside a sentence.", groups=SYMPTOM),
        Column("plural", "plural", "yes or no: “What are …?”", cells.yes_or_no, yes, SYMPTOM),
        Column("other names", "other_names", "", cells.several, cells.joined, SYMPTOM),
        Column("codes", "codes", "ICD-10-CM R25.3; its name there", codes_of, codes_cell, SYMPTOM),
        Column("causes", "causes", "id; serious; common; group: …; text: …", causes_of, causes_cell, SYMPTOM),
        Column("related", "related", "id; body system; serious", related_of, related_cell, SYMPTOM),
        Column("spotlight title", "spotlight_title", "", groups=SYMPTOM),
        Column("spotlight", "spotlight", "", cells.rich, groups=SYMPTOM),
        Column("causes introduction", "causes_intro", "", cells.rich, groups=SYMPTOM),
        Column("questions at a diagnosis", "diagnosis_questions", "", cells.rich, groups=SYMPTOM),
        Column("treatment", "treatment", "", cells.rich, groups=SYMPTOM),
        Column("complications", "complications", "", cells.rich, groups=SYMPTOM),
    )
