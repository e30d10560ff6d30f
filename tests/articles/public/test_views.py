"""Plain articles as visitors meet them."""

import pytest

from articles.public.page_cache import page_cache
from articles.publishing.actions import change_slug
from reviews.signing.actions import withdraw_page
from tests import factories, html

pytestmark = pytest.mark.django_db

PAGE = "/articles/keeping-a-diary/"


@pytest.fixture
def diary(ann, ravi):
    article = factories.make_article(
        ann, advice="<p>Call 911 if you cannot breathe.</p>", advice_level="emergency"
    )
    factories.sign_page(article, by=ravi, asked_by=ann)
    return article


def test_an_article_shows_the_signed_words_with_their_review_line(diary, ann, client):
    factories.edit_page(diary, by=ann, title="A draft title", body="<p>Draft words.</p>")
    page = client.get(PAGE)
    assert page.status_code == 200
    assert "Write down when it began." in page.text
    assert "Ravi Rao" in page.text
    assert "raft" not in page.text
    assert html.find_empty_sections(page.text) == []


def test_an_article_costs_four_queries_cold_and_none_warm(diary, client, django_assert_num_queries):
    with django_assert_num_queries(4):
        page = client.get(PAGE)
    with django_assert_num_queries(0):
        assert client.get(PAGE, headers={"if-none-match": page["ETag"]}).status_code == 304


def test_advice_comes_before_the_text(diary, client):
    text = html.get_text(client.get(PAGE).text)
    assert (
        text.index("Call for emergency help")
        < text.index("Call 911 if you")
        < text.index("Write down when")
    )


def test_a_bare_article_leaves_no_hole(ann, ravi, client):
    article = factories.make_article(ann, summary="")
    article.references.all().delete()
    article.topics.clear()
    factories.sign_page(article, by=ravi, asked_by=ann)
    assert html.find_empty_sections(client.get(PAGE).text) == []


def test_a_draft_is_not_there_a_withdrawn_article_is_gone_and_a_moved_one_leads_on(
    diary, ann, morgan, client
):
    factories.make_article(ann, slug="draft", title="Nobody signed this")
    missing = client.get("/articles/draft/")
    assert missing.status_code == 404
    assert missing["Cache-Control"] == "no-cache"
    change_slug(diary, slug="diaries", by=morgan)
    moved = client.get(PAGE)
    assert (moved.status_code, moved["Location"]) == (301, "/articles/diaries/")
    withdraw_page(diary, reason="rights", by=morgan)
    gone = client.get("/articles/diaries/")
    assert gone.status_code == 410
    assert "We may no longer publish it." in gone.text
    assert "feel unwell" not in gone.text
    assert "Keeping a diary" in gone.text


def test_a_page_withdrawn_for_safety_says_what_its_readers_should_do(diary, morgan, client):
    withdraw_page(diary, reason="safety", by=morgan)
    assert (
        "If you followed the advice on this page and feel unwell, contact a clinician."
        in client.get(PAGE).text
    )


def test_a_symptom_is_not_found_among_the_articles_nor_the_other_way_round(
    diary, ann, ravi, client
):
    factories.sign_page(factories.make_symptom(ann), by=ravi, asked_by=ann)
    assert client.get("/articles/facial-spasms/").status_code == 404
    assert client.get("/symptoms/keeping-a-diary/").status_code == 404


def test_a_symptom_and_an_article_may_have_the_same_last_part(diary, ann, ravi, client):
    factories.sign_page(factories.make_symptom(ann, slug="keeping-a-diary"), by=ravi, asked_by=ann)
    assert "Keeping a diary" in client.get(PAGE).text
    assert "Facial spasms" in client.get("/symptoms/keeping-a-diary/").text


def test_without_articles_the_list_says_so(client):
    page = client.get("/articles/")
    assert "No articles yet" in page.text
    assert html.find_empty_sections(page.text) == []


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_shows_signed_titles_in_order_in_a_fixed_number_of_queries(
    count, ann, ravi, client, django_assert_num_queries
):
    for number in range(count):
        article = factories.make_article(ann, slug=f"diary-{number}", title=f"Diary {9 - number}")
        factories.sign_page(article, by=ravi, asked_by=ann)
    factories.edit_page(article, by=ann, title="A draft title")
    factories.make_article(ann, slug="draft", title="Another draft")
    factories.sign_page(factories.make_symptom(ann), by=ravi, asked_by=ann)
    page_cache.clear()
    with django_assert_num_queries(3):
        page = client.get("/articles/")
    listed = [link for link in html.get_links(page.text) if link.startswith("/articles/diary")]
    assert listed == [f"/articles/diary-{number}/" for number in reversed(range(count))]
    assert "raft" not in page.text
    assert html.find_empty_sections(page.text) == []


def test_articles_are_only_for_reading(diary, client):
    for address in (PAGE, "/articles/"):
        assert client.post(address).status_code == 405
        assert "Set-Cookie" not in client.get(address)
