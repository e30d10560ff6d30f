"""Facts of a symptom: none twice, none of the page itself, and each refusal in clear words."""

import pytest
from django.core.exceptions import ValidationError

from symptoms.models import Cause, Code, OtherName, RelatedSymptom, Symptom, SymptomCause
from tests import factories
from tests.database import expect_refusal

pytestmark = pytest.mark.django_db


def assert_refused_twice(row, *, message: str, constraint: str):
    """A row is refused by its form, in clear words, and by the database."""
    with pytest.raises(ValidationError) as refusal:
        row.full_clean()
    assert message in refusal.value.messages
    with expect_refusal(constraint):
        row.save()


def test_a_cause_twice_is_refused(symptom, ann):
    cause = factories.make_cause(ann)
    SymptomCause.objects.create(symptom=symptom, cause=cause)
    row = SymptomCause(symptom=symptom, cause=cause)
    assert_refused_twice(row, message="This cause is listed already.", constraint="(?i)unique")


def test_a_related_symptom_twice_is_refused(symptom, ann):
    other = factories.make_symptom(ann, slug="tics", title="Tics")
    RelatedSymptom.objects.create(symptom=symptom, other=other, system="eyes")
    row = RelatedSymptom(symptom=symptom, other=other, system="skin")
    assert_refused_twice(row, message="This symptom is listed already.", constraint="(?i)unique")


def test_a_symptom_is_not_related_to_itself(symptom):
    row = RelatedSymptom(symptom=symptom, other=symptom, system="eyes")
    message = "A symptom cannot be related to itself."
    assert_refused_twice(row, message=message, constraint="symptom_not_related_to_itself")


def test_a_code_twice_is_refused(symptom):
    Code.objects.create(symptom=symptom, system="MeSH", code="D005207")
    row = Code(symptom=symptom, system="MeSH", code="D005207")
    assert_refused_twice(row, message="This code is listed already.", constraint="(?i)unique")


def test_a_cause_that_differs_by_accent_or_case_only_is_the_same_cause(ann):
    factories.make_cause(ann, name="Ménière's disease", slug="menieres-disease")
    row = Cause(name="MENIERE'S DISEASE", slug="another")
    message = "There is a cause “Ménière's disease” already. Use that one."
    assert_refused_twice(row, message=message, constraint="(?i)unique")


def test_a_cause_in_use_is_not_deleted(symptom, ann):
    cause = factories.make_cause(ann)
    SymptomCause.objects.create(symptom=symptom, cause=cause)
    with expect_refusal("protected"):
        cause.delete()


def test_two_other_names_may_stand_on_two_pages(symptom, ann):
    OtherName.objects.create(symptom=symptom, name="Tic")
    OtherName.objects.create(
        symptom=factories.make_symptom(ann, slug="tics", title="Tics"), name="Tic"
    )


def test_a_spotlight_has_a_text(symptom):
    symptom.spotlight_title = "In the mirror"
    with pytest.raises(ValidationError, match="The spotlight has a title but no text"):
        symptom.full_clean()


@pytest.mark.parametrize(
    ("title", "phrase", "plural", "question"),
    [
        ("Facial spasms", "", True, "What are facial spasms?"),
        ("Headache", "", False, "What is headache?"),
        ("MRSA rash", "MRSA rash", False, "What is MRSA rash?"),
    ],
)
def test_the_question_is_made_from_the_name(title, phrase, plural, question):
    assert Symptom(title=title, phrase=phrase, plural=plural).question == question


def test_one_thing_and_several_at_once_are_refused_in_words(symptom):
    symptom.determiner, symptom.plural = "an", True
    with pytest.raises(ValidationError) as refusal:
        symptom.clean()
    (message,) = refusal.value.message_dict["determiner"]
    assert message == (
        "“an” stands before one thing, and “Plural” is checked. "
        "Choose nothing here, or clear “Plural”."
    )
    symptom.determiner = "the"
    symptom.clean()
