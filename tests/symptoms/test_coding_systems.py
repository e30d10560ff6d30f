"""Codes are mended where there is no doubt, and refused in words otherwise."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from symptoms.coding_systems import (
    SYSTEMS,
    InvalidCode,
    find_system,
    has_verhoeff_digit,
    normalize_code,
    normalize_or_keep,
    shorten_name,
)
from symptoms.models import Code

NORMAL_FORMS = {
    "ICD-10-CM": {
        "R07.0": [
            "r070",
            "R07 .0",
            "R07.0",
            " r07.0. ",
            "R07..0",
            "R\u00a007.0",
            "Ｒ０７．０",
            "R07\u200b.0",
        ],
        "R07": ["r07", "R07.", "R 07"],
        "T36.0X1A": ["t360x1a", "T36.0X1A"],
        "M1A.0": ["M1A0"],
        "U07.1": ["u07.1"],
    },
    "ICD-9-CM": {
        "784.1": ["7841", "784 .1"],
        "V58.1": ["v581"],
        "E849.0": ["e8490"],
        "008": ["008"],
    },
    "SNOMED CT": {
        "162397003": ["162 397 003", "162397003 "],
        "11000146104": ["11000146104"],
        "900000000000207008": ["900000000000207008"],
    },
    "MeSH": {"D010146": ["d010146", "D 010146"], "D000088562": ["d000088562"]},
    "LOINC": {"8867-4": ["8867–4", "8867 - 4", "8867\u20114"], "72514-3": ["72514-3"]},
}
REFUSED = {
    "ICD-10-CM": [
        "R0.70",
        "RO7.0",
        "R07.-",
        "R07.12345",
        "",
        "С43.9",
        "R07.0-R07.9",
        "R07.0 R07.1",
        "07.0",
    ],
    "ICD-9-CM": ["8.45", "78.41", "7841.0", "78", "E84900", "784.123"],
    "SNOMED CT": ["162397004", "162397030", "16239700", "101013", "0162397003", "R07", "1" * 19],
    "MeSH": ["D12", "X010146", "C23.888.592", "D0101461"],
    "LOINC": ["8867-5", "88674", "LP7-4", "8867-44"],
}


def list_pairs(table: dict[str, dict[str, list[str]]]) -> list[tuple[str, str, str]]:
    found = []
    for system, forms in table.items():
        for normal, spellings in forms.items():
            found += [(system, spelling, normal) for spelling in spellings]
    return found


def list_refused() -> list[tuple[str, str]]:
    found = []
    for system, texts in REFUSED.items():
        found += [(system, text) for text in texts]
    return found


@pytest.mark.parametrize(("system", "text", "normal"), list_pairs(NORMAL_FORMS))
def test_dots_case_and_blanks_are_mended(system, text, normal):
    assert normalize_code(system, text) == normal
    assert normalize_code(system, normal) == normal


@pytest.mark.parametrize(("system", "text"), list_refused())
def test_what_is_no_code_is_refused_with_an_example(system, text):
    with pytest.raises(
        InvalidCode, match=f"is no code of {system}.*An example of the form: "
    ) as refusal:
        normalize_code(system, text)
    example = str(refusal.value).rpartition("An example of the form: ")[2].rstrip(".")
    assert normalize_code(system, example) == example
    assert normalize_or_keep(system, text) == text


def test_each_system_of_a_page_has_a_form():
    assert set(SYSTEMS) == set(Code.System.values)


@given(st.integers(10**5, 10**16), st.integers(0, 9), st.integers(0, 9))
def test_the_check_digit_of_snomed_ct_finds_each_wrong_digit(number, place, digit):
    code = next(f"{number}{check}" for check in range(10) if has_verhoeff_digit(f"{number}{check}"))
    place %= len(code)
    changed = f"{code[:place]}{digit}{code[place + 1 :]}"
    assert has_verhoeff_digit(changed) == (changed == code)
    swapped = code[:-2] + code[-1] + code[-2]
    assert has_verhoeff_digit(swapped) == (swapped == code)


@pytest.mark.parametrize(
    ("name", "system"),
    [
        ("SNOMEDCT_US_2023_03_01", "SNOMED CT"),
        ("SNOMEDCT_US", "SNOMED CT"),
        ("SNOMEDCT_2010_1_31", "SNOMED CT"),
        ("SCTID", "SNOMED CT"),
        ("SNOMED CT", "SNOMED CT"),
        ("ICD9CM_2010", "ICD-9-CM"),
        ("ICD10CM", "ICD-10-CM"),
        ("ICD10CM_2023", "ICD-10-CM"),
        ("ICD-10-CM", "ICD-10-CM"),
        ("MSH2010_2010_02_22", "MeSH"),
        ("MSH2015AA", "MeSH"),
        ("MESH", "MeSH"),
        ("LNC_273", "LOINC"),
        ("UMLS_CUI", None),
        ("NCI2009_04D", None),
        ("OMIM", None),
        ("ICD10", None),
        ("ICD9", None),
        ("SNOMEDCT_VET", None),
        ("", None),
    ],
)
def test_versioned_names_of_systems_are_read(name, system):
    assert find_system(name) == system


def test_the_versions_of_a_system_that_we_do_not_have_are_one():
    assert {shorten_name("NCI2009_04D"), shorten_name("NCI_2010")} == {"NCI"}
    assert shorten_name("UMLS_CUI") == "UMLS_CUI"


@given(st.sampled_from(sorted(SYSTEMS)), st.text(max_size=30))
def test_a_normal_form_is_its_own(system, text):
    try:
        normal = normalize_code(system, text)
    except InvalidCode:
        return
    assert normalize_code(system, normal) == normal
