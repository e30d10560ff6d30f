"""The columns that only symptoms have, in and out of a spreadsheet."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from articles import characters
from articles.imports.formats import cells, columns
from symptoms.imports.formats.columns import read_causes, read_codes, read_related
from symptoms.models import BodySystem, Code, SymptomCause

# As a record has them: a signed page has no other form of a character.
WORDS = st.text(st.characters(exclude_categories=["C", "Zl", "Zp"]), max_size=20).map(
    lambda text: " ".join(characters.mend_and_count(text).text.split())
)
CELL_VALUES = WORDS.filter(bool)
KEYS = st.text("abcXYZ019:|;\\-", min_size=1, max_size=12)
SYMPTOMS = st.fixed_dictionaries(
    {"type": st.just("symptom"), "id": st.just("s1"), "title": st.just("Itch")},
    optional={
        "phrase": WORDS,
        "plural": st.booleans(),
        "other_names": st.lists(CELL_VALUES, max_size=3),
        "codes": st.lists(
            st.fixed_dictionaries(
                {"system": st.sampled_from(Code.System.values), "code": st.text("A9.", min_size=1)},
                optional={"display": CELL_VALUES},
            ),
            max_size=3,
        ),
        "causes": st.lists(
            st.fixed_dictionaries(
                {"cause": st.integers(1, 99).map("D:{}".format)},
                optional={
                    "group": CELL_VALUES,
                    "seriousness": st.sampled_from(SymptomCause.Seriousness.values),
                    "frequency": st.sampled_from(SymptomCause.Frequency.values),
                    "html": CELL_VALUES.map(
                        lambda text: f"<p>{cells.escape(text, quote=False)}</p>"
                    ),
                },
            ),
            max_size=3,
        ),
        "related": st.lists(
            st.fixed_dictionaries(
                {"symptom": KEYS, "system": st.sampled_from(BodySystem.values)},
                optional={"serious": st.just(True)},
            ),
            max_size=3,
        ),
    },
)


@settings(max_examples=200, deadline=None)
@given(record=SYMPTOMS)
def test_a_symptom_is_the_same_after_a_spreadsheet(record):
    for column in columns.get_columns().values():
        value = column.get_value(record)
        if value is not None:
            cell = columns.build_row(record, [column])[0]
            read = (
                value
                if cell == cells.EMPTY_MARKER
                else column.read(cells.unescape_cell(cell), cells.RowContext())
            )
            assert read == value


def test_codes_are_read_as_people_write_them():
    assert read_codes(
        "icd-10-cm: R25.3 | MESH:D005207; Fasciculation | SNOMED CT 82470000", cells.RowContext()
    ) == [
        {"system": "ICD-10-CM", "code": "R25.3"},
        {"system": "MeSH", "code": "D005207", "display": "Fasciculation"},
        {"system": "SNOMED CT", "code": "82470000"},
    ]


def test_body_systems_are_known_by_their_labels_too():
    assert read_related("s2; Bone, joint and muscle; Serious", cells.RowContext()) == [
        {"symptom": "s2", "system": "musculoskeletal", "serious": True}
    ]


def test_what_is_dropped_from_the_text_of_a_cause_is_told():
    row = cells.RowContext()
    read_causes("c1; text: <p>a<script>x</script></p>", row)
    assert row.notes == ["1 script"]


@pytest.mark.parametrize(
    ("read", "cell", "reason"),
    [
        (read_codes, "R25.3", "Write the system first"),
        (read_codes, "ICD-10 R25.3", "Write the system first"),
        (read_causes, "c1; often", "says nothing of a cause"),
        (read_related, "s2", "needs its body system"),
        (read_related, "s2; tail", "needs its body system"),
        (read_related, "s2; skin; very", "needs its body system"),
    ],
)
def test_what_cannot_be_read_says_what_is_known(read, cell, reason):
    with pytest.raises(ValueError, match=reason):
        read(cell, cells.RowContext())


@pytest.mark.parametrize("name", ["Gout", "Type 2 diabetes", "Sjögren's syndrome"])
def test_a_cause_may_be_named_in_words(name):
    assert find_column("causes").read(f"{name}; rare", cells.RowContext()) == [
        {"cause": name, "name": name, "frequency": "rare"}
    ]


def test_a_cause_is_written_by_its_name():
    record = {
        "type": "symptom",
        "title": "Ache",
        "causes": [{"cause": "0c19fd87-75a8-4bd5-8be9-b30385d1808a", "name": "Gout"}],
    }
    assert columns.build_row(record, [find_column("causes")]) == ["Gout"]


def find_column(name: str):
    return columns.get_columns()[name]
