"""Queries by kind of fault, over pages that share their words, from signed documents only."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from articles.publishing.actions import record_revision
from articles.search import vocabulary
from articles.search.matching import find_matches
from articles.search.suggestions import suggest
from symptoms.models import OtherName, SymptomCause
from tests import factories

pytestmark = pytest.mark.django_db
TITLES = {
    "Headache": (),
    "Fever": ("Pyrexia",),
    "Rash": (),
    "Itchy rash": (),
    "Cough": (),
    "Dry cough": (),
    "Nausea and vomiting": (),
    "Nausea": (),
    "Dizziness": (),
    "Diarrhea": (),
    "Epistaxis": (),
    "Tinnitus": (),
    "Vertigo": (),
    "Insomnia": (),
    "Migraine": (),
    "Larva migrans": (),
    "Crying in infants": (),
    "Weakness of the leg": (),
    "Palpitations": (),
    "Muscle twitching": (),
    "Eczema": (),
    "Not sleeping enough": (),
}


@pytest.fixture(scope="module")
def shared_library(module_db):
    ann, ravi = map(factories.get_person, ("ann", "ravi"))
    for number, (title, names) in enumerate(TITLES.items()):
        page = factories.make_symptom(
            ann, slug=f"page-{number}", title=title, summary="It comes and goes.", body="<p>So.</p>"
        )
        page.other_names.all().delete()
        for name in names:
            OtherName.objects.create(symptom=page, name=name)
        if title == "Fever":
            pneumonia = factories.make_cause(ann, name="Pneumonia", slug="pneumonia")
            SymptomCause.objects.create(symptom=page, cause=pneumonia)
        record_revision(page, by=ann)
        factories.sign_page(page, by=ravi, asked_by=ann)


@pytest.fixture
def library(shared_library, db):
    vocabulary.clear_cache()


def find_titles(text: str) -> list[str]:
    return [answer.candidate.title for answer in find_matches(text).candidates]


@pytest.mark.parametrize(
    ("asked", "first"),
    [
        # Sound-alikes.
        ("headake", "Headache"),
        ("exema", "Eczema"),
        ("nausia", "Nausea"),
        ("diarea", "Diarrhea"),
        ("numonia", "Pneumonia"),
        ("cawf", "Cough"),
        # A mistake whose stem another name has.
        ("migrane", "Migraine"),
        # Two words that are a name together, one of them mistyped.
        ("hart pounding", "Palpitations"),
        # Words of asking.
        ("what does it mean when I have a rash", "Rash"),
        ("should i worry about diarrhea", "Diarrhea"),
        ("is it normal to have a fever for 3 days", "Fever"),
        ("how long does a cough last", "Cough"),
        # A part of the body and what it does.
        ("knee gives way", "Weakness of the leg"),
        ("my eye won't stop twitching", "Muscle twitching"),
        ("heart skips a beat", "Palpitations"),
        ("nose keeps bleeding", "Epistaxis"),
        ("room spins when i lie down", "Vertigo"),
        # Who has it.
        ("rash on toddler", "Rash"),
        ("pregnant and dizzy", "Dizziness"),
        ("my 2 year old has diarrhea", "Diarrhea"),
        ("baby crying", "Crying in infants"),
        # A name that denies something.
        ("not sleeping enough", "Not sleeping enough"),
    ],
)
def test_the_page_that_was_meant_comes_first(library, asked, first):
    assert find_titles(asked)[0] == first


@pytest.mark.parametrize(
    ("asked", "both"),
    [
        ("headache and fever", {"Headache", "Fever"}),
        ("cough with rash", {"Cough", "Rash"}),
        ("fever headache", {"Headache", "Fever"}),
        ("tinnitus, dizziness", {"Tinnitus", "Dizziness"}),
        ("feaver and headake", {"Headache", "Fever"}),
        ("ringing in my ears and i cant sleep", {"Tinnitus", "Insomnia"}),
    ],
)
def test_each_of_two_symptoms_is_among_the_first(library, asked, both):
    assert both <= set(find_titles(asked)[:2])


def test_a_page_about_both_comes_before_those_about_one(library):
    assert find_titles("nausea and vomiting")[0] == "Nausea and vomiting"
    assert find_titles("vomiting with nausea")[0] == "Nausea and vomiting"


@pytest.mark.parametrize(
    ("asked", "first", "denied"),
    [
        ("rash not itchy", "Rash", "Itchy rash"),
        ("rash that isn't itchy", "Rash", "Itchy rash"),
        ("headache no fever", "Headache", "Fever"),
        ("fever without cough", "Fever", "Cough"),
        ("cough that isn't dry", "Cough", "Dry cough"),
        ("headache but no fever or cough", "Headache", "Cough"),
    ],
)
def test_what_is_denied_does_not_rank(library, asked, first, denied):
    titles = find_titles(asked)
    assert titles[0] == first
    assert denied not in titles


def test_what_alone_is_denied_is_still_looked_for(library):
    assert find_titles("no fever") == ["Fever"]


@pytest.mark.parametrize(
    "asked", ["kopfschmerzen und fieber", "mal de tête", "tosse e febbre", "huvudvärk", "頭痛"]
)
def test_another_language_gets_no_guess(library, asked):
    found = find_matches(asked)
    assert found.candidates == []
    assert not found.corrected_query
    assert suggest(asked) == []
    assert found.foreign is not None


def test_what_is_understood_of_another_language_is_looked_for(library):
    found = find_matches("migraine avec douleur de tête")
    assert found.foreign.understood == ("migraine",)
    assert [answer.candidate.title for answer in found.candidates] == ["Migraine"]


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("hedac", "Headache"),
        ("diarea", "Diarrhea"),
        ("exem", "Eczema"),
        ("migrane", "Migraine"),
        ("migran", "Migraine"),
        ("bloody no", "Epistaxis"),
        ("ringing in e", "Tinnitus"),
        ("cant sl", "Insomnia"),
        ("pyrex", "Pyrexia"),
    ],
)
def test_suggestions_forgive_mistakes_and_know_other_names(library, typed, name):
    assert name in [suggestion.name for suggestion in suggest(typed)]


def test_no_beginning_is_guessed_for_an_ordinary_word(library):
    assert suggest("pills") == []


@pytest.mark.parametrize("typed", ["killer headache", "killing headache", "killr headache"])
def test_no_real_word_and_no_far_guess_leads_away_from_what_is_named(ann, ravi, library, typed):
    for slug, title in (("color", "Color blindness"), ("calling", "Calling out at night")):
        page = factories.make_symptom(ann, slug=slug, title=title)
        factories.sign_page(page, by=ravi, asked_by=ann)
    vocabulary.clear_cache()
    matches = find_matches(typed)
    assert matches.corrected_query == ""
    assert matches.candidates[0].candidate.title == "Headache"


def test_a_torn_and_mistyped_word_is_joined(library):
    matches = find_matches("head akes")
    assert matches.candidates[0].candidate.title == "Headache"
    assert "excess" not in matches.corrected_query


@pytest.mark.parametrize("typed", ["my dad wont stop vomiting", "he is not sleeping dizziness"])
def test_in_danger_only_a_name_with_every_word_counts(library, typed):
    assert find_matches(typed).candidates
    assert find_matches(typed, named_only=True).candidates == []


@pytest.mark.parametrize(
    "asked",
    ["headache", "headache and fever", "headake and feaver", "rash not itchy, no fever, no cough"],
)
def test_more_pages_cost_no_more_queries(library, ann, ravi, asked):
    find_matches(asked)
    with CaptureQueriesContext(connection) as before:
        find_matches(asked)
    assert len(before) <= 5
    for number in range(3):
        title = ("Headache", "Fever", "Rash")[number]
        page = factories.make_symptom(ann, slug=f"more-{number}", title=f"{title} in the morning")
        factories.sign_page(page, by=ravi, asked_by=ann)
    vocabulary.clear_cache()
    find_matches(asked)
    with CaptureQueriesContext(connection) as after:
        find_matches(asked)
    assert len(after) <= len(before)
