"""From a symptom's rows to its document and back, with an open word on what could not come back."""

import pytest

from articles.publishing.actions import discard, record_revision, restore
from symptoms.actions import record_cause
from symptoms.content import serialization
from symptoms.models import RelatedSymptom, Symptom, SymptomCause
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def symptom(ann):
    symptom = factories.make_symptom(ann)
    factories.add_facts(symptom, ann, causes=2, related=2)
    return symptom


def compose(symptom):
    return serialization.compose(serialization.load(Symptom.objects.filter(pk=symptom.pk)).get())


def list_names(document) -> dict[str, list[str]]:
    return {group.key: [symptom.name for symptom in group.symptoms] for group in document.related}


def test_composing_asks_the_database_nothing(symptom, django_assert_num_queries):
    loaded = serialization.load(Symptom.objects.filter(pk=symptom.pk)).get()
    with django_assert_num_queries(0):
        document = serialization.compose(loaded)
    assert len(document.causes[0].causes) == 2


@pytest.mark.parametrize("count", [1, 5])
def test_loading_takes_a_fixed_number_of_queries(ann, count, django_assert_num_queries):
    symptom = factories.make_symptom(ann)
    factories.add_facts(symptom, ann, causes=count, related=count)
    with django_assert_num_queries(10):
        list(serialization.load(Symptom.objects.filter(pk=symptom.pk)))


def test_serious_symptoms_come_first(symptom):
    symptom.related_symptoms.filter(position=1).update(serious=True)
    assert list(list_names(compose(symptom)).items()) == [
        ("serious", ["Companion 1 of Facial spasms"]),
        ("neurological", ["Companion 0 of Facial spasms"]),
    ]


def test_causes_stand_under_their_headings_in_order(symptom):
    symptom.symptom_causes.filter(position=1).update(group="Nerves")
    groups = compose(symptom).causes
    assert [(group.heading, len(group.causes)) for group in groups] == [("", 1), ("Nerves", 1)]


def test_a_related_symptom_is_named_as_it_was_published(symptom, ann, ravi):
    other = factories.make_symptom(ann, slug="tics", title="Tics")
    RelatedSymptom.objects.create(symptom=symptom, other=other, system="eyes")
    factories.sign_page(other, by=ravi, asked_by=ann)
    factories.edit_page(other, by=ann, title="Draft title")
    assert list_names(compose(symptom))["eyes"] == ["Tics"]


def test_a_restored_page_is_the_page_it_was(symptom, ann):
    symptom.tags.add("face")
    symptom.related_symptoms.filter(position=1).update(serious=True, system="eyes")
    first = record_revision(symptom, by=ann)
    symptom.symptom_causes.all().delete()
    symptom.related_symptoms.filter(position=0).delete()
    symptom.other_names.all().delete()
    symptom.codes.all().delete()
    symptom.references.all().delete()
    symptom.tags.clear()
    factories.edit_page(
        symptom, by=ann, title="Another", body="<p>Another.</p>", advice="", advice_level=""
    )
    restored = restore(first, by=ann)
    assert restored.report == []
    assert restored.revision.digest == first.digest
    assert restored.revision.restored_from == first
    assert restored.revision.number == first.number + 2
    assert symptom.related_symptoms.get(serious=True).system == "eyes"


def test_a_restore_does_not_type_in_what_was_made(symptom, ann):
    first = symptom.get_latest_revision()
    factories.edit_page(symptom, by=ann, headline="Typed?")
    restore(first, by=ann)
    symptom.refresh_from_db()
    assert symptom.headline == ""


def test_a_restore_tells_of_a_cause_that_was_renamed_since(symptom, ann):
    first = symptom.get_latest_revision()
    cause = SymptomCause.objects.get(symptom=symptom, position=0).cause
    cause.name = "Renamed"
    cause.save()
    record_cause(cause, by=ann)
    restored = restore(first, by=ann)
    assert restored.report == ["The cause “Cause 0 of Facial spasms” is now called “Renamed”."]
    assert restored.revision.read().causes[0].causes[0].name == "Renamed"
    cause.refresh_from_db()
    assert cause.name == "Renamed"


def test_a_restore_tells_of_a_cause_that_is_gone(symptom, ann):
    first = symptom.get_latest_revision()
    row = SymptomCause.objects.get(symptom=symptom, position=0)
    row.delete()
    row.cause.delete()
    assert restore(first, by=ann).report == [
        "The cause “Cause 0 of Facial spasms” no longer exists."
    ]


def test_a_restore_tells_of_a_related_symptom_that_was_discarded(symptom, ann):
    first = symptom.get_latest_revision()
    other = RelatedSymptom.objects.get(symptom=symptom, position=0).other
    discard(other, by=ann)
    restored = restore(first, by=ann)
    assert restored.report == [
        "The related symptom “Companion 0 of Facial spasms” no longer exists."
    ]
    assert list_names(restored.revision.read()) == {
        "neurological": ["Companion 1 of Facial spasms"]
    }


def test_a_restore_tells_of_another_writer(symptom, ann, morgan):
    first = symptom.get_latest_revision()
    factories.edit_page(symptom, by=ann, writer=morgan, summary="Another.")
    assert restore(first, by=ann).report == [
        "The page was written by Ann Archer; the writer was left as it is now."
    ]
    symptom.refresh_from_db()
    assert symptom.writer == morgan


def test_authors_of_a_cause_come_with_it(ann, morgan, fiona):
    symptom = factories.make_symptom(ann)
    cause = factories.make_cause(fiona)
    before = compose(symptom)
    SymptomCause.objects.create(symptom=symptom, cause=cause)
    assert serialization.get_shared_authors([(compose(symptom), before)]) == [{fiona.pk}]
    assert serialization.get_shared_authors([(compose(symptom), compose(symptom))]) == [set()]


def test_who_titled_a_related_draft_comes_with_it(ann, fiona, ravi):
    symptom = factories.make_symptom(ann)
    other = factories.make_symptom(fiona, slug="tics", title="Tics")
    before = compose(symptom)
    RelatedSymptom.objects.create(symptom=symptom, other=other, system="eyes")
    assert serialization.get_shared_authors([(compose(symptom), before)]) == [{fiona.pk}]
    factories.sign_page(other, by=ravi, asked_by=ann)
    assert serialization.get_shared_authors([(compose(symptom), before)]) == [set()]


def test_what_stands_before_the_name_is_restored_and_its_question_is_not_taken_for_typed(ann):
    symptom = factories.make_symptom(
        ann, title="Headache", slug="headache", determiner="a", plural=False
    )
    first = record_revision(symptom, by=ann)
    assert first.read().headline == "What is a headache?"
    factories.edit_page(symptom, by=ann, determiner="", headline="Why does my head ache?")
    restore(first, by=ann)
    symptom.refresh_from_db()
    assert (symptom.determiner, symptom.headline) == ("a", "")
    assert symptom.get_latest_revision().digest == first.digest
