"""What a search costs: queries of a fixed number and text, and work within bounds.

Work is counted in calls of functions, which are the same on a busy machine.
"""

import random
import string
import sys
from collections.abc import Callable
from functools import partial
from urllib.parse import urlencode

import pytest
from django.db import connection

from articles.content import kinds
from articles.content.document import EXPUNGED
from articles.models import PublicationEvent, SearchEntry
from articles.publishing.actions import record_revision
from articles.search import queries, startup, vocabulary
from articles.search.emergency import detect_urgent_help
from articles.search.query_parser import parse_query
from articles.search.results import search_pages
from articles.search.snippets import build_snippet
from articles.search.urgent_phrases import load_phrase_books
from articles.search.words import stem_text
from reviews.signing.actions import withdraw_page
from symptoms.models import OtherName
from tests import factories

pytestmark = pytest.mark.django_db
MAX_ADDRESS_LENGTH = 4_000  # more is refused before the search is asked
MAX_CALLS = 600_000  # of a text of words that are all guessed for the first time
MAX_QUERIES = 12
# By what is asked for, the most queries of its answer.
QUERIES = {
    "/search/?q=ache": 5,
    "/search/?q=ache&page=2": 5,
    "/search/?q=why+do+i+have+an+ache+at+night": 6,
    "/search/?q=acche": 7,
    "/search/?q=qwxz": 5,
    "/search/?q=he+is+not+breathing": 5,
    "/search/?q=i+want+to+die": 5,
    "/search/?q=me+duele+la+cabeza": 5,
    "/search/suggestions/?q=ach": 4,
    "/search/suggestions/?q=acche": 6,
    "/finder/?q=painful+ache": 8,
    "/finder/?system=all": 3,
}


class QueryLog:
    """The text of each query that is asked, before its values are put in."""

    def __init__(self) -> None:
        self.texts: list[str] = []

    def __call__(self, execute, sql, params, many, context):
        self.texts.append(sql)
        return execute(sql, params, many, context)


def log_queries(act: Callable[[], object]) -> list[str]:
    log = QueryLog()
    with connection.execute_wrapper(log):
        act()
    return log.texts


def publish(ann, ravi, slug: str, title: str, **more):
    page = factories.make_symptom(ann, slug=slug, title=title, **more)
    factories.sign_page(page, by=ravi, asked_by=ann)
    return page


@pytest.mark.both_engines
def test_every_kind_of_search_asks_no_more_often_for_three_hits_than_for_one(
    client, ann, ravi, monkeypatch
):
    monkeypatch.setattr(vocabulary, "MAX_AGE", float("inf"))
    asked: dict[int, dict[str, int]] = {}
    for number in (1, 3):
        for place in range(number):
            if not asked or place:
                publish(ann, ravi, f"ache-{place}", f"Ache {place}")
        vocabulary.clear_cache()
        asked[number] = {}
        for address in QUERIES:
            client.get(address)
            asked[number][address] = len(log_queries(partial(client.get, address)))
    for address, most in QUERIES.items():
        # Where few pages have all the words, others are looked for that have some.
        assert asked[3][address] <= asked[1][address] <= most, address


@pytest.mark.both_engines
def test_the_text_of_the_queries_is_the_same_whatever_is_asked(client, ann, ravi, monkeypatch):
    monkeypatch.setattr(vocabulary, "MAX_AGE", float("inf"))
    for number, name in enumerate(("Ache", "Cough", "Itch")):
        publish(ann, ravi, f"page-{number}", f"{name} in the morning")
    client.get("/search/", {"q": "warm"})
    for address in ("/search/", "/search/suggestions/", "/finder/"):
        texts = []
        for asked in ("ache morning", "cough morning", "itch morning"):
            ask = partial(client.get, address, {"q": asked})
            texts.append(log_queries(ask))
        assert texts[0] == texts[1] == texts[2], address
        assert texts[0]


def count_calls(act: Callable[[], object]) -> int:
    """How many functions a deed calls, those of Python itself among them."""
    calls = 0

    def count(frame, event, argument) -> None:
        nonlocal calls
        calls += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        act()
    finally:
        sys.setprofile(before)
    return calls


def make_long_texts() -> dict[str, str]:
    draw = random.Random(18)

    def make_words(length: int) -> str:
        words = ["".join(draw.choices(string.ascii_lowercase, k=length)) for _ in range(2_000)]
        return " ".join(words)

    return {
        "short words": make_words(2),
        "words": make_words(5),
        "long words": make_words(9),
        "very long words": make_words(40),
        "one word": "x" * 9_000,
        "hyphens": "head-ache-" * 900,
        "dashes": "-" * 9_000,
        "commas": "a," * 4_000,
        "slashes": "1/2 3/4 a/b " * 700,
        "no vowels": "bcdfg hjklm npqrs chst brth strk " * 250,
        "numbers": "104 f 40.5 c 3 months old " * 300,
        "letters": "s u i c i d e " * 600,
        "emergencies": "chest pain cannot breathe not breathing baby overdose " * 150,
        "Spanish": "no puedo respirar dolor de pecho mi hijo no despierta " * 150,
        "denials": "no fever or " * 700,
        "things": "headache and fever and cough and rash " * 200,
        "mistakes": "hedache feever coufh rahs diziness " * 250,
        "lay names": "pins and needles " * 500,
        "Chinese": "頭痛" * 1_000,
        "combining marks": "e\u0301\u0323" * 1_000,
        "marks on one letter": "e" + "\u0301" * 2_000,
        "invisible": "\u200b" * 1_000 + "chest pain",
    }


LONG_TEXTS = make_long_texts()


def cut_to_address(path: str, text: str) -> str:
    """The longest address with this text that is answered."""
    while len(address := f"{path}?{urlencode({'q': text})}") > MAX_ADDRESS_LENGTH:
        text = text[: int(len(text) * 0.97)]
    return address


@pytest.mark.parametrize("path", ["/search/", "/search/suggestions/", "/finder/"])
def test_no_text_is_so_long_or_odd_that_its_answer_takes_more_than_so_much(client, ann, ravi, path):
    publish(ann, ravi, "headache", "Headache")
    client.get(path, {"q": "hedache and feever"})
    for name, text in LONG_TEXTS.items():
        address = cut_to_address(path, text)
        log = QueryLog()
        with connection.execute_wrapper(log):
            calls = count_calls(partial(client.get, address))
        assert calls < MAX_CALLS, name
        assert len(log.texts) <= MAX_QUERIES, name


@pytest.mark.parametrize("name", LONG_TEXTS)
def test_a_text_of_twice_the_length_takes_no_more_than_about_twice_the_work(name):
    text = LONG_TEXTS[name]
    detect_urgent_help(text)  # what a word may mean is found out once
    half = count_calls(lambda: detect_urgent_help(text[: len(text) // 2]))
    whole = count_calls(lambda: detect_urgent_help(text))
    assert whole < 2.5 * half + 2_000


def read_vocabulary() -> tuple:
    words = vocabulary.get_current()
    return words.words, words.stems, words.entries, words.withdrawn


@pytest.mark.both_engines
def test_after_an_event_only_what_it_changed_is_read_and_the_words_are_the_same(
    ann, ravi, morgan, monkeypatch
):
    monkeypatch.setattr(vocabulary, "MAX_AGE", -1.0)
    pages = [publish(ann, ravi, f"ache-{n}", f"Ache {n}", summary="It aches.") for n in range(3)]
    vocabulary.get_current()

    def rename() -> None:
        OtherName.objects.create(symptom=pages[0], name="Soreness of the knee")
        record_revision(pages[0], by=ann)
        factories.sign_page(pages[0], by=ravi, asked_by=ann)

    for act in (
        lambda: publish(ann, ravi, "cough", "Dry cough"),
        rename,
        lambda: withdraw_page(pages[1], reason="wrong", by=morgan),
    ):
        before = set(SearchEntry.objects.values_list("pk", flat=True))
        act()
        new = set(SearchEntry.objects.values_list("pk", flat=True)) - before
        read = count_read_entries(monkeypatch)
        followed = read_vocabulary()
        assert read == ([sorted(new)] if new else [])
        vocabulary.clear_cache()
        assert followed == read_vocabulary()
        assert "cough" in followed[0]


def count_read_entries(monkeypatch) -> list[list[int]]:
    """The keys of the entries that are read from now on, by query."""
    read: list[list[int]] = []
    query = vocabulary._entries_query

    class Watched:
        def fetch(self, keys):
            read.append(keys)
            monkeypatch.setattr(vocabulary, "_entries_query", query)
            return query.fetch(keys=keys)

    monkeypatch.setattr(vocabulary, "_entries_query", Watched())
    return read


BODY = "<p>A muscle tightens.</p><ul><li>It burns at night.</li><li>What is felt burns.</li></ul>"


@pytest.mark.parametrize(
    "asked", ["night", "burning night", "muscle", "eyelid", "what", "ache", "tightens burning"]
)
@pytest.mark.parametrize("summary", ["", "It burns for a while."])
def test_the_line_that_is_shown_is_the_one_that_all_of_the_text_would_give(
    ann, ravi, asked, summary
):
    page = publish(ann, ravi, "ache", "Ache", summary=summary, body=BODY)
    page.refresh_from_db()
    document = page.live.revision.document
    head, query = kinds.parse_head(document), parse_query(asked)
    stored = SearchEntry.objects.get(uuid=page.uuid).text_words
    everything = " ".join(stem_text(asked))  # so that nothing is left out
    assert build_snippet(document, head, query, stored) == build_snippet(
        document, head, query, everything
    )


def test_a_hit_reads_no_more_of_a_text_than_it_shows(ann, ravi, monkeypatch):
    for number in range(3):
        publish(ann, ravi, f"ache-{number}", f"Ache {number}", summary="It aches.")
    kinds.parse_shared.cache_clear()
    search_pages("ache")
    assert kinds.parse_shared.cache_info().misses == 0
    search_pages("ache muscle")  # a word that may be in the text
    found = search_pages("ache")
    assert [hit.title for hit in found.hits] == [f"<mark>Ache</mark> {n}" for n in range(3)]
    heads = [kinds.parse_head(event.revision.document) for event in PublicationEvent.objects.all()]
    for head, event in zip(heads, PublicationEvent.objects.all(), strict=True):
        document = event.revision.read()
        shown = (document.title, document.summary, document.care_cards)
        assert (head.title, head.summary, head.care_cards) == shown
        assert head.shows_crisis_line == document.shows_crisis_line


def test_the_head_of_what_cannot_be_read_is_refused_as_the_whole_is():
    for text in (EXPUNGED, "[]", '{"kind":"symptom","schema":2}'):
        with pytest.raises(kinds.UnknownDocument):
            kinds.parse_head(text)


@pytest.mark.both_engines
def test_of_too_many_matches_those_with_the_words_in_a_name_are_ranked(ann, ravi, monkeypatch):
    for number in range(4):
        publish(ann, ravi, f"fever-{number}", f"Fever {number}", body="<p>An ache too.</p>")
    publish(ann, ravi, "ache", "Ache that lasts for years on end", body="<p>A fever too.</p>")
    monkeypatch.setattr(queries, "MAX_CANDIDATES", 2)
    for name in ("MATCH_ON_SQLITE", "MATCH_ON_POSTGRESQL"):
        few = getattr(queries, name).replace("LIMIT 200", "LIMIT 2")
        monkeypatch.setattr(queries, name, few)
    queries._write_match.cache_clear()
    try:
        found = search_pages("ache").hits
    finally:
        queries._write_match.cache_clear()
    assert found[0].url == "/symptoms/ache/"


@pytest.mark.both_engines
def test_what_the_search_reads_once_is_read_when_the_process_begins(ann, ravi, monkeypatch):
    monkeypatch.setattr(vocabulary, "MAX_AGE", float("inf"))
    publish(ann, ravi, "ache", "Ache")
    vocabulary.clear_cache()
    load_phrase_books.cache_clear()
    startup.prepare()
    read = load_phrase_books.cache_info().misses
    detect_urgent_help("my ache is here")
    assert load_phrase_books.cache_info().misses == read == 1
    assert log_queries(vocabulary.get_current) == []
    assert "ache" in vocabulary.get_current().words


def test_a_withdrawn_page_is_no_hit_though_its_entry_was_read_before(ann, ravi, morgan):
    pages = [publish(ann, ravi, f"ache-{n}", f"Ache {n}") for n in range(3)]
    search_pages("ache")
    withdraw_page(pages[1], reason="wrong", by=morgan)
    assert [hit.url for hit in search_pages("ache").hits] == [
        "/symptoms/ache-0/",
        "/symptoms/ache-2/",
    ]
