"""Public pages in the encoding that was asked for, each with its own ETag, and without a secret."""

import re

import brotli
import pytest
import time_machine
from django.utils.http import http_date

from articles.models import StoredPage
from articles.page_store.fingerprint import forget_fingerprint
from articles.page_store.following import follower
from articles.public.encodings import decompress
from articles.public.page_cache import page_cache
from reviews.signing.actions import withdraw_page
from tests import factories

pytestmark = pytest.mark.django_db
PAGE = "/symptoms/facial-spasms/"
ENCODINGS = ("br", "gzip", "identity")
PUBLIC = [
    "/",
    "/symptoms/",
    "/symptoms/a-z/f/",
    PAGE,
    f"{PAGE}causes/",
    f"{PAGE}history/",
    "/causes/cause-0-of-facial-spasms/",
    "/articles/",
    "/articles/keeping-a-diary/",
    "/topics/",
    "/topics/general-health/",
    "/reviewers/",
    "/reviewers/ravi-rao/",
    "/emergencies/",
    "/emergencies/stroke/",
    "/about/",
    "/feeds/reviewed.atom",
    "/sitemap.xml",
    "/robots.txt",
]
# What nobody but one reader may know: tokens of forms, keys, nonces.
SECRET = re.compile(r"csrf|nonce|token|<input[^>]+hidden|sessionid", re.IGNORECASE)


@pytest.fixture
def spasms(ann, ravi):
    symptom = factories.make_complete_symptom(ann)
    for page in (symptom, factories.make_article(ann), factories.make_emergency(ann)):
        factories.sign_page(page, by=ravi, asked_by=ann)
    return symptom


def ask(client, address=PAGE, encoding="br", **headers):
    wanted = {name.replace("_", "-"): value for name, value in headers.items()}
    return client.get(address, headers={"accept-encoding": encoding} | wanted)


def start_worker():
    """Forget what this process knows, as one that has just started."""
    page_cache.memory.clear()
    follower.clear()


def test_every_public_page_comes_compressed_and_has_no_secret(spasms, ann, client):
    client.force_login(ann)  # whoever is logged in, too
    for address in PUBLIC:
        plain = client.get(address)
        assert plain.status_code == 200, address
        assert plain["Vary"] == "Accept-Encoding", address
        assert "Content-Encoding" not in plain, address
        for encoding in ("br", "gzip"):
            page = ask(client, address, encoding)
            assert page["Content-Encoding"] == encoding, address
            assert page["Vary"] == "Accept-Encoding", address
            assert decompress(page.content, encoding) == plain.content, address
            assert len(page.content) < len(plain.content), address
        assert not SECRET.search(plain.text), address
        assert "nonce" not in plain["Content-Security-Policy"], address
        assert not plain.cookies, address


def test_what_has_a_secret_or_tells_of_a_reader_is_not_compressed(spasms, client):
    revision = spasms.publications.get().revision.uuid
    addresses = (f"/feedback/{revision}/problem/", "/search/?q=spasms", "/finder/", "/nowhere/")
    for address in (*addresses, "/search/suggestions/?q=spasms", "/accounts/login/"):
        assert "Content-Encoding" not in ask(client, address), address
    form = ask(client, addresses[0])
    assert SECRET.search(form.text)
    assert "Last-Modified" not in form


def test_the_length_is_that_of_the_encoding_for_head_too(spasms, client):
    lengths = set()
    for encoding in ENCODINGS:
        page = ask(client, encoding=encoding)
        head = client.head(PAGE, headers={"accept-encoding": encoding})
        assert head.content == b""
        for name in ("Content-Length", "ETag", "Vary", "Content-Type", "Cache-Control"):
            assert head[name] == page[name]
        assert head.get("Content-Encoding") == page.get("Content-Encoding")
        assert page["Content-Length"] == str(len(page.content))
        lengths.add(page["Content-Length"])
    assert len(lengths) == 3


def test_another_encoding_is_made_from_what_is_kept_without_a_query(
    spasms, client, django_assert_num_queries
):
    first = ask(client)
    assert len(page_cache.memory) == 1
    with django_assert_num_queries(0):
        others = [ask(client, encoding=encoding) for encoding in ("gzip", "identity", "gzip")]
    assert len(page_cache.memory) == 3
    assert others[1].content == brotli.decompress(first.content)
    assert len({page["ETag"] for page in (first, *others)}) == 3


def test_the_store_has_the_encodings_that_were_asked_for_and_makes_others_from_them(
    spasms, client, page_store, django_assert_num_queries
):
    plain = ask(client, encoding="").content
    page_cache.clear()
    ask(client)
    assert [row.encoding for row in StoredPage.objects.all()] == ["br"]
    start_worker()
    with django_assert_num_queries(2):  # the newest change, and the row
        assert brotli.decompress(ask(client).content) == plain
    start_worker()
    assert decompress(ask(client, encoding="gzip").content, "gzip") == plain
    assert sorted(row.encoding for row in StoredPage.objects.all()) == ["br", "gzip"]
    start_worker()
    with django_assert_num_queries(2):
        assert ask(client, encoding="gzip").status_code == 200


def test_nothing_compressed_by_an_earlier_build_is_sent(spasms, client, page_store, settings):
    old = ask(client)
    settings.BUILD = "another"
    start_worker()
    forget_fingerprint()
    from_store = StoredPage.objects.get()
    new = ask(client, if_none_match=old["ETag"])
    assert new.status_code == 200
    assert new["ETag"] != old["ETag"]
    assert StoredPage.objects.exclude(pk=from_store.pk).count() == 1


def test_an_etag_is_compared_with_that_of_the_encoding_that_would_be_sent(spasms, client):
    tags = {encoding: ask(client, encoding=encoding)["ETag"] for encoding in ENCODINGS}
    for wanted in ENCODINGS:
        for known, tag in tags.items():
            answer = ask(client, encoding=wanted, if_none_match=tag)
            assert answer.status_code == (304 if known == wanted else 200)
            weak = ask(client, encoding=wanted, if_none_match=f"W/{tag}")
            assert weak.status_code == answer.status_code
    for known in ("*", ", ".join(tags.values()), f'"x", W/{tags["br"]}', f'"x",{tags["br"]}'):
        answer = ask(client, if_none_match=known)
        assert (answer.status_code, answer.content) == (304, b"")
        assert answer["ETag"] == tags["br"]
        assert answer["Vary"] == "Accept-Encoding"
        assert "Content-Encoding" not in answer
        assert "Content-Length" not in answer
    for known in ('"x"', "x", "", tags["br"].strip('"')):
        assert ask(client, if_none_match=known).status_code == 200
    head = client.head(PAGE, headers={"accept-encoding": "br", "if-none-match": tags["br"]})
    assert head.status_code == 304


def test_a_condition_that_the_page_be_as_it_was_can_fail(spasms, client):
    tag = ask(client)["ETag"]
    assert ask(client, if_match=tag).status_code == 200
    assert ask(client, if_match="*").status_code == 200
    assert ask(client, if_match='"x"').status_code == 412


def test_a_range_is_answered_with_the_whole_page(spasms, client):
    whole = ask(client)
    for asked in ("bytes=0-9", "bytes=-5", "bytes=0-1,5-6", "bytes=999999-", "nonsense"):
        page = ask(client, range=asked, if_range=whole["ETag"])
        assert (page.status_code, page.content) == (200, whole.content)
        assert "Accept-Ranges" not in page
        assert "Content-Range" not in page


def test_a_gone_page_is_compressed_too_and_never_304(spasms, client, morgan):
    withdraw_page(spasms, reason="wrong", by=morgan)
    page_cache.clear()
    gone = ask(client)
    assert (gone.status_code, gone["Content-Encoding"]) == (410, "br")
    assert ask(client, if_none_match=gone["ETag"]).status_code == 410
    assert ask(client, if_modified_since=http_date(4_000_000_000)).status_code == 410


def test_workers_state_the_same_date_before_and_after_a_restart(spasms, client, page_store):
    with time_machine.travel("2027-03-01 12:00Z", tick=False):
        stated = [ask(client)["Last-Modified"]]
        start_worker()
        stated.append(ask(client, encoding="gzip")["Last-Modified"])
        page_cache.clear()
        stated.append(ask(client)["Last-Modified"])
    assert len(set(stated)) == 1


def test_a_clock_that_was_set_back_states_no_date_in_the_future(spasms, client):
    with time_machine.travel("2027-03-01 12:00Z", tick=False) as clock:
        assert "Last-Modified" in ask(client)
        clock.move_to("2020-01-01 00:00Z")
        page_cache.clear()
        assert "Last-Modified" not in ask(client)
