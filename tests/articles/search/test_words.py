"""Words as the search compares them: one spelling, one stem, one key whatever the order."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from articles.search import synonyms
from articles.search.query_parser import parse_query
from articles.search.words import build_code_key, build_key, split_words, stem_text


@pytest.mark.parametrize(
    ("british", "american"),
    [
        ("oedema", "edema"),
        ("diarrhoea", "diarrhea"),
        ("anaemia", "anemia"),
        ("haemorrhage", "hemorrhage"),
        ("oesophagus", "esophagus"),
        ("paediatric", "pediatric"),
        ("tumours", "tumors"),
        ("behavioural", "behavioral"),
        ("odour", "odor"),
        ("paralysed", "paralyzed"),
        ("hospitalisation", "hospitalization"),
        ("centre", "center"),
        ("litres", "liters"),
        ("leucocyte", "leukocyte"),
        ("grey", "gray"),
        ("dyspnoea", "dyspnea"),
        ("foetal", "fetal"),
    ],
)
def test_british_and_american_spelling_are_one(british, american):
    assert stem_text(british) == stem_text(american)


@pytest.mark.parametrize(
    ("one", "other"),
    [("Sjögren's syndrome", "sjogrens syndrome"), ("Ménière", "MENIERE"), ("naïve", "naive")],
)
def test_accents_apostrophes_and_capitals_do_not_matter(one, other):
    assert build_key(stem_text(one)) == build_key(stem_text(other))


def test_a_name_is_the_same_name_in_any_order():
    assert build_key(stem_text("paralysis, respiratory")) == build_key(
        stem_text("Respiratory paralysis")
    )


@pytest.mark.parametrize("typed", ["R25.3", "r25.3", "R253", " r25.3 "])
def test_a_code_is_the_same_code_however_it_is_typed(typed):
    assert build_code_key(typed) == build_code_key("R25.3") != ""


@pytest.mark.parametrize("typed", ["twitch", "", "25 years", "eye", "R25.3; DROP TABLE", "…"])
def test_what_is_no_code_is_none(typed):
    assert build_code_key(typed) == ""


def test_a_question_is_about_its_telling_words():
    assert [group[0].stems for group in parse_query("why does my eye hurt").terms] == [
        ("eye",),
        ("hurt",),
    ]


def test_a_question_of_nothing_but_asking_words_is_still_asked():
    assert parse_query("why do I").terms


def test_lay_words_have_other_ways_to_say_them():
    (group,) = parse_query("pins and needles").terms
    assert ("paresthesia",) in {way.stems for way in group}
    assert group[0].weight > group[1].weight


def test_a_name_that_would_find_too_much_by_its_rest_is_not_looked_for_by_it():
    (group,) = parse_query("I cannot sleep").terms
    assert ("sleep",) not in {way.stems for way in group}
    assert ("insomnia",) in {way.stems for way in group}


def test_every_line_of_the_table_of_lay_words_has_another_name():
    assert all(synonyms.load_synonyms().values())
    assert len(synonyms.load_synonyms()) > 500


@given(st.text(max_size=300))
def test_whatever_is_typed_can_be_taken_apart(text):
    question = parse_query(text)
    for stem in question.stems:
        assert stem.isalnum(), stem
    assert len(question.terms) <= 8
    assert all(split_words(word) is not None for word in question.words)
