"""The lists of related pages that are stored: when they are written, mended and renewed."""

from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from articles.models import Article, RelatedPage
from articles.page_store import changes, subjects
from articles.public import pages
from articles.publishing import bulk_actions, related_pages
from articles.publishing.actions import change_slug
from reviews import verification
from reviews.imported_reviews.actions import attest_all
from reviews.signing.actions import withdraw_page
from symptoms.models import Cause, Symptom, SymptomCause
from tests import factories
from tests.database import disable_triggers, sql
from tests.merging import merge_symptoms

pytestmark = pytest.mark.django_db


@pytest.fixture
def library(ann, ravi) -> list[str]:
    """The slugs of nine signed symptoms of one topic and one cause: ache-1 to ache-9."""
    return factories.publish_symptoms(9, by=ann, signer=ravi, related=0)


def renew() -> str:
    output = StringIO()
    call_command("renew_related_pages", stdout=output)
    return output.getvalue().strip()


def get(slug: str) -> Symptom:
    return Symptom.objects.get(slug=slug)


def list_shown(slug: str) -> list[str]:
    """The addresses that a visitor of a page is offered."""
    context = pages.get_public_page(kind="symptom", slug=slug).context
    return [entry["url"].split("/")[2] for entry in context["related"]]


def list_rows() -> list[tuple]:
    return list(RelatedPage.objects.order_by("article", "position").values_list())


def list_places() -> list[tuple]:
    return [row[1:] for row in list_rows()]


def publish(slug: str, by, signer, **fields) -> Symptom:
    page = factories.make_symptom(by, title=slug.title().replace("-", " "), slug=slug, **fields)
    page.topics.add(factories.make_topic())
    for cause in Cause.objects.all():
        SymptomCause.objects.create(symptom=page, cause=cause, position=0)
    factories.sign_page(page, by=signer, asked_by=by)
    return get(slug)


def test_a_page_is_shown_what_there_is_and_stands_in_other_lists_a_day_later(library, ann, ravi):
    assert list_shown("ache-2") == []  # nobody filled the lists yet
    assert renew() == "The related pages of 9 pages changed."
    assert list_shown("ache-2") == ["ache-3", "ache-4", "ache-5", "ache-6", "ache-7"]
    assert RelatedPage.objects.filter(article=get("ache-2")).count() == 8  # with spare ones
    publish("ache-10", ann, ravi)
    assert list_shown("ache-10") == ["ache-2", "ache-3", "ache-4", "ache-5", "ache-6"]
    before = list_rows()
    assert not any("ache-10" in list_shown(slug) for slug in library)
    renew()
    kept = [row for row in list_rows() if row in before]
    assert "ache-10" in list_shown("ache-1")
    assert kept  # what did not change was not written
    before = list_rows()
    assert renew() == "The related pages of 0 pages changed."
    assert list_rows() == before
    assert list(verification.find_faults()) == []


def test_renewing_announces_those_pages_alone_that_show_another_list(library, ann, ravi):
    renew()
    publish("ache-10", ann, ravi)
    number = changes.get_newest()[0]
    renew()
    announced = {subject for _, subject in changes.read_since(number)}
    assert subjects.page(get("ache-1").uuid) in announced
    assert RelatedPage.objects.filter(article=get("ache-2"), other=get("ache-10")).exists()
    assert subjects.page(get("ache-2").uuid) not in announced  # a spare one


def test_what_is_withdrawn_or_merged_leaves_each_list_and_the_next_one_takes_its_place(
    library, morgan
):
    renew()
    withdraw_page(get("ache-3"), reason="safety", by=morgan)
    assert list_shown("ache-2") == ["ache-4", "ache-5", "ache-6", "ache-7", "ache-8"]
    merge_symptoms(get("ache-4"), get("ache-9"), by=morgan)
    assert list_shown("ache-2") == ["ache-5", "ache-6", "ache-7", "ache-8", "ache-9"]
    gone = Article.objects.filter(slug__in=["ache-3", "ache-4"])
    assert not RelatedPage.objects.filter(article__in=gone).exists()
    assert not RelatedPage.objects.filter(other__in=gone).exists()
    shown = list_shown("ache-2")
    renew()
    assert list_shown("ache-2") == shown
    assert list(verification.find_faults()) == []


def test_a_list_has_the_title_and_the_address_that_a_page_has_now(library, ann, ravi, morgan, olga):
    renew()
    factories.edit_page(get("ache-3"), by=ann, title="A draft title")
    change_slug(Article.objects.get(slug="ache-4"), slug="moved", by=morgan)
    assert list_shown("ache-2")[:2] == ["ache-3", "moved"]
    factories.sign_page(get("ache-3"), by=ravi, asked_by=ann)
    listed = pages.get_public_page(kind="symptom", slug="ache-2").context["related"]
    assert [entry["title"] for entry in listed][:2] == ["A draft title", "Ache 4"]
    older = get("ache-3").revisions.order_by("number").first()
    factories.expunge_revision(older, asked_by=morgan, by=olga)
    assert list_shown("ache-2")[:2] == ["ache-3", "moved"]
    assert list(verification.find_faults()) == []


@pytest.mark.parametrize("count", [1, 3])
def test_withdrawing_and_filing_take_as_many_queries_for_any_number_of_lists(
    count, ann, ravi, morgan
):
    factories.publish_symptoms(count + 1, by=ann, signer=ravi, related=0)
    renew()
    other = factories.make_topic("Heart", "heart")
    filed = Article.objects.exclude(slug="ache-1")
    with CaptureQueriesContext(connection) as queries:
        bulk_actions.add_to_topic(filed, topic=other, by=morgan)
    related = [query for query in queries if "relatedpage" in query["sql"]]
    assert len(related) == 1  # the lists are the same
    withdrawn = Article.objects.select_related("live").get(slug="ache-1")
    with CaptureQueriesContext(connection) as queries:
        related_pages.on_withdraw(withdrawn.live)
    assert len(queries) == 1
    assert not RelatedPage.objects.filter(other=withdrawn).exists()


def test_a_page_that_is_filed_elsewhere_has_another_list_at_once(ann, ravi, morgan):
    bones, heart = factories.make_topic(), factories.make_topic("Heart", "heart")
    for slug in ("ache", "beat", "cold"):
        publish(slug, ann, ravi)
    beat = Article.objects.filter(slug="beat")
    bulk_actions.remove_from_topic(Article.objects.filter(slug="cold"), topic=bones, by=morgan)
    assert list_shown("cold") == []
    bulk_actions.add_to_topic(beat, topic=heart, by=morgan)
    bulk_actions.add_to_topic(Article.objects.filter(slug="cold"), topic=heart, by=morgan)
    assert list_shown("cold") == ["beat"]


def test_the_lists_of_many_pages_that_are_filed_at_once_are_found_at_night(
    library, ann, ravi, morgan, monkeypatch
):
    monkeypatch.setattr(related_pages, "MAX_FILED", 1)
    renew()
    heart = factories.make_topic("Heart", "heart")
    publish("beat", ann, ravi)
    bulk_actions.add_to_topic(Article.objects.filter(slug="beat"), topic=heart, by=morgan)
    before = list_places()
    with CaptureQueriesContext(connection) as queries:
        bulk_actions.add_to_topic(Article.objects.filter(slug__in=library), topic=heart, by=morgan)
    assert not [query for query in queries if "relatedpage" in query["sql"]]
    assert list_places() == before
    withdraw_page(get("ache-2"), reason="wrong", by=morgan)
    assert "ache-2" not in list_shown("ache-1")
    renew()
    assert list(verification.find_faults()) == []


def test_pages_published_together_know_each_other_and_are_related_at_once(ann, morgan):
    drafts = []
    for number in range(3):
        page = factories.make_symptom(ann, title=f"Cold {number}", slug=f"cold-{number}")
        page.topics.add(factories.make_topic())
        drafts.append(page)
    with CaptureQueriesContext(connection) as queries:
        attest_all([factories.make_claim(page) for page in drafts], by=morgan)
    assert [list_shown(page.slug) for page in drafts] == [
        ["cold-1", "cold-2"],
        ["cold-0", "cold-2"],
        ["cold-0", "cold-1"],
    ]
    assert len([query for query in queries if "relatedpage" in query["sql"].lower()]) == 3


def test_what_is_published_or_withdrawn_while_lists_are_renewed_stays_as_it_is(
    library, ann, ravi, morgan
):
    renew()
    read = dict(Article.objects.public().values_list("pk", "live"))
    first, gone, signed = (get(slug).pk for slug in ("ache-1", "ache-2", "ache-3"))
    withdraw_page(get("ache-2"), reason="wrong", by=morgan)
    factories.edit_page(get("ache-3"), by=ann, body="<p>Another text.</p>")
    factories.sign_page(get("ache-3"), by=ravi, asked_by=ann)
    stale = {first: [gone, get("ache-9").pk], gone: [first], signed: [first]}
    assert related_pages._store_still_public(stale, read) == 1
    assert list_shown("ache-1") == ["ache-9"]
    assert len(list_shown("ache-3")) == 5
    assert list(verification.find_faults()) == []


def test_lists_that_are_rebuilt_are_those_that_were_renewed(library):
    renew()
    renewed = list_places()
    RelatedPage.objects.all().delete()
    call_command("rebuild_projections", verbosity=0, stdout=StringIO())
    assert list_places() == renewed


def test_no_row_waits_for_whoever_publishes_the_page_that_it_names(db):
    """A foreign key in the database would lock that page's row until the transaction ends."""
    with connection.cursor() as cursor:
        table = RelatedPage._meta.db_table
        constraints = connection.introspection.get_constraints(cursor, table).values()
    assert not any(constraint["foreign_key"] for constraint in constraints)


def test_a_row_that_no_list_may_have_is_named(library, ann):
    renew()
    draft = factories.make_symptom(ann, title="Draft", slug="draft")
    other = factories.make_article(ann)
    first, second = RelatedPage.objects.order_by("pk")[:2]
    with transaction.atomic(), disable_triggers():
        sql("UPDATE articles_relatedpage SET other_id = %s WHERE id = %s", draft.pk, first.pk)
        sql("UPDATE articles_relatedpage SET other_id = %s WHERE id = %s", other.pk, second.pk)
    faults = list(verification.find_faults())
    assert [fault.split(":")[0] for fault in faults] == [
        f"articles_relatedpage {first.pk}",
        f"articles_relatedpage {second.pk}",
    ]
    assert "draft" not in list_shown("ache-1")
    renew()
    assert list(verification.find_faults()) == []
