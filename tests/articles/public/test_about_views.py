"""Pages about the site: a kind of its own, written, signed and found as every page is."""

import re

import pytest
from django.urls import reverse

from articles import quality
from articles.content import kinds
from articles.models import AboutPage, Article
from articles.page_store import changes
from articles.page_store.following import follower
from articles.page_store.subjects import FOOTER
from articles.public.footer import footer_links
from articles.public.page_cache import page_cache
from articles.publishing.actions import change_slug, restore
from reviews.signing.actions import request_review, withdraw_page
from tests import factories
from tests.html import find_node, find_schema_faults, read_form, read_json_ld

pytestmark = pytest.mark.django_db
LIST, FORM = "admin:articles_aboutpage_changelist", "admin:articles_aboutpage_change"


@pytest.fixture
def privacy_page(ann, ravi):
    page = factories.make_about_page(ann)
    factories.sign_page(page, by=ravi, asked_by=ann)
    return page


def test_a_page_about_the_site_is_public_once_it_is_signed(client, ann, ravi):
    page = factories.make_about_page(ann)
    assert client.get("/about/privacy/").status_code == 404
    assert "No pages yet" in client.get("/about/").text
    factories.sign_page(page, by=ravi, asked_by=ann)
    page_cache.clear()
    assert "We set no cookie." in client.get("/about/privacy/").text
    assert 'href="/about/privacy/"' in client.get("/about/").text
    assert client.get("/about/privacy/history/").status_code == 200


def test_machines_read_that_it_is_about_the_site_and_how_to_come_to_it(client, privacy_page):
    graph = read_json_ld(client.get("/about/privacy/").text)
    assert find_schema_faults(graph) == []
    page = find_node(graph, "AboutPage")
    assert page["reviewedBy"]["@type"] == "Person"
    steps = [step["item"]["@id"] for step in page["breadcrumb"]["itemListElement"]]
    assert steps == [f"http://testserver{path}" for path in ("/", "/about/", "/about/privacy/")]
    assert find_schema_faults(read_json_ld(client.get("/about/").text)) == []
    assert "<loc>http://testserver/about/privacy/</loc>" in client.get("/sitemap.xml").text


def test_it_is_no_news_of_health_and_stands_beside_no_illness(client, ann, ravi):
    about, article = factories.make_about_page(ann), factories.make_article(ann)
    for page in (about, article):
        page.topics.set([factories.make_topic()])
        factories.sign_page(page, by=ravi, asked_by=ann)
    page_cache.clear()
    assert about.title not in client.get("/feeds/reviewed.atom").text
    assert article.title in client.get("/feeds/reviewed.atom").text
    assert "Related pages" not in client.get("/articles/keeping-a-diary/").text
    assert "Related pages" not in client.get("/about/privacy/").text


def test_a_draft_shows_in_no_list(client, ann, privacy_page):
    factories.make_about_page(ann, slug="funding", title="Funding")
    factories.edit_page(privacy_page, by=ann, title="Secret plans")
    text = client.get("/about/").text
    assert "Privacy" in text
    assert "Funding" not in text
    assert "Secret plans" not in text


def test_it_costs_four_queries_cold_and_none_warm(
    client, privacy_page, django_assert_max_num_queries
):
    for path in ("/about/privacy/", "/about/"):
        page_cache.clear()
        with django_assert_max_num_queries(4):
            client.get(path)
        with django_assert_max_num_queries(0):
            client.get(path)


LISTS = ["/topics/", "/reviewers/", "/feeds/reviewed.atom"]


def read_footer(client, path: str) -> list[str]:
    page_cache.clear()
    foot = re.search(r'<footer class="foot">.*?</footer>', client.get(path).text, re.S)
    return re.findall(r'href="([^"]+)"', foot[0]) if foot else []


def test_the_footer_leads_to_the_pages_about_the_site_that_are_public_and_to_no_other(
    client, privacy_page, ann, ravi, morgan
):
    contact = factories.make_about_page(ann, slug="contact", title="How to reach us")
    footer = ["tel:911", "/emergencies/", "/about/", "/about/privacy/", *LISTS]
    for path in ("/", "/about/", "/symptoms/", "/topics/", "/reviewers/"):
        assert read_footer(client, path) == footer, path
    factories.sign_page(contact, by=ravi, asked_by=ann)
    factories.sign_page(factories.make_symptom(ann), by=ravi, asked_by=ann)
    both = ["tel:911", "/emergencies/", "/about/", "/about/contact/", "/about/privacy/", *LISTS]
    for path in (
        *("/", "/symptoms/facial-spasms/", "/symptoms/facial-spasms/history/"),
        *("/about/privacy/", "/about/contact/"),
    ):
        assert read_footer(client, path) == both, path
        for address in both[1:]:
            assert client.get(address).status_code == 200
    withdraw_page(privacy_page, reason="outdated", by=morgan)
    for path in ("/", "/about/contact/", "/symptoms/facial-spasms/"):
        assert "/about/privacy/" not in read_footer(client, path)


def test_search_and_finder_have_the_pages_about_the_site_and_errors_the_footer_of_every_site(
    client, privacy_page, django_assert_num_queries
):
    always = ["tel:911", "/emergencies/", "/about/"]
    assert read_footer(client, "/no-such-page/") == [*always, *LISTS]
    for path in ("/search/", "/finder/"):
        footer_links.clear()  # as in a process that has read none
        assert read_footer(client, path) == [*always, "/about/privacy/", *LISTS], path
    with django_assert_num_queries(0):
        client.get("/search/")


@pytest.mark.parametrize("count", [1, 3])
def test_the_footer_is_read_once_until_something_changes(
    count, client, ann, ravi, django_assert_num_queries
):
    for slug in ["contact", "privacy", "accessibility"][:count]:
        page = factories.make_about_page(ann, slug=slug, title=slug.title())
        factories.sign_page(page, by=ravi, asked_by=ann)
    follower.clear()
    with django_assert_num_queries(2):  # the newest change, and the pages
        assert len(footer_links.get()) == count
    with django_assert_num_queries(0):
        footer_links.get()
    changes.announce([FOOTER])
    page_cache.clear()
    with django_assert_num_queries(2):
        footer_links.get()


def test_it_stands_in_no_list_of_articles_and_is_no_news(client, privacy_page, ann, ravi):
    factories.sign_page(factories.make_article(ann), by=ravi, asked_by=ann)
    page_cache.clear()
    assert "Privacy" not in client.get("/articles/").text.partition("<footer")[0]
    home = client.get("/").text
    assert "Keeping a diary" in home
    assert "Privacy" not in home.partition("<footer")[0]
    assert client.get("/articles/privacy/").status_code == 404


def test_it_is_withdrawn_openly_and_moves_with_a_redirect(client, privacy_page, morgan):
    change_slug(Article.objects.get(pk=privacy_page.pk), slug="what-we-keep", by=morgan)
    page_cache.clear()
    assert client.get("/about/privacy/")["Location"] == "/about/what-we-keep/"
    assert client.get("/about/privacy/history/")["Location"] == "/about/what-we-keep/history/"
    withdraw_page(privacy_page, reason="outdated", by=morgan)
    page_cache.clear()
    assert client.get("/about/what-we-keep/").status_code == 410


def test_an_old_version_can_be_read_and_restored(client, privacy_page, ann, ravi):
    factories.sign_page(
        factories.edit_page(privacy_page, by=ann, body="<p>We keep a little.</p>"),
        by=ravi,
        asked_by=ann,
    )
    page_cache.clear()
    assert "We set no cookie." in client.get("/about/privacy/history/1/").text
    restore(privacy_page.revisions.get(number=1), by=ann)
    copy = Article.objects.get(pk=privacy_page.pk)
    assert (copy.kind, copy.body) == ("about", "<p>We set no cookie.</p>")


def test_it_needs_neither_source_nor_topic_but_a_notice(ann):
    page = factories.make_about_page(ann, notice=None)
    kind = kinds.get("about")
    loaded = kind.load(AboutPage.objects.filter(pk=page.pk)).get()
    assert [problem.message for problem in quality.find_problems(loaded, kind.compose(loaded))] == [
        "The page has no copyright notice."
    ]


def test_a_link_to_a_page_about_the_site_that_nobody_can_read_is_found(ann, privacy_page):
    links = '<p><a href="/about/privacy/">Read</a> <a href="/about/funding/">this</a></p>'
    page = factories.make_article(ann, body=links)
    problems = quality.find_problems(page, kinds.get("article").compose(page))
    found = [problem.message for problem in problems]
    assert "A link goes to /about/funding/, which visitors cannot read." in found
    assert not [message for message in found if "privacy" in message]


def test_its_list_and_form_in_the_admin_are_its_own(client, ann, privacy_page):
    article = factories.make_article(ann)
    client.force_login(ann)
    assert "Privacy" in client.get(reverse(LIST)).text
    assert "Keeping a diary" not in client.get(reverse(LIST)).text
    assert "Privacy" not in client.get("/admin/articles/article/").text
    assert client.get(reverse(FORM, args=[privacy_page.pk])).status_code == 200
    assert client.get(reverse(FORM, args=[article.pk])).status_code == 302
    assert client.get(f"/admin/articles/article/{privacy_page.pk}/change/").status_code == 302
    preview = client.get(reverse("admin:articles_aboutpage_preview", args=[privacy_page.pk]))
    assert "Draft preview" in preview.text
    assert "Was this page helpful?" not in preview.text


def test_an_editor_writes_one_in_the_admin(client, ann):
    client.force_login(ann)
    address = reverse("admin:articles_aboutpage_add")
    values = read_form(client.get(address)) | {
        "title": "Who pays",
        "slug": "funding",
        "body": "<p>Nobody.</p>",
    }
    response = client.post(address, values)
    assert response.status_code == 302
    page = Article.objects.get(slug="funding")
    assert page.kind == "about"
    assert page.revisions.get().read().kind == "about"


def test_reviewers_read_it_at_the_desk_and_the_home_counts_it(client, ann, ravi, privacy_page):
    factories.edit_page(privacy_page, by=ann, body="<p>We keep a little.</p>")
    review = request_review(privacy_page, by=ann, trigger="change")
    client.force_login(ravi)
    assert "We keep a little." in client.get(f"/desk/reviews/{review.uuid}/").text
    client.force_login(ann)
    assert "about page" in client.get("/admin/").text
