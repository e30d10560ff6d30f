"""Names stored by the build before: keys are computed anew, and no text, name or slug changes."""

import json
from io import StringIO

from django.core.management import call_command
from django.db import connection

from articles.models import Article, PublicationEvent, SearchEntry, Topic, TopicEntry
from articles.publishing import projections
from symptoms.models import Cause, OtherName, PublishedCause
from tests import factories
from tests.config.test_migrations import list_faults_beside_lost_events
from tests.database import disable_triggers, sql

OLD_NAMES = {
    "symptoms_cause": ["Crohn’s disease", "Crohn's disease", "Œdema", "Oedema", "Østergaard"],
    "symptoms_othername": ["Ache’s", "Ache's", "ﬁne", "Œ"],
}


def fold_as_before(name: str) -> str:
    """What the build before stored as the key of these names."""
    return name.lower().replace("ﬁ", "fi")


def insert_old_rows(page) -> None:
    for number, name in enumerate(OLD_NAMES["symptoms_cause"]):
        sql(
            "INSERT INTO symptoms_cause (uuid, name, folded, slug) VALUES (%s, %s, %s, %s)",
            *(f"{number:032x}", name, fold_as_before(name), f"old-{number}"),
        )
    for number, name in enumerate(OLD_NAMES["symptoms_othername"]):
        sql(
            "INSERT INTO symptoms_othername (symptom_id, name, folded, position) "
            "VALUES (%s, %s, %s, %s)",
            *(page.pk, name, fold_as_before(name), number),
        )
    for number, name in enumerate(("Ærø’s topic", "Ærø's topic")):
        sql(
            "INSERT INTO articles_topic (name, slug, sort_key) VALUES (%s, %s, %s)",
            *(name, f"r-topic-{number}", fold_as_before(name)),
        )


def age(page) -> None:
    """Give a published page the keys that the build before wrote for it."""
    with disable_triggers():
        for table in ("articles_article", "articles_publication", "articles_topicentry"):
            sql(f"UPDATE {table} SET sort_key = 'œdema of the leg' WHERE sort_key LIKE 'oedema%%'")


def read_unchanged() -> str:
    """All that no migration may change."""
    rows = [
        Cause.objects.order_by("pk").values_list("name", "slug"),
        OtherName.objects.order_by("pk").values_list("name", "position"),
        Topic.objects.order_by("pk").values_list("name", "slug"),
        Article.objects.order_by("pk").values_list("title", "slug"),
        PublicationEvent.objects.order_by("pk").values_list("title", "slug", "sort_key"),
        PublicationEvent.objects.order_by("pk").values_list("revision__document"),
    ]
    return json.dumps([list(part) for part in rows])


def test_keys_are_computed_anew_and_twins_stay_and_are_told(transactional_db, ann, ravi, client):
    page = factories.make_symptom(ann, slug="dema-of-the-leg", title="Œdema of the leg")
    factories.add_facts(page, ann)
    factories.sign_page(page, by=ravi, asked_by=ann)
    age(page)
    call_command("migrate", "symptoms", "0009", verbosity=0)
    call_command("migrate", "articles", "0013", verbosity=0)
    insert_old_rows(page)
    before = read_unchanged()
    out = StringIO()
    call_command("migrate", verbosity=1, stdout=out)
    assert read_unchanged() == before
    assert "Names that are there twice: 4." in out.getvalue()
    assert dict(Cause.objects.filter(slug__startswith="old").values_list("slug", "folded")) == {
        "old-0": "crohn’s disease",  # its twin has today's key
        "old-1": "crohn's disease",
        "old-2": "œdema",
        "old-3": "oedema",
        "old-4": "ostergaard",
    }
    others = OtherName.objects.filter(name__in=OLD_NAMES["symptoms_othername"])
    assert list(others.order_by("pk").values_list("folded", flat=True)) == [
        *("ache’s", "ache's", "fine", "oe")
    ]
    assert Article.objects.get(title="Œdema of the leg").sort_key == "oedema of the leg"
    assert PublicationEvent.objects.get(article=page).sort_key == "œdema of the leg"
    for model in (SearchEntry, TopicEntry, PublishedCause):
        assert "oedema of the leg" in model.objects.values_list("sort_key", flat=True)
    assert list(projections.find_faults()) == list_faults_beside_lost_events() == []
    assert "dema-of-the-leg" in client.get("/symptoms/a-z/o/").text
    connection.check_constraints()
