"""The public history: every signature and change of metadata, and old texts that may be read."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from articles.models import Article
from articles.public.page_cache import page_cache
from articles.publishing.actions import change_slug, publish_metadata
from articles.publishing.copyright_notices import roll_copyright_year
from reviews.models import Reviewer
from reviews.models.review import CHANGE_STATEMENT, WHOLE_PAGE_STATEMENT
from reviews.signing.actions import request_review, sign_off, withdraw_page
from tests import factories, html

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("page_store")]
SEARCH = '<script src="/static/js/search.js"'  # suggestions, which nobody needs for reading

PAGE = "/symptoms/facial-spasms/"
HISTORY = f"{PAGE}history/"


@pytest.fixture
def spasms(ann, ravi):
    symptom = factories.make_complete_symptom(ann)
    factories.sign_page(symptom, by=ravi, asked_by=ann)
    return symptom


def test_each_signature_has_its_time_its_meaning_and_the_conflicts_stated_at_it(
    spasms, ann, ravi, fiona, client
):
    Reviewer.objects.filter(user=fiona).update(conflicts_private=True)
    factories.edit_page(spasms, by=ann, treatment="<p>Sleep helps.</p>")
    review = request_review(spasms, by=ann)
    private = Reviewer.objects.get(user=fiona).user  # as it is stored now
    sign_off(
        review,
        by=private,
        seen_digest=review.revision.digest,
        conflicts="My brother sells masks.",
        authentication="password",
    )
    page_cache.clear()
    page = client.get(HISTORY)
    text = " ".join(html.get_text(page.text).split())
    signed_at = spasms.publications.last().at
    assert f"Signed at {timezone.localtime(signed_at):%H:%M}" in text
    assert text.count("what the signature says") == 2
    assert CHANGE_STATEMENT in text
    assert WHOLE_PAGE_STATEMENT in text
    assert "Conflicts of interest stated: None" in text
    assert "Conflicts of interest were stated, and are kept private." in text
    assert "masks" not in page.text


@pytest.mark.parametrize("count", [1, 3])
def test_the_statements_of_signatures_cost_one_query(spasms, ann, ravi, client, count):
    for number in range(count - 1):
        change(spasms, ann, ravi, number)
    page_cache.clear()
    client.get(PAGE)  # warm what every page needs
    with CaptureQueriesContext(connection) as queries:
        client.get(HISTORY)
    ledger = [query for query in queries if "reviews_signature" in query["sql"]]
    assert len(ledger) == 1


def change(page, ann, by, number=0, **more):
    factories.edit_page(page, by=ann, treatment=f"<p>Rest helps in way{number}.</p>")
    return factories.sign_page(page, by=by, asked_by=ann, **more)


def test_the_history_tells_who_signed_when_and_what_changed(spasms, ann, ravi, fiona, client):
    change(spasms, ann, fiona)
    factories.sign_page(spasms, by=ravi, asked_by=ann)
    factories.edit_page(spasms, by=ann, treatment="<p>A draft cure.</p>")
    page_cache.clear()
    page = client.get(HISTORY)
    text = html.get_text(page.text)
    assert (
        text.index("Annual review: revision 3")
        < text.index("The same text, signed again.")
        < text.index("Change: revision 3")
        < text.index("Fiona Field, MD")
        < text.index("way0")
        < text.index("First review: revision 2")
        < text.index("The first version that visitors could read.")
    )
    assert spasms.publications.last().revision.digest[:12] in page.text
    assert "draft" not in page.text
    assert {PAGE, f"{HISTORY}2/", "/reviewers/fiona-field/"} <= set(html.get_links(page.text))
    assert page["X-Robots-Tag"] == "noindex"
    assert html.find_empty_sections(page.text) == []
    assert HISTORY in html.get_links(client.get(PAGE).text)


def test_a_history_begins_with_history_and_its_cards_stand_below(spasms, ann, fiona, client):
    change(spasms, ann, fiona)
    page_cache.clear()
    text = html.get_text(client.get(HISTORY).text)
    assert (
        text.index("History of")
        < text.index("Change: revision 3")
        < text.index("First review")
        < text.index("Call 911 if one side")
    )


def test_emergency_advice_comes_first_in_every_version(spasms, ann, fiona, client):
    change(spasms, ann, fiona)
    text = html.get_text(client.get(f"{HISTORY}2/").text)
    assert text.index("Call 911 if one side") < text.index("A muscle tightens")


def test_changes_of_frame_and_withdrawals_are_in_the_log_without_who_made_them(
    spasms, ann, ravi, morgan, client
):
    change_slug(spasms, slug="face-spasms", by=morgan)
    roll_copyright_year([spasms.notice], year=2027, by=morgan)
    spasms.topics.set([factories.make_topic("Head", "head")])
    publish_metadata(Article.objects.all(), by=morgan)
    withdraw_page(spasms, reason="outdated", by=morgan)
    factories.sign_page(spasms, by=ravi, asked_by=ann)
    page_cache.clear()
    page = client.get("/symptoms/face-spasms/history/")
    text = " ".join(html.get_text(page.text).split())
    for part in (
        "Address",
        PAGE,
        "2027",
        "Filed elsewhere",
        "Head",
        "Withdrawn",
        "no longer reflects current",
    ):
        assert part in text, part
    assert "Morgan" not in page.text
    assert html.find_empty_sections(page.text) == []
    assert client.get(HISTORY)["Location"] == "/symptoms/face-spasms/history/"
    assert client.get(f"{HISTORY}2/")["Location"] == "/symptoms/face-spasms/history/2/"


def test_an_old_version_is_whole_bannered_and_not_for_search_engines(spasms, ann, fiona, client):
    change(spasms, ann, fiona)
    factories.edit_page(spasms, by=ann, treatment="<p>A draft cure.</p>")
    page_cache.clear()
    page = client.get(f"{HISTORY}2/")
    assert page.status_code == 200
    assert page["X-Robots-Tag"] == "noindex"
    assert '<meta name="robots" content="noindex">' in page.text
    assert "Superseded on" in page.text
    assert PAGE in html.get_links(page.text)
    for part in ("Rest helps.", "Cause 0 may do it.", "Ravi Rao"):
        assert part in page.text, part
    assert "way0" not in page.text
    assert "Fiona" not in page.text
    assert html.find_empty_sections(page.text) == []
    assert "X-Robots-Tag" not in client.get(PAGE)


def test_the_current_version_leads_to_the_page_and_unsigned_ones_are_not_there(spasms, ann, client):
    factories.edit_page(spasms, by=ann, summary="A draft.")
    answer = client.get(f"{HISTORY}2/")
    assert (answer.status_code, answer["Location"]) == (302, PAGE)
    for number in (0, 1, 3, 4, 10**30):
        assert client.get(f"{HISTORY}{number}/").status_code == 404, number
    factories.make_symptom(ann, slug="draft")
    for rest in ("", "1/", "page/1/"):
        assert client.get(f"/symptoms/draft/history/{rest}").status_code == 404
        assert client.get(f"/symptoms/never-was/history/{rest}").status_code == 404


def test_a_withdrawn_page_has_no_history_and_no_old_version(spasms, ann, fiona, morgan, client):
    change(spasms, ann, fiona)
    withdraw_page(spasms, reason="safety", by=morgan)
    page_cache.clear()
    for rest in ("", "2/", "3/", "page/1/"):
        page = client.get(HISTORY + rest)
        assert page.status_code == 410
        assert "Following its advice might harm someone." in page.text
        assert "Rest helps" not in page.text


def test_what_was_signed_before_a_withdrawal_never_shows_again(
    spasms, ann, ravi, fiona, morgan, client
):
    change(spasms, ann, fiona, 1)
    withdraw_page(spasms, reason="safety", by=morgan)
    change(spasms, ann, ravi, 2)
    change(spasms, ann, fiona, 3)
    page_cache.clear()
    history = client.get(HISTORY)
    assert "way1" not in history.text
    assert "Following its advice might harm someone." in history.text
    assert html.get_text(history.text).count("This text is not shown") == 2
    assert f"{HISTORY}3/" not in html.get_links(history.text)
    for number in (2, 3):
        gone = client.get(f"{HISTORY}{number}/")
        assert gone.status_code == 410
        assert "Rest helps" not in gone.text
        assert PAGE in html.get_links(gone.text)
    assert client.get(f"{HISTORY}4/").status_code == 200


def test_a_text_that_was_withdrawn_and_signed_again_is_the_page(spasms, ann, ravi, morgan, client):
    withdraw_page(spasms, reason="unreviewed", by=morgan)
    factories.sign_page(spasms, by=ravi, asked_by=ann)
    page_cache.clear()
    assert "has been signed again since" in client.get(HISTORY).text
    assert client.get(f"{HISTORY}2/")["Location"] == PAGE


@pytest.mark.parametrize("count", [1, 3])
def test_history_and_versions_cost_a_fixed_number_of_queries(
    count, spasms, ann, fiona, client, settings, django_assert_num_queries
):
    settings.PAGE_STORE = False
    for number in range(count):
        change(spasms, ann, fiona, number)
    client.get("/about/")  # from here on the links of the footer are known
    for address, queries in ((HISTORY, 8), (f"{HISTORY}2/", 7)):
        page_cache.clear()
        with django_assert_num_queries(queries):
            assert client.get(address).status_code == 200
        with django_assert_num_queries(0):
            client.get(address)


def test_a_long_history_comes_in_lists_and_compares_across_them(
    spasms, ann, fiona, client, monkeypatch
):
    monkeypatch.setattr("articles.public.history.EVENTS_PER_PAGE", 2)
    for number in range(3):
        change(spasms, ann, fiona, number)
    page_cache.clear()
    first, second = client.get(HISTORY), client.get(f"{HISTORY}page/2/")
    assert f"{HISTORY}page/2/" in html.get_links(first.text)
    assert "1 part changed since the signed version before" in second.text
    assert "way2" in first.text
    assert "First review" in second.text
    assert html.find_empty_sections(first.text) == html.find_empty_sections(second.text) == []
    assert client.get(f"{HISTORY}page/3/").status_code == 404


def test_articles_have_a_history_too(ann, ravi, client):
    article = factories.make_article(ann)
    factories.sign_page(article, by=ravi, asked_by=ann)
    factories.edit_page(article, by=ann, body="<p>Write down when it ended.</p>")
    factories.sign_page(article, by=ravi, asked_by=ann, trigger="change")
    page_cache.clear()
    assert "1 part changed" in client.get("/articles/keeping-a-diary/history/").text
    assert "when it began." in client.get("/articles/keeping-a-diary/history/1/").text
    assert client.post("/articles/keeping-a-diary/history/").status_code == 405


def test_histories_set_no_cookie_and_need_no_script(spasms, ann, fiona, client):
    change(spasms, ann, fiona)
    client.force_login(ann)
    for address in (HISTORY, f"{HISTORY}2/"):
        page = client.get(address)
        assert "Set-Cookie" not in page
        assert page.text.count("<script") == page.text.count(SEARCH)
        assert "style=" not in page.text
