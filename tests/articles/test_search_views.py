"""The search page and the suggestions: words of visitors in, signed words out, nothing kept."""

import pytest

from tests import html, stories

pytestmark = pytest.mark.django_db
ADDRESS = "/search/"


@pytest.fixture
def page(ann, ravi):
    page = stories.write_symptom(ann)
    stories.sign(page, by=ravi, asked_by=ann)
    return page


def test_a_hit_carries_its_advice_before_its_text(client, page):
    found = client.get(ADDRESS, {"q": "facial spasms"}).text
    text = html.text(found)
    assert text.index("Call for emergency help") < text.index("Call 911 if one side") < text.index("movements that you")
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
    other = stories.write_article(ann, title="Spasms in a diary", slug="spasms-in-a-diary")
    stories.sign(other, by=ravi, asked_by=ann)
    text = client.get(ADDRESS, {"q": "spasms", "topic": "general-health"}).text
    assert "Spasms in a diary" not in text  # its title is in marked parts
    assert "/articles/spasms-in-a-diary/" in text
    assert "/symptoms/facial-spasms/" not in text
    assert "bones-joints-and-muscles" in text
    assert "under the topic you chose" in client.get(ADDRESS, {"q": "spasms", "topic": "nowhere"}).text


def test_results_go_on_on_further_pages(client, ann, ravi):
    for number in range(12):
        page = stories.write_symptom(ann, slug=f"ache-{number}", title=f"Ache {number}")
        stories.sign(page, by=ravi, asked_by=ann)
    first, second = (client.get(ADDRESS, {"q": "ache", "page": number}).text for number in (1, 2))
    assert "12 pages" in first
    assert 'rel="next" href="/search/?q=ache&amp;page=2"' in first
    assert second.count("<h3>") == 2
    assert client.get(ADDRESS, {"q": "ache", "page": "many"}).status_code == 200
    assert client.get(ADDRESS, {"q": "ache", "page": "99"}).text.count("<h3>") == 2


@pytest.mark.parametrize("asked", ["\x00", "a\x00b", "x" * 200_000, "'\"); --", "%", "🤕", "ﷺ", "{{ x }}"])
def test_whatever_is_asked_is_answered(client, page, asked):
    for address in (ADDRESS, "/search/suggestions/"):
        assert client.get(address, {"q": asked}).status_code == 200


def test_suggestions_are_names_that_were_signed(client, page, ann):
    stories.edit(page, by=ann, title="Facial zebra")
    told = client.get("/search/suggestions/", {"q": "faci"}).json()
    assert told == {
        "suggestions": [{"name": "Facial spasms", "title": "Facial spasms", "url": "/symptoms/facial-spasms/"}]
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
        page = stories.write_symptom(ann, slug=f"ache-{place}", title=f"Ache {place}")
        stories.sign(page, by=ravi, asked_by=ann)
    client.get(ADDRESS, {"q": "ache"})
    with django_assert_num_queries(4):
        assert client.get(ADDRESS, {"q": "ache"}).text.count("<h3>") == number


def test_every_public_page_has_the_search_and_working_pages_have_not(client, page, ann):
    for path in ("/", "/symptoms/", "/symptoms/facial-spasms/", "/search/", "/nowhere/"):
        assert client.get(path).text.count('role="search"') == 1, path
    client.force_login(ann)
    assert 'role="search"' not in client.get("/accounts/password/change/").text
