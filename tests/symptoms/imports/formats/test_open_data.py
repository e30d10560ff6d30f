"""Open data: pages, terms, causes and articles are distinguished by their keys."""

import json

import pytest

from symptoms.imports.formats import systems
from symptoms.models import BodySystem
from tests.files import read_file, write_file

PAGE = {
    "slug": "itch",
    "name": "Itch",
    "raw_name": "itch",
    "synonyms": [
        {"text": "pruritus", "kind": "exact", "source": "T"},
        {"text": "ITCH", "kind": "mesh-entry", "source": "T"},
        {"text": "rash", "kind": "related", "source": "T"},
    ],
    "lead": "An itch makes you scratch.",
    "lead_source": "MedlinePlus",
    "definition": "A sensation of < 1 kind.",
    "definition_source": "MeSH 2024",
    "definitions": [
        {
            "source": "SYMP",
            "licence": "CC0",
            "text": "x",
            "cites": "url:https://a.example/itch, url:bad",
        }
    ],
    "body_systems": ["Skin, Hair and Nails"],
    "topics": ["Symptoms", "Skin, Hair and Nails"],
    "article_url": "https://m.example/itch.html",
    "near_duplicate_of": "pruritus",
    "related": {
        "Skin, Hair and Nails": [
            {"slug": "rash", "name": "rash"},
            {"slug": "itch", "name": "itch"},
        ],
        "Brain and Nerves": [
            {"slug": "rash", "name": "rash"},
            {"slug": "numbness", "name": "numbness"},
        ],
        "Tails": [{"slug": "wagging", "name": "wagging"}],
    },
    "hierarchy": [{"slug": "pain", "relation": "broader"}],
    "causes": [
        {"id": "D:1", "name": "hives", "frequency": None},
        {"id": "D:2", "name": "eczema", "frequency": "40%"},
        {"id": "D:3", "name": "never", "frequency": "0/9"},
        {"id": "D:1", "name": "hives", "frequency": None},
    ],
    "codes": [
        {"system": "MeSH", "code": "D011537", "display": "Pruritus", "match": "name"},
        {"system": "SYMP", "code": "SYMP:1", "display": "itch", "match": "source"},
        {"system": "ICD-10-CM", "code": "L29.9", "display": "x" * 201, "match": "title"},
    ],
    "source_ids": {"SYMP": ["SYMP:0000001"], "HPO": None, "MeSH": "D011537"},
}
TERM = {
    "id": "HP:1",
    "slug": "eeg-abnormality",
    "name": "EEG abnormality",
    "definition": None,
    "synonyms": [
        {"text": "Odd brain waves", "scope": "EXACT", "type": "layperson"},
        {"text": "Waves", "scope": "BROAD", "type": None},
    ],
    "parents": ["HP:0"],
    "alt_ids": ["HP:11"],
    "xrefs": ["SNOMEDCT_US:274521009", "UMLS:C1", "ICD-10:R94"],
    "comment": "look",
    "obsolete": False,
    "replaced_by": [],
    "consider": [],
    "body_systems": ["Brain and Nerves"],
    "causes": [{"id": "O:1", "raw": "HP:0040283"}, {"id": "O:2", "raw": "0/3"}, {"id": "O:3"}],
}
CAUSE = {
    "id": "D:1",
    "name": "leprosy",
    "plain_name": "Mycobacterial Infections",
    "definition": "x",
    "codes": [1],
}
ARTICLE = {
    "id": "a-1",
    "slug": "itching",
    "title": "Itching",
    "summary": "Why it itches.",
    "body_html": (
        '<h3>Rest</h3><p>See <a href="hives.html">hives</a><img src="a.png" alt="Skin"></p>'
    ),
    "topics": ["Skin"],
    "also_called": ["Pruritus", "pruritus", "Itching", "x" * 101],
    "related_titles": ["Hives"],
    "codes": [{"system": "MeSH", "code": "D011537"}],
    "source_url": "https://m.example/itching.html",
    "source": "M",
    "licence": "CC BY 4.0",
    "language": "en",
}


def read(tmp_path, *records: dict):
    return read_file(
        "open-data", write_file(tmp_path, "\n".join(map(json.dumps, records)), gzipped=True)
    )


def test_a_joined_page_is_a_symptom_by_its_slug(tmp_path):
    gathered = read(tmp_path, PAGE)
    assert gathered.only == {
        "type": "symptom",
        "id": "itch",
        "slug": "itch",
        "title": "Itch",
        "language": "en",
        "url": "http://purl.obolibrary.org/obo/SYMP_0000001",
        "also": ["SYMP:0000001"],
        "body": "<p>An itch makes you scratch.</p><p>A sensation of &lt; 1 kind.</p>",
        "other_names": ["pruritus"],
        "codes": [
            {"system": "MeSH", "code": "D011537", "display": "Pruritus"},
            {"system": "ICD-10-CM", "code": "L29.9"},
        ],
        "causes": [{"cause": "D:1"}, {"cause": "D:2"}],
        "related": [
            {"symptom": "rash", "system": "skin"},
            {"symptom": "numbness", "system": "neurological"},
            {"symptom": "wagging", "system": "whole-body"},
        ],
        "references": [
            {
                "title": "Itch",
                "publisher": "MedlinePlus, National Library of Medicine (public domain)",
                "url": "https://m.example/itch.html",
            },
            {
                "title": "Itch",
                "publisher": "MeSH 2024",
                "url": "https://meshb.nlm.nih.gov/record/ui?ui=D011537",
            },
            {"title": "a.example", "url": "https://a.example/itch"},
        ],
        "topics": ["Skin, Hair and Nails", "Symptoms"],
    }
    for note in (
        "nearly the same as “pruritus”",
        "never seen with them (0 of n): 1.",
        "not of the cause: 1.",
        "names twice, the first one kept: 1.",
        "the page itself, or there twice, left out: 2.",
        "“Tails”, filed under whole-body: 1.",
        "Codes of SYMP left out, a system that we do not have: 1.",
        "something related: 1.",
    ):
        assert note in gathered.notes


def test_a_term_is_a_symptom_by_its_id(tmp_path):
    gathered = read(tmp_path, TERM)
    assert gathered.only == {
        "type": "symptom",
        "id": "HP:1",
        "slug": "eeg-abnormality",
        "title": "EEG abnormality",
        "phrase": "EEG abnormality",
        "language": "en",
        "url": "http://purl.obolibrary.org/obo/HP_1",
        "other_names": ["Odd brain waves"],
        "codes": [{"system": "SNOMED CT", "code": "274521009"}],
        "causes": [{"cause": "O:1"}, {"cause": "O:3"}],
        "topics": ["Brain and Nerves"],
        "references": [
            {
                "title": "HP:1 EEG abnormality",
                "publisher": "Human Phenotype Ontology",
                "url": "http://purl.obolibrary.org/obo/HP_1",
            }
        ],
        "also": ["HP:11"],
    }
    assert "Symptoms without any text, to be written: 1." in gathered.notes
    assert "Codes of ICD-10 left out" in gathered.notes


def test_an_obsolete_term_is_retired(tmp_path):
    gathered = read(
        tmp_path, TERM | {"name": "obsolete EEG", "obsolete": True, "replaced_by": ["HP:2"]}
    )
    assert gathered.only == {"type": "retired", "id": "HP:1", "title": "EEG", "replaced_by": "HP:2"}


def test_a_cause_is_called_as_its_ontology_calls_it(tmp_path):
    gathered = read(
        tmp_path, CAUSE, {"id": "O:1", "name": "mRNA x", "other_names": [], "same_as": "D:1"}
    )
    assert gathered.values == [
        {"type": "cause", "id": "D:1", "name": "Leprosy"},
        {"type": "cause", "id": "O:1", "name": "mRNA x"},
    ]
    assert (
        "Plain names of causes left out, as some are broader than the cause: 1." in gathered.notes
    )


def test_an_article_keeps_its_source_and_licence(tmp_path):
    gathered = read(tmp_path, ARTICLE)
    assert gathered.only == {
        "type": "article",
        "id": "a-1",
        "slug": "itching",
        "title": "Itching",
        "language": "en",
        "url": "https://m.example/itching.html",
        "summary": "Why it itches.",
        "body": '<h2>Rest</h2><p>See <a href="https://m.example/hives.html">hives</a></p>',
        "topics": ["Skin"],
        "tags": ["Pruritus"],
        "references": [
            {
                "title": "Itching",
                "publisher": "M; CC BY 4.0",
                "url": "https://m.example/itching.html",
            }
        ],
    }
    assert "Dropped: 1 image: “Skin” (a.png)." in gathered.notes
    assert "names of more than 100 characters left out: 1." in gathered.notes


@pytest.mark.parametrize(
    ("record", "key", "field", "reason"),
    [
        (ARTICLE | {"title": ""}, "a-1", "title", "no title"),
        (ARTICLE | {"title": "a" * 201}, "a-1", "title", "longer than 200"),
        (ARTICLE | {"language": "es"}, "a-1", "language", "in “es”"),
        (
            ARTICLE | {"body_html": "a" * 1_000_001},
            "a-1",
            "body_html",
            "longer than 1,000,000 characters",
        ),
        (PAGE | {"slug": ""}, "", "slug", "no slug"),
        (TERM | {"name": " "}, "HP:1", "title", "no title"),
        (CAUSE | {"name": "a" * 201}, "D:1", "name", "longer than 200"),
        (TERM | {"synonyms": 3}, "HP:1", "", "another kind"),
        (PAGE | {"related": ["rash"]}, "itch", "", "another kind"),
        ({"id": "x", "colour": "red"}, "x", "", "has these keys: id, colour"),
    ],
)
def test_a_record_that_cannot_be_is_refused_and_the_next_one_read(
    tmp_path, record, key, field, reason
):
    gathered = read(tmp_path, record, CAUSE)
    (refused,) = gathered.refused
    assert (refused.line, refused.key, refused.field) == (1, key, field)
    assert reason in refused.reason
    assert len(gathered.found) == 1


def test_a_summary_that_is_too_long_is_left_out_and_told(tmp_path):
    gathered = read(tmp_path, ARTICLE | {"summary": "a" * 301})
    assert "summary" not in gathered.only
    assert "Summaries of more than 300 characters left out: 1." in gathered.notes


def test_every_body_system_of_ours_is_reached():
    assert set(systems.BODY_SYSTEMS_BY_TOPIC.values()) == set(BodySystem)
    assert all(
        systems.find_body_system(system.label) == system == systems.find_body_system(system.value)
        for system in BodySystem
    )
