"""What stands before a symptom's name in a question, and nowhere else."""

from uuid import UUID

import pytest
from django.template.loader import render_to_string

from articles.content.document import canonicalize
from symptoms.content.document import CauseGroup, DocumentCause, SymptomDocument
from symptoms.models import Symptom
from symptoms.public.json_ld import _format_causes_question
from symptoms.quality import check_determiner
from symptoms.questions import build_question, choose_indefinite_article, is_counted

NOBODY = UUID(int=1)
CAUSES = (CauseGroup(heading="", causes=(DocumentCause(uuid=NOBODY, slug="flu", name="Flu"),)),)


def make_document(phrase: str, determiner: str = "", *, plural: bool = False) -> SymptomDocument:
    return SymptomDocument(
        uuid=NOBODY,
        language="en",
        title=phrase.capitalize(),
        headline=build_question(phrase, determiner, plural=plural),
        summary="",
        written_by="Ann",
        body="<p>Text.</p>",
        phrase=phrase,
        determiner=determiner,
        plural=plural,
        causes=CAUSES,
        treatment="<p>Rest.</p>",
        complications="<p>None.</p>",
        diagnosis_questions="<p>Since when?</p>",
    )


def find_problems(*args, **options) -> list[str]:
    return [
        f"{problem.message} {problem.fix}"
        for problem in check_determiner(Symptom(), make_document(*args, **options))
    ]


@pytest.mark.parametrize(
    ("title", "determiner", "plural", "question"),
    [
        ("Headache", "a", False, "What is a headache?"),
        ("Earache", "an", False, "What is an earache?"),
        ("Flu", "the", False, "What is the flu?"),
        ("Facial spasms", "", True, "What are facial spasms?"),
        ("Headache", "", False, "What is headache?"),
    ],
)
def test_the_question_has_the_word_before_the_name(title, determiner, plural, question):
    assert Symptom(title=title, determiner=determiner, plural=plural).question == question


def test_every_question_of_a_page_has_it_and_the_link_to_its_causes_has_not():
    document = make_document("headache", "a")
    page = render_to_string("symptoms/_symptom.html", {"document": document})
    for question in (
        "What is a headache?",
        "What causes a headache?",
        "Questions a clinician may ask about a headache",
        "How is a headache treated?",
        "What can a headache lead to?",
        "Read more about headache causes",
    ):
        assert question in page
    causes = render_to_string("symptoms/_causes.html", {"document": document})
    assert "What causes a headache?" in causes
    assert _format_causes_question(document) == "What causes a headache?"


def test_a_text_without_it_is_the_same_to_the_byte():
    assert b"determiner" not in canonicalize(make_document("headache"))
    assert b'"determiner":"a"' in canonicalize(make_document("headache", "a"))


@pytest.mark.parametrize(
    ("name", "article"),
    [
        ("headache", "a"),
        ("earache", "an"),
        ("itchy eye", "an"),
        ("hour of numbness", "an"),
        ("uterine cramp", "a"),
        ("unusual rash", "an"),
        ("uneven gait", "an"),
        ("unilateral headache", "a"),
        ("uninvited cough", "an"),
        ("euphoric mood", "a"),
        ("one-sided headache", "a"),
        ("MRSA rash", "an"),
        ("UTI", "a"),
        ("X-shaped scar", "an"),
        ("swollen ankle", "a"),
    ],
)
def test_the_article_goes_by_the_sound(name, article):
    assert choose_indefinite_article(name) == article


def test_names_that_are_counted_are_known_by_their_main_word():
    counted = ["headache", "stomach ache", "sore throat", "lump in the neck", "Stiff neck"]
    others = ["dizziness", "chest pain", "athlete's foot", "bleeding from the nose"]
    assert [name for name in counted if not is_counted(name)] == []
    assert [name for name in others if is_counted(name)] == []


def test_the_check_suggests_what_is_said():
    problem = find_problems("headache")[0]
    assert "choose “a” under “a / an / the before the name in questions”" in problem
    assert "choose “an”" in find_problems("earache")[0]
    assert "Choose “an”" in find_problems("earache", "a")[0]
    assert "is a plural" in find_problems("hives", "a", plural=True)[0]
    assert "the page says “a headache causes”" in find_problems("a headache")[0]


@pytest.mark.parametrize(
    ("name", "determiner", "plural"),
    [
        ("headache", "a", False),
        ("facial spasms", "", True),
        ("headaches", "", True),
        ("dizziness", "", False),
        ("flu", "the", False),
        ("anxiety", "", False),
    ],
)
def test_the_check_is_silent_where_nothing_is_wrong(name, determiner, plural):
    assert find_problems(name, determiner, plural=plural) == []
