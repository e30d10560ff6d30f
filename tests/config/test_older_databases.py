"""A database from before a migration keeps what it had, and its published pages are in the lists that came later."""

from django.core.management import call_command
from django.db import connection

from articles import guards
from articles.models import TopicEntry
from reviews import verification
from reviews.actions import withdraw_page
from reviews.models import Standing
from symptoms.models import CauseAddress, PublishedCause, PublishedRelation
from tests import stories

LISTS = {
    TopicEntry: ("article", "publication", "slug", "name", "sort_key"),
    PublishedCause: (
        "article",
        "publication",
        "cause_uuid",
        "name",
        "slug",
        "name_key",
        "sort_key",
        "latest",
        "gravity",
        "rarity",
    ),
    PublishedRelation: ("article", "publication", "system", "label", "other_uuid"),
    CauseAddress: ("slug", "cause_uuid"),
    Standing: ("article", "publication", "reviewer", "last_reviewed", "next_due"),
}


def lists() -> list:
    return [sorted(model.objects.values_list(*fields)) for model, fields in LISTS.items()]


def test_pages_published_before_there_were_lists_are_listed_by_the_migration(
    transactional_db, ann, ravi, fiona, morgan, client
):
    pages = [stories.write_symptom(ann, slug=slug, title=slug.title()) for slug in ("ache", "tics", "gone")]
    for page in pages:
        stories.add_facts(page, ann)
        stories.sign(page, by=ravi, asked_by=ann)
    stories.sign(stories.edit(pages[0], by=ann, summary="Better."), by=fiona, asked_by=ann, trigger="change")
    stories.sign(stories.write_article(ann), by=ravi, asked_by=ann)
    withdraw_page(pages[2], reason="wrong", by=morgan)
    before = lists()
    assert all(before)
    call_command("migrate", "reviews", "0002", verbosity=0)
    call_command("migrate", "symptoms", "0001", verbosity=0)
    call_command("migrate", "articles", "0001", verbosity=0)
    call_command("migrate", verbosity=0)
    assert lists() == before
    assert guards.missing(connection) == []
    assert list(verification.faults()) == []
    assert client.get("/causes/cause-0-of-tics/").status_code == 200
    assert client.get("/topics/general-health/").status_code == 200
