"""The columns of a spreadsheet that only symptoms have."""

import re
from functools import partial

from articles.imports.formats import cells, columns
from articles.imports.formats.cells import RowContext, escape_separators, split_items, split_label
from articles.imports.formats.columns import (
    ADDRESSED_GROUP,
    PAGE_GROUP,
    ImportColumn,
    ImportRowType,
    write_boolean,
)
from symptoms.coding_systems import find_system
from symptoms.models import BodySystem, Code, SymptomCause

ID_LIKE = re.compile(r"(?=\S*[0-9])\S+")
SYMPTOM_GROUP = frozenset({"symptom"})
SERIOUSNESS_VALUES = SymptomCause.Seriousness.values
FREQUENCY_VALUES = SymptomCause.Frequency.values
MAX_SYSTEM_WORDS = 4  # of the name of a coding system in front of a code: ICD 10 CM 2023


def _name_body_systems() -> dict[str, str]:
    """Body systems by their keys and labels, in small letters."""
    systems: dict[str, str] = {}
    for system in BodySystem:
        systems[system.value.lower()] = system.value
        systems[system.label.lower()] = system.value
    return systems


BODY_SYSTEMS_BY_NAME = _name_body_systems()


def read_codes(cell: str, row: RowContext) -> list[dict]:
    """Codes between ``|``: the system, the code, and its name there if wanted."""
    return [_parse_code(head, parts) for head, *parts in split_items(cell)]


def _parse_code(text: str, parts: list[str]) -> dict:
    system, code = _split_code(text)
    if system is None or not code:
        known = ", ".join(Code.System.values)
        raise ValueError(
            f"“{text[:80]}” is no code. Write the system first ({known}): ICD-10-CM R25.3."
        )
    if len(parts) > 1:
        raise ValueError(
            f"“{text[:80]}” has two names: “{parts[0][:80]}” and “{parts[1][:80]}”. Keep one."
        )
    values = {"system": system, "code": code}
    if parts:
        values["display"] = parts[0]
    return values


def _split_code(text: str) -> tuple[str | None, str]:
    """The system and the code: the system's name before a colon, or the longest one in front."""
    name, colon, code = text.partition(":")
    if colon and find_system(name):
        return find_system(name), code.strip()
    words = text.split()
    for count in range(min(len(words) - 1, MAX_SYSTEM_WORDS), 0, -1):
        system = find_system(" ".join(words[:count]))
        if system:
            return system, " ".join(words[count:])
    return None, ""


def write_codes(values: list[dict]) -> str:
    return " | ".join(_write_code(code) for code in values)


def _write_code(code: dict) -> str:
    parts = [f"{code['system']} {code['code']}"]
    if code.get("display"):
        parts.append(code["display"])
    return _join_parts(parts)


def _join_parts(parts: list[str]) -> str:
    return "; ".join(escape_separators(part) for part in parts)


def read_causes(cell: str, row: RowContext) -> list[dict]:
    """Ids of causes between ``|``, each with what the page says of it between ``;``."""
    return [_parse_cause(head, parts, row) for head, *parts in split_items(cell)]


def _parse_cause(key: str, parts: list[str], row: RowContext) -> dict:
    """People name causes by their names.

    What has a figure and no space is an id, and no cause is ever created from it.
    """
    values: dict = {"cause": key}
    if not ID_LIKE.fullmatch(key):
        values["name"] = key
    for part in parts:
        label, value = split_label(part, "group", "text")
        if label == "text":
            cells.set_once(values, "html", cells.read_rich_text(value, row), "text")
        elif label:
            cells.set_once(values, "group", value)
        elif part.lower() in SERIOUSNESS_VALUES:
            cells.set_once(values, "seriousness", part.lower())
        elif part.lower() in FREQUENCY_VALUES:
            cells.set_once(values, "frequency", part.lower())
        else:
            known = ", ".join([*SERIOUSNESS_VALUES, *FREQUENCY_VALUES])
            raise ValueError(
                f"“{part[:80]}” says nothing of a cause. Known are: {known}, group: …, text: …"
            )
    return values


def write_causes(values: list[dict]) -> str:
    return " | ".join(_write_cause(cause) for cause in values)


def _write_cause(cause: dict) -> str:
    parts = [cause.get("name") or cause["cause"]]
    for name in ("seriousness", "frequency"):
        if cause.get(name):
            parts.append(cause[name])
    for label, name in (("group", "group"), ("text", "html")):
        if cause.get(name):
            parts.append(f"{label}: {cause[name]}")
    return _join_parts(parts)


def read_related(cell: str, row: RowContext) -> list[dict]:
    """Ids of symptoms between ``|``, each with its body system, and ``serious`` where it is."""
    return [_parse_related(head, parts) for head, *parts in split_items(cell)]


def _parse_related(key: str, parts: list[str]) -> dict:
    words = [part.lower() for part in parts]
    system = BODY_SYSTEMS_BY_NAME.get(words[0]) if words else None
    if system is None or words[1:] not in ([], ["serious"]):
        known = ", ".join(BodySystem.values)
        raise ValueError(
            f"“{key[:80]}” needs its body system ({known}), and may be serious: "
            f"{key[:80]}; skin; serious."
        )
    values: dict = {"symptom": key, "system": system}
    if words[1:]:
        values["serious"] = True
    return values


def write_related(values: list[dict]) -> str:
    return " | ".join(_write_related_symptom(related) for related in values)


def _write_related_symptom(related: dict) -> str:
    parts = [related["symptom"], related["system"]]
    if related.get("serious"):
        parts.append("serious")
    return _join_parts(parts)


_build_column = partial(ImportColumn, groups=SYMPTOM_GROUP)


def register_all() -> None:
    columns.register_types(
        ImportRowType("symptom", SYMPTOM_GROUP | {PAGE_GROUP}),
        ImportRowType("cause", frozenset({ADDRESSED_GROUP}), title="name"),
    )
    columns.register(
        _build_column("phrase", "phrase", "The name inside a sentence."),
        _build_column("determiner", "determiner", "a, an or the: “What is a headache?”"),
        _build_column(
            "plural", "plural", "yes or no: “What are …?”", cells.read_boolean, write_boolean
        ),
        _build_column("other names", "other_names", "", cells.read_list, cells.write_list),
        _build_column("codes", "codes", "ICD-10-CM R25.3; its name there", read_codes, write_codes),
        _build_column(
            "causes",
            "causes",
            "id; serious; common; group: …; text: …",
            read_causes,
            write_causes,
        ),
        _build_column(
            "related", "related", "id; body system; serious", read_related, write_related
        ),
        _build_column("spotlight title", "spotlight_title", ""),
        _build_column("spotlight", "spotlight", "", cells.read_rich_text),
        _build_column("causes introduction", "causes_intro", "", cells.read_rich_text),
        _build_column("questions at a diagnosis", "diagnosis_questions", "", cells.read_rich_text),
        _build_column("treatment", "treatment", "", cells.read_rich_text),
        _build_column("complications", "complications", "", cells.read_rich_text),
    )
