"""Doses in forms that people misread block a signature, each with the safe form; others do not."""

from uuid import uuid4

import pytest

from articles import quality
from articles.content.document import ArticleDocument, DocumentReference
from articles.models import Article
from articles.quality.dose_notation import check_dose_notation, find_error_prone_doses
from articles.quality.numbers import find_doubtful_numbers
from tests import factories

ERROR_PRONE = [
    # A zero after the point, and none before it
    ("5.0 mg", "5 mg"),
    ("10.00 mg", "10 mg"),
    ("2.0mL", "2 mL"),
    ("0.50 mg", "0.5 mg"),
    ("1.0 tablets", "1 tablets"),
    ("100.0 mcg", "100 mcg"),
    ("5.0\u00a0mg", "5\u00a0mg"),
    ("5.0–7.5 mg", "5–7.5 mg"),
    (".5 mg", "0.5 mg"),
    (".25 mcg", "0.25 mcg"),
    (".5–1 mg", "0.5–1 mg"),
    (".1 mL", "0.1 mL"),
    # A comma for a point, and digits without commas
    ("1,5 mg", "1.5 mg"),
    ("0,25 mg", "0.25 mg"),
    ("100000 units", "100,000 units"),
    ("50000 mcg", "50,000 mcg"),
    # Units that are read as figures or as other units
    ("10 U", "10 units"),
    ("10U", "10 units"),
    ("10 u", "10 units"),
    ("5-10 U", "10 units"),
    ("400 IU", "400 international units"),
    ("400IU", "400 international units"),
    ("5 µg", "5 mcg"),  # the micro sign
    ("5 μg", "5 mcg"),  # the Greek letter
    ("5µg", "5 mcg"),
    ("50 ug", "50 mcg"),
    ("5 ng", "5 nanograms"),
    ("5 cc", "5 mL"),
    ("10 gr", "10 g"),
    ("5M units", "5 million units"),
    ("10K units", "10 thousand units"),
    ("5 MU", "5 million units"),
    # A name and a dose in one
    ("propranolol20 mg", "propranolol 20 mg"),
    ("Insulin10 units", "Insulin 10 units"),
    # Abbreviations beside a dose
    ("5 mg QD", "daily"),
    ("5 mg q.d.", "daily"),
    ("5 mg QOD", "every other day"),
    ("5 mg od", "5 mg daily"),
    ("5 mg qhs", "at bedtime"),
    ("5 mg SC", "5 mg under the skin"),
    ("5 mg sub q", "5 mg under the skin"),
    ("MS 10 mg", "morphine sulfate 10 mg"),
    ("MSO4 10 mg", "morphine sulfate"),
    ("MgSO4 2 g", "magnesium sulfate"),
    ("epinephrine 1:1,000", "epinephrine 1 mg per mL"),
    ("adrenaline 1:10000", "adrenaline 0.1 mg per mL"),
]
AROUND = ["{}", "Take {}.", "(about {})", "Swallow {} and rest. Wait an hour."]


@pytest.mark.parametrize(("text", "safe"), ERROR_PRONE)
@pytest.mark.parametrize("around", AROUND)
def test_a_form_that_is_misread_blocks_and_the_safe_form_is_given(text, safe, around):
    doubts = [doubt for doubt in find_error_prone_doses(around.format(text)) if doubt.blocking]
    assert f"Write “{safe}”." in [doubt.fix for doubt in doubts]


@pytest.mark.parametrize(("text", "safe"), ERROR_PRONE)
def test_the_safe_form_passes_all_checks_of_numbers(text, safe):
    assert not list(find_error_prone_doses(f"Take {safe} now."))
    assert not list(find_doubtful_numbers(f"Take {safe} now."))


@pytest.mark.parametrize(
    "line",
    [
        "Take 200–400 every 6 hours.",
        "Take 5 to 10 daily.",
        "Give 5-10 twice a day.",
        "The dose is 250 to 500.",
        "Inject 5 or 10 before meals.",
        "Taking 1–2 in the morning",
    ],
)
def test_a_range_without_a_unit_blocks(line):
    (doubt,) = find_error_prone_doses(line)
    assert doubt.blocking
    assert "mg, mL or tablets" in doubt.fix


def test_a_dose_without_a_space_is_a_warning():
    (doubt,) = find_error_prone_doses("Take 10mg.")
    assert (doubt.fix, doubt.blocking) == ("Write “10 mg”.", False)


@pytest.mark.parametrize(
    "line",
    [
        *("Take 5 mg once.", "0.5 mg", "10–20 mg", "5 to 10 mg", "1.25 mg", "10.5 mg", "100 mg"),
        *("5 mcg", "10 units", "2 tablets", "1,000 mg", "2,500 units", "20 mL", "250 mg/5 mL"),
        # Values of a laboratory, sizes, statistics, versions
        *("creatinine 1.0 mg/dL", "potassium 5.0 mmol/L", "ALT over 40 U/L", "100 IU/L"),
        *("a 2.0 cm lump", "version 5.0", "p < .05", "38.0 °C", "5.0% of people", "ng/mL"),
        # Counts that are no doses
        *("Take 2 to 3 deep breaths.", "Walk 5 to 10 minutes daily.", "Give 2 or 3 puffs daily."),
        *("Use it 3 to 4 times a day.", "every 4 to 6 hours", "Take it for 7 to 10 days."),
        *("Up to 3 or 4 in 100 people", "20 U.S. states", "MS affects 1 in 500 people."),
        *("vitamin B12", "vitamin D3 400 units", "COVID-19", "U-100 insulin", "T4 and TSH"),
        *("Call 911", "1-800-222-1222", "in 2.0", "H1N1", "OD means overdose", "2024. A year"),
    ],
)
def test_what_nobody_misreads_passes(line):
    assert not list(find_error_prone_doses(line))


def test_time_grows_with_length_alone():
    """Long runs of one sign, on which a pattern that goes back would not end."""
    for sign in ("1", "1.", "1,", "0", ".", "a", " ", "1 to ", "take ", "1.10"):
        list(find_error_prone_doses(sign * 20_000))


def test_the_part_is_named_and_titles_of_other_works_are_left_alone():
    document = ArticleDocument(
        uuid=uuid4(),
        language="en",
        title="Swelling",
        headline="What is swelling?",
        summary="",
        written_by="",
        body="<p>Take 5.0 mg once.</p>",
        references=(DocumentReference(title="Effect of 5.0 mg of a drug"),),
    )
    (problem,) = check_dose_notation(Article(), document)
    assert problem.blocking
    assert problem.message.startswith("Overview: “5.0 mg” is read as ten times as much")
    assert problem.fix == "Write “5 mg”."


@pytest.mark.django_db
def test_it_blocks_a_request_whatever_the_way_in(ann):
    page = factories.make_article(ann, body="<p>Take .5 mg.</p>")
    problems = quality.find_blocking_problems(page, page.get_latest_revision().read())
    assert [problem.fix for problem in problems if ".5" in problem.message] == ["Write “0.5 mg”."]
