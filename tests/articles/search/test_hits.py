"""What stands on a hit: its gravest card, those of a cause, and pages that were withdrawn."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from articles.models import CareCard
from articles.publishing.actions import record_revision
from articles.search import vocabulary
from articles.search.results import search_pages
from reviews.signing.actions import withdraw_page
from symptoms.models import Cause, OtherName, SymptomCause
from tests import factories, html

pytestmark = pytest.mark.django_db
ADDRESS = "/search/"
ACTIONS = {"emergency": "Call 911 now.", "routine": "See a clinician if it stays."}


@pytest.fixture
def page(ann, ravi):
    page = factories.make_symptom(ann, slug="facial-spasms", title="Facial spasms")
    OtherName.objects.get_or_create(symptom=page, name="Face tics")
    record_revision(page, by=ann)
    factories.sign_page(page, by=ravi, asked_by=ann)
    vocabulary.clear_cache()
    return page


def ask(client, text: str) -> str:
    return client.get(ADDRESS, {"q": text}).text


def test_a_hit_has_its_gravest_card_and_only_the_labels_of_others(client, page, ann, ravi):
    page.advice_level = "emergency"
    page.advice_heading = "Call 911 now"
    page.advice = "<p>Call if one side droops.</p>"
    page.save()
    CareCard.objects.create(article=page, level="routine", heading="", html="<p>See one soon.</p>")
    record_revision(page, by=ann)
    factories.sign_page(page, by=ravi, asked_by=ann)
    text = ask(client, "facial spasms")
    seen = html.get_text(text)
    assert "Call 911 now" in seen
    assert "Call if one side droops." in seen
    assert "Also on this page: When to see a clinician" in seen
    assert "See one soon." not in seen
    bar, _, body = text[text.index("<summary>") :].partition("</summary>")
    assert 'href="tel:911"' not in bar
    assert 'href="tel:911"' in body.partition("</details>")[0]


def test_a_withdrawn_page_is_named_with_the_reason_and_without_its_text(client, page, morgan):
    withdraw_page(page, reason="safety", by=morgan)
    for name in ("facial spasms", "Face tics"):
        text = html.get_text(ask(client, name))
        assert "This page was withdrawn: “Facial spasms”" in text
        assert "Following its advice might harm someone." in text
        assert "contact a clinician" in text
        assert page.summary not in text
        assert "Face tics”" not in text.replace(f"“{name}”", "")
    assert "was withdrawn" not in ask(client, "yawning")
    assert "was withdrawn" not in ask(client, "")


def test_a_page_that_is_signed_again_is_no_longer_named_as_withdrawn(
    client, page, ann, ravi, morgan
):
    withdraw_page(page, reason="wrong", by=morgan)
    factories.sign_page(page, by=ravi, asked_by=ann)
    vocabulary.clear_cache()
    text = ask(client, "facial spasms")
    assert "was withdrawn" not in text
    assert "/symptoms/facial-spasms/" in text


def test_a_draft_that_was_never_signed_is_not_named(client, ann):
    factories.make_symptom(ann, slug="zebra", title="Zebra vision")
    assert "was withdrawn" not in ask(client, "zebra vision")


def make_named_cause(ann, ravi, *, name: str, seriousness: str, level: str, number: int):
    """A signed page that names a cause, of which its card is of a level."""
    title = f"{name} sign {number}"
    slug = title.lower().replace(" ", "-")
    page = factories.make_symptom(ann, slug=slug, title=title)
    page.advice_level = level
    page.advice = f"<p>{ACTIONS[level]} Card of {title}.</p>"
    page.save()
    cause = Cause.objects.filter(name=name).first()
    if cause is None:
        cause = factories.make_cause(ann, name=name, slug=name.lower().replace(" ", "-"))
    SymptomCause.objects.create(symptom=page, cause=cause, seriousness=seriousness)
    record_revision(page, by=ann)
    factories.sign_page(page, by=ravi, asked_by=ann)
    return page


def test_a_cause_has_the_emergency_card_of_the_gravest_page_and_says_whose(client, ann, ravi):
    rows = [
        ("serious", "emergency"),
        ("life-threatening", "routine"),
        ("life-threatening", "emergency"),
    ]
    for number, (seriousness, level) in enumerate(rows):
        make_named_cause(
            ann, ravi, name="Zebritis", seriousness=seriousness, level=level, number=number
        )
    vocabulary.clear_cache()
    (hit,) = [hit for hit in search_pages("zebritis").hits if hit.url.startswith("/causes/")]
    assert hit.card is not None
    assert "Card of Zebritis sign 2." in hit.card.html
    assert hit.card_source is not None
    assert hit.card_source.title == "Zebritis sign 2"
    text = html.get_text(ask(client, "zebritis"))
    assert "From the page on Zebritis sign 2" in text


def test_a_cause_that_no_page_calls_life_threatening_has_no_card(ann, ravi):
    make_named_cause(ann, ravi, name="Zebritis", seriousness="serious", level="emergency", number=1)
    vocabulary.clear_cache()
    (hit,) = [hit for hit in search_pages("zebritis").hits if hit.url.startswith("/causes/")]
    assert hit.card is None


def test_cards_of_causes_cost_the_same_number_of_queries_for_one_and_for_three(ann, ravi):
    counts = []
    for number in range(3):
        name = f"Zebritis {'abc'[number]}"
        make_named_cause(
            ann, ravi, name=name, seriousness="life-threatening", level="emergency", number=number
        )
        if number != 1:
            vocabulary.clear_cache()
            search_pages("zebritis")
            with CaptureQueriesContext(connection) as queries:
                assert len(search_pages("zebritis").hits) >= 2 * number
            counts.append(len(queries))
    assert counts[0] == counts[1]


def test_another_language_is_told_that_the_site_is_in_english(client, page):
    text = html.get_text(ask(client, "mal de tête"))
    assert "This looks like French." in text
    assert "in English only" in text
    assert "We understood none of the words." in text


def test_hostile_input_is_answered_plainly(client, page):
    for typed in (
        "\x00",
        "a" * 8000,
        "?!;",
        "‮facial‬",
        "🤒🤒",
        "' OR 1=1 --",
        "no not without",
        "(((",
    ):
        for address in (ADDRESS, f"{ADDRESS}suggestions/"):
            answer = client.get(address, {"q": typed})
            assert answer.status_code == (414 if len(typed) > 7000 else 200), typed[:20]


def test_the_search_does_not_offer_its_address(client, page):
    text = ask(client, "facial spasms").lower()
    main = text[text.index("<main") : text.index("</main>")]
    assert "share" not in main
    assert "copy this address" not in main
