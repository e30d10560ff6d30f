"""A cause's page: named by the last signature, listing the public pages that name it."""

from uuid import uuid4

import pytest
from django.core.management import call_command

from articles.models import TopicEntry
from articles.public.page_cache import page_cache
from reviews.signing.actions import withdraw_page
from symptoms.actions import record_cause
from symptoms.models import Cause, CauseAddress, PublishedCause, SymptomCause
from tests import factories, html
from tests.database import expect_refusal, sql

pytestmark = pytest.mark.django_db

TOURETTE = "/causes/tourettes-syndrome/"
# All but the key, and whether it is the latest.
FACTS = [
    field.column
    for field in PublishedCause._meta.concrete_fields
    if field.name not in ("id", "latest")
]


@pytest.fixture
def tourette(ann) -> Cause:
    return factories.make_cause(ann)


def write(ann, cause, slug, **facts):
    page = factories.make_symptom(ann, slug=slug, title=slug.title())
    SymptomCause.objects.create(symptom=page, cause=cause, text=f"<p>Of {slug}.</p>", **facts)
    factories.edit_page(page, by=ann)
    return page


def publish(ann, ravi, cause, slug, **facts):
    page = write(ann, cause, slug, **facts)
    factories.sign_page(page, by=ravi, asked_by=ann)
    return page


def rename(cause, by, name, slug):
    cause.name, cause.slug = name, slug
    cause.save()
    record_cause(cause, by=by)


@pytest.mark.parametrize("count", [1, 3])
def test_a_cause_lists_who_names_it_with_advice_and_labels_in_a_fixed_number_of_queries(
    count, tourette, ann, ravi, client, django_assert_num_queries
):
    for number in range(count):
        publish(ann, ravi, tourette, f"ache-{number}", seriousness="serious", frequency="rare")
    write(ann, tourette, "draft")
    client.get("/about/")  # from here on the links of the footer are known
    page_cache.clear()
    with django_assert_num_queries(5):
        page = client.get(TOURETTE)
    with django_assert_num_queries(0):
        assert client.get(TOURETTE).content == page.content
    links = [link for link in html.get_links(page.text) if "/ache-" in link]
    assert list(dict.fromkeys(links)) == [f"/symptoms/ache-{n}/" for n in range(count)]
    assert page.text.count("911</a> if one side of your face droops.") == count
    # The card of the first page stands at the top; the others are folded.
    assert page.text.count('<details class="advice emergency">') == count - 1
    text = html.get_text(page.text).partition("Without a label")[2]
    assert (
        text.index("Serious")
        < text.index("Rare")
        < text.index("Of ache-0.")
        < text.index("Medically reviewed by Ravi Rao, MD on")
    )
    assert "Draft" not in page.text
    assert html.find_empty_sections(page.text) == []


def test_pages_link_to_their_causes(tourette, ann, ravi, client):
    publish(ann, ravi, tourette, "ache")
    for address in ("/symptoms/ache/", "/symptoms/ache/causes/"):
        assert TOURETTE in html.get_links(client.get(address).text)


def test_a_renamed_shared_cause_changes_nothing_before_a_signature(
    tourette, ann, fiona, ravi, client
):
    first, second = (publish(ann, ravi, tourette, slug) for slug in ("ache", "tics"))
    before = client.get(TOURETTE).content
    rename(tourette, ann, "Gilles", "gilles")
    page_cache.clear()
    assert client.get(TOURETTE).content == before
    assert client.get("/causes/gilles/").status_code == 404
    factories.sign_page(first, by=fiona, asked_by=ann)
    page_cache.clear()
    page = client.get("/causes/gilles/")
    assert "Gilles" in page.text
    assert {"/symptoms/ache/", "/symptoms/tics/"} <= set(html.get_links(page.text))
    moved = client.get(TOURETTE)
    assert (moved.status_code, moved["Location"]) == (301, "/causes/gilles/")
    assert "/causes/gilles/" in html.get_links(client.get("/symptoms/tics/").text)
    factories.sign_page(second, by=fiona, asked_by=ann)
    page_cache.clear()
    assert client.get(TOURETTE)["Location"] == "/causes/gilles/"


def test_a_withdrawal_gives_the_name_back_to_the_page_signed_before(
    tourette, ann, ravi, morgan, client
):
    first = publish(ann, ravi, tourette, "ache")
    rename(tourette, ann, "Gilles", "gilles")
    second = publish(ann, ravi, tourette, "tics")
    page_cache.clear()
    assert client.get(TOURETTE).status_code == 301
    withdraw_page(second, reason="wrong", by=morgan)
    page_cache.clear()
    assert "Tourette" in client.get(TOURETTE).text
    assert client.get("/causes/gilles/")["Location"] == TOURETTE
    withdraw_page(first, reason="wrong", by=morgan)
    page_cache.clear()
    assert client.get(TOURETTE).status_code == client.get("/causes/gilles/").status_code == 404
    assert not PublishedCause.objects.exists()


def test_a_page_that_no_longer_names_a_cause_leaves_its_list(tourette, ann, ravi, client):
    publish(ann, ravi, tourette, "ache")
    page = publish(ann, ravi, tourette, "tics")
    page.symptom_causes.all().delete()
    factories.edit_page(page, by=ann)
    page_cache.clear()
    assert "/symptoms/tics/" in html.get_links(client.get(TOURETTE).text)
    factories.sign_page(page, by=ravi, asked_by=ann)
    page_cache.clear()
    text = client.get(TOURETTE).text
    assert "/symptoms/tics/" not in html.get_links(text)
    assert "Tourette" in text


def test_two_causes_signed_under_one_address_are_never_mixed_up(tourette, ann, ravi, client):
    publish(ann, ravi, tourette, "ache")
    rename(tourette, ann, "Gilles", "gilles")
    other = factories.make_cause(ann, name="Another", slug="tourettes-syndrome")
    publish(ann, ravi, other, "tics")
    page_cache.clear()
    page = client.get(TOURETTE)
    assert "Another" in page.text
    assert "/symptoms/ache/" not in html.get_links(page.text)
    assert TOURETTE not in html.get_links(client.get("/symptoms/ache/").text)
    assert TOURETTE in html.get_links(client.get("/symptoms/tics/").text)


def test_unknown_and_drafted_causes_are_not_there(tourette, ann, client):
    write(ann, tourette, "draft")
    for address in (TOURETTE, "/causes/never-was/", f"{TOURETTE}2/"):
        assert client.get(address).status_code == 404
    assert "Tourette" not in client.get("/causes/").text
    assert client.post(TOURETTE).status_code == 405


def test_a_common_cause_comes_in_lists(ann, ravi, client, django_assert_num_queries):
    factories.publish_symptoms(40, by=ann, signer=ravi, title="Ache {:03}", related=0)
    client.get("/about/")  # from here on the links of the footer are known
    with django_assert_num_queries(4):
        first = client.get("/causes/long-day-0/")
    assert "list 1 of 2" in first.text
    assert "/causes/long-day-0/2/" in html.get_links(first.text)
    assert "/symptoms/ache-031/" in html.get_links(client.get("/causes/long-day-0/2/").text)
    for number in (0, 3, 10**30):
        assert client.get(f"/causes/long-day-0/{number}/").status_code == 404
    first_again = client.get("/causes/long-day-0/1/")
    assert (first_again.status_code, first_again["Location"]) == (301, "/causes/long-day-0/")


def list_published() -> list:
    causes = ("article", "publication", "cause_uuid", "name", "slug", "sort_key", "latest")
    return [
        sorted(
            TopicEntry.objects.values_list("article", "publication", "slug", "name", "sort_key")
        ),
        sorted(PublishedCause.objects.values_list(*causes)),
        sorted(CauseAddress.objects.values_list("slug", "cause_uuid")),
    ]


def test_made_anew_from_the_log_the_projections_are_the_same(tourette, ann, ravi, fiona, morgan):
    pages = [publish(ann, ravi, tourette, slug) for slug in ("ache", "tics", "gone")]
    rename(tourette, ann, "Gilles", "gilles")
    factories.sign_page(pages[0], by=fiona, asked_by=ann)
    withdraw_page(pages[2], reason="wrong", by=morgan)
    before = list_published()
    assert all(before)
    call_command("rebuild_projections", verbosity=0)
    assert list_published() == before
    PublishedCause.objects.all().delete()
    call_command("rebuild_projections", verbosity=0)
    assert list_published() == before


@pytest.mark.parametrize("table", ["symptoms_publishedcause", "articles_topicentry"])
def test_the_database_refuses_to_edit_what_was_projected(table, tourette, ann, ravi):
    publish(ann, ravi, tourette, "ache")
    with expect_refusal("projected anew, never edited"):
        sql(f"UPDATE {table} SET name = 'Changed'")


@pytest.mark.parametrize("column", FACTS)
def test_the_database_refuses_to_edit_any_fact_of_a_published_cause(column, tourette, ann, ravi):
    publish(ann, ravi, tourette, "ache")
    publish(ann, ravi, tourette, "itch")
    is_text = column in ("cause_uuid", "description_uuid", "name", "slug", "name_key", "sort_key")
    value = f"'{uuid4().hex}'" if is_text else f"{column} + 1"
    if column == "catch_all":
        value = "NOT catch_all"
    with expect_refusal("projected anew, never edited"):
        sql(f"UPDATE symptoms_publishedcause SET {column} = {value}")
