"""What stands first on a page: its cards with the number to call, then who reviewed it and when."""

import datetime as dt
import re

import pytest
import time_machine
from django.template.loader import render_to_string

from articles.care.advice import present_as_signed, present_for_visitors
from articles.content.document import Advice
from articles.models import CareCard
from articles.templatetags.pages import number_to_call
from tests import factories, html

PAGE = "/symptoms/facial-spasms/"


def show(level: str, text: str, heading: str = ""):
    return present_for_visitors(Advice(level=level, heading=heading, html=f"<p>{text}</p>"))


@pytest.mark.parametrize(
    ("level", "heading", "text", "number"),
    [
        ("emergency", "", "Call 911 now.", "911"),
        ("emergency", "Go to an emergency department now", "Call 911 if you faint.", "911"),
        ("emergency", "Call 911 now", "Call 911 if you faint.", ""),
        ("emergency", "Go to an emergency department now", "Do not drive yourself.", ""),
        ("emergency", "", "Fax 911-555.", ""),
        ("urgent", "", "See a clinician today.", ""),
        ("routine", "", "Call 911 now.", "911"),  # is shown in red, as its words are
    ],
)
def test_a_red_card_has_one_large_link_to_the_number_that_it_asks_to_call(
    level, heading, text, number
):
    assert number_to_call(show(level, text, heading)) == number


def test_the_number_is_the_sites_and_at_the_desk_there_is_no_link(settings):
    settings.EMERGENCY_NUMBER = "112"
    assert number_to_call(show("emergency", "Call 112 now.")) == "112"
    assert number_to_call(show("emergency", "Call 911 now.")) == ""
    signed = present_as_signed(Advice(level="emergency", html="<p>Call 112 now.</p>"))
    assert number_to_call(signed) == ""


@pytest.fixture
def spasms(ann, ravi):
    symptom = factories.make_symptom(ann, advice_level="emergency", advice="<p>Call 911 now.</p>")
    symptom.other_names.create(name="Face twitches")
    CareCard.objects.create(
        article=symptom, level="routine", heading="See a clinician if", html="<p>They stay.</p>"
    )
    factories.sign_page(symptom, by=ravi, asked_by=ann)
    return symptom


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["", "causes/"])
def test_cards_stand_under_the_title_then_who_reviewed_it_then_other_names(
    path, spasms, ann, ravi, client
):
    factories.add_facts(spasms, ann)
    factories.sign_page(spasms, by=ravi, asked_by=ann, trigger="change")
    page = client.get(PAGE + path).text
    main = html.get_text(page[page.index("<main") :])
    order = ["facial spasms?", "Call 911", "See a clinician if", "Medically reviewed by Ravi Rao"]
    places = [main.index(words) for words in order]
    assert places == sorted(places)
    if not path:
        assert main.index("Medically reviewed by") < main.index("Also called Face twitches")
    assert re.search(
        r'<p class="byline[^>]*><a href="#review">Medically reviewed by Ravi Rao', page
    )
    assert page.count('id="review"') == 1


@pytest.mark.django_db
def test_a_late_page_says_so_in_the_line_below_its_cards(spasms, client):
    due = spasms.publications.first().read_review_line().next_due
    for days, says in ((0, False), (1, True)):
        with time_machine.travel(dt.datetime.combine(due, dt.time(12), tzinfo=dt.UTC)) as clock:
            clock.shift(dt.timedelta(days=days))
            assert ("; the next review is late" in client.get(PAGE).text) is says


@pytest.mark.django_db
def test_pages_can_be_printed_and_sent_and_search_and_finder_offer_neither(spasms, client):
    page = client.get(PAGE).text
    assert '<button type="button" data-print hidden>' in page
    assert "mailto:?subject=What%20" in page
    assert "body=http%3A%2F%2Ftestserver%2Fsymptoms%2Ffacial-spasms%2F" in page
    for path in ("/search/?q=facial+spasms", "/finder/?s=facial-spasms", "/search/", "/finder/"):
        text = client.get(path).text
        assert "mailto:" not in text
        assert "data-print" not in text


def test_the_line_names_no_reviewer_where_there_is_none():
    assert render_to_string("articles/_byline.html", {"line": None}).strip() == ""
