"""Excerpts: the page of a cause shows what was signed, with every card, whatever rows there are."""

import json

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction

from articles.models import Article
from articles.public.page_cache import page_cache
from articles.publishing import projections
from reviews.signing.actions import withdraw_page
from symptoms.models import PublishedExcerpt, SymptomCause
from tests import factories, html

pytestmark = pytest.mark.django_db
STROKE = "/causes/stroke/"


@pytest.fixture
def weakness(publish):
    return publish(
        "weakness",
        ("Stroke", "life-threatening", "common"),
        advice="<p>An arm hangs down.</p>",
    )


def read_page(client) -> str:
    page_cache.clear()
    return client.get(STROKE).text


def delete_rows() -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM symptoms_publishedexcerpt")


@pytest.mark.parametrize("count", [1, 3])
def test_an_excerpt_and_the_whole_text_give_the_same_page_and_a_query_more(
    publish, client, count, django_assert_num_queries
):
    for name in ("weakness", "dizziness", "ache")[:count]:
        publish(name, ("Stroke", "serious", "common"), advice=f"<p>Worse {name}.</p>")
    read_page(client)  # builds the queries of this connection
    with django_assert_num_queries(6):
        short = read_page(client)
    delete_rows()
    with django_assert_num_queries(7):
        assert read_page(client) == short
    assert short.count('class="advice emergency"') == count


def test_what_is_saved_and_not_signed_is_in_no_excerpt(client, weakness, ann):
    before = read_page(client)
    factories.edit_page(weakness, by=ann, title="Feebleness", advice="<p>Wait a week.</p>")
    SymptomCause.objects.update(text="<p>Harmless.</p>")
    factories.edit_page(weakness, by=ann)
    assert read_page(client) == before
    assert "Feebleness" not in PublishedExcerpt.objects.get().text


def test_a_signature_writes_it_again_and_a_withdrawal_deletes_it(
    client, weakness, ann, ravi, morgan
):
    factories.edit_page(weakness, by=ann, advice="<p>Your face droops.</p>")
    factories.sign_page(weakness, by=ravi, asked_by=ann, trigger="change")
    row = PublishedExcerpt.objects.get()
    assert row.revision_id == Article.objects.get(pk=weakness.pk).live.revision_id
    assert "Your face droops." in html.get_text(read_page(client))
    withdraw_page(weakness, reason="wrong", by=morgan)
    assert not PublishedExcerpt.objects.exists()


def test_a_row_of_an_older_text_is_not_read(client, weakness, ann, ravi):
    old = PublishedExcerpt.objects.get()
    factories.edit_page(weakness, by=ann, advice="<p>Your face droops.</p>")
    factories.sign_page(weakness, by=ravi, asked_by=ann, trigger="change")
    delete_rows()
    old.pk = None
    old.save(force_insert=True)
    text = html.get_text(read_page(client))
    assert "Your face droops." in text
    assert "An arm hangs down." not in text


def test_rebuilt_rows_are_the_same_and_a_lost_one_is_named(weakness, publish):
    publish("ache", ("Stroke", "serious", "rare"))
    before = list(PublishedExcerpt.objects.order_by("article").values_list("revision", "text"))
    call_command("rebuild_projections", verbosity=0)
    after = list(PublishedExcerpt.objects.order_by("article").values_list("revision", "text"))
    assert after == before
    assert list(projections.find_faults()) == []
    delete_rows()
    faults = list(projections.find_faults())
    assert [fault.split(":")[0] for fault in faults] == ["symptoms_publishedexcerpt"] * 2


def test_the_database_refuses_to_change_one(weakness):
    with pytest.raises(DatabaseError), transaction.atomic():
        PublishedExcerpt.objects.update(text="{}")


def test_an_excerpt_is_a_part_of_the_signed_text_to_the_letter(weakness):
    row = PublishedExcerpt.objects.get()
    signed = json.loads(row.revision.document)
    excerpt = json.loads(row.text)
    assert {name: signed[name] for name in excerpt["page"]} == excerpt["page"]
    causes: list[dict] = []
    for group in signed["causes"]:
        causes += group["causes"]
    assert list(excerpt["causes"].values()) == causes
    assert "body" not in excerpt["page"]
