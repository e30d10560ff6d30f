"""The box on the search page, in suggestions and in the finder: the same, and whatever fails."""

import pytest
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext

from articles.emergencies.phrases import add_phrase, remove_phrase
from articles.models import PublicationEvent
from articles.search.help_box import build_help_box, get_topic_box
from tests import factories, html

pytestmark = pytest.mark.django_db
STROKE = {"meaning": "now", "subject": "stroke", "language": "en"}
HTMX = {"HX-Request": "true", "HX-Target": "finder-matches"}


@pytest.fixture
def signed(ann, ravi):
    page = factories.make_emergency(ann)
    factories.sign_page(page, by=ravi, asked_by=ann)
    return page


def read_everywhere(client, typed: str) -> dict[str, str]:
    """What each place shows for a text."""
    texts = {
        "search": client.get("/search/", {"q": typed}).text,
        "suggestions": client.get("/search/suggestions/", {"q": typed}).json().get("help", ""),
        "finder": client.get("/finder/", {"q": typed}).text,
        "typing": client.get("/finder/", {"q": typed}, headers=HTMX).text,
    }
    return {place: " ".join(html.get_text(text).split()) for place, text in texts.items()}


@pytest.mark.parametrize("typed", ["my dad is having a stroke", "his face is drooping"])
def test_the_act_is_shown_everywhere_after_what_the_operator_says(client, signed, typed):
    for place, text in read_everywhere(client, typed).items():
        assert "Call 911 now" in text, place
        assert text.index("operator tells you") < text.index("Note the time"), place


def test_a_topic_is_shown_everywhere_as_one_line_with_its_page(client, signed):
    for place, text in read_everywhere(client, "stroke").items():
        assert "If this is happening now, call 911 ." in text, place
        assert "What to do: stroke" in text, place
        assert "Note the time" not in text, place


@pytest.mark.parametrize("typed", ["nota bene", "golf stroke", "facial spasms"])
def test_harmless_words_show_nothing_anywhere(client, signed, typed):
    for place, text in read_everywhere(client, typed).items():
        assert "Call 911 now" not in text, place
        assert "If this is happening" not in text, place


def test_a_phrase_of_the_table_is_recognised_with_the_next_search(client, signed, morgan):
    typed = "my aunt has the wobblies"
    assert "Note the time" not in "".join(read_everywhere(client, typed).values())
    phrase = add_phrase(text="has the wobblies", **STROKE, by=morgan)
    for place, text in read_everywhere(client, typed).items():
        assert "Note the time" in text, place
    assert "Note the time" in client.get("/search/", {"q": "has the woblies"}).text
    remove_phrase(phrase, by=morgan)
    assert "Note the time" not in "".join(read_everywhere(client, typed).values())


def test_suggestions_know_whole_phrases_only(client, morgan):
    add_phrase(text="has the wobblies", **STROKE, by=morgan)
    for typed in ("he has the wobb", "strok", "heart att"):
        assert "help" not in client.get("/search/suggestions/", {"q": typed}).json(), typed
    assert "help" in client.get("/search/suggestions/", {"q": "has the wobblies"}).json()


def test_phrases_of_every_meaning_and_language(client, morgan):
    facts = {"subject": "", "by": morgan}
    add_phrase(text="gone to the bridge", meaning="crisis-done", language="en", **facts)
    add_phrase(text="looking at the bridge", meaning="crisis", language="en", **facts)
    add_phrase(text="le dio el patatus", **STROKE | {"language": "es"}, by=morgan)
    done = build_help_box("she has gone to the bridge")
    assert (done.is_happening, done.is_crisis, done.urgent.is_done) == (True, True, True)
    thought = build_help_box("looking at the bridge")
    assert (thought.is_happening, thought.is_crisis) == (False, True)
    spanish = build_help_box("le dio el patatus")
    assert spanish.is_spanish
    assert spanish.urgent.subjects == ("stroke",)


def test_markup_in_a_phrase_and_in_what_is_typed_stays_text(client, morgan):
    text = "<img src=x onerror=alert(1)> wobblies"
    add_phrase(text=text, **STROKE, by=morgan)
    for address in ("/search/", "/search/suggestions/", "/finder/"):
        answer = client.get(address, {"q": text})
        assert "<img" not in answer.text
        assert b"onerror=alert(1)>" not in answer.content or b"&lt;img" in answer.content


@pytest.mark.parametrize("typed", ["how many pills to die", "best way to kill myself"])
def test_who_asks_for_methods_reads_the_line_and_finds_no_page(client, ann, ravi, typed):
    page = factories.make_article(ann, title=typed.capitalize(), slug="a-page")
    factories.sign_page(page, by=ravi, asked_by=ann)
    for place, text in read_everywhere(client, typed).items():
        assert "Call 988" in text, place
        assert "lethal" not in text
    assert "/articles/a-page/" not in client.get("/search/", {"q": typed}).text
    assert client.get("/search/suggestions/", {"q": typed}).json()["suggestions"] == []


def test_an_emergency_is_answered_without_a_database(client, signed):
    def refuse(execute, sql, params, many, context):
        raise OperationalError("no connection")

    with connection.execute_wrapper(refuse):
        search = client.get("/search/", {"q": "he is having a stroke"})
        suggested = client.get("/search/suggestions/", {"q": "he is having a stroke"})
    for answer in (search, suggested):
        assert answer.status_code == 200
        assert "tel:911" in answer.text
        assert "Note the time" not in answer.text


def test_nothing_of_it_is_kept(client, signed):
    for address in ("/search/", "/search/suggestions/", "/finder/"):
        answer = client.get(address, {"q": "he is having a stroke"})
        assert answer["Cache-Control"] == "no-store"
        assert not answer.cookies


def test_the_box_of_a_search_costs_the_same_with_one_phrase_and_with_three(client, signed, morgan):
    counts = []
    for number in (1, 3):
        for place in range(number):
            if not counts or place:
                add_phrase(text=f"wobblies {place} {number}", **STROKE, by=morgan)
        build_help_box("he is having a stroke")
        with CaptureQueriesContext(connection) as asked:
            assert build_help_box("he is having a stroke").answers[0].act
        counts.append(len(asked))
    assert counts[0] == counts[1] <= 3


def test_the_box_of_a_condition_is_there_where_a_signed_page_is(signed, morgan):
    box = get_topic_box("Stroke")
    assert box.answers[0].page.url == "/emergencies/stroke/"
    assert get_topic_box("Anaphylaxis") is None
    assert get_topic_box("Facial spasms") is None
    assert get_topic_box("Suicide") is None
    add_phrase(text="Hemifacial spasm", **STROKE | {"meaning": "topic"}, by=morgan)
    assert get_topic_box("Hemifacial spasm") is None  # pages are stored by the publication log
    assert PublicationEvent.objects.exists()
