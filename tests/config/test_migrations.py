"""A database from before a migration keeps what it had, and its lists are filled."""

from django.core.management import call_command
from django.db import connection

from articles.db import triggers
from articles.models import TopicEntry
from reviews import verification
from reviews.models import ReviewSchedule
from reviews.signing.actions import withdraw_page
from symptoms.models import (
    CauseAddress,
    PublishedCause,
    PublishedExcerpt,
    PublishedName,
    PublishedRelation,
)
from tests import factories

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
    PublishedName: ("article", "publication", "name", "sort_key", "letter", "is_title"),
    PublishedExcerpt: ("article", "revision", "text"),
    CauseAddress: ("slug", "cause_uuid"),
    ReviewSchedule: ("article", "publication", "reviewer", "last_reviewed", "next_due"),
}


def read_lists() -> list:
    return [sorted(model.objects.values_list(*fields)) for model, fields in LISTS.items()]


def list_faults_beside_lost_events() -> list[str]:
    """Faults, but for the events that entries name: going back has dropped their chain."""
    faults = verification.find_faults()
    return [fault for fault in faults if "the newest event that it names" not in fault]


def test_pages_published_before_there_were_lists_are_listed_by_the_migration(
    transactional_db, ann, ravi, fiona, morgan, client
):
    pages = [
        factories.make_symptom(ann, slug=slug, title=slug.title())
        for slug in ("ache", "tics", "gone")
    ]
    for page in pages:
        factories.add_facts(page, ann)
        factories.sign_page(page, by=ravi, asked_by=ann)
    factories.sign_page(
        factories.edit_page(pages[0], by=ann, summary="Better."),
        by=fiona,
        asked_by=ann,
        trigger="change",
    )
    factories.sign_page(factories.make_article(ann), by=ravi, asked_by=ann)
    withdraw_page(pages[2], reason="wrong", by=morgan)
    before = read_lists()
    assert all(before)
    call_command("migrate", "reviews", "0002", verbosity=0)
    call_command("migrate", "symptoms", "0001", verbosity=0)
    call_command("migrate", "articles", "0001", verbosity=0)
    call_command("migrate", verbosity=0)
    assert read_lists() == before
    assert triggers.find_missing(connection) == []
    assert list_faults_beside_lost_events() == []
    assert client.get("/causes/cause-0-of-tics/").status_code == 200
    assert client.get("/topics/general-health/").status_code == 200
