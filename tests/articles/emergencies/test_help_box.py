"""What is printed in an emergency and in a crisis: the order, the signed words, what stays."""

import datetime as dt

import pytest
import time_machine
from django.template.loader import render_to_string
from django.test import RequestFactory

from articles.models import Article, EmergencyPage
from articles.search.emergency import UrgentHelp
from articles.search.help_box import HelpBox, fill_box
from reviews.signing.actions import withdraw_page
from tests import factories, html

pytestmark = pytest.mark.django_db
NOW = UrgentHelp(is_happening=True, subjects=("stroke",))
TOPIC = UrgentHelp(names_emergency=True, subjects=("stroke",))


@pytest.fixture
def sign(ann, ravi):
    def sign(page: Article) -> Article:
        factories.sign_page(page, by=ravi, asked_by=ann)
        return Article.objects.get(pk=page.pk)

    return sign


@pytest.fixture
def signed(ann, sign):
    """The signed page on strokes, and the one to go on with."""
    symptom = sign(factories.make_symptom(ann, title="Facial drooping", slug="facial-drooping"))
    return sign(factories.make_emergency(ann, next_page=symptom)), symptom


def render(urgent: UrgentHelp) -> str:
    context = {"help": fill_box(urgent), "public": True}
    request = RequestFactory().get("/search/")
    return render_to_string("articles/search/_help.html", context, request)


def read(urgent: UrgentHelp) -> str:
    return " ".join(html.get_text(render(urgent)).split())


def assert_order(text: str, *parts: str) -> None:
    places = [text.find(part) for part in parts]
    assert -1 not in places, (parts, text)
    assert places == sorted(places), text


def test_the_box_says_call_then_speaker_then_operator_then_the_one_signed_act(signed):
    assert_order(
        read(NOW),
        "Call 911 now",
        "Outside the United States: call your local emergency number.",
        "Put the phone on speaker.",
        "Do what the operator tells you.",
        "Note the time when they were last well.",
        "What to do: stroke",
        "Then read: Facial drooping",
        "Reviewed by Ravi Rao on",
    )
    text = render(NOW)
    assert 'href="tel:911"' in text
    assert 'href="/emergencies/stroke/"' in text
    assert 'href="/symptoms/facial-drooping/"' in text


def test_a_topic_has_one_line_then_the_pages_and_no_act(signed):
    text = read(TOPIC)
    assert_order(
        text, "If this is happening now, call 911 .", "What to do: stroke", "Facial drooping"
    )
    assert "Note the time" not in text
    assert "speaker" not in text


@pytest.mark.parametrize("urgent", [NOW, TOPIC], ids=["now", "topic"])
def test_without_a_signed_page_the_fixed_words_stay_alone(ann, urgent):
    factories.make_emergency(ann)
    text = read(urgent)
    assert "911" in text
    assert "Outside the United States" in text
    assert "Note the time" not in text
    assert "/emergencies/" not in render(urgent)


def test_an_act_that_could_do_harm_is_left_out_and_the_rest_stays(signed):
    urgent = UrgentHelp(is_happening=True, subjects=("stroke",), withheld=frozenset({"stroke"}))
    text = read(urgent)
    assert "Note the time" not in text
    assert_order(text, "Call 911 now", "Do what the operator tells you.", "What to do: stroke")


def test_an_emergency_without_a_page_is_named():
    assert "Severe injury: there is no page about this here." in read(
        UrgentHelp(is_happening=True, subjects=("severe-injury",))
    )


def test_of_a_withdrawn_page_nothing_stays(signed, morgan):
    page, _ = signed
    withdraw_page(page, reason="wrong", by=morgan)
    text = render(NOW)
    assert "Note the time" not in text
    assert "/emergencies/" not in text
    assert "/symptoms/" not in text
    assert "Put the phone on speaker" in text


def test_a_withdrawn_page_to_go_on_with_is_not_linked_and_the_act_stays(signed, morgan):
    withdraw_page(signed[1], reason="wrong", by=morgan)
    text = read(NOW)
    assert "Facial drooping" not in text
    assert "Note the time" in text


def test_a_page_past_its_grace_period_gives_no_act_and_no_link(signed, settings):
    line = signed[0].live.read_review_line()
    last = line.next_due + dt.timedelta(days=settings.GRACE_DAYS["high"])
    with time_machine.travel(dt.datetime.combine(last, dt.time(12), dt.UTC)):
        assert "Note the time" in render(NOW)
    with time_machine.travel(dt.datetime.combine(last + dt.timedelta(1), dt.time(12), dt.UTC)):
        text = render(NOW)
        assert "Note the time" not in text
        assert "/emergencies/" not in text
        assert "Put the phone on speaker" in text


def test_a_late_page_to_go_on_with_is_not_linked(ann, signed, settings):
    settings.GRACE_DAYS = {"standard": 0, "high": 3650}
    line = signed[1].live.read_review_line()
    later = line.next_due + dt.timedelta(days=1)
    with time_machine.travel(dt.datetime.combine(later, dt.time(12), dt.UTC)):
        text = render(NOW)
    assert "Note the time" in text
    assert "/symptoms/" not in text


def test_several_emergencies_come_gravest_first_and_three_at_most(ann, sign):
    for subject in ("burns", "choking", "stroke", "drowning"):
        act = f"Act for {subject}."
        sign(factories.make_emergency(ann, subject=subject, act=act))
    urgent = UrgentHelp(is_happening=True, subjects=("drowning", "burns", "stroke", "choking"))
    text = read(urgent)
    assert_order(text, "Drowning: Act for drowning.", "Choking: Act", "Stroke: Act")
    assert "burns" not in text.lower()
    assert text.count("Call 911 now") == 1


def test_the_box_costs_the_same_for_one_emergency_and_for_three(
    ann, sign, django_assert_num_queries
):
    symptom = sign(factories.make_symptom(ann))
    subjects = ("stroke", "burns", "choking")
    for subject in subjects:
        sign(factories.make_emergency(ann, subject=subject, next_page=symptom))
    for count in (1, 3):
        with django_assert_num_queries(2):
            box = fill_box(UrgentHelp(is_happening=True, subjects=subjects[:count]))
        assert len([answer for answer in box.answers if answer.next_page]) == count


def test_a_crisis_that_is_done_has_the_emergency_number_then_poison_then_the_crisis_line():
    text = read(UrgentHelp(is_happening=True, is_crisis=True, is_done=True, subjects=("overdose",)))
    assert_order(text, "Call 911 now", "Poison line, at any hour: call 1-800-222-1222", "call 988")
    assert text.count("911") == 1
    cut = read(UrgentHelp(is_happening=True, is_crisis=True, is_done=True))
    assert_order(cut, "Call 911 now", "call 988")
    assert "Poison" not in cut


def test_a_crisis_that_is_thought_of_has_the_crisis_line_first_in_all_its_ways():
    text = read(UrgentHelp(is_crisis=True, names_emergency=True, subjects=("overdose",)))
    assert_order(text, "Call 988", "text 988", "chat online", "call 911")
    assert "happening now" not in text
    assert "Poison" not in text
    links = render(UrgentHelp(is_crisis=True))
    for link in ("tel:988", "sms:988", "https://chat.988lifeline.org/", "tel:911"):
        assert f'href="{link}"' in links


def test_ways_that_the_site_does_not_have_are_not_offered(settings):
    settings.CRISIS_TEXT = settings.CRISIS_CHAT = settings.POISON_LINE = ""
    settings.EMERGENCY_NUMBER, settings.CRISIS_LINE = "999", "116 123"
    settings.NUMBERS_COUNTRY = "the United Kingdom"
    text = render(UrgentHelp(is_crisis=True))
    assert "tel:116123" in text
    assert "Outside the United Kingdom" in text
    assert "sms:" not in text
    assert "https:" not in text
    assert "Poison line" not in render(UrgentHelp(is_happening=True, subjects=("poisoning",)))


def test_a_site_without_a_crisis_line_gives_its_emergency_number_once(settings):
    settings.CRISIS_LINE = settings.CRISIS_TEXT = settings.CRISIS_CHAT = ""
    assert "Call 911" in read(UrgentHelp(is_crisis=True))
    done = UrgentHelp(is_happening=True, is_crisis=True, is_done=True)
    assert read(done).count("911") == 1


@pytest.mark.parametrize("subject", ["poisoning", "overdose", "opioid-overdose"])
def test_the_poison_line_follows_the_number_on_topics_too(subject):
    text = read(UrgentHelp(names_emergency=True, subjects=(subject,)))
    assert_order(text, "call 911", "Poison line, at any hour: call 1-800-222-1222")
    assert "Poison" not in read(TOPIC)


@pytest.mark.parametrize(
    ("urgent", "spanish"),
    [
        (UrgentHelp(is_happening=True, language="es"), "Llame al 911 ahora."),
        (UrgentHelp(names_emergency=True, language="es"), "Si es una emergencia, llame al 911 ."),
        (UrgentHelp(is_crisis=True, language="es"), "llame al 988 ahora."),
    ],
    ids=["now", "topic", "crisis"],
)
def test_who_asks_in_spanish_reads_the_number_in_spanish_and_that_the_rest_is_english(
    urgent, spanish
):
    text = read(urgent)
    assert spanish in text
    assert text.count("La respuesta está en inglés.") == 1
    assert "This answer is in English." in text
    markup = render(urgent)
    assert 'lang="es"' in markup
    assert '<span lang="en">This answer' in markup


def test_no_number_and_no_word_of_a_page_is_taken_for_markup(ann, sign):
    sign(factories.make_emergency(ann, act="Press <b>hard</b> & wait.", title="A <i>title</i>"))
    text = render(NOW)
    assert "<b>hard" not in text
    assert "<i>title" not in text
    assert "Press &lt;b&gt;hard&lt;/b&gt; &amp; wait." in text


def test_without_a_text_there_is_no_box():
    assert not HelpBox(UrgentHelp())
    assert render(UrgentHelp()).strip() == ""


def test_a_change_that_nobody_signed_is_not_shown(ann, signed):
    page = EmergencyPage.objects.get(pk=signed[0].pk)
    factories.edit_page(page, by=ann, act="Unsigned words.")
    assert "Unsigned words" not in render(NOW)
