"""Advice signed at a lesser level that sends people to emergency help.

It is shown as an emergency until it is signed again.

The signed bytes, what machines read of them, and everything at the desk stay as they are.
"""

import json
import re

import pytest

from articles.models import Article
from reviews.evidence import rendering
from reviews.signing import ledger
from reviews.signing.actions import request_review
from symptoms.models import Cause, SymptomCause
from tests import factories, html

pytestmark = pytest.mark.django_db
ADVICE = (
    "<p>See a clinician if it lasts.</p>"
    "<p>Call <strong>911</strong> if one side of your face droops.</p>"
)
LINK = 'Call <strong><a class="dial" href="tel:911">911</a></strong> if one side'
ADDRESS = "/symptoms/facial-spasms/"


@pytest.fixture(scope="module")
def shared_page(module_db):
    """A live page that was signed before the check came, with an older version of the same kind."""
    ann, ravi, morgan = map(factories.get_person, ("ann", "ravi", "morgan"))
    symptom = factories.make_symptom(ann, advice=ADVICE, advice_level="routine")
    SymptomCause.objects.create(
        symptom=symptom, cause=factories.make_cause(ann), text="<p>Call 911 if it is bad.</p>"
    )
    factories.edit_page(symptom, by=ann)
    factories.sign_despite_checks(symptom, by=ravi, manager=morgan)
    factories.edit_page(
        symptom, by=ann, summary="They move by themselves. Call 911 if you cannot breathe."
    )
    factories.sign_despite_checks(symptom, by=ravi, manager=morgan)
    return symptom


@pytest.fixture
def page(shared_page, db):
    return Article.objects.get(pk=shared_page.pk)


FORMS = [
    ADDRESS,
    f"{ADDRESS}causes/",
    f"{ADDRESS}history/",
    f"{ADDRESS}history/2/",
    "/causes/tourettes-syndrome/",
    "/search/?q=facial+spasms",
    "/finder/?s=facial-spasms",
]


@pytest.mark.parametrize("address", FORMS)
def test_visitors_see_an_emergency_and_can_dial(address, page, client):
    shown = client.get(address).text
    box = re.search(
        r'<(section|div|details) class="advice (\w+)"[^>]*>\s*<(h2|h3|summary)[^>]*>(.*?)</', shown
    )
    assert box[2] == "emergency"
    assert box[4].startswith("When to get help")
    assert "When to see a clinician" not in html.get_text(shown)
    assert LINK in shown


def test_the_finder_puts_it_before_what_is_urgent(page, ann, ravi, client):
    other = factories.make_symptom(
        ann, slug="ache", title="Ache", advice_level="urgent", advice="<p>Go today.</p>"
    )
    factories.sign_page(other, by=ravi, asked_by=ann)
    shown = html.get_text(client.get("/finder/?s=ache&s=facial-spasms").text)
    assert (
        shown.index("When to get help")
        < shown.index("if one side of your face droops")
        < shown.index("Get medical help today: Ache")
    )


def test_the_feed_heads_it_so_too(page, client):
    feed = client.get("/feeds/reviewed.atom").text
    assert "When to get help" in feed
    assert "When to see a clinician" not in feed


def test_what_was_signed_and_what_machines_read_stays(page, client):
    signed = page.live.revision
    assert json.loads(signed.document)["advice"] == {"html": ADVICE, "level": "routine"}
    shown = client.get(ADDRESS).text
    graph = json.loads(
        re.search(r'<script type="application/ld\+json">(.*?)</script>', shown, re.S)[1]
    )
    text = json.dumps(graph)
    assert "When to see a clinician" in text
    assert "tel:" not in text


def test_signed_anew_it_is_shown_as_it_was_signed(page, ann, ravi, client):
    symptom = page.symptom
    symptom.symptom_causes.update(text="")
    factories.edit_page(
        symptom,
        by=ann,
        advice="<p>See a clinician if it lasts.</p>",
        summary="They move by themselves.",
    )
    factories.sign_page(symptom, by=ravi, asked_by=ann)
    shown = client.get(ADDRESS).text
    assert 'class="advice routine"' in shown
    assert "When to see a clinician" in shown


def test_at_the_desk_and_in_the_admin_it_is_as_chosen_and_nothing_dials(
    page, ann, ravi, morgan, client
):
    factories.edit_page(page.symptom, by=ann, body="<p>If you cannot breathe, call 911.</p>")
    review = request_review(page.symptom, by=morgan, reviewer=None, override="It is quoted.")
    client.force_login(ravi)
    shown = {"desk": client.get(f"/desk/reviews/{review.uuid}/").text}
    client.force_login(ann)
    form = f"/admin/symptoms/symptom/{page.pk}"
    for name in ("preview/", "revision/?number=2", "compare/?old=2&new=3", "revisions/", "change/"):
        shown[name] = client.get(f"{form}/{name}").text
    assert [name for name, text in shown.items() if 'href="tel:' in text] == []
    for name in ("desk", "preview/", "revision/?number=2"):
        assert 'class="advice routine"' in shown[name], name
        assert "When to see a clinician" in shown[name], name
    assert "sends people to emergency help" in shown["desk"]


def test_evidence_has_it_as_it_was_signed(page):
    entry = page.ledger_entries.order_by("sequence").last()
    text = rendering.render_text(entry, ledger.read_record(entry), page.live).decode()
    assert 'class="advice routine"' in text
    assert 'href="tel:' not in text


@pytest.mark.parametrize("address", [ADDRESS, f"{ADDRESS}history/2/", f"{ADDRESS}causes/"])
def test_every_text_of_a_page_dials(address, page, client):
    shown = client.get(address).text
    assert shown.count('href="tel:911"') >= 2 + ("causes" in address)


def test_summaries_in_lists_and_snippets_dial(page, client):
    for address in ("/", "/topics/bones-joints-and-muscles/", "/search/?q=breathe"):
        shown = client.get(address).text
        assert re.search(r'Call <a class="dial" href="tel:911">911</a> if you cannot', shown), (
            address
        )


def test_a_page_that_no_longer_may_be_asked_for_can_still_be_reviewed_by_a_managing_editor(
    page, ann, ravi, morgan
):
    """An annual review of an unchanged page: a managing editor overrides the check."""
    entry = factories.sign_despite_checks(page.symptom, by=ravi, manager=morgan, trigger="annual")
    assert entry.outcome == "approved"
    assert Article.objects.get(pk=page.pk).live.revision_id == page.live.revision_id


def test_a_shared_cause_has_no_advice_of_its_own(page, client):
    assert Cause.objects.count() == 1
    assert client.get("/causes/tourettes-syndrome/").text.count('class="advice') == 1
