"""The index of recalls finds what reading every text finds, whatever the words and signs."""

import random
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from articles.models import Article
from reviews import signed_words
from reviews.models import KnownWord, SignedWords
from reviews.recalls.search import PARTS, RecallSearch
from reviews.signing.actions import withdraw_page
from reviews.verification import checks
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.both_engines]
BODIES = (
    "<p>Take <strong>Ibuprofen</strong> 400&nbsp;mg après CO<sub>2</sub>, "
    "e.g. 10<sup>9</sup>/l.</p>",
    "<p>Straße, œdème &amp; β-blockers: <em>pre</em>fix–dash, “quoted” "
    '<a href="https://a.example/x?y=1&amp;z=2">link</a>.</p>',
    "<p>Temperature &gt; 38.5 °C; don't wait — see 12/91 (now).</p><ul><li>0.5 ml</li></ul>",
)
WORDS = (
    *("ibuprofen", "profen", "IBUPROFEN APRES", "co2", "10^9", "10⁹", "e.g", "400 mg", "mg", "0.5"),
    *("straße", "strasse", "œdeme", "oedeme", "β", "beta", "fix-dash", "prefix", "“quoted”", "y=1"),
    *(
        "38.5",
        "°C",
        "38.5 °c",
        "don't",
        "12/91",
        "(now)",
        "r25.3",
        "R253",
        "25.3",
        "&",
        "amp",
        "<",
    ),
    *("a.example", "medlineplus.gov/muscle", "zzzz", "ravi", "ravi zzzz", "cause 0", "a", "e", "."),
)


@pytest.fixture
def pages(ann, ravi, fiona, morgan) -> list[Article]:
    found = []
    for place, body in enumerate(BODIES):
        page = factories.make_symptom(ann, slug=f"page-{place}", title=f"Page {place}", body=body)
        factories.add_facts(page, ann)
        factories.sign_despite_checks(page, by=(ravi, fiona)[place % 2], manager=morgan)
        found.append(page)
    return found


def read_every_text(part: str, words: str) -> list:
    search = RecallSearch(part, words)
    search.candidates = None
    return list(search)


def draw_pieces(count: int) -> list[str]:
    """Pieces of the signed texts, of any letters and of one to three words, by chance."""
    chance = random.Random(18)
    words = list(KnownWord.objects.order_by("pk").values_list("word", flat=True))
    pieces = []
    for _ in range(count):
        parts = []
        for word in chance.sample(words, chance.randint(1, 3)):
            start = chance.randrange(len(word))
            parts.append(word[start : start + chance.randint(1, 8)])
        pieces.append(" ".join(parts))
    return pieces


def test_whatever_is_searched_for_the_index_answers_as_every_text_does(pages):
    found = 0
    for words in (*WORDS, *draw_pieces(60)):
        for part in PARTS:
            answer = read_every_text(part, words)
            assert list(RecallSearch(part, words)) == answer, (part, words)
            found += bool(answer)
    assert found > 100
    assert not RecallSearch("words", "ibuprofen").reads_all


def test_a_word_in_no_page_reads_no_text(pages):
    with CaptureQueriesContext(connection) as queries:
        assert list(RecallSearch("words", "zzzz")) == []
    assert not [query for query in queries.captured_queries if "document" in query["sql"]]


def test_a_word_in_one_page_reads_one_text(pages):
    assert RecallSearch("words", "ibuprof").candidates == {pages[0].pk}
    assert RecallSearch("reviewer", "fiona").candidates == {pages[1].pk}


def test_a_piece_of_too_many_words_reads_every_text_and_says_so(pages, monkeypatch, client, morgan):
    monkeypatch.setattr(signed_words, "MAX_WORDS", 3)
    search = RecallSearch("words", "e")
    assert search.reads_all
    assert len(list(search)) == 3
    client.force_login(morgan)
    assert "every signed text" in client.get("/desk/recall/?q=e&part=words").content.decode()
    assert "every signed text" not in client.get("/desk/recall/?q=zzzz&part=words").content.decode()


def test_a_page_whose_words_are_not_stored_is_found_all_the_same(pages):
    SignedWords.objects.filter(pk=pages[0].pk).delete()
    assert [match.key for match in RecallSearch("words", "ibuprofen")] == [pages[0].pk]


def test_the_words_follow_the_signed_text_and_go_with_it(pages, ann, ravi, morgan):
    page = pages[0]
    factories.edit_page(page, by=ann, body="<p>Take naproxen.</p>")
    assert RecallSearch("words", "naproxen").candidates == set()  # a draft is not searched
    factories.sign_page(page, by=ravi, asked_by=ann, trigger="change")
    assert RecallSearch("words", "naproxen").candidates == {page.pk}
    assert RecallSearch("words", "ibuprofen").candidates == set()
    withdraw_page(Article.objects.get(pk=page.pk), reason="safety", by=morgan)
    assert RecallSearch("words", "naproxen").candidates == set()
    assert list(signed_words.find_faults()) == []


def test_words_that_were_changed_are_named_and_rebuilt(pages):
    SignedWords.objects.filter(pk=pages[0].pk).update(words="aaaaaa")
    KnownWord.objects.filter(word__contains="quoted").delete()
    faults = list(signed_words.find_faults())
    assert [fault.split(":")[0] for fault in faults] == [
        f"reviews_signedwords {pages[0].pk}",
        f"reviews_signedwords {pages[1].pk}",
    ]
    assert set(faults) <= set(checks.find_faults())
    call_command("rebuild_projections", verbosity=0, stdout=StringIO())
    assert list(signed_words.find_faults()) == []


def test_an_upgrade_stores_the_words_of_pages_that_were_there_before(pages):
    SignedWords.objects.all().delete()
    signed_words.mend_after_migrate("default")
    assert SignedWords.objects.count() == 3
    assert list(signed_words.find_faults()) == []
