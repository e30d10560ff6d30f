"""What editors are told before they ask for a signature, and what stops the request."""

import pytest

from articles import kinds, quality
from symptoms.models import RelatedSymptom
from tests import stories

pytestmark = pytest.mark.django_db

HARD = "Involuntary muscular contractions necessitate neurological evaluation. "


def found(page) -> list[str]:
    kind = kinds.get(page.kind)
    loaded = kind.load(kind.model.objects.filter(pk=page.pk)).get()
    return quality.problems(loaded, kind.compose(loaded))


def messages(page, *, blocking: bool | None = None) -> str:
    return "\n".join(p.message for p in found(page) if blocking in (None, p.blocking))


@pytest.fixture
def symptom(ann):
    symptom = stories.write_symptom(ann)
    stories.add_facts(symptom, ann, related=0)
    return symptom


def change(page, **fields):
    for name, value in fields.items():
        setattr(page, name, value)
    page.save()
    return page


def test_a_whole_page_has_no_problem(symptom):
    assert found(symptom) == []


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"body": ""}, "no overview"),
        ({"notice": None}, "no copyright notice"),
        ({"risk": "high", "advice": "", "advice_level": ""}, "high-risk and does not say when to call"),
        ({"treatment": "<p>If it hurts, call 999.</p>"}, "call 999, but here the emergency number is 911"),
        ({"treatment": "<p>Please <strong>dial 112</strong>.</p>"}, "call 112"),
    ],
)
def test_what_stops_a_request(symptom, fields, message):
    assert message in messages(change(symptom, **fields), blocking=True)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"summary": ""}, "no summary"),
        ({"advice": "<p>Call for help.</p>"}, "does not say to call 911"),
        ({"body": f"<p>It {'may come and go ' * 10}.</p>"}, "“It may come and go may …” has 41 words"),
        ({"body": f"<p>{HARD * 5}</p>"}, "school grade"),
        ({"body": '<p><a href="/symptoms/nowhere/">See</a>.</p>'}, "/symptoms/nowhere/, which visitors cannot read"),
    ],
)
def test_what_editors_are_only_told(symptom, fields, message):
    change(symptom, **fields)
    assert message in messages(symptom, blocking=False)
    assert messages(symptom, blocking=True) == ""


def test_rows_that_are_missing_are_told(symptom):
    symptom.references.all().delete()
    symptom.topics.clear()
    symptom.symptom_causes.all().delete()
    told = messages(symptom, blocking=False)
    assert "no references" in told
    assert "not filed under any topic" in told
    assert "No cause is given" in told


def test_a_reference_without_an_address_is_told(symptom):
    symptom.references.update(url="")
    assert "“Spasms” has no address" in messages(symptom)


def test_a_life_threatening_cause_needs_advice(symptom):
    symptom.symptom_causes.update(seriousness="life-threatening")
    assert messages(symptom) == ""
    assert "life-threatening cause" in messages(change(symptom, advice="", advice_level=""), blocking=True)


def test_what_blocks_comes_first(symptom):
    blocking = [problem.blocking for problem in found(change(symptom, body="", summary=""))]
    assert blocking == sorted(blocking, reverse=True)
    assert set(blocking) == {True, False}


def test_a_link_to_a_public_page_is_not_dead(symptom, ann, ravi):
    change(symptom, body='<p><a href="/articles/keeping-a-diary/">See</a>.</p>')
    diary = stories.write_article(ann)
    assert "/articles/keeping-a-diary/" in messages(symptom)
    stories.sign(diary, by=ravi, asked_by=ann)
    assert messages(symptom) == ""


def test_a_published_relation_that_does_not_go_back_is_told(symptom, ann, ravi):
    other = stories.write_symptom(ann, slug="tics", title="Tics")
    RelatedSymptom.objects.create(symptom=symptom, other=other, system="eyes")
    assert messages(symptom) == ""
    stories.sign(other, by=ravi, asked_by=ann)
    assert "do not relate back to this one: Tics." in messages(symptom)
    RelatedSymptom.objects.create(symptom=other, other=symptom, system="eyes")
    assert messages(symptom) == ""


@pytest.mark.parametrize("text", ["<p>In 999 people.</p>", "<p>Call 1-800-999-1234.</p>", "<p>Call 911.</p>"])
def test_other_numbers_are_not_mistaken_for_emergency_numbers(symptom, text):
    assert "emergency number is" not in messages(change(symptom, treatment=text))


def test_the_address_of_a_link_is_not_read_as_words(symptom):
    href = "https://example.org/" + "a-very-long-way-to-say-it/" * 6
    assert messages(change(symptom, body=f'<p>See <a href="{href}">this</a> first.</p>')) == ""


def test_the_grade_follows_flesch_and_kincaid():
    easy, hard = (
        quality.grade_of(["The cat sat on the mat."]),
        quality.grade_of(["Neurological deterioration persists."]),
    )
    assert easy < 2 < 15 < hard
    assert quality.grade_of([]) == 0
    assert quality.grade_of(["911 …"]) == 0
