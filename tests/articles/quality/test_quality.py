"""What editors are told before they ask for a signature, and what stops the request."""

import cProfile
import pstats

import pytest
from django.utils import timezone

from articles import quality
from articles.content import kinds
from articles.models import CopyrightNotice, Reference
from symptoms.models import Cause, RelatedSymptom, SymptomCause
from tests import factories
from tests.factories import ALT, add_figure

pytestmark = pytest.mark.django_db

HARD = "Involuntary muscular contractions necessitate neurological evaluation. "


def find_problems(page) -> list[str]:
    kind = kinds.get(page.kind)
    loaded = kind.load(kind.model.objects.filter(pk=page.pk)).get()
    return quality.find_problems(loaded, kind.compose(loaded))


def list_messages(page, *, blocking: bool | None = None) -> str:
    return "\n".join(p.message for p in find_problems(page) if blocking in (None, p.blocking))


@pytest.fixture
def symptom(ann):
    symptom = factories.make_symptom(ann)
    factories.add_facts(symptom, ann, related=0)
    return change(symptom, same_for_everyone=True)


def change(page, **fields):
    for name, value in fields.items():
        setattr(page, name, value)
    page.save()
    return page


def test_a_whole_page_has_no_problem(symptom):
    assert find_problems(symptom) == []


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"body": ""}, "no overview"),
        ({"notice": None}, "no copyright notice"),
        (
            {"risk": "high", "advice": "", "advice_level": ""},
            "high-risk and does not say when to call",
        ),
        (
            {"treatment": "<p>If it hurts, call 999.</p>"},
            "call 999, but here the emergency number is 911",
        ),
        ({"treatment": "<p>Please <strong>dial 112</strong>.</p>"}, "call 112"),
        ({"treatment": "<p>Please dial <em>112</em>.</p>"}, "call 112"),
        ({"summary": "It passes. If not, call 999."}, "call 999"),
        ({"treatment": '<p><a href="tel:999">Call for help</a></p>'}, "call 999"),
        ({"advice": "", "advice_level": ""}, "The page does not say when to get help."),
        (
            {"advice_level": "routine"},
            "The non-urgent card sends people to emergency help: “Call 911 if",
        ),
        (
            {"advice_level": "urgent"},
            "The urgent card sends people to emergency help: “Call 911 if",
        ),
        (
            {"advice_level": "urgent", "advice": "<p>Get an ambulance.</p>"},
            "emergency help: “Get an ambulance”",
        ),
        (
            {
                "advice_level": "urgent",
                "advice": "<p>See a doctor today.</p>",
                "body": "<p>If it spreads, call 911.</p>",
            },
            "“Call 911” stands under “Overview”, but not on a care card",
        ),
        (
            {"advice_level": "urgent", "advice": '<p><a href="tel:911">Help</a>.</p>'},
            "emergency help: “tel:911”",
        ),
    ],
)
def test_what_stops_a_request(symptom, fields, message):
    assert message in list_messages(change(symptom, **fields), blocking=True)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"summary": ""}, "no summary"),
        ({"advice": "<p>Call for help.</p>"}, "does not say to call 911"),
        ({"advice": "<p>Get an ambulance.</p>"}, "does not say to call 911"),
        (
            {"body": f"<p>It {'may come and go ' * 10}.</p>"},
            "“It may come and go may …” has 41 words",
        ),
        ({"body": f"<p>{HARD * 5}</p>"}, "school grade"),
        (
            {"body": '<p><a href="/symptoms/nowhere/">See</a>.</p>'},
            "/symptoms/nowhere/, which visitors cannot read",
        ),
    ],
)
def test_what_editors_are_only_told(symptom, fields, message):
    change(symptom, **fields)
    assert message in list_messages(symptom, blocking=False)
    assert list_messages(symptom, blocking=True) == ""


def test_rows_that_are_missing_are_told(symptom):
    symptom.references.all().delete()
    symptom.topics.clear()
    symptom.symptom_causes.all().delete()
    messages = list_messages(symptom, blocking=False)
    assert "no references" in messages
    assert "has no topic" in messages
    assert "No cause is given" in messages


def test_a_reference_without_an_address_is_told(symptom):
    symptom.references.update(url="")
    assert "“Spasms” has no link" in list_messages(symptom)


def test_a_life_threatening_cause_needs_advice(symptom):
    symptom.symptom_causes.update(seriousness="life-threatening")
    assert "No care card names a sign of a life-threatening cause: Cause 0" in list_messages(
        symptom, blocking=False
    )
    assert "life-threatening cause" in list_messages(
        change(symptom, advice="", advice_level=""), blocking=True
    )


@pytest.mark.parametrize(
    "advice",
    [
        "<p>See a clinician.</p>",
        "<p>If your pulse is above 112 bpm, call 1-800-911-1234.</p>",
        "<p>See a clinician. You need no ambulance for this.</p>",
    ],
)
def test_advice_of_a_lesser_level_that_keeps_to_it_has_no_problem(symptom, advice):
    assert list_messages(change(symptom, advice=advice, advice_level="routine")) == ""


def test_a_link_to_the_number_says_to_call_it(symptom):
    assert (
        list_messages(
            change(symptom, advice='<p><a href="tel:911">Get help now</a> if it spreads.</p>')
        )
        == ""
    )


def test_an_article_need_not_have_advice(ann):
    assert list_messages(factories.make_article(ann)) == ""


def test_the_fault_of_the_level_says_what_to_do(symptom):
    change(symptom, advice_level="routine")
    fix = next(
        problem.fix for problem in find_problems(symptom) if "emergency help" in problem.message
    )
    assert fix == "Move that sentence to the emergency card, or take it out."


def test_what_blocks_comes_first(symptom):
    blocking = [problem.blocking for problem in find_problems(change(symptom, body="", summary=""))]
    assert blocking == sorted(blocking, reverse=True)
    assert set(blocking) == {True, False}


def test_a_link_to_a_public_page_is_not_dead(symptom, ann, ravi):
    change(symptom, body='<p><a href="/articles/keeping-a-diary/">See</a>.</p>')
    diary = factories.make_article(ann)
    assert "/articles/keeping-a-diary/" in list_messages(symptom)
    factories.sign_page(diary, by=ravi, asked_by=ann)
    assert list_messages(symptom) == ""


def test_a_published_relation_that_does_not_go_back_is_told(symptom, ann, ravi):
    other = factories.make_symptom(ann, slug="tics", title="Tics")
    RelatedSymptom.objects.create(symptom=symptom, other=other, system="eyes")
    assert list_messages(symptom) == "Related symptoms that visitors cannot read yet: Tics."
    factories.sign_page(other, by=ravi, asked_by=ann)
    assert "do not relate back to this one: Tics." in list_messages(symptom)
    RelatedSymptom.objects.create(symptom=other, other=symptom, system="eyes")
    assert list_messages(symptom) == ""


@pytest.mark.parametrize(
    "text", ["<p>In 999 people.</p>", "<p>Call 1-800-999-1234.</p>", "<p>Call 911.</p>"]
)
def test_other_numbers_are_not_mistaken_for_emergency_numbers(symptom, text):
    assert "emergency number is" not in list_messages(change(symptom, treatment=text))


def test_the_address_of_a_link_is_not_read_as_words(symptom):
    href = "https://example.org/" + "a-very-long-way-to-say-it/" * 6
    assert list_messages(change(symptom, body=f'<p>See <a href="{href}">this</a> first.</p>')) == ""


@pytest.mark.parametrize(
    ("advice", "level", "body", "message", "blocking"),
    [
        (
            "",
            "",
            "<p>It moves. Call 911 if it spreads.</p>",
            "“Call 911” stands under “Overview” only",
            True,
        ),
        (
            "<p>See a clinician.</p>",
            "routine",
            "<p>Call 911 now.</p>",
            "but not on a care card",
            True,
        ),
        (
            "<p>These are signs of danger.</p><p>Call 911 if you fall.</p>",
            "emergency",
            "<p>It moves.</p>",
            "says what to do late: “Call 911 if",
            True,
        ),
    ],
)
def test_advice_that_comes_late_is_told(symptom, advice, level, body, message, blocking):
    change(symptom, advice=advice, advice_level=level, body=body)
    assert message in list_messages(symptom, blocking=blocking)


def test_advice_that_comes_first_is_not_late(symptom):
    change(
        symptom,
        advice="<p>Call 911 if you fall.</p><p>Else rest, then call 911.</p>",
        body="<p>Call 911.</p>",
    )
    assert list_messages(symptom) == ""


@pytest.mark.parametrize("text", ["TMD can hurt.", "The TMDs hurt.", "It is a TMD, (a disorder)."])
def test_an_abbreviation_that_nobody_explained_is_told(symptom, text):
    assert "“TMD” is not explained" in list_messages(
        change(symptom, treatment=f"<p>{text}</p>"), blocking=False
    )


@pytest.mark.parametrize(
    "text",
    [
        "A jaw disorder (TMD) can hurt. TMD is common.",
        "TMD (temporomandibular disorder) can hurt. TMD is common.",
        "In the US the TV says OK.",
        "Stage IV and type II.",
        "Call 911 from a B12 road.",
    ],
)
def test_an_explained_or_everyday_short_form_is_fine(symptom, text):
    assert list_messages(change(symptom, treatment=f"<p>{text}</p>")) == ""


def test_an_abbreviation_explained_only_after_its_first_use_is_told(symptom):
    change(
        symptom, body="<p>TMD can hurt.</p>", treatment="<p>A jaw disorder (TMD) is treated so.</p>"
    )
    assert "“TMD” is not explained" in list_messages(symptom)


@pytest.mark.parametrize(
    ("url", "fault"),
    [
        ("https://medlineplus.gov/", "leads to the front page of medlineplus.gov"),
        ("https://example.org/source", "names no site that readers can reach"),
        ("https://intranet/source", "names no site that readers can reach"),
        ("https://medlineplus.gov/tics.html).", "cut off or has a stray sign"),
        ("https://medlineplus.gov/muscle...", "cut off or has a stray sign"),
        ("https://doi.org/10.1000", "not a DOI"),
    ],
)
def test_a_dead_shaped_reference_is_told(symptom, url, fault):
    symptom.references.update(url=url)
    assert fault in list_messages(symptom, blocking=False)


@pytest.mark.parametrize(
    "url",
    [
        "https://doi.org/10.1136/bmj.n71",
        "https://www.nhs.uk/conditions/tics/",
        "https://pubmed.gov/?term=1",
    ],
)
def test_a_live_shaped_reference_is_fine(symptom, url):
    symptom.references.update(url=url)
    assert list_messages(symptom) == ""


def test_a_reference_given_twice_is_told_once(symptom):
    source = symptom.references.get()
    Reference.objects.create(article_id=symptom.pk, title="Again", url=source.url)
    assert list_messages(symptom).count("is given 2 times") == 1


def test_a_dose_needs_its_source_beside_it(symptom):
    bare, linked = (
        "<p>Take 5 mg once.</p>",
        '<p>Take <a href="https://medlineplus.gov/x.html">5 mg</a> once.</p>',
    )
    assert "the dose “5 mg” has no source beside it" in list_messages(
        change(symptom, treatment=bare), blocking=False
    )
    assert list_messages(change(symptom, treatment=linked)) == ""
    symptom.references.all().delete()
    assert "the dose “5 mg”" in list_messages(change(symptom, treatment=bare), blocking=True)


@pytest.mark.parametrize(
    "text", ["It is 20 percent.", "It is 1.5% of us.", "One in 10 people has it.", "2 out of 5."]
)
def test_a_figure_needs_a_page_with_references(symptom, text):
    change(symptom, body=f"<p>{text}</p>")
    assert list_messages(symptom) == ""
    symptom.references.all().delete()
    assert "stands on a page without references" in list_messages(symptom, blocking=False)


def test_a_notice_of_an_older_year_and_a_retired_one_are_told(symptom, morgan, time_machine):
    assert list_messages(symptom) == ""
    CopyrightNotice.objects.update(year=2020)
    assert "The copyright notice shows 2020." in list_messages(symptom, blocking=False)
    CopyrightNotice.objects.update(retired_by=morgan, retired_at=timezone.now())
    assert "is retired" in list_messages(symptom, blocking=False)


def test_a_link_to_a_cause_that_no_signed_page_names_is_told(symptom, ann, ravi):
    factories.make_cause(ann)
    change(symptom, body='<p><a href="/causes/tourettes-syndrome/">Tics</a>.</p>')
    assert "/causes/tourettes-syndrome/, which visitors cannot read" in list_messages(symptom)
    other = factories.make_symptom(ann, slug="tics", title="Tics")
    SymptomCause.objects.create(symptom=other, cause=Cause.objects.get(slug="tourettes-syndrome"))
    factories.sign_page(other, by=ravi, asked_by=ann)
    assert list_messages(symptom) == ""


def test_a_page_too_long_to_read_is_told(symptom):
    assert "The page has 4" in list_messages(
        change(symptom, body="<p>It may hurt you.</p>" * 1050), blocking=False
    )


def test_every_check_gives_its_reason_and_every_problem_its_fix(symptom):
    assert all(check.reason for check in (*quality.CHECKS, *kinds.get("symptom").checks))
    change(symptom, body="", summary="", notice=None, treatment="<p>TMD: 5 mg.</p>")
    assert all(problem.fix and problem.reason for problem in find_problems(symptom))


def test_a_text_of_200_kilobytes_is_checked_in_one_pass(symptom):
    """Twice the text takes about twice the work: counted in calls, not in seconds."""
    counts = []
    for size in (1, 2):
        change(symptom, body="<p>It hurts a lot and then it stops.</p>" * 3000 * size)
        profile = cProfile.Profile()
        profile.runcall(find_problems, symptom)
        counts.append(pstats.Stats(profile).total_calls)
    assert counts[1] < counts[0] * 2.5


def test_the_grade_follows_flesch_and_kincaid():
    easy, hard = (
        quality.compute_grade(["The cat sat on the mat."]),
        quality.compute_grade(["Neurological deterioration persists."]),
    )
    assert easy < 2 < 15 < hard
    assert quality.compute_grade([]) == 0
    assert quality.compute_grade(["911 …"]) == 0


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"alt": "eye.png"}, "“eye.png” is the name of a file"),
        ({"alt": "Image of an eye from the side."}, "begins with “Image of”"),
        ({"alt": "A photograph showing the eye from the side."}, "begins with “A photograph show”"),
        ({"alt": "An eye."}, "“An eye.” says little"),
        ({"alt": "An eye from the side, half open. " * 9}, "is long to listen to"),
        ({"caption": ALT}, "is its caption again"),
        ({"credit": ""}, "Image 1 has no credit"),
        ({"place": "nowhere"}, "Image 1 is placed where this page has no part"),
        ({"place": "treatment"}, "Image 1 stands after the treatment, and the page has none"),
        ({"caption": "Take 500 mg at once."}, "Image 1: the dose “500 mg” has no source beside it"),
        ({"caption": "Call 999."}, "call 999, but here the emergency number is 911"),
    ],
)
def test_pictures_that_do_not_help_everybody_are_told(symptom, ann, fields, message):
    add_figure(symptom, by=ann, **fields)
    assert message in list_messages(symptom)


def test_a_good_picture_has_no_problem(symptom, ann):
    add_figure(symptom, by=ann, place="causes")
    assert find_problems(symptom) == []


def test_the_same_picture_twice_is_told(symptom, ann):
    image = add_figure(symptom, by=ann).image
    add_figure(symptom, by=ann, image=image, alt="The same two lines as before.")
    assert list_messages(symptom) == "Images 1 and 2 are the same."


@pytest.mark.parametrize(
    ("table", "message"),
    [
        (
            "<table><tbody><tr><td>Dose</td><td>Age</td></tr><tr><td>1</td><td>2</td></tr></tbody></table>",
            "a table has no headings",
        ),
        (
            "<table><tr><th></th><th>Age</th></tr><tr><td>1</td><td>2</td></tr></table>",
            "a heading of a table is empty",
        ),
        (
            "<table><tr><th>Dose</th></tr><tr><td>500 mg</td></tr></table>",
            "the dose “500 mg” has no source beside it",
        ),
    ],
)
def test_tables_that_cannot_be_followed_by_ear_and_doses_in_them_are_told(symptom, table, message):
    assert message in list_messages(
        change(symptom, body=f"<p>A muscle tightens by itself.</p>{table}")
    )


def test_a_check_that_blocks_without_having_said_so_is_found_out(symptom):
    found = quality.Check(
        lambda page, document: [quality.Problem("Wrong.", "Mend it.", blocking=True)], "It matters."
    )
    with pytest.raises(TypeError, match="can_block=True"):
        list(found(symptom, kinds.get(symptom.kind).compose(symptom)))
