"""What stands around signed texts is in the chain, whoever writes it, and a forgery is named."""

import json

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from articles.audit import chain, verification
from articles.audit.page_kinds import IMAGE, PAGE, PHRASE, PUBLICATION, REDIRECT
from articles.emergencies import phrases
from articles.imports import formats
from articles.imports.plan import plan_import
from articles.models import Article, AuditEvent, CopyrightNotice, MergedPage, Redirect
from articles.publishing.actions import change_slug
from articles.publishing.bulk_actions import add_to_topic
from articles.publishing.copyright_notices import roll_copyright_year
from reviews.signing.actions import withdraw_page
from symptoms.models import MergedCause
from tests import factories
from tests.database import disable_triggers, sql
from tests.html import read_form
from tests.merging import merge_causes, merge_symptoms


@pytest.fixture
def signed(ann, ravi):
    page = factories.make_symptom(ann)
    factories.add_facts(page, ann)
    factories.sign_page(page, by=ravi, asked_by=ann)
    return Article.objects.get(pk=page.pk)


def list_kinds() -> list[str]:
    """The kinds of the events about pages, in order."""
    about_pages = AuditEvent.objects.exclude(kind__in=["review", "reviewer"]).in_order()
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
        Article.objects.filter(pk=signed.pk), topic=factories.make_topic("Face", "face"), by=morgan
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
    "UPDATE articles_article SET risk = 'high'": "the row has “high”, the event “standard”",
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


def test_a_risk_set_in_the_form_is_recorded_once_the_page_was_public(ann_client, ann, ravi):
    page = factories.make_symptom(ann)
    path = f"/admin/symptoms/symptom/{page.pk}/change/"
    ann_client.post(path, read_form(ann_client.get(path)) | {"risk": "high"})
    assert list_kinds() == []
    factories.sign_page(page, by=ravi, asked_by=ann)
    ann_client.post(path, read_form(ann_client.get(path)) | {"risk": "standard"})
    settings = [chain.read_record(event) for event in AuditEvent.objects.filter(kind=PAGE)]
    assert [(record.facts["risk"], record.by) for record in settings] == [
        ("standard", ann.pk),
        ("high", ravi.pk),
    ]
    count = AuditEvent.objects.count()
    ann_client.post(path, read_form(ann_client.get(path)))
    assert AuditEvent.objects.count() == count
    assert list(verification.find_faults()) == []


def test_an_image_is_recorded_with_the_page_that_shows_it(ann, ravi, morgan):
    unused = factories.store_image(ann, name="unused.png", colour="red")
    page = factories.make_symptom(ann)
    figure = factories.add_figure(page, by=ann)
    factories.sign_page(page, by=ravi, asked_by=ann)
    subjects = AuditEvent.objects.filter(kind=IMAGE).values_list("subject", flat=True)
    assert list(subjects) == [f"image:{figure.image.sha256}"] != [f"image:{unused.sha256}"]
    withdraw_page(page, reason="wrong", by=morgan)
    assert list(verification.find_faults()) == []
    with disable_triggers():
        sql("UPDATE articles_image SET width = 1 WHERE sha256 = %s", figure.image.sha256)
    (fault,) = verification.find_faults()
    assert fault.startswith(f"image image:{figure.image.sha256}: its width is not what event ")
    with disable_triggers():
        figure.delete()
        sql("DELETE FROM articles_image WHERE sha256 = %s", figure.image.sha256)
    (fault,) = verification.find_faults()
    assert "it is gone" in fault


def test_merges_are_recorded_and_what_is_public_again_is_merged_no_more(ann, ravi, morgan):
    lost = factories.make_symptom(ann, slug="twitch", title="Twitch")
    kept = factories.make_symptom(ann)
    third = factories.make_symptom(ann, slug="ache", title="Ache")
    factories.sign_page(lost, by=ravi, asked_by=ann)
    merge_symptoms(lost, kept, by=morgan)
    merge_symptoms(kept, third, by=morgan)  # the first moves on to the third
    assert list(verification.find_faults()) == []
    factories.sign_page(Article.objects.get(pk=lost.pk), by=ravi, asked_by=ann)
    assert [row.page_id for row in MergedPage.objects.all()] == [kept.pk]
    assert list(verification.find_faults()) == []
    with disable_triggers():
        MergedPage.objects.update(into=lost)
    (fault,) = verification.find_faults()
    assert fault.startswith(f"merged page page:{kept.uuid}: its into is not what event ")


def test_merged_causes_are_recorded_until_their_cause_is_deleted(morgan_client, ann, morgan):
    first, second, third = [
        factories.make_cause(ann, name=name, slug=name.lower()) for name in ("Gout", "Cold", "Flu")
    ]
    merge_causes(first, second, by=morgan)
    merge_causes(second, third, by=morgan)
    assert AuditEvent.objects.filter(kind="merged cause").count() == 3
    assert list(verification.find_faults()) == []
    with transaction.atomic():
        MergedCause.objects.update(slug="elsewhere")
        assert len(list(verification.find_faults())) == 2
        transaction.set_rollback(True)
    address = f"/admin/symptoms/cause/{third.pk}/delete/"
    morgan_client.post(address, {"post": "yes"})
    assert not MergedCause.objects.exists()
    assert list(verification.find_faults()) == []


def test_each_event_of_a_phrase_is_recorded(morgan):
    facts = {"meaning": "now", "subject": "unconscious", "language": "en"}
    phrase = phrases.add_phrase(text="slumped over", **facts, by=morgan)
    changed = phrases.change_phrase(phrase, text="slumps over", **facts, by=morgan)
    phrases.remove_phrase(changed, by=morgan)
    assert list_kinds() == [PHRASE] * 3
    with disable_triggers():
        sql("UPDATE articles_phraseevent SET text = 'stood up' WHERE number = 2")
    (fault,) = verification.find_faults()
    assert fault.endswith("the row has “stood up”, the event “slumps over”")


def test_redirects_of_an_import_are_recorded_where_visitors_are_led(ann, ravi, morgan, tmp_path):
    public, draft = [factories.make_symptom(ann, slug=name, title=name) for name in ("one", "two")]
    factories.sign_page(public, by=ravi, asked_by=ann)
    for chunk in (0, 1):
        lines = []
        for page in (public, draft):
            old = {
                "type": "retired",
                "id": f"S:{page.pk}{chunk}",
                "title": f"Old {page.pk} {chunk}",
            }
            lines.append(json.dumps(old | {"replaced_by": str(page.uuid)}))
        path = tmp_path / f"{chunk}.jsonl"
        path.write_text("\n".join(lines))
        reader = formats.get("jsonl")
        with plan_import(path, reader=reader, format="jsonl", source="old", by=morgan) as plan:
            plan.apply(chunk=chunk)
    assert Redirect.objects.count() == 8
    assert AuditEvent.objects.filter(kind=REDIRECT).count() == 4
    assert list(verification.find_faults()) == []
    factories.sign_page(draft, by=ravi, asked_by=ann)
    assert AuditEvent.objects.filter(kind=REDIRECT).count() == 8
    assert list(verification.find_faults()) == []
