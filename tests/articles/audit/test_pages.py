"""What stands around signed texts is in the chain, whoever writes it, and a forgery is named."""

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from articles.audit import chain, verification
from articles.audit.page_kinds import PAGE, PUBLICATION, REDIRECT
from articles.models import Article, AuditEvent, CopyrightNotice, Redirect
from articles.publishing.actions import change_slug
from articles.publishing.bulk_actions import add_to_topic
from articles.publishing.copyright_notices import roll_copyright_year
from reviews.signing.actions import withdraw_page
from tests import factories
from tests.database import disable_triggers, sql


@pytest.fixture
def signed(ann, ravi):
    page = factories.make_symptom(ann)
    factories.add_facts(page, ann)
    factories.sign_page(page, by=ravi, asked_by=ann)
    return Article.objects.get(pk=page.pk)


def list_kinds() -> list[str]:
    """The kinds of the events about pages, in order."""
    about_pages = AuditEvent.objects.exclude(kind="reviewer").in_order()
    return list(about_pages.values_list("kind", flat=True))


def test_a_draft_has_no_events_and_its_first_publication_records_what_is_around_it(ann, ravi):
    page = factories.make_symptom(ann)
    factories.add_facts(page, ann)
    assert list_kinds() == []
    factories.sign_page(page, by=ravi, asked_by=ann)
    assert list_kinds() == [PUBLICATION, PAGE]
    record = chain.read_record(AuditEvent.objects.get(kind=PAGE))
    assert (record.subject, record.by) == (f"page:{page.uuid}", ravi.pk)
    assert record.facts == {
        "kind": "symptom",
        "language": "en",
        "slug": page.slug,
        "risk": "standard",
        "review_months": 0,
        "discarded": False,
    }
    assert list(verification.find_faults()) == []


def test_every_action_on_a_page_is_recorded(signed, ann, morgan):
    change_slug(signed, slug="elsewhere", by=morgan)
    change_slug(signed, slug="third", by=morgan)
    change_slug(signed, slug="elsewhere", by=morgan)  # back: its own redirect is freed
    add_to_topic(
        Article.objects.filter(pk=signed.pk), topic=factories.make_topic("Face"), by=morgan
    )
    withdraw_page(signed, reason="wrong", by=morgan)
    assert list(verification.find_faults()) == []
    removed = [
        chain.read_record(event).removed for event in AuditEvent.objects.filter(kind=REDIRECT)
    ]
    assert sum(removed) == 1
    assert Redirect.objects.count() == 2


FORGERIES = {
    "UPDATE articles_publication SET frame = REPLACE(frame, 'Countersign', 'Surgeon')": "metadata",
    "UPDATE articles_publication SET title = 'Approved by the Surgeon General'": "title",
    "UPDATE articles_publication SET reason = 'safety' WHERE reason <> ''": "reason",
    "UPDATE articles_article SET risk = 'high'": "says: high, not standard",
    "UPDATE articles_article SET review_months = 36": "review months",
    "UPDATE articles_article SET language = 'es'": "language",
    "INSERT INTO articles_redirect (language, kind, slug, article_id, made_at) "
    "SELECT 'en', 'symptom', 'forged', id, '2026-01-01' FROM articles_article "
    "WHERE slug = 'moved-on'": "no event has it",
    "UPDATE articles_redirect SET slug = 'x' WHERE slug = 'elsewhere'": "it is gone",
    "DELETE FROM articles_redirect WHERE slug = 'elsewhere'": "it is gone",
}


def test_each_forgery_is_named_in_one_line(signed, ann, morgan):
    change_slug(signed, slug="elsewhere", by=morgan)
    change_slug(signed, slug="moved-on", by=morgan)
    withdraw_page(signed, reason="wrong", by=morgan)
    for statement, words in FORGERIES.items():
        with transaction.atomic():
            with disable_triggers():
                sql(statement)
            faults = list(verification.find_faults())
            assert any(words in fault for fault in faults), (statement, faults)
            assert all(len(fault) < 300 and "\n" not in fault for fault in faults)
            transaction.set_rollback(True)
    assert list(verification.find_faults()) == []


def test_a_new_year_on_many_pages_is_recorded_in_as_many_queries_as_on_one(ann, ravi, morgan):
    counts = []
    for size in (1, 12):
        notice = CopyrightNotice.objects.create(holder=f"Holder of {size}", year=2026)
        title = f"Ache {{}} of {size}"
        factories.publish_symptoms(size, by=ann, signer=ravi, title=title, notice=notice, causes=0)
        with CaptureQueriesContext(connection) as queries:
            assert roll_copyright_year([notice], year=2027, by=morgan) == size
        counts.append(len(queries))
    assert counts[0] == counts[1]
    assert list(verification.find_faults()) == []
