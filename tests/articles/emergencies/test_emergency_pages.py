"""What to do in an emergency is a page that is signed like any: what it must say, who shows it."""

import datetime as dt
import re

import pytest
import time_machine

from articles.content import kinds
from articles.emergencies.lookup import find_answers
from articles.models import Article, EmergencyPage, PublishedEmergency
from articles.publishing import projections
from articles.publishing.actions import CannotPublish, record_revision, restore
from articles.quality import find_problems
from reviews.signing.actions import CannotSign, request_review, sign_off, withdraw_page
from tests import factories, html
from tests.database import expect_refusal

pytestmark = pytest.mark.django_db

DAY = dt.timedelta(days=1)


@pytest.fixture
def sign(ann, ravi):
    def sign(page: Article) -> Article:
        factories.sign_page(page, by=ravi, asked_by=ann)
        return type(page).objects.get(pk=page.pk)

    return sign


def compose(page: EmergencyPage):
    kind = kinds.get("emergency")
    loaded = kind.load(EmergencyPage.objects.filter(pk=page.pk)).get()
    return loaded, kind.compose(loaded)


def find_blocking(page: EmergencyPage) -> list[str]:
    problems = find_problems(*compose(page))
    return [problem.message for problem in problems if problem.blocking]


def test_a_signed_page_says_the_number_first_then_the_act_then_where_to_go_on(client, ann, sign):
    symptom = sign(factories.make_symptom(ann))
    page = sign(factories.make_emergency(ann, next_page=symptom))
    text = " ".join(html.get_text(client.get("/emergencies/stroke/").text).split())
    places = [
        text.index(words)
        for words in (
            "Put the phone on speaker",
            "Outside the United States",
            "Note the time",
            "Then read: Facial spasms",
            "It comes suddenly",
            "Medically reviewed by",
        )
    ]
    assert places == sorted(places)
    assert page.path == "/emergencies/stroke/"
    assert 'href="/symptoms/facial-spasms/"' in client.get(page.path).text


def test_where_poison_or_an_overdose_is_meant_the_page_has_the_lines_that_the_search_has(
    client, ann, sign
):
    poison, crisis = 'href="tel:18002221222"', "crisis-strip"
    expected = {
        "stroke": (False, False),
        "button-battery": (True, False),
        "poisoning": (True, True),
        "overdose": (True, True),
        "opioid-overdose": (True, True),
    }
    for subject, lines in expected.items():
        page = sign(factories.make_emergency(ann, subject=subject))
        text = client.get(page.path).text
        assert (poison in text, crisis in text) == lines, subject
        if any(lines):
            assert text.index("Put the phone on speaker") < text.index(poison)
    shown = sign(
        factories.edit_page(
            EmergencyPage.objects.get(slug="overdose"), by=ann, shows_crisis_line=True
        )
    )
    assert client.get(shown.path).text.count('crisis-strip"') == 1


def test_a_late_page_says_so_below_its_act_and_no_other_page_stands_below(client, ann, sign):
    sign(factories.make_symptom(ann))  # under the same topic
    page = sign(factories.make_emergency(ann))
    due = page.publications.get().read_review_line().next_due
    text = client.get(page.path).text
    assert "past its review date" not in text
    assert "Related pages" not in text
    with time_machine.travel(dt.datetime.combine(due + DAY, dt.time(9), tzinfo=dt.UTC)):
        text = html.get_text(client.get(page.path).text)
    late = text.index("This page is past its review date")
    assert text.index("Note the time") < late < text.index("It comes suddenly")


def test_every_page_leads_to_the_emergencies(client, ann, sign):
    page = sign(factories.make_symptom(ann))
    for address in ("/", page.path, "/search/?q=zz", "/finder/", "/no-such-page/"):
        main = client.get(address).text
        footer = main.rpartition("<footer")[2]
        assert 'href="/emergencies/"' in footer, address
    assert (
        'href="/emergencies/"' in client.get("/").text.partition("<main")[2].partition("</main>")[0]
    )


def test_the_list_the_sitemap_and_the_search_have_it(client, ann, sign):
    sign(factories.make_emergency(ann))
    assert "/emergencies/stroke/" in client.get("/emergencies/").text
    assert "/emergencies/stroke/" in client.get("/sitemap.xml").text
    assert "/emergencies/stroke/" in client.get("/search/", {"q": "what to do: stroke"}).text


def test_a_draft_shows_nowhere(client, ann):
    page = factories.make_emergency(ann)
    assert client.get(page.path).status_code == 404
    assert "stroke" not in client.get("/emergencies/").text
    assert "No pages yet" in client.get("/emergencies/").text
    assert find_answers(["stroke"])[0].page is None


def test_a_complete_page_has_no_blocking_problem(ann):
    assert find_blocking(factories.make_emergency(ann)) == []


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"advice": "", "advice_level": ""}, "does not say to call"),
        ({"advice": "<p>Stay calm. Call 911. Use the speaker; ask the operator.</p>"}, "begin"),
        ({"advice": "<p>Call 911. Do what the operator tells you.</p>"}, "on speaker"),
        ({"advice": "<p>Call 911. Put the phone on speaker.</p>"}, "operator"),
        ({"act": "Press on the wound. Raise the leg."}, "more than one act"),
        ({"act": "Press on the wound, then raise the leg."}, "more than one act"),
        ({"act": "Call 911 and wait."}, "says to call"),
        ({"subject": "no-such-thing"}, "which emergency"),
    ],
)
def test_a_page_that_asks_too_much_or_too_little_is_not_sent_to_a_reviewer(ann, fields, message):
    page = factories.make_emergency(ann)
    factories.edit_page(page, by=ann, **fields)
    assert any(message in found for found in find_blocking(page)), find_blocking(page)


def test_a_page_needs_a_source_that_can_be_looked_up(ann):
    page = factories.make_emergency(ann)
    page.references.update(url="")
    assert any("source" in found for found in find_blocking(page))


def test_one_page_says_what_to_do_in_an_emergency(ann, ravi, sign):
    sign(factories.make_emergency(ann))
    other = factories.make_emergency(ann, slug="another", title="Another page")
    assert any("already (Stroke)" in found for found in find_blocking(other))
    with pytest.raises(CannotPublish, match="What to do: stroke"):
        factories.sign_despite_checks(other, by=ravi, manager=factories.get_person("morgan"))
    assert Article.objects.get(pk=other.pk).live is None
    assert PublishedEmergency.objects.count() == 1


def test_after_a_withdrawal_another_page_takes_its_place(ann, ravi, morgan, sign):
    first = sign(factories.make_emergency(ann))
    withdraw_page(Article.objects.get(pk=first.pk), reason="wrong", by=morgan)
    assert not PublishedEmergency.objects.exists()
    sign(factories.make_emergency(ann, slug="another", title="Another page", act="Wait."))
    assert find_answers(["stroke"])[0].act == "Wait."


def test_what_is_shown_changes_with_a_signature_and_not_with_a_save(ann, ravi, sign):
    page = sign(factories.make_emergency(ann))
    factories.edit_page(page, by=ann, act="Something else.", subject="choking")
    assert find_answers(["stroke"])[0].act == "Note the time when they were last well."
    assert find_answers(["choking"])[0].page is None
    factories.sign_page(page, by=ravi, asked_by=ann, trigger="change")
    assert find_answers(["choking"])[0].act == "Something else."
    assert find_answers(["stroke"])[0].page is None


def test_the_projection_is_what_the_log_says(ann, ravi, morgan, sign):
    sign(factories.make_emergency(ann))
    sign(factories.make_emergency(ann, subject="choking", next_page=factories.make_symptom(ann)))
    gone = sign(factories.make_emergency(ann, subject="burns"))
    withdraw_page(Article.objects.get(pk=gone.pk), reason="wrong", by=morgan)
    assert list(projections.find_faults()) == []
    before = set(PublishedEmergency.objects.values_list("subject", "publication", "next_uuid"))
    projections.rebuild()
    after = set(PublishedEmergency.objects.values_list("subject", "publication", "next_uuid"))
    assert before == after
    assert len(after) == 2


def test_the_projection_is_never_edited(ann, sign):
    sign(factories.make_emergency(ann))
    with expect_refusal("projected anew"):
        PublishedEmergency.objects.update(subject="choking")


def test_restoring_brings_back_act_subject_and_the_page_to_go_on_with(ann, sign):
    symptom = sign(factories.make_symptom(ann))
    page = sign(factories.make_emergency(ann, next_page=symptom))
    first = page.get_latest_revision()
    factories.edit_page(page, by=ann, act="Something else.", subject="choking", next_page=None)
    result = restore(first, by=ann)
    assert result.report == []
    assert result.revision.digest == first.digest
    restored = EmergencyPage.objects.get(pk=page.pk)
    assert (restored.subject, restored.next_page_id) == ("stroke", symptom.pk)


def test_saving_without_a_change_makes_no_revision(ann, sign):
    page = sign(factories.make_emergency(ann, next_page=factories.make_symptom(ann)))
    before = page.get_latest_revision()
    assert record_revision(page, by=ann).pk == before.pk


def test_a_draft_title_of_the_page_to_go_on_with_is_not_composed(ann, sign):
    symptom = sign(factories.make_symptom(ann))
    factories.edit_page(symptom, by=ann, title="A draft title")
    _, document = compose(factories.make_emergency(ann, next_page=symptom))
    assert document.next_page.name == "Facial spasms"


def test_whoever_wrote_the_title_of_an_unpublished_page_to_go_on_with_does_not_sign(
    ann, ravi, fiona
):
    named = factories.make_symptom(ravi)
    page = factories.make_emergency(ann, next_page=named)
    review = request_review(page, by=ann)
    facts = {
        "seen_digest": review.revision.digest,
        "conflicts": "None",
        "authentication": "password",
    }
    with pytest.raises(CannotSign):
        sign_off(review, by=ravi, **facts)
    sign_off(review, by=fiona, **facts)


def test_structured_data_has_the_card_and_the_act(client, ann, sign):
    sign(factories.make_emergency(ann))
    text = client.get("/emergencies/stroke/").text
    data = re.search(r'<script type="application/ld\+json">(.*?)</script>', text, re.S)[1]
    assert data.index("Call 911. Put the phone") < data.index("Note the time")
