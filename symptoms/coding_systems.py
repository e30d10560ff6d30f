"""Coding systems: how a code of each is written, and which codes are the same.

A code is mended where there is no doubt (dots, case, blanks) and refused in words otherwise.
"""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field

# Hyphens and dashes that programs put in the place of the one on the keyboard.
DASHES = str.maketrans(dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2212\ufe63\uff0d", "-"))
FULL_WIDTH = {number: number - 0xFEE0 for number in range(0xFF01, 0xFF5F)}
DOTTED = re.compile(r"([^.]*)\.*([^.]*)\.*")

ICD_10_CM_CATEGORY = re.compile(r"[A-Z][0-9][0-9AB]")
ICD_10_CM_REST = re.compile(r"[0-9A-Z]{0,4}")
ICD_9_CM_CATEGORY = re.compile(r"[0-9]{3}|V[0-9]{2}|E[0-9]{3}")
ICD_9_CM_REST = re.compile(r"[0-9]{0,2}")
MESH = re.compile(r"[DC](?:[0-9]{6}|[0-9]{9})")
LOINC = re.compile(r"[1-9][0-9]{0,6}-[0-9]")
SNOMED_CT = re.compile(r"[1-9][0-9]{5,17}")

# Verhoeff's check digit: the multiplication table of the dihedral group of ten elements, and how a
# digit is permuted by its place.
VERHOEFF_PRODUCTS = (
    (0, 1, 2, 3, 4, 5, 6, 7, 8, 9),
    (1, 2, 3, 4, 0, 6, 7, 8, 9, 5),
    (2, 3, 4, 0, 1, 7, 8, 9, 5, 6),
    (3, 4, 0, 1, 2, 8, 9, 5, 6, 7),
    (4, 0, 1, 2, 3, 9, 5, 6, 7, 8),
    (5, 9, 8, 7, 6, 0, 4, 3, 2, 1),
    (6, 5, 9, 8, 7, 1, 0, 4, 3, 2),
    (7, 6, 5, 9, 8, 2, 1, 0, 4, 3),
    (8, 7, 6, 5, 9, 3, 2, 1, 0, 4),
    (9, 8, 7, 6, 5, 4, 3, 2, 1, 0),
)
VERHOEFF_PERMUTATIONS = (
    (0, 1, 2, 3, 4, 5, 6, 7, 8, 9),
    (1, 5, 7, 6, 2, 8, 3, 0, 9, 4),
    (5, 8, 0, 3, 7, 9, 6, 1, 4, 2),
    (8, 9, 1, 6, 0, 4, 3, 5, 2, 7),
    (9, 4, 5, 3, 1, 2, 6, 8, 7, 0),
    (4, 2, 8, 6, 5, 7, 3, 9, 0, 1),
    (2, 7, 9, 3, 8, 0, 6, 4, 1, 5),
    (7, 0, 4, 6, 9, 1, 3, 2, 5, 8),
)
CONCEPT_PARTITIONS = {"00", "10"}
EXTENSION_LENGTH = 11  # digits at least: an item, a name space of seven, the partition, the check
SNOMED_CT_COMPONENTS = {"1": "a description", "2": "a relationship"}


class InvalidCode(ValueError):
    """A text is no code of its system; the message says why, and shows a code of the right form."""


def normalize_icd_10_cm(text: str) -> str:
    return _place_dot(text, ICD_10_CM_CATEGORY, ICD_10_CM_REST)


def normalize_icd_9_cm(text: str) -> str:
    code = _place_dot(text, ICD_9_CM_CATEGORY, ICD_9_CM_REST)
    if code.startswith("E") and len(code) > len("E000.0"):
        raise InvalidCode
    return code


def normalize_mesh(text: str) -> str:
    if not MESH.fullmatch(text):
        raise InvalidCode
    return text


def normalize_loinc(text: str) -> str:
    if not LOINC.fullmatch(text):
        raise InvalidCode
    number, _, check = text.partition("-")
    if compute_luhn_digit(number) != int(check):
        raise InvalidCode("its check digit does not fit, so a digit is wrong")
    return text


def normalize_snomed_ct(text: str) -> str:
    if not SNOMED_CT.fullmatch(text):
        raise InvalidCode
    if not has_verhoeff_digit(text):
        raise InvalidCode("its check digit does not fit, so a digit is wrong")
    partition = text[-3:-1]
    if partition[1] in SNOMED_CT_COMPONENTS:
        component = SNOMED_CT_COMPONENTS[partition[1]]
        raise InvalidCode(f"it is the id of {component}, not of a concept")
    is_short = partition == "10" and len(text) < EXTENSION_LENGTH
    if partition not in CONCEPT_PARTITIONS or is_short:
        raise InvalidCode("it is not the id of a concept")
    return text


def _place_dot(text: str, category: re.Pattern[str], rest: re.Pattern[str]) -> str:
    """A code with its dot after the category, where one stood there or none at all."""
    parts = DOTTED.fullmatch(text)
    if parts is None:
        raise InvalidCode
    head, tail = parts[1], parts[2]
    if not tail:
        found = category.match(head)
        if not found:
            raise InvalidCode
        head, tail = found[0], head[found.end() :]
    if not category.fullmatch(head) or not rest.fullmatch(tail):
        raise InvalidCode
    return f"{head}.{tail}" if tail else head


def compute_luhn_digit(digits: str) -> int:
    """The check digit of LOINC (mod 10) for the digits before it."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if place % 2 == 0 else 1)
        total += value // 10 + value % 10
    return -total % 10


def has_verhoeff_digit(digits: str) -> bool:
    """Whether the last digit of a SNOMED CT identifier fits those before it."""
    check = 0
    for place, digit in enumerate(reversed(digits)):
        check = VERHOEFF_PRODUCTS[check][VERHOEFF_PERMUTATIONS[place % 8][int(digit)]]
    return check == 0


@dataclass(frozen=True, slots=True)
class CodingSystem:
    """``names`` are those that other sources give it, without signs and without a version."""

    normalize: Callable[[str], str]
    form: str
    example: str
    names: re.Pattern[str] = field(repr=False)


SYSTEMS = {
    "ICD-10-CM": CodingSystem(
        normalize_icd_10_cm,
        "a letter, two digits, and up to four signs after a dot",
        "R07.0",
        re.compile("icd10cm"),
    ),
    "ICD-9-CM": CodingSystem(
        normalize_icd_9_cm,
        "three digits, and up to two after a dot",
        "784.1",
        re.compile("icd9cm"),
    ),
    "SNOMED CT": CodingSystem(
        normalize_snomed_ct,
        "6 to 18 digits, of which the last checks the others",
        "162397003",
        re.compile("(?:snomedct|snomed|sct)(?:us|int|intl|international|core|id)?"),
    ),
    "MeSH": CodingSystem(
        normalize_mesh, "D or C, and six or nine digits", "D010146", re.compile("mesh|msh")
    ),
    "LOINC": CodingSystem(
        normalize_loinc,
        "up to seven digits, a hyphen and a check digit",
        "8867-4",
        re.compile("loinc|lnc|ln"),
    ),
}
# What a source puts after the name of a system: the version or the day of it.
VERSION = re.compile(r"(?:(?:v|ver|version)?[0-9]+[a-z]{0,2})?")


def normalize_code(system: str, code: str) -> str:
    """The one form of a code: “r070” and “R07 .0” of ICD-10-CM are “R07.0”. Raises InvalidCode."""
    known = SYSTEMS[system]
    text = _remove_blanks(code).translate(FULL_WIDTH).translate(DASHES).upper()
    try:
        return known.normalize(text)
    except InvalidCode as error:
        reason = str(error) or f"write {known.form}"
        raise InvalidCode(
            f"“{code[:60]}” is no code of {system}: {reason}. "
            f"An example of the form: {known.example}."
        ) from None


def normalize_or_keep(system: str, code: str) -> str:
    """By this codes are the same; a text that is no code is the same as itself only."""
    try:
        return normalize_code(system, code)
    except (InvalidCode, KeyError):
        return code


def _remove_blanks(text: str) -> str:
    """A text without spaces of any kind and without characters that nobody sees."""
    if text.isascii() and text.isalnum():
        return text
    kept: list[str] = []
    for letter in text:
        if not letter.isspace() and unicodedata.category(letter) not in ("Cf", "Zs"):
            kept.append(letter)
    return "".join(kept)


def find_system(name: str) -> str | None:
    """The system that a source calls so: SNOMEDCT_US_2023_03_01, ICD10CM, MSH2010_2010_02_22.

    ICD-10 and ICD-9 without CM are other systems.
    """
    letters = "".join(letter for letter in name.lower() if letter.isalnum())[:80]
    for system, known in SYSTEMS.items():
        found = known.names.match(letters)
        if found and VERSION.fullmatch(letters, found.end()):
            return system
    return None


def shorten_name(name: str) -> str:
    """The name of a system without its version: “NCI2009_04D” and “NCI_2010” are both “NCI”."""
    return re.sub(r"[_ ]?(?:19|20)[0-9]{2}(?![0-9]).*$", "", name, flags=re.DOTALL) or name
