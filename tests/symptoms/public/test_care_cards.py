"""A page with several care cards: every form of it has them, the gravest first."""

import json
import re

import pytest

from articles.models import Article
from reviews.evidence import rendering
from reviews.signing import ledger
from symptoms.models import SymptomCause
from tests import factories, html

pytestmark = pytest.mark.django_db
ADDRESS = "/symptoms/facial-spasms/"
# As they were signed: the gravest, one that can wait until today, and one that asks for more.
NOW = "<p>Call 911 if one side of your face droops.</p>"
TODAY = "<p>Go today if you cannot close one eye.</p>"
BURIED = "<p>See a clinician if it lasts, or call 911 if it spreads.</p>"


@pytest.fixture(scope="module")
def shared_page(module_db):
    """A live page whose least card was signed before checks knew what is in it."""
    ann, ravi, morgan = map(factories.get_person, ("ann", "ravi", "morgan"))
    symptom = factories.make_symptom(
        ann,
        advice_level="urgent",
        advice=TODAY,
        same_for_everyone=True,
        shows_crisis_line=True,
    )
    factories.add_card(symptom, "emergency", NOW, "Call 911 now")
    factories.add_card(symptom, "routine", BURIED)
    cause = factories.make_cause(ann)
    SymptomCause.objects.create(symptom=symptom, cause=cause, text="<p>It may.</p>")
    factories.edit_page(symptom, by=ann)
    factories.sign_despite_checks(symptom, by=ravi, manager=morgan)
    factories.edit_page(symptom, by=ann, summary="They move.")
    factories.sign_despite_checks(symptom, by=ravi, manager=morgan)
    return symptom


@pytest.fixture
def page(shared_page, db):
    return Article.objects.get(pk=shared_page.pk)


def list_cards(text: str) -> list[tuple[str, str]]:
    """The level and the heading of each card at the top, in the order of the page."""
    found = re.findall(r'<section class="advice (\w+)">\s*<h2>(.*?)</h2>', text)
    return [(level, " ".join(html.get_text(heading).split())) for level, heading in found[:3]]


@pytest.mark.parametrize("address", [ADDRESS, f"{ADDRESS}causes/", f"{ADDRESS}history/1/"])
def test_visitors_read_what_is_most_urgent_first(page, client, address):
    if address.endswith("history/1/"):
        address = f"{ADDRESS}history/{page.publications.order_by('pk')[0].revision.number}/"
    shown = client.get(address).text
    assert list_cards(shown) == [
        ("emergency", "Call 911 now"),
        ("emergency", "When to get help"),
        ("urgent", "Get medical help today"),
    ]
    text = html.get_text(shown)
    words = ("face droops", "your life, call", "if it lasts", "one eye", "the same for babies")
    places = [text.index(word) for word in words]
    assert places == sorted(places)


def test_machines_get_each_card_as_it_was_signed(page, client):
    found = re.search(
        r'<script type="application/ld\+json">(.*?)</script>', client.get(ADDRESS).text, re.S
    )
    nodes = json.loads(found[1])["@graph"]
    parts = next(node for node in nodes if "hasPart" in node)["hasPart"]
    advice = [
        (part["name"], part["text"]) for part in parts if "SeeDoctor" in part["hasHealthAspect"]
    ]
    assert parts[: len(advice)] == [part for part in parts if "text" in part]
    assert advice == [
        ("Call 911 now", "Call 911 if one side of your face droops."),
        ("Get medical help today", "Go today if you cannot close one eye."),
        (
            "When to see a clinician",
            "See a clinician if it lasts, or call 911 if it spreads.",
        ),
    ]


def test_the_feed_has_every_card_the_gravest_first_in_signed_words(page, client):
    feed = client.get("/feeds/reviewed.atom").text
    assert "tel:" not in feed
    words = ("Call 911 now", "if it lasts", "Go today", "the same for babies", "They move.")
    places = [feed.index(text) for text in words]
    assert places == sorted(places)


def test_a_hit_has_the_gravest_card_and_finds_no_words_of_cards(page, client):
    shown = client.get("/search/?q=facial+spasms").text
    card = re.search(r'class="advice emergency"[^>]*>.*?</details>', shown, re.S)[0]
    assert "<summary>Call 911 now</summary>" in card
    assert 'href="tel:911"' in card
    assert "clinician if it lasts" not in client.get("/search/?q=droops").text


def test_evidence_and_the_history_have_all_cards_as_signed(page, client):
    entry = page.ledger_entries.order_by("sequence").last()
    text = rendering.render_text(entry, ledger.read_record(entry), page.live).decode()
    assert list_cards(text) == [
        ("emergency", "Call 911 now"),
        ("urgent", "Get medical help today"),
        ("routine", "When to see a clinician"),
    ]
    assert "the crisis line of the site" in html.get_text(text)
    assert "tel:" not in text


def test_a_page_with_cards_is_not_reported_as_one_without(ann_client, ann):
    symptom = factories.make_symptom(ann, advice="", advice_level="")
    address = "/admin/reports/incomplete-pages/"
    assert "advice when to get help" in html.get_text(ann_client.get(address).text)
    factories.add_card(symptom, "urgent")
    assert "advice when to get help" not in html.get_text(ann_client.get(address).text)
