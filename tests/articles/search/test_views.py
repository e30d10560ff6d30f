"""The search page and the suggestions: words of visitors in, signed words out, nothing kept."""

import re

import pytest

from articles.search import vocabulary
from symptoms.models import Symptom
from tests import factories, html

pytestmark = pytest.mark.django_db
ADDRESS = "/search/"


@pytest.fixture(scope="module")
def shared_page(module_db):
    ann, ravi = map(factories.get_person, ("ann", "ravi"))
    page = factories.make_symptom(ann)
    factories.sign_page(page, by=ravi, asked_by=ann)
    return page


@pytest.fixture
def page(shared_page, db):
    return Symptom.objects.get(pk=shared_page.pk)


def test_a_hit_carries_its_advice_before_its_text(client, page):
    found = client.get(ADDRESS, {"q": "facial spasms"}).text
    text = html.get_text(found)
    assert (
        text.index("Call for emergency help")
        < text.index("Call 911 if one side")
        < text.index("movements that you")
    )
    assert "/symptoms/facial-spasms/" in found


def test_words_that_were_found_are_marked_and_what_was_typed_is_escaped(client, page):
    text = client.get(ADDRESS, {"q": "<b>spasms</b>"}).text
    assert "<mark>spasms</mark>" in text
    assert "<b>spasms" not in text


def test_without_a_question_the_page_says_how_to_ask(client):
    answer = client.get(ADDRESS)
    assert answer.status_code == 200
    assert "in your own words" in answer.text


def test_an_empty_result_helps_and_reassures_nobody(client, page):
    text = client.get(ADDRESS, {"q": "qwxz"}).text
    assert "No page for “qwxz” yet" in text
    assert "says nothing about how serious it is" in text
    assert "/symptoms/" in text


@pytest.mark.parametrize(
    "asked", ["i want to die", "how to kill myself", "Self-harm", "took too many pills", "suicidal"]
)
def test_who_may_think_of_dying_is_told_first_whom_to_call(client, page, asked):
    text = client.get(ADDRESS, {"q": asked}).text
    assert 'href="tel:988"' in text
    assert "hits" not in text or text.index('href="tel:988"') < text.index('class="hits"')
    assert 'href="tel:988"' not in client.get(ADDRESS, {"q": "facial spasms"}).text


def test_every_list_of_results_says_first_when_to_call(client, page, ann):
    text = client.get(ADDRESS, {"q": "facial spasms"}).text
    assert text.index('href="tel:911"') < text.index('class="hits"')


def test_pages_that_only_mention_what_was_asked_are_not_called_pages_about_it(client, page):
    assert "No page is about this" in client.get(ADDRESS, {"q": "muscle"}).text
    assert "No page is about this" not in client.get(ADDRESS, {"q": "facial spasms"}).text


def test_what_was_meant_is_said(client, page):
    text = client.get(ADDRESS, {"q": "facail spasms"}).text
    assert "These are the results for <strong>facial spasms</strong>" in text


def test_a_topic_keeps_the_results_to_it_and_lists_count_them(client, page, ann, ravi):
    other = factories.make_article(ann, title="Spasms in a diary", slug="spasms-in-a-diary")
    factories.sign_page(other, by=ravi, asked_by=ann)
    text = client.get(ADDRESS, {"q": "spasms", "topic": "general-health"}).text
    assert "Spasms in a diary" not in text  # its title is in marked parts
    assert "/articles/spasms-in-a-diary/" in text
    assert "/symptoms/facial-spasms/" not in text
    assert "bones-joints-and-muscles" in text
    assert (
        "under the topic you chose" in client.get(ADDRESS, {"q": "spasms", "topic": "nowhere"}).text
    )


def test_results_go_on_on_further_pages(client, ann, ravi):
    for number in range(12):
        page = factories.make_symptom(ann, slug=f"ache-{number}", title=f"Ache {number}")
        factories.sign_page(page, by=ravi, asked_by=ann)
    first, second = (client.get(ADDRESS, {"q": "ache", "page": number}).text for number in (1, 2))
    assert "12 pages" in first
    assert 'rel="next" href="/search/?q=ache&amp;page=2"' in first
    assert second.count("<h3>") == 2
    assert client.get(ADDRESS, {"q": "ache", "page": "many"}).status_code == 200
    assert client.get(ADDRESS, {"q": "ache", "page": "99"}).text.count("<h3>") == 2


@pytest.mark.parametrize(
    "asked", ["\x00", "a\x00b", "x" * 200_000, "'\"); --", "%", "🤕", "ﷺ", "{{ x }}"]
)
def test_whatever_is_asked_is_answered(client, page, asked):
    for address in (ADDRESS, "/search/suggestions/"):
        expected = 414 if len(asked) > 8000 else 200  # an address can be too long
        assert client.get(address, {"q": asked}).status_code == expected


def test_suggestions_are_names_that_were_signed(client, page, ann):
    factories.edit_page(page, by=ann, title="Facial zebra")
    suggestions = client.get("/search/suggestions/", {"q": "faci"}).json()
    assert suggestions == {
        "suggestions": [
            {"name": "Facial spasms", "title": "Facial spasms", "url": "/symptoms/facial-spasms/"}
        ]
    }


@pytest.mark.parametrize("address", [ADDRESS, "/search/suggestions/"])
def test_nothing_of_a_search_is_kept(client, page, address):
    answer = client.get(address, {"q": "facial spasms"})
    assert answer["Cache-Control"] == "no-store"
    assert answer["Referrer-Policy"] == "no-referrer"
    assert not answer.cookies
    assert "Vary" not in answer or "Cookie" not in answer["Vary"]


@pytest.mark.parametrize("number", [1, 3])
def test_a_page_of_results_asks_the_database_the_same_number_of_times(
    client, ann, ravi, number, django_assert_num_queries
):
    for place in range(number):
        page = factories.make_symptom(ann, slug=f"ache-{place}", title=f"Ache {place}")
        factories.sign_page(page, by=ravi, asked_by=ann)
    client.get(ADDRESS, {"q": "ache"})
    with django_assert_num_queries(5):
        assert client.get(ADDRESS, {"q": "ache"}).text.count("<h3>") == number


def test_every_public_page_has_the_search_and_working_pages_have_not(client, page, ann):
    for path in ("/", "/symptoms/", "/symptoms/facial-spasms/", "/search/", "/nowhere/"):
        assert client.get(path).text.count('role="search"') == 1, path
    client.force_login(ann)
    assert 'role="search"' not in client.get("/accounts/password/change/").text


def get_main(answer) -> str:
    """What a page has between its header and its footer."""
    return answer.text.partition("<main")[2].partition(">")[2].partition("</main>")[0]


def list_numbers(answer) -> list[str]:
    """The numbers that can be tapped, in their order."""
    return re.findall(r'href="tel:(\w+)"', get_main(answer))


@pytest.mark.parametrize(
    "asked", ["my dad is not breathing", "cant breath", "face is drooping", "NOT, BREATHING!"]
)
def test_who_needs_help_now_reads_first_what_to_do_and_the_number_once(client, page, asked):
    answer = client.get(ADDRESS, {"q": asked})
    text = html.get_text(get_main(answer))
    assert text.split()[:3] == ["Call", "911", "now"]
    assert "Put the phone on speaker. Do what the operator tells you." in text
    assert (
        get_main(answer).index("operator tells")
        < get_main(answer).index("<h1")
        < get_main(answer).index("<form")
    )
    assert list_numbers(answer)[0] == "911"
    assert "Breadcrumb" not in answer.text
    assert answer["Cache-Control"] == "no-store"


def test_who_needs_help_now_is_told_nothing_of_other_words(client, page):
    assert "These are the results" in client.get(ADDRESS, {"q": "facail spasms"}).text
    for asked in (
        "facail spasms he is not breathing",
        "unconcious my dad facail",
        "i want to die facail spasms",
    ):
        text = client.get(ADDRESS, {"q": asked}).text
        assert "These are the results" not in text
        assert "Use fewer words" not in text


@pytest.mark.parametrize(
    "asked", ["took all my pills", "I cut too deep", "hung himself", "overdosed"]
)
def test_what_was_done_is_an_emergency_first_and_a_crisis_second(client, page, asked):
    answer = client.get(ADDRESS, {"q": asked})
    called = [number for number in list_numbers(answer) if number != "18002221222"]
    assert called[:2] == ["911", "988"]
    assert called.count("911") == 1
    assert html.get_text(get_main(answer)).split()[:3] == ["Call", "911", "now"]


def test_a_crisis_comes_before_everything_and_is_no_emergency(client, page):
    answer = client.get(ADDRESS, {"q": "sucide facial spasms"})
    assert list_numbers(answer)[:2] == ["988", "911"]
    assert get_main(answer).index("tel:988") < get_main(answer).index("<h1")
    assert "speaker" not in get_main(answer)


@pytest.mark.parametrize(
    ("asked", "called"), [("i want to die", ["911"]), ("took all my pills", ["911", "18002221222"])]
)
def test_without_a_crisis_line_the_emergency_number_stands_alone(
    client, page, settings, asked, called
):
    settings.CRISIS_LINE = settings.CRISIS_TEXT = settings.CRISIS_CHAT = ""
    assert list_numbers(client.get(ADDRESS, {"q": asked})) == called


def test_the_name_of_an_emergency_gets_one_line_and_then_what_was_found(client, ann, ravi):
    factories.sign_page(
        factories.make_symptom(ann, slug="seizure", title="Seizure"), by=ravi, asked_by=ann
    )
    answer = client.get(ADDRESS, {"q": "seizure"})
    text = html.get_text(get_main(answer))
    assert "If this is happening now, call 911 ." in text
    assert "speaker" not in text
    assert (
        get_main(answer).index("happening now")
        < get_main(answer).index("<h1")
        < get_main(answer).index("/symptoms/seizure/")
    )


@pytest.mark.parametrize(
    "asked", ["stroke rehab", "killing time", "bleeding gums", "facial spasms", "dye"]
)
def test_harmless_words_show_neither_box_nor_line(client, page, asked):
    answer = client.get(ADDRESS, {"q": asked})
    assert "happening now" not in get_main(answer)
    assert "speaker" not in get_main(answer)
    assert "988" not in list_numbers(answer)


@pytest.mark.parametrize(
    ("asked", "called"),
    [
        ("he is not breathing", ["911"]),
        ("i want to die", ["988", "911"]),
        ("took all my pills", ["911", "18002221222", "988"]),
    ],
)
def test_an_empty_site_shows_the_same_help(client, asked, called):
    assert list_numbers(client.get(ADDRESS, {"q": asked})) == called


def test_words_that_come_after_the_longest_question_count_too(client, page):
    answer = client.get(ADDRESS, {"q": "my knee is sore " * 40 + "and my dad is not breathing"})
    assert list_numbers(answer)[0] == "911"
    assert "Put the phone on speaker" in answer.text


def test_bad_breath_is_no_answer_to_who_cannot_breathe(client, ann, ravi):
    factories.sign_page(
        factories.make_symptom(ann, slug="bad-breath", title="Bad breath"), by=ravi, asked_by=ann
    )
    factories.sign_page(
        factories.make_symptom(ann, slug="trouble", title="Trouble breathing"),
        by=ravi,
        asked_by=ann,
    )
    vocabulary.clear_cache()
    text = client.get(ADDRESS, {"q": "can't breathe"}).text
    assert "/symptoms/bad-breath/" not in text or text.index("/symptoms/trouble/") < text.index(
        "/symptoms/bad-breath/"
    )


@pytest.mark.parametrize(
    ("typed", "spoken", "called"),
    [
        ("heart attack", ["If this is happening now, call 911"], ["911"]),
        ("cant breathe", ["Call 911 now"], ["911"]),
        ("sucide", ["If you think of ending your life, call 988"], ["988", "911"]),
        (
            "took all my pills",
            [
                "Call 911 now",
                "Poison line: call 1-800-222-1222",
                "If you think of ending your life, call 988",
            ],
            ["911", "18002221222", "988"],
        ),
    ],
)
def test_suggestions_show_first_what_the_search_page_does(client, page, typed, spoken, called):
    answer = client.get("/search/suggestions/", {"q": typed}).json()
    assert answer["spoken"] == spoken
    assert re.findall(r'href="tel:(\w+)"', answer["help"]) == called
    shown = " ".join(html.get_text(answer["help"]).split())
    assert shown in " ".join(html.get_text(client.get(ADDRESS, {"q": typed}).text).split())
    on_the_page = set(re.findall(r'id="([^"]+)"', client.get(ADDRESS, {"q": typed}).text))
    assert on_the_page.isdisjoint(re.findall(r'id="([^"]+)"', answer["help"]))


@pytest.mark.parametrize("typed", ["heart", "chok", "stroke reh", "faci", "bleeding gu"])
def test_suggestions_for_anything_else_say_nothing_of_it(client, page, typed):
    assert "help" not in client.get("/search/suggestions/", {"q": typed}).json()


@pytest.mark.parametrize(
    "typed", ["facial spasms not breathing", "suic", "sucid", "he is not breat"]
)
def test_no_page_is_suggested_to_whoever_is_in_danger_or_about_to_say_so(
    client, ann, ravi, page, typed
):
    for slug, title in (("sicca", "Keratitis sicca"), ("apnea", "Not breathing in sleep")):
        factories.sign_page(
            factories.make_symptom(ann, title=title, slug=slug), by=ravi, asked_by=ann
        )
    vocabulary.clear_cache()
    assert client.get("/search/suggestions/", {"q": typed}).json()["suggestions"] == []


def test_a_page_that_only_mentions_the_words_opens_no_card(client, ann, ravi):
    body = "<p>It may itch like a hat made of thistles.</p>"
    factories.sign_page(factories.make_symptom(ann, body=body), by=ravi, asked_by=ann)
    vocabulary.clear_cache()
    text = client.get(ADDRESS, {"q": "thistles hat"}).text
    assert "These mention it" in text
    assert '<details class="advice emergency">' in text
    named = client.get(ADDRESS, {"q": "facial spasms"}).text
    assert '<details class="advice emergency" open>' in named


def test_who_asks_in_spanish_reads_in_spanish_that_the_pages_are_english(client, page):
    text = client.get(ADDRESS, {"q": "ojos secos"}).text
    assert "This looks like Spanish" in text
    assert '<p class="meant" lang="es">Estas páginas están solo en inglés.' in text
    assert "Estas páginas" not in client.get(ADDRESS, {"q": "mal di testa"}).text


@pytest.mark.parametrize("asked", ["i want to die", "kill myself", "my dad wont wake up"])
def test_no_page_comes_to_whoever_is_in_danger_because_its_text_has_their_words(
    client, ann, ravi, asked
):
    body = "<p>Rarely, people die of it. It can kill a dad who wakes up with it.</p>"
    factories.sign_page(factories.make_symptom(ann, body=body), by=ravi, asked_by=ann)
    assert 'class="hits"' in client.get(ADDRESS, {"q": "rarely people die"}).text
    answer = client.get(ADDRESS, {"q": asked})
    assert 'class="hits"' not in answer.text
    assert "nothing about how serious" not in answer.text
    assert client.get("/search/suggestions/", {"q": asked}).json()["suggestions"] == []


def test_a_page_with_that_name_still_comes_to_whoever_is_in_danger(client, ann, ravi):
    factories.sign_page(
        factories.make_symptom(ann, title="Suicidal thoughts", slug="suicidal-thoughts"),
        by=ravi,
        asked_by=ann,
    )
    answer = client.get(ADDRESS, {"q": "suicidal thoughts"})
    assert list_numbers(answer)[0] == "988"
    assert "/symptoms/suicidal-thoughts/" in answer.text


def test_suggestions_guess_at_nothing_in_an_emergency(client, page):
    assert client.get("/search/suggestions/", {"q": "facail spasms"}).json()["suggestions"]
    assert (
        client.get("/search/suggestions/", {"q": "facail spasms not breathing"}).json()[
            "suggestions"
        ]
        == []
    )
