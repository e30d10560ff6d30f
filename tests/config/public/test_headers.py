"""What every public address says of how long it holds.

Ask again, and be answered shortly where nothing moved.
"""

import datetime as dt

import pytest
import time_machine
from django.utils.http import http_date, parse_http_date

from articles.public.page_cache import page_cache
from articles.publishing.actions import change_slug
from reviews.signing.actions import withdraw_page
from tests import factories

pytestmark = pytest.mark.django_db

SYMPTOM = "/symptoms/facial-spasms/"
SOON = dt.timedelta(seconds=5)  # a page states since when it is as it is
REVALIDATED = "public, max-age=0, must-revalidate"
PUBLIC = [
    "/",
    "/symptoms/",
    "/symptoms/a-z/f/",
    SYMPTOM,
    f"{SYMPTOM}causes/",
    f"{SYMPTOM}history/",
    "/causes/cause-0-of-facial-spasms/",
    "/articles/",
    "/articles/keeping-a-diary/",
    "/topics/general-health/",
    "/reviewers/ravi-rao/",
    "/feeds/reviewed.atom",
    "/sitemap.xml",
    "/robots.txt",
]


@pytest.fixture
def spasms(ann, ravi):
    symptom = factories.make_complete_symptom(ann)
    for page in (symptom, factories.make_article(ann)):
        factories.sign_page(page, by=ravi, asked_by=ann)
    page_cache.clear()
    return symptom


@pytest.fixture
def clock():
    """A clock that the test moves, some seconds after the signatures."""
    with time_machine.travel(dt.datetime.now(dt.UTC) + SOON, tick=False) as clock:
        yield clock


def ask(client, address, **headers):
    return client.get(
        address, headers={name.replace("_", "-"): value for name, value in headers.items()}
    )


@pytest.mark.parametrize("address", PUBLIC)
def test_a_public_address_can_be_asked_for_again_by_etag_and_by_date(
    address, spasms, clock, client
):
    page = client.get(address)
    assert page.status_code == 200
    assert page["Cache-Control"] == REVALIDATED
    assert "Set-Cookie" not in page
    assert parse_http_date(page["Last-Modified"]) <= dt.datetime.now(dt.UTC).timestamp()
    for known in ({"if_none_match": page["ETag"]}, {"if_modified_since": page["Last-Modified"]}):
        again = ask(client, address, **known)
        assert (again.status_code, again.content) == (304, b"")
        for name in ("ETag", "Last-Modified", "Cache-Control", "Vary"):
            assert again[name] == page[name]
        assert "Content-Length" not in again
    assert ask(client, address, if_modified_since=http_date(0)).status_code == 200


def test_an_etag_goes_before_a_date(spasms, clock, client):
    page = client.get(SYMPTOM)
    for unreadable in ("", "abc", '"', "W/"):
        both = {"if_none_match": unreadable, "if_modified_since": page["Last-Modified"]}
        assert ask(client, SYMPTOM, **both).status_code == 200, unreadable
    both = {"if_none_match": '"another"', "if_modified_since": page["Last-Modified"]}
    assert ask(client, SYMPTOM, **both).status_code == 200
    both = {"if_none_match": page["ETag"], "if_modified_since": http_date(0)}
    assert ask(client, SYMPTOM, **both).status_code == 304


def test_whoever_has_the_text_before_a_signature_gets_the_new_one_within_the_same_second(
    spasms, ann, ravi, client
):
    """Of two signatures within a second, a date is stated once no third can come."""
    with time_machine.travel(dt.datetime(2027, 3, 1, 12, tzinfo=dt.UTC), tick=False) as clock:
        stated = set()
        for number in range(3):
            page = factories.edit_page(spasms, by=ann, summary=f"News {number}.")
            factories.sign_page(page, by=ravi, asked_by=ann, trigger="change")
            page_cache.clear()
            assert "Last-Modified" not in client.get(SYMPTOM)
            clock.shift(0.3)
        for _ in range(30):
            clock.shift(0.1)
            stated.add(client.get(SYMPTOM).get("Last-Modified"))
    assert stated == {None, "Mon, 01 Mar 2027 12:00:00 GMT"}


def test_a_frame_a_link_and_a_build_move_the_page_and_news_elsewhere_does_not(
    spasms, ann, ravi, morgan, client, settings, clock
):
    tics = factories.make_symptom(ann, slug="tics", title="Tics")
    tics.topics.clear()  # or it would stand among the related pages
    factories.sign_page(tics, by=ravi, asked_by=ann)

    def moved() -> bool:
        clock.shift(5)
        page_cache.clear()
        return ask(client, SYMPTOM, if_modified_since=known).status_code == 200

    known = client.get(SYMPTOM)["Last-Modified"]
    withdraw_page(tics, reason="wrong", by=morgan)
    assert not moved()
    cause = spasms.symptom_causes.first().cause
    cause.slug = "another-address"
    cause.save()
    other = factories.make_minimal_symptom(ann)
    other.symptom_causes.create(cause=cause)
    factories.sign_page(
        factories.edit_page(other, by=ann, summary="It has a cause."), by=ravi, asked_by=ann
    )
    assert moved()
    known = client.get(SYMPTOM)["Last-Modified"]
    settings.BUILD_TIME = parse_http_date(known) + 3
    assert moved()


def test_the_day_on_which_a_page_is_late_moves_it(spasms, client):
    due = spasms.publications.get().read_review_line().next_due
    with time_machine.travel(dt.datetime.combine(due, dt.time(23, 30), tzinfo=dt.UTC)):
        known = client.get(SYMPTOM)["Last-Modified"]
    with time_machine.travel(
        dt.datetime.combine(due + dt.timedelta(days=1), dt.time(0, 1), tzinfo=dt.UTC)
    ):
        assert ask(client, SYMPTOM, if_modified_since=known).status_code == 200


def test_a_withdrawn_page_is_never_told_to_be_as_it_was(spasms, morgan, client):
    known = client.get(SYMPTOM)
    withdraw_page(spasms, reason="wrong", by=morgan)
    page_cache.clear()
    gone = client.get(SYMPTOM)
    assert (gone.status_code, gone["Cache-Control"]) == (410, REVALIDATED)
    assert "Last-Modified" not in gone
    for asked in (
        {"if_none_match": known["ETag"]},
        {"if_modified_since": http_date(4_000_000_000)},
    ):
        assert ask(client, SYMPTOM, **asked).status_code == 410


def test_what_is_not_there_may_be_there_soon(client, db):
    for address in (
        "/symptoms/never-was/",
        "/nowhere/",
        "/.well-known/security.txt",
        "/sitemap/pages-7.xml",
    ):
        missing = ask(
            client, address, if_none_match="*", if_modified_since=http_date(4_000_000_000)
        )
        assert (missing.status_code, missing["Cache-Control"]) == (404, "no-cache")
        assert "Last-Modified" not in missing
        assert "ETag" not in missing


def test_an_address_of_old_leads_on_and_is_asked_for_again(spasms, morgan, client):
    change_slug(spasms, slug="face-spasms", by=morgan)
    page_cache.clear()
    moved = client.get(SYMPTOM)
    assert (moved.status_code, moved["Cache-Control"]) == (301, REVALIDATED)
