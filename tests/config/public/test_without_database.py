"""What visitors are answered while the database cannot be read (ADR 74)."""

import time
from contextlib import contextmanager

import brotli
import pytest
import time_machine
from django.db import InterfaceError, OperationalError, connection
from django.test import Client

from articles.emergencies.phrases import add_phrase
from articles.emergencies.remembered import remembered
from articles.models import Article
from articles.page_store.following import MAX_STALENESS, follower
from articles.page_store.outage import watch
from articles.public.page_cache import page_cache
from reviews.signing.actions import withdraw_page
from tests import factories, html

PAGE = "/symptoms/facial-spasms/"
MARK = "This page could not be checked for changes since"
NEWS = "The database answers again."


@pytest.fixture
def clock(monkeypatch):
    """A monotonic clock that the test moves."""
    now = [time.monotonic()]
    monkeypatch.setattr("time.monotonic", lambda: now[0])
    return now


@pytest.fixture
def spasms(ann, ravi):
    symptom = factories.make_complete_symptom(ann)
    for page in (symptom, factories.make_article(ann), factories.make_emergency(ann)):
        factories.sign_page(page, by=ravi, asked_by=ann)
    return symptom


@contextmanager
def cut_off(error=OperationalError, *, asked=None):
    """No query of the block is answered; ``asked`` counts them."""

    def refuse(execute, sql, params, many, context):
        if asked is not None:
            asked.append(sql)
        raise error("secret-host does not answer")

    with connection.execute_wrapper(refuse):
        yield


def pass_seconds(clock, seconds=MAX_STALENESS + 0.1):
    clock[0] += seconds


def check_last_resort(page):
    """A page that says whom to call and keeps nothing back."""
    assert page.status_code == 503
    assert page["Retry-After"] == "10"
    assert page["Cache-Control"].startswith("no-store")
    assert 'href="tel:911"' in page.text
    assert 'href="tel:988"' in page.text
    assert "secret-host" not in page.text
    for header in ("ETag", "Last-Modified", "Set-Cookie", "Content-Encoding"):
        assert header not in page
    assert html.find_empty_sections(page.text) == []


def check_staff_page(page):
    """A page that says what to do, without a word of what failed."""
    assert page.status_code == 503
    assert page["Retry-After"] == "10"
    assert page["Cache-Control"].startswith("no-store")
    assert "What to do" in page.text
    assert "secret-host" not in page.text
    assert "ETag" not in page


@pytest.mark.parametrize("error", [OperationalError, InterfaceError])
def test_a_page_from_memory_says_below_its_cards_that_it_was_not_checked(
    error, spasms, client, clock
):
    with time_machine.travel("2026-12-30 14:05:30Z", tick=False):
        before = client.get(PAGE)
        pass_seconds(clock)
        with cut_off(error):
            page = client.get(PAGE)
    assert page.status_code == 200
    assert page["Cache-Control"].startswith("no-store")
    assert page["Vary"] == "Accept-Encoding"
    assert "ETag" not in page
    assert "Last-Modified" not in page
    text = page.text
    assert f'{MARK} <time datetime="2026-12-30T14:05:30+00:00">14:05 UTC</time>' in text
    start = text.index('<p class="late">')
    assert text[:start] + text[text.index("</p>", start) + 4 :] == before.text
    assert text.rindex('<section class="advice', 0, start) < start < text.index('id="causes"')


@pytest.mark.parametrize("address", ["/", "/symptoms/", "/articles/keeping-a-diary/", "/topics/"])
def test_every_page_has_the_mark(address, spasms, client, clock):
    client.get(address)
    pass_seconds(clock)
    with cut_off():
        assert client.get(address).text.count(MARK) == 1


def test_the_mark_is_in_each_encoding_and_no_old_validator_is_answered(spasms, client, clock):
    known = client.get(PAGE, headers={"accept-encoding": "gzip"})
    pass_seconds(clock)
    with cut_off():
        headers = {"accept-encoding": "br", "if-none-match": known["ETag"], "range": "bytes=0-5"}
        page = client.get(PAGE, headers=headers)
        head = client.head(PAGE, headers=headers)
    assert page.status_code == head.status_code == 200
    assert page["Content-Encoding"] == "br"
    assert MARK in brotli.decompress(page.content).decode()
    assert head["Content-Length"] == str(len(page.content))


def test_after_the_seconds_of_the_setting_there_is_the_number_and_when_to_call(
    spasms, client, clock, settings
):
    remembered.read()
    settings.PUBLIC_OUTAGE_SECONDS = 5
    client.get(PAGE)
    answers = []
    with cut_off():
        for _ in range(7):
            pass_seconds(clock, 1)
            answers.append(client.get(PAGE).status_code)
        page = client.get(PAGE)
    assert answers == [200] * 4 + [503] * 3
    check_last_resort(page)
    text = html.get_text(page.text)
    assert "When to call 911" in text
    assert "What to do: stroke." in text
    assert "Ravi Rao" in text


def test_a_setting_of_0_shows_nothing_that_was_not_checked(spasms, client, clock, settings):
    settings.PUBLIC_OUTAGE_SECONDS = 0
    client.get(PAGE)
    pass_seconds(clock)
    with cut_off():
        check_last_resort(client.get(PAGE))


def test_a_machine_that_slept_shows_nothing_from_before(spasms, client, clock, settings):
    """Its monotonic clock did not count the time of its sleep."""
    settings.PUBLIC_OUTAGE_SECONDS = 60
    with time_machine.travel("2026-12-30 14:05:30Z", tick=False) as wall:
        client.get(PAGE)
        with cut_off():
            pass_seconds(clock)
            wall.shift(59)
            assert MARK in client.get(PAGE).text
            wall.shift(2)
            check_last_resort(client.get(PAGE))


def test_staff_are_not_kept_waiting_once_it_is_known(spasms, client, clock, morgan):
    client.force_login(morgan)
    client.get(PAGE)
    pass_seconds(clock)
    with cut_off():
        client.get(PAGE)
        for address in ("/admin/", "/desk/", "/accounts/login/"):
            check_staff_page(client.get(address))
    pass_seconds(clock)
    assert client.get("/accounts/login/").status_code in (200, 302)


def test_a_page_that_is_in_no_memory_is_not_shown(spasms, client, clock):
    client.get(PAGE)
    pass_seconds(clock)
    with cut_off():
        for address in ("/symptoms/", f"{PAGE}history/", "/feeds/reviewed.atom", "/images/a.png"):
            check_last_resort(client.get(address))
        assert client.get("/nowhere/").status_code == 404
        assert client.get("/NoWhere/").status_code == 404
        assert client.get("/robots.txt").status_code == 200
        assert client.get("/healthz").status_code == 503


def test_what_cannot_carry_the_mark_is_not_shown(spasms, client, clock):
    for address in ("/feeds/reviewed.atom", "/sitemap.xml"):
        client.get(address)
        pass_seconds(clock)
        with cut_off():
            check_last_resort(client.get(address))
        watch.clear()


def test_no_page_is_shown_past_the_day_that_changes_it(spasms, client, clock):
    due = spasms.publications.get().read_review_line().next_due
    with time_machine.travel(f"{due} 23:59:50Z", tick=False) as wall:
        client.get(PAGE)
        with cut_off():
            pass_seconds(clock, 5)
            wall.shift(5)
            assert MARK in client.get(PAGE).text
            pass_seconds(clock, 6)
            wall.shift(6)
            check_last_resort(client.get(PAGE))


def test_the_first_request_after_it_follows_what_changed_meanwhile(
    spasms, client, clock, morgan, caplog
):
    client.get(PAGE)
    pass_seconds(clock)
    with cut_off():
        assert MARK in client.get(PAGE).text
    withdraw_page(spasms, reason="safety", by=morgan)
    pass_seconds(clock)
    assert client.get(PAGE).status_code == 410
    assert [NEWS in line for line in caplog.messages] == [False, True]
    assert "secret-host" not in caplog.text


def test_while_it_is_down_it_is_tried_once_a_second(spasms, client, clock):
    client.get(PAGE)
    pass_seconds(clock)
    asked: list[str] = []
    with cut_off(asked=asked):
        for _ in range(10):
            client.get(PAGE)
            client.get("/search/", {"q": "he is having a stroke"})
            client.get("/search/", {"q": "headache"})
            client.get("/finder/")
            pass_seconds(clock, 0.11)
    assert len(asked) <= 2


def test_an_emergency_is_answered_with_the_signed_act_from_memory(spasms, client, clock, morgan):
    add_phrase(
        text="his face went funny", meaning="now", subject="stroke", language="en", by=morgan
    )
    follower.follow()
    remembered.read()
    client.get("/search/", {"q": "his face went funny"})
    pass_seconds(clock)
    with cut_off():
        for text in ("he is having a stroke", "his face went funny"):
            page = client.get("/search/", {"q": text})
            assert page.status_code == 200
            assert page["Cache-Control"].startswith("no-store")
            assert "Call" in page.text
            assert "Note the time" in page.text
            assert "Note the time" in client.get("/search/suggestions/", {"q": text}).text
        crisis = client.get("/search/", {"q": "i want to die"})
        assert crisis.status_code == 200
        assert "tel:988" in crisis.text
        named = client.get("/search/", {"q": "stroke"})
        assert named.status_code == 200
        assert "No page for" not in named.text
        assert "We cannot search just now" in named.text
        assert client.get("/search/").status_code == 200


def test_any_other_search_and_the_finder_say_honestly_that_they_do_not_work(spasms, client, clock):
    with cut_off():
        for address, words in (
            ("/search/?q=headache", "It does not mean that there is no page about this"),
            ("/search/suggestions/?q=head", "911"),
            ("/finder/?s=facial-spasms", "The finder does not work just now"),
        ):
            page = client.get(address)
            check_last_resort(page)
            assert words in page.text
            assert page["Referrer-Policy"] == "no-referrer"


def test_a_report_that_could_not_be_sent_says_so(spasms, client):
    revision = spasms.publications.get().revision.uuid
    with cut_off():
        page = client.post(
            f"/feedback/{revision}/problem/",
            {"words": "It is wrong."},
            headers={"sec-fetch-site": "same-origin"},
        )
    check_last_resort(page)
    assert "may not have reached us" in page.text


def test_what_is_remembered_of_emergencies_follows_what_is_signed(
    spasms, client, clock, morgan, monkeypatch
):
    monkeypatch.setattr(follower, "listeners", [remembered.refresh])
    client.get(PAGE)
    (row,) = remembered.get_current()
    assert row.answer.act == "Note the time when they were last well."
    withdraw_page(Article.objects.get(kind="emergency"), reason="safety", by=morgan)
    pass_seconds(clock)
    client.get(PAGE)
    assert remembered.get_current() == []


def test_what_is_remembered_ends_with_its_grace_period_and_after_a_day(spasms, clock):
    remembered.read()
    (row,) = remembered.get_current()
    with time_machine.travel(f"{row.last_day} 23:59Z"):
        assert remembered.get_current() == [row]
    with time_machine.travel(f"{row.last_day} 23:59Z") as wall:
        wall.shift(120)
        assert remembered.get_current() == []
    pass_seconds(clock, 24 * 3600 + 1)
    assert remembered.get_current() == []


@pytest.mark.parametrize("error", [OperationalError, InterfaceError])
def test_staff_who_notice_it_first_learn_what_to_do(error, morgan, client, caplog):
    client.force_login(morgan)
    with cut_off(error):
        check_staff_page(client.get("/admin/"))
        check_staff_page(client.get("/desk/"))
    assert "secret-host" not in "".join(record.getMessage() for record in caplog.records)


def test_a_form_that_could_not_be_saved_repeats_nothing_of_it(ann, client, clock):
    client.force_login(ann)
    form = {"name": "rareword", "next": "/admin/rareword/"}
    for _ in range(2):  # noticed first, and known
        with cut_off():
            page = client.post("/admin/articles/topic/add/?q=rareword", form)
            check_staff_page(page)
            assert "rareword" not in page.text
            assert "reload this page" in html.get_text(page.text)
            client.get(PAGE)
    pass_seconds(clock)


def test_a_form_that_a_script_watches_stays_on_the_screen(ann, client):
    client.force_login(ann)
    client.cookies["watched"] = "1"
    with cut_off():
        page = client.post("/admin/articles/topic/add/", headers={"sec-fetch-mode": "navigate"})
        assert (page.status_code, page.content) == (204, b"")
        assert page.cookies["unsaved"].value == "1"
        assert not page.cookies["watched"].value
        # What scripts ask for themselves is answered as it is.
        page = client.post("/admin/articles/topic/add/", headers={"sec-fetch-mode": "cors"})
        assert page.status_code == 503


def test_a_session_that_cannot_be_read_before_a_view_is_an_outage_too(morgan, settings):
    settings.SECOND_FACTOR_REQUIRED = True
    asking = Client(raise_request_exception=False)
    asking.force_login(morgan)
    with cut_off():
        check_staff_page(asking.get("/admin/"))


def test_a_table_that_is_missing_is_a_fault_of_the_program(morgan, client):
    client.force_login(morgan)

    def refuse(execute, sql, params, many, context):
        raise OperationalError("no such table: articles_article")

    with connection.execute_wrapper(refuse), pytest.raises(OperationalError):
        client.get("/admin/")


def test_a_process_that_never_read_a_thing_gives_the_numbers(db):
    page_cache.clear()
    with cut_off():
        page = Client().get("/")
    check_last_resort(page)
    assert "When to call" not in page.text
