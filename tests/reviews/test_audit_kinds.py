"""What stands around signatures is in the chain of events: each writer records it, as it is."""

import datetime as dt
import uuid
from itertools import chain

import pytest
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import User
from django.db import connection, transaction
from django.db.models import DateField, Field, ForeignKey, Model, UUIDField
from django.test.utils import CaptureQueriesContext

from articles.audit import recording
from articles.audit import verification as audit_verification
from articles.audit.chain import read_record
from articles.models import Article, AuditEvent, AuditPrivateValue
from reviews import audit_kinds
from reviews.expunging.actions import drop_expunction, request_expunction
from reviews.models import (
    Absence,
    Comment,
    Expunction,
    HandOver,
    LedgerEntry,
    MedicalReview,
    Recall,
    RecalledReview,
    ReportedReview,
    Reviewer,
    SignatureDispute,
)
from reviews.recalls.actions import open_recall
from reviews.signing import comments, disputes, reader_reports
from reviews.signing.actions import decline, request_review, verify_reviewer
from reviews.signing.assignment import hand_over
from tests import factories
from tests.database import disable_triggers, sql
from tests.factories import get_person
from tests.html import read_form

pytestmark = pytest.mark.django_db
# By kind and name, what somebody wrote for colleagues, or what is nobody's business.
PRIVATE_TEXTS = {
    ("reviewer", "biography"): "She was born by the sea.",
    ("reviewer", "licence_number"): "LIC-fiona",
    ("review", "note"): "He is my cousin.",
    ("comment", "text"): "Is this true of children?",
    ("comment", "answer"): "It is now.",
    ("hand-over", "message"): "I am away, please.",
    ("reported-review", "reason"): "A reader fell ill.",
    ("recall", "reason"): "The maker telephoned.",
    ("expunction", "reason"): "It names Mr Jones.",
    ("expunction", "legal_basis"): "Order of the court of Nowhere, no. 17.",
    ("dispute", "identity_check"): "We met, and he showed his passport.",
}


@pytest.fixture(scope="module")
def shared_story(module_db) -> MedicalReview:
    """Each action of reviews that leaves a row beside the ledger, done once."""
    ann, ravi, fiona, morgan, olga = map(get_person, ("ann", "ravi", "fiona", "morgan", "olga"))
    biography = PRIVATE_TEXTS["reviewer", "biography"]
    factories.change_reviewer(fiona, biography=biography, disclosures="Shares in Acme.")
    pages = [factories.make_symptom(ann, slug=slug, title=slug.title()) for slug in ("aa", "bb")]
    entry, _ = [factories.sign_page(page, by=ravi, asked_by=ann) for page in pages]
    note = PRIVATE_TEXTS["review", "note"]
    review = request_review(pages[0], by=ann, trigger="annual", note=note, reviewer=ravi.reviewer)
    part = next(iter(comments.get_parts(review.revision.read())))
    for text in ("One of two.", PRIVATE_TEXTS["comment", "text"]):
        comment = comments.pin(review, part=part, text=text, by=ravi)
    comments.answer(comment, text=PRIVATE_TEXTS["comment", "answer"], by=ann)
    hand_over(review, to=fiona.reviewer, by=ravi, word=PRIVATE_TEXTS["hand-over", "message"])
    report = factories.report_problem(pages[0])
    reader_reports.open_review(report, by=ann, reason=PRIVATE_TEXTS["reported-review", "reason"])
    why = PRIVATE_TEXTS["recall", "reason"]
    for some in (pages[:1], pages):
        open_recall([page.pk for page in some], trigger="safety", reason=why, by=morgan)
    draft = factories.make_article(ann)
    factories.edit_page(draft, by=ann, summary="Nobody is named.")
    factories.sign_page(draft, by=fiona, asked_by=ann)
    values = {name: PRIVATE_TEXTS["expunction", name] for name in ("reason", "legal_basis")}
    asked = request_expunction(draft.revisions.get(number=1), by=morgan, **values)
    drop_expunction(asked, by=olga)
    disputes.dispute(entry, by=ravi)
    User.objects.filter(pk=ravi.pk).update(password=make_password(factories.PASSWORD))
    check = PRIVATE_TEXTS["dispute", "identity_check"]
    disputes.restore_right_to_sign(ravi.reviewer, by=morgan, identity_check=check)
    return review


@pytest.fixture
def story(shared_story, db) -> MedicalReview:
    return MedicalReview.objects.get(pk=shared_story.pk)


def find_faults() -> list[str]:
    """The faults of the kinds of reviews."""
    names = tuple(f"{kind.name} " for kind in audit_kinds.KINDS)
    return [fault for fault in audit_verification.find_faults() if fault.startswith(names)]


def get_newest(subject: str) -> AuditEvent:
    return AuditEvent.objects.filter(subject=subject).latest("sequence")


def test_each_row_is_what_its_newest_event_says(story):
    assert find_faults() == []
    for kind in audit_kinds.KINDS:
        subjects = {kind.get_subject(row) for row in kind.get_rows()}
        recorded = AuditEvent.objects.filter(kind=kind.name).values_list("subject", flat=True)
        assert subjects == set(recorded), kind.name
        assert subjects, kind.name


def test_what_is_private_is_in_the_chain_as_a_hash_alone(story):
    texts = "".join(AuditEvent.objects.values_list("record", flat=True))
    for (kind, name), text in PRIVATE_TEXTS.items():
        assert text not in texts.replace("Recall: ", ""), (kind, name)
        kept = AuditPrivateValue.objects.filter(event__kind=kind, name=name, value=text)
        assert kept.exists(), (kind, name)
        assert name in read_record(kept.first().event).private
    assert "Shares in Acme." in texts


# Columns in which a row may differ from its event, each with its reason.
DECISION = "the ledger has the decision, and verification compares the two"
LEFT_OUT = {
    (Reviewer, "weekly_capacity"): "the plan alone reads it",
    (Reviewer, "capacity_unit"): "the plan alone reads it",
    (Absence, "reviewer"): "nothing public depends on it",
    (Absence, "first_day"): "nothing public depends on it",
    (Absence, "last_day"): "nothing public depends on it",
    (MedicalReview, "outcome"): DECISION,
    (MedicalReview, "comment"): DECISION,
    (MedicalReview, "decided_by"): DECISION,
    (MedicalReview, "decided_at"): DECISION,
    (Expunction, "entry"): DECISION,
    (Expunction, "confirmed_by"): DECISION,
    (Expunction, "confirmed_at"): DECISION,
    (ReportedReview, "report"): "the words of readers are deleted after 90 days",
    (SignatureDispute, "report"): "the words of readers are deleted after 90 days",
}
# Columns that have no other valid value of their type, with one that the database takes.
FORGED = {
    (Recall, "trigger"): "guideline",
    (MedicalReview, "overridden"): "Forged.",
    (MedicalReview, "override"): "Forged.",
}
SET_TOGETHER = {
    (MedicalReview, "overridden"): "override",
    (MedicalReview, "override"): "overridden",
}
MODELS = (
    Reviewer, MedicalReview, Comment, HandOver, ReportedReview, Recall, RecalledReview, Expunction,
    SignatureDispute, Absence,
)  # fmt: skip


def forge(row: Model, field: Field) -> object:
    """Another value for a column, which the database takes."""
    value = field.value_from_object(row)
    if (type(row), field.name) in FORGED:
        return FORGED[type(row), field.name]
    if isinstance(field, ForeignKey):
        others = field.related_model._base_manager.exclude(pk=value)
        if field.related_model is Article:
            others = others.exclude(medical_reviews__decided_at__isnull=True)
        elif field.related_model is LedgerEntry:
            others = others.filter(dispute__isnull=True)
        elif (type(row), field.name) == (Reviewer, "user"):
            others = others.exclude(pk=row.verified_by_id)
        return others.order_by("pk").values_list("pk", flat=True).first()
    if isinstance(field, UUIDField):
        return uuid.uuid4()
    if isinstance(field, DateField):
        return value + dt.timedelta(days=1)
    if isinstance(value, bool):
        return not value
    return value + 1 if isinstance(value, int) else f"{value}x"


def list_columns(model: type[Model]) -> list[tuple[type[Model], Field]]:
    """Those of a model in which it cannot differ from its event."""
    fields = [field for field in model._meta.concrete_fields if not field.primary_key]
    return [(model, field) for field in fields if (model, field.name) not in LEFT_OUT]


def test_a_row_that_is_changed_in_any_column_is_named(story):
    """A column that is added later is in an event, or is left out for a reason."""
    rows = {model: model._base_manager.latest("pk") for model in MODELS if model is not Absence}
    rows |= {MedicalReview: story, Reviewer: story.reviewer}
    with disable_triggers():
        for model, field in chain.from_iterable(map(list_columns, MODELS)):
            row = rows[model]
            columns = [field.name, SET_TOGETHER.get((model, field.name), field.name)]
            values = {name: forge(row, model._meta.get_field(name)) for name in columns}
            with transaction.atomic():
                model._base_manager.filter(pk=row.pk).update(**values)
                found = find_faults()
                transaction.set_rollback(True)
            assert found, (model, field.name)


def test_a_fault_says_which_row_and_which_fact(story):
    with disable_triggers():
        sql("UPDATE reviews_reviewer SET disclosures = '' WHERE slug = 'fiona-field'")
        sql("UPDATE reviews_reviewer SET biography = 'Won a prize.' WHERE slug = 'fiona-field'")
        sql("UPDATE auth_user SET is_active = %s WHERE username = 'ravi'", False)
        sql("UPDATE reviews_comment SET answer = 'Never mind.' WHERE answer <> ''")
        sql("DELETE FROM reviews_handover")
    fiona, ravi = (get_person(name).reviewer for name in ("fiona", "ravi"))
    expected = [
        (f"reviewer:{fiona.uuid}", "its biography is not what event {} says"),
        (f"reviewer:{fiona.uuid}", "its disclosures is not what event {} says"),
        (
            f"reviewer:{ravi.uuid}",
            "its account open is not what event {} says: the row has “False”, the event “True”",
        ),
        (f"comment:{story.uuid}:2", "its answer is not what event {} says"),
        (f"hand-over:{story.uuid}:1", "it is gone, and event {} has it"),
    ]
    found = find_faults()
    for subject, words in expected:
        line = f"{subject}: {words.format(get_newest(subject).sequence)}"
        assert any(line in fault for fault in found), (line, found)
    assert len(found) == len(expected)


def test_a_private_value_that_was_erased_is_said_and_no_fault(story):
    AuditPrivateValue.objects.filter(event__kind="review", name="note").delete()
    assert find_faults() == []
    (line,) = audit_verification.list_erased_values()
    assert line.startswith("not checked: the note in ")
    assert "of the kind “review”, which was erased" in line


def test_rows_of_an_older_database_are_found_so_on_this_day(story):
    with disable_triggers():
        sql("DELETE FROM articles_auditprivatevalue")
        sql("DELETE FROM articles_auditevent")
    assert find_faults()
    counts = recording.record_baseline()
    assert find_faults() == []
    assert {kind.name: kind.get_rows().count() for kind in audit_kinds.KINDS}.items() <= (
        counts.items()
    )
    records = map(read_record, AuditEvent.objects.exclude(kind="baseline"))
    assert all(record.found and record.by is None for record in records)


def test_an_assignment_by_a_decision_is_recorded_with_it(ann, ravi):
    """Whoever decides a review that any reviewer could have decided is its reviewer from then."""
    review = request_review(factories.make_symptom(ann), by=ann)
    decline(review, by=ravi, comment="Not my field.")
    assert find_faults() == []
    events = AuditEvent.objects.filter(subject=f"review:{review.uuid}").in_order()
    assert [read_record(event).facts.get("reviewer") for event in events] == [
        None,
        str(ravi.reviewer.uuid),
    ]
    assert [event.by for event in events] == [ann, ravi]


def test_credentials_that_are_changed_in_the_admin_and_verified_again_are_recorded(
    morgan_client, morgan, ravi
):
    address = f"/admin/reviews/reviewer/{ravi.reviewer.pk}/change/"
    form = read_form(morgan_client.get(address))
    morgan_client.post(address, form | {"post_nominals": "MD, FRCP", "biography": "By the sea."})
    event = get_newest(f"reviewer:{ravi.reviewer.uuid}")
    facts = read_record(event).facts
    assert (facts["post_nominals"], event.by) == ("MD, FRCP", morgan)
    assert "verified_by" not in facts
    verify_reviewer(Reviewer.objects.get(user=ravi), by=morgan)
    facts = read_record(get_newest(f"reviewer:{ravi.reviewer.uuid}")).facts
    assert facts["verified_by"] == morgan.pk
    assert find_faults() == []


def test_an_account_that_is_closed_in_the_admin_is_recorded(admin_client, ravi):
    address = f"/admin/auth/user/{ravi.pk}/change/"
    form = read_form(admin_client.get(address))
    del form["is_active"]
    admin_client.post(address, form)
    assert read_record(get_newest(f"reviewer:{ravi.reviewer.uuid}")).facts["account_open"] is False
    assert find_faults() == []


def test_many_reviews_are_opened_with_as_few_queries_over_events_as_few(ann, ravi, morgan):
    counts = []
    for place, count in enumerate((1, 5)):
        name = f"Ache {place}"
        factories.publish_symptoms(count, by=ann, signer=ravi, title=f"{name} {{}}", causes=0)
        pages = Article.objects.filter(title__startswith=name).values_list("pk", flat=True)
        with CaptureQueriesContext(connection) as queries:
            open_recall(list(pages), trigger="safety", reason="New.", by=morgan)
        asked = [query for query in queries if "articles_audit" in query["sql"]]
        counts.append(len(asked))
    assert MedicalReview.objects.waiting().count() == 6
    assert counts[0] == counts[1]
    assert find_faults() == []
