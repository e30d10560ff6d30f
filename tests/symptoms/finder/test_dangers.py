"""What must never stand above what: combinations of symptoms, written by kind of danger.

They were written before the order was programmed. Each says which causes must not be missed and
which never stand above which, whatever else the list has. The labels are made up for the test.
"""

from itertools import chain
from typing import NamedTuple

import pytest

from articles.models import Article
from symptoms.models import Cause
from tests import factories
from tests.symptoms.finder.finder_page import ask_finder, list_causes, list_missed

pytestmark = pytest.mark.django_db

DEADLY, SERIOUS, HARMLESS = "life-threatening", "serious", ""
COMMON, UNCOMMON, RARE, UNKNOWN = "common", "uncommon", "rare", ""
CATCH_ALL = True


class Combination(NamedTuple):
    """Pages with their causes, what must not be missed, and pairs that stand in this order."""

    pages: dict[str, list[tuple]]
    missed: list[str]
    pairs: list[tuple[str, str]]


COMBINATIONS = {
    "a rare deadly cause of one symptom against a common harmless one of both (heart)": Combination(
        {
            "chest-pain": [("Heart attack", DEADLY, RARE), ("Strained muscle", HARMLESS, COMMON)],
            "arm-pain": [("Strained muscle", HARMLESS, COMMON)],
        },
        ["Heart attack"],
        [("Heart attack", "Strained muscle")],
    ),
    "a deadly cause of one of three symptoms against serious ones of all (brain)": Combination(
        {
            "numb-face": [("Stroke", DEADLY, UNCOMMON), ("Migraine", SERIOUS, COMMON)],
            "dizzy": [("Migraine", SERIOUS, COMMON)],
            "ringing": [("Migraine", SERIOUS, COMMON)],
        },
        ["Stroke"],
        [("Stroke", "Migraine")],
    ),
    "deadly on the page of one symptom and without a label on the other (bleeding)": Combination(
        {
            "headache": [("Bleeding in the brain", DEADLY, RARE), ("Tension", HARMLESS, COMMON)],
            "stiff-neck": [("Bleeding in the brain", HARMLESS, COMMON), ("Strain", SERIOUS, RARE)],
        },
        ["Bleeding in the brain"],
        [("Bleeding in the brain", "Strain"), ("Strain", "Tension")],
    ),
    "two deadly causes: the one of more symptoms first (infection)": Combination(
        {
            "fever": [("Sepsis", DEADLY, RARE), ("Meningitis", DEADLY, COMMON)],
            "confusion": [("Sepsis", DEADLY, RARE), ("Dehydration", SERIOUS, COMMON)],
        },
        ["Sepsis", "Meningitis"],
        [("Sepsis", "Meningitis"), ("Meningitis", "Dehydration")],
    ),
    "two deadly causes of as many symptoms: the more common first (airway)": Combination(
        {
            "hives": [("Anaphylaxis", DEADLY, COMMON), ("Angioedema", DEADLY, RARE)],
            "swelling": [("Anaphylaxis", DEADLY, COMMON), ("Angioedema", DEADLY, RARE)],
        },
        ["Anaphylaxis", "Angioedema"],
        [("Anaphylaxis", "Angioedema")],
    ),
    "grave and rare here, harmless and common there is not grave and common (mixed)": Combination(
        {
            "belly-pain": [("Aneurysm", DEADLY, RARE), ("Ruptured gut", DEADLY, UNCOMMON)],
            "back-pain": [("Aneurysm", HARMLESS, COMMON), ("Ruptured gut", DEADLY, UNCOMMON)],
        },
        ["Ruptured gut", "Aneurysm"],
        [("Ruptured gut", "Aneurysm")],
    ),
    "serious and rare here, harmless and common there is not serious and common": Combination(
        {
            "tremor": [("Parkinsonism", SERIOUS, RARE), ("Thyroid", SERIOUS, UNCOMMON)],
            "cramps": [("Parkinsonism", HARMLESS, COMMON), ("Thyroid", HARMLESS, RARE)],
        },
        [],
        [("Thyroid", "Parkinsonism")],
    ),
    "a deadly catch-all stays with what must not be missed, last (poisoning)": Combination(
        {
            "seizure": [("Side effects", DEADLY, COMMON, CATCH_ALL), ("Eclampsia", DEADLY, RARE)],
            "blur": [("Side effects", HARMLESS, COMMON, CATCH_ALL), ("Tired eyes", "", COMMON)],
        },
        ["Eclampsia", "Side effects"],
        [("Eclampsia", "Side effects"), ("Side effects", "Tired eyes")],
    ),
    "a serious catch-all stands last of those that explain as many (medicines)": Combination(
        {
            "rash": [("Drugs", SERIOUS, COMMON, CATCH_ALL), ("Eczema", HARMLESS, RARE)],
            "itch": [("Drugs", SERIOUS, COMMON, CATCH_ALL), ("Eczema", HARMLESS, RARE)],
        },
        [],
        [("Eczema", "Drugs")],
    ),
    "a catch-all of more symptoms stands above what explains fewer": Combination(
        {
            "tired": [("Stress", HARMLESS, COMMON, CATCH_ALL), ("Anemia", HARMLESS, COMMON)],
            "pale": [("Stress", HARMLESS, COMMON, CATCH_ALL)],
        },
        [],
        [("Stress", "Anemia")],
    ),
    "a deadly cause whose frequency nobody gives, against one known as rare (spine)": Combination(
        {
            "numb-legs": [("Cauda equina", DEADLY, UNKNOWN), ("Spinal bleed", DEADLY, RARE)],
            "back-ache": [("Slipped disk", SERIOUS, COMMON)],
        },
        ["Spinal bleed", "Cauda equina"],
        [("Cauda equina", "Slipped disk")],
    ),
    "an organ that is lost within hours: serious before common (testicle, eye)": Combination(
        {
            "groin-pain": [("Torsion", SERIOUS, RARE), ("Pulled muscle", HARMLESS, COMMON)],
            "nausea": [("Torsion", SERIOUS, RARE), ("Upset stomach", HARMLESS, COMMON)],
        },
        [],
        [("Torsion", "Pulled muscle"), ("Torsion", "Upset stomach")],
    ),
    "a single symptom: deadly, serious, then common ones (children)": Combination(
        {
            "baby-fever": [
                ("Teething", HARMLESS, COMMON),
                ("Urine infection", SERIOUS, COMMON),
                ("Newborn sepsis", DEADLY, RARE),
            ]
        },
        ["Newborn sepsis"],
        [("Newborn sepsis", "Urine infection"), ("Urine infection", "Teething")],
    ),
    "symptoms that share nothing: the deadly cause of either stands first (pregnancy)": Combination(
        {
            "belly-cramps": [("Ectopic pregnancy", DEADLY, UNCOMMON), ("Wind", HARMLESS, COMMON)],
            "faint": [("Standing up fast", HARMLESS, COMMON), ("Heart rhythm", DEADLY, RARE)],
        },
        ["Ectopic pregnancy", "Heart rhythm"],
        [("Heart rhythm", "Wind"), ("Ectopic pregnancy", "Standing up fast")],
    ),
    "ten symptoms: one deadly cause of one against a harmless one of all (mental health)": (
        Combination(
            {
                "low-mood": [("Carbon monoxide", DEADLY, RARE), ("Poor sleep", HARMLESS, COMMON)],
                **{f"sign-{number}": [("Poor sleep", HARMLESS, COMMON)] for number in range(9)},
            },
            ["Carbon monoxide"],
            [("Carbon monoxide", "Poor sleep")],
        )
    ),
}


def test_what_is_graver_never_stands_below(publish, client):
    for kind, combination in COMBINATIONS.items():
        for slug, causes in combination.pages.items():
            publish(slug, *causes)
        for slugs in (list(combination.pages), list(reversed(combination.pages))):
            assert_order(kind, combination, ask_finder(client, *slugs))


def assert_order(kind: str, combination: Combination, answer) -> None:
    order = list_causes(answer)
    assert list_missed(answer) == combination.missed == order[: len(combination.missed)], kind
    for above, below in combination.pairs:
        assert order.index(above) < order.index(below), (kind, order)
    named = [cause for cause, *_ in chain.from_iterable(combination.pages.values())]
    assert sorted(order) == sorted(set(named)), kind


def test_there_are_fifteen_of_them():
    assert len(COMBINATIONS) == 15


def test_all_that_must_not_be_missed_stands_on_the_first_list_and_later_lists_say_so(
    publish, client
):
    grave = [(f"Deadly {number:02}", DEADLY, RARE) for number in range(25)]
    publish("ache", *grave, *[(f"Plain {number:02}", "", "") for number in range(30)])
    first = ask_finder(client, "ache")
    assert list_missed(first) == list_causes(first) == [name for name, *_ in grave]
    second = ask_finder(client, "ache", causes="2")
    assert list_causes(second) == [f"Plain {number:02}" for number in range(20)]
    assert "Causes that must not be missed: 25" in second.text
    assert list_causes(ask_finder(client, "ache", causes="3")) == [
        f"Plain {number:02}" for number in range(20, 30)
    ]
    assert "list 3 of 3" in ask_finder(client, "ache", causes="99").text


def test_more_than_a_hundred_that_must_not_be_missed_go_on_under_their_heading(publish, client):
    grave = [(f"Deadly {number:03}", DEADLY, RARE) for number in range(107)]
    publish("ache", *grave, ("Plain", "", "common"))
    names = [name for name, *_ in grave]
    assert list_missed(ask_finder(client, "ache")) == names[:100]
    second = ask_finder(client, "ache", causes="2")
    assert list_missed(second) == names[100:]
    assert list_causes(second) == [*names[100:], "Plain"]


def test_a_cause_is_moved_down_only_where_all_chosen_pages_were_signed_so(
    publish, client, ann, ravi
):
    rash = publish("rash", ("Drugs", SERIOUS, COMMON), ("Eczema", HARMLESS, RARE))
    Cause.objects.filter(slug="drugs").update(catch_all=True)
    publish("itch", ("Drugs", SERIOUS, COMMON), ("Eczema", HARMLESS, RARE))
    assert list_causes(ask_finder(client, "rash", "itch")) == ["Drugs", "Eczema"]
    assert list_causes(ask_finder(client, "itch")) == ["Eczema", "Drugs"]
    factories.edit_page(rash, by=ann)
    factories.sign_page(rash, by=ravi, asked_by=ann)
    assert list_causes(ask_finder(client, "rash", "itch")) == ["Eczema", "Drugs"]


def test_a_draft_that_unmarks_a_catch_all_or_a_danger_changes_no_list(publish, client):
    page = publish("rash", ("Drugs", SERIOUS, COMMON, CATCH_ALL), ("Eczema", HARMLESS, RARE))
    before = ask_finder(client, "rash").content
    Cause.objects.update(catch_all=False)
    assert Article.objects.get(pk=page.pk).live
    assert ask_finder(client, "rash").content == before


def test_a_serious_cause_that_the_emergency_card_of_its_page_names_must_not_be_missed(
    publish, client
):
    publish(
        "dry-eyes",
        ("Chemical in the eye", SERIOUS, RARE),
        ("Palsy", SERIOUS, RARE),
        ("Side effects", SERIOUS, COMMON),
        ("Dry air", HARMLESS, COMMON),
        advice="<p>If a chemical gets into your eye, rinse it. Call even if you"
        " think that it is palsy.</p>",
    )
    publish(
        "twitch",
        ("Side effects", SERIOUS, COMMON),
        ("Dry air", HARMLESS, COMMON),
        ("Chemical in the eye", HARMLESS, COMMON),
        advice="<p>Side effects, if they are bad.</p>",
        advice_level="urgent",
    )
    answer = ask_finder(client, "dry-eyes", "twitch")
    assert list_missed(answer) == ["Chemical in the eye"]
    assert "calls it serious and names it in its emergency card" in answer.text


def test_no_label_and_card_of_two_pages_make_a_cause_one_that_must_not_be_missed(publish, client):
    publish("ache", ("Angina", SERIOUS, RARE), advice="<p>You faint.</p>")
    publish("jaw", ("Angina", HARMLESS, RARE), advice="<p>Angina at rest.</p>")
    assert list_missed(ask_finder(client, "ache", "jaw")) == []
