"""Reviews of an earlier system are recorded: they publish, say so everywhere, and sign nothing."""

import datetime as dt
import json

import pytest
from django.utils import timezone

from articles.content.document import canonicalize
from articles.content.review_line import ImportedReview, Person, ReviewLine
from articles.models import Article, PublicationEvent
from articles.publishing import actions as pages
from reviews import verification
from reviews.imported_reviews.actions import (
    MAX_PAGES,
    MEANING,
    CannotAttest,
    attest_all,
    attest_in_batches,
)
from reviews.imported_reviews.checks import check_claims
from reviews.models import LedgerEntry, MedicalReview, ReviewSchedule
from reviews.signing import eligibility, ledger
from reviews.signing.actions import (
    CannotRequestReview,
    get_possible_triggers,
    request_review,
    sign_off,
    withdraw_page,
)
from tests import factories
from tests.database import disable_triggers, expect_refusal, sql

pytestmark = pytest.mark.django_db
TODAY = dt.date(2026, 6, 4)
BEFORE = dt.date(2026, 5, 3)


@pytest.fixture(autouse=True)
def today(time_machine):
    time_machine.move_to("2026-06-04T10:00:00Z", tick=False)


def make_claim(page, **values):
    return factories.make_claim(page, **{"on": BEFORE} | values)


def record_review(page, by, **values) -> LedgerEntry:
    return attest_all([make_claim(page, **values)], by=by)[0]


@pytest.fixture
def page(ann):
    return factories.make_article(ann)


@pytest.fixture
def recorded_page(page, morgan):
    record_review(page, morgan)
    return Article.objects.get(pk=page.pk)


def test_a_managing_editor_publishes_a_page_on_its_imported_review(page, morgan, client):
    assert client.get("/articles/keeping-a-diary/").status_code == 404
    entry = record_review(page, morgan)
    assert (entry.outcome, entry.by, entry.review) == ("attested", morgan, None)
    live = Article.objects.get(pk=page.pk).live
    assert (live.kind, live.evidence, live.revision) == (
        "publish",
        entry.hash,
        page.get_latest_revision(),
    )
    assert "Write down when it began." in client.get("/articles/keeping-a-diary/").text
    assert list(verification.find_faults()) == []


def test_the_record_says_all_that_was_attested(page, morgan):
    claim = make_claim(page, due=dt.date(2026, 12, 24))
    entry = attest_all([claim], by=morgan, authentication="password+totp")[0]
    record = ledger.read_record(entry)
    assert (record.actor.name, record.actor.role, record.actor.reviewer) == (
        "Morgan Mill",
        "editor",
        None,
    )
    assert (record.outcome, record.meaning, record.authentication) == (
        "attested",
        MEANING,
        "password+totp",
    )
    assert record.at == timezone.now()
    assert (record.digest, record.article) == (page.get_latest_revision().digest, page.uuid)
    assert record.evidence_note == "Review log of the old system, sheet 4, row 17."
    assert (record.stated_due, record.next_due_rule) == (
        dt.date(2026, 12, 24),
        "The due date that it had in the previous system.",
    )
    line = record.review_line
    assert (line.reviewed_by, line.last_reviewed, line.next_due) == (
        None,
        None,
        dt.date(2026, 12, 24),
    )
    who = Person(name="Dr A. Example", post_nominals="MD", specialty="Neurology")
    assert line.earlier == ImportedReview(
        by=who, on=BEFORE, recorded_by="Morgan Mill", recorded_on=TODAY
    )


def test_the_record_is_read_and_written_again_the_same_to_the_byte(page, morgan):
    entry = record_review(page, morgan)
    assert (
        canonicalize(ledger.read_record(entry)).decode()
        == LedgerEntry.objects.get(pk=entry.pk).record
    )


def test_it_is_due_a_year_after_that_review_or_on_the_earlier_date_it_had(ann, morgan):
    dates = [None, dt.date(2026, 12, 24), dt.date(2029, 5, 3)]
    written = [factories.make_article(ann, slug=f"page-{n}", title=f"Page {n}") for n in range(3)]
    for page, due in zip(written, dates, strict=True):
        record_review(page, morgan, due=due)
    due_dates = dict(ReviewSchedule.objects.values_list("article", "next_due"))
    assert [due_dates[page.pk] for page in written] == [
        dt.date(2027, 5, 3),
        dt.date(2026, 12, 24),
        dt.date(2027, 5, 3),
    ]


def test_it_stands_with_nobody_as_its_reviewer(recorded_page):
    schedule = ReviewSchedule.objects.get(article=recorded_page)
    assert (schedule.reviewer, schedule.recorded, schedule.last_reviewed) == (None, True, BEFORE)


@pytest.mark.parametrize("who", ["ann", "ravi", "charlie"])
def test_others_cannot(page, request, who):
    with pytest.raises(CannotAttest, match="Only managing editors"):
        record_review(page, request.getfixturevalue(who))
    assert not LedgerEntry.objects.exists()


def test_whoever_brought_the_page_in_may_attest_it(morgan):
    record_review(factories.make_article(morgan), morgan)
    assert list(verification.find_faults()) == []


def test_the_right_is_looked_up_at_that_moment(page, morgan):
    stale = type(morgan).objects.get(pk=morgan.pk)
    assert stale.has_perm("reviews.attest_legacy")
    morgan.groups.clear()
    with pytest.raises(CannotAttest, match="Only managing editors"):
        record_review(page, stale)


# What stands in the way


@pytest.mark.parametrize(
    ("values", "why"),
    [
        ({"on": dt.date(2026, 6, 5)}, "in the future"),
        ({"on": dt.date(2016, 6, 3)}, "more than 10 years ago"),
        ({"due": BEFORE}, "not after the review"),
        ({"name": " "}, "The reviewer of the page is missing"),
        ({"evidence": ""}, "where the record of that review is kept"),
        ({"name": "A" * 151}, "At most 150"),
        ({"evidence": "log \x07"}, "cannot be printed"),
        ({"name": "Dr A.\u200bExample"}, "has an invisible character, at ▯: U\\+200B"),
        ({"name": "Dr Sj�gren"}, "A letter was lost"),
        ({"digest": "0" * 64}, "changed since the preview"),
        ({"digest": ""}, "There was no preview"),
    ],
)
def test_what_cannot_be_recorded_is_refused_by_name_and_in_words(page, morgan, values, why):
    with pytest.raises(CannotAttest, match=f"Nothing was recorded. “Keeping a diary”: .*{why}"):
        record_review(page, morgan, **values)
    assert not LedgerEntry.objects.exists()
    assert not PublicationEvent.objects.exists()


def test_a_review_of_today_and_one_of_ten_years_ago_are_taken(ann, morgan):
    record_review(factories.make_article(ann, slug="new", title="New"), morgan, on=TODAY)
    record_review(
        factories.make_article(ann, slug="old", title="Old", review_months=36),
        morgan,
        on=dt.date(2016, 6, 4),
    )
    assert ReviewSchedule.objects.count() == 2


def test_the_checks_are_those_of_a_review(ann, morgan):
    page = factories.make_article(ann, body="<p>Take 500 mg.</p>")
    page.references.all().delete()
    factories.edit_page(page, by=ann, summary="Anew.")
    with pytest.raises(CannotRequestReview) as of_a_review:
        request_review(page, by=ann)
    with pytest.raises(CannotAttest) as here:
        record_review(page, morgan)
    assert str(of_a_review.value) in str(here.value)


def test_a_page_that_was_signed_here_is_refused(page, ann, ravi, morgan):
    factories.sign_page(page, by=ravi, asked_by=ann)
    with pytest.raises(CannotAttest, match="A clinician has signed this page here"):
        record_review(page, morgan)


def test_a_page_in_review_is_refused(page, ann, morgan):
    request_review(page, by=ann)
    with pytest.raises(CannotAttest, match="This page is in review"):
        record_review(page, morgan)


def test_a_withdrawn_page_comes_back_with_a_signature_only(recorded_page, ann, ravi, morgan):
    withdraw_page(recorded_page, reason="wrong", by=morgan)
    with pytest.raises(CannotAttest, match="withdrawn here"):
        record_review(recorded_page, morgan, on=BEFORE + dt.timedelta(days=1))
    factories.sign_page(recorded_page, by=ravi, asked_by=ann)
    assert (
        Article.objects.get(pk=recorded_page.pk).live.read_review_line().reviewed_by.name
        == "Ravi Rao"
    )
    assert list(verification.find_faults()) == []


def test_a_discarded_draft_is_refused(page, ann, morgan):
    pages.discard(page, by=ann)
    with pytest.raises(CannotAttest, match="discarded"):
        record_review(page, morgan)


def test_an_overdue_page_is_published_and_says_so(page, morgan, client):
    finding = check_claims([make_claim(page, on=dt.date(2025, 5, 20))], TODAY)[0]
    assert (finding.overdue, finding.refusals) == (True, [])
    assert "Overdue already: the page says so at once." in finding.notes
    record_review(page, morgan, on=dt.date(2025, 5, 20))
    assert "This page is past its review date." in client.get("/articles/keeping-a-diary/").text


def test_a_high_risk_page_past_its_grace_is_refused_and_a_late_one_is_not(ann, morgan, settings):
    page = factories.make_symptom(ann, risk="high")
    with pytest.raises(
        CannotAttest,
        match=r"due on 20 November 2025, longer ago than a page of high risk may be late",
    ):
        record_review(page, morgan, on=dt.date(2025, 5, 20))
    record_review(page, morgan, on=dt.date(2025, 12, 1))
    standard = factories.make_article(ann)
    settings.OVERDUE_POLICY = {"standard": "withdraw", "high": "withdraw"}
    with pytest.raises(CannotAttest, match="a page of standard risk may be late"):
        record_review(standard, morgan, on=dt.date(2024, 5, 20))


# A record put right


def test_just_the_same_again_is_refused(recorded_page, morgan):
    with pytest.raises(CannotAttest, match="This review is recorded already"):
        record_review(recorded_page, morgan)
    assert LedgerEntry.objects.count() == 1


def test_a_record_can_be_put_right(recorded_page, morgan, client):
    record_review(recorded_page, morgan, name="Dr B. Other", on=dt.date(2026, 4, 1))
    text = client.get("/articles/keeping-a-diary/").text
    assert "Dr B. Other" in text
    assert "Dr A. Example" not in text
    assert (
        "What is said of its review was put right."
        in client.get("/articles/keeping-a-diary/history/").text
    )
    assert list(verification.find_faults()) == []


def test_a_text_that_changed_since_needs_a_later_review(recorded_page, ann, morgan):
    factories.edit_page(recorded_page, by=ann, body="<p>Another text.</p>")
    with pytest.raises(
        CannotAttest, match="Its text has changed since its review of 3 May 2026 was recorded"
    ):
        record_review(recorded_page, morgan, name="Dr B. Other")
    record_review(recorded_page, morgan, on=dt.date(2026, 6, 1))
    assert list(verification.find_faults()) == []


# Many at once


def write_pages(ann, count: int) -> list[Article]:
    return [factories.make_article(ann, slug=f"page-{n}", title=f"Page {n}") for n in range(count)]


def test_all_or_nothing(ann, morgan):
    written = write_pages(ann, 3)
    claims = [make_claim(page) for page in written]
    factories.edit_page(written[1], by=ann, summary="Changed meanwhile.")
    with pytest.raises(
        CannotAttest, match=r"Nothing was recorded. “Page 1”: The page has changed since"
    ) as refusal:
        attest_all(claims, by=morgan)
    assert list(refusal.value.reasons) == [written[1].pk]
    assert not LedgerEntry.objects.exists()
    attest_all([make_claim(page) for page in written], by=morgan)
    assert Article.objects.public().count() == 3
    assert list(verification.find_faults()) == []


def test_more_than_fit_in_one_transaction_are_refused(page, morgan):
    with pytest.raises(
        CannotAttest, match="At most 500 imported reviews are recorded at once, and these are 501"
    ):
        attest_all([make_claim(page)] * (MAX_PAGES + 1), by=morgan)


def test_in_parts_what_is_refused_is_named_and_the_rest_recorded(ann, morgan, monkeypatch):
    monkeypatch.setattr("reviews.imported_reviews.actions.MAX_PAGES", 2)
    written = write_pages(ann, 5)
    claims = [make_claim(page) for page in written]
    factories.edit_page(written[1], by=ann, summary="Changed meanwhile.")
    outcome = attest_in_batches(claims, by=morgan)
    assert [entry.article_id for entry in outcome.recorded] == [written[n].pk for n in (0, 2, 3, 4)]
    assert "changed since the preview" in outcome.refused[written[1].pk]
    assert list(verification.find_faults()) == []


def test_a_page_named_twice_is_refused(page, morgan):
    with pytest.raises(CannotAttest, match="Rows 2 and 5 name this page"):
        attest_all([make_claim(page, row_number=2), make_claim(page, row_number=5)], by=morgan)


@pytest.mark.parametrize("count", [1, 3])
def test_looking_asks_a_fixed_number_of_queries(count, ann, django_assert_num_queries):
    claims = [make_claim(page) for page in write_pages(ann, count)]
    with django_assert_num_queries(5):
        assert not [one for one in check_claims(claims, TODAY) if one.refusals]


# It is no signature


def test_four_eyes_do_not_count_it(page, ann, morgan, ravi, fiona):
    record_review(page, morgan)
    assert eligibility.is_barred(page, ann)
    factories.edit_page(page, by=ravi, summary="Ravi's words.")
    assert eligibility.get_barred_users(page) == {ann.pk, ravi.pk}
    assert eligibility.get_barred_users_by_page([page.pk]) == {page.pk: {ann.pk, ravi.pk}}
    assert eligibility.get_barred_pages([page.pk], ravi) == {page.pk}
    factories.sign_page(page, by=fiona, asked_by=ann)
    assert eligibility.get_barred_users(page) == set()


def test_the_database_counts_it_for_nobody_either(page, ann, morgan, ravi, fiona):
    """Ravi wrote, Morgan attested, Ravi signs: refused though somebody else's entry is between."""
    factories.edit_page(page, by=ravi, summary="Ravi's words.")
    record_review(page, morgan)
    review = request_review(page, by=ann)
    draft = {
        "meaning": review.meaning,
        "actor": ledger.make_reviewer_actor(ravi.reviewer),
        "at": timezone.now(),
    }
    with expect_refusal("nobody signs words of their own"):
        ledger.append(
            ledger.EntryDraft(
                "approved",
                revision=review.revision,
                by=ravi,
                review=review,
                authentication="x",
                **draft,
            )
        )


def test_the_first_review_here_reads_the_whole_page_whatever_prompts_it(recorded_page, ann, ravi):
    assert get_possible_triggers(recorded_page, recorded_page.get_latest_revision()) == ["first"]
    factories.edit_page(recorded_page, by=ann, summary="Better.")
    assert get_possible_triggers(recorded_page, recorded_page.get_latest_revision()) == ["first"]
    with pytest.raises(CannotRequestReview, match="another kind of review now: first review"):
        request_review(recorded_page, by=ann, trigger="change")


@pytest.mark.parametrize("changed", [False, True])
def test_the_first_signature_takes_its_place(recorded_page, ann, ravi, client, changed):
    if changed:
        factories.edit_page(recorded_page, by=ann, summary="Better.")
    entry = factories.sign_page(recorded_page, by=ravi, asked_by=ann)
    assert "I have read the whole page" in ledger.read_record(entry).meaning
    line = Article.objects.get(pk=recorded_page.pk).live.read_review_line()
    assert (line.reviewed_by.name, line.last_reviewed, line.earlier) == ("Ravi Rao", TODAY, None)
    schedule = ReviewSchedule.objects.get(article=recorded_page)
    assert (schedule.reviewer, schedule.recorded) == (ravi.reviewer, False)
    text = client.get("/articles/keeping-a-diary/").text
    assert "Ravi Rao" in text
    assert "previous system" not in text
    again = Article.objects.get(pk=recorded_page.pk)
    assert get_possible_triggers(again, again.get_latest_revision())[0] == "annual"
    history = client.get("/articles/keeping-a-diary/history/").text
    assert "First review" in history
    assert "Recorded from a previous system" in history
    assert list(verification.find_faults()) == []


def test_what_readers_of_it_found_wrong_can_be_corrected_with_that_signature(
    recorded_page, ann, ravi
):
    factories.edit_page(recorded_page, by=ann, body="<p>Write it down in the evening.</p>")
    factories.sign_page(
        recorded_page, by=ravi, asked_by=ann, correction="It said nothing of the evening."
    )
    line = Article.objects.get(pk=recorded_page.pk).live.read_review_line()
    assert [correction.text for correction in line.corrections] == [
        "It said nothing of the evening."
    ]
    assert list(verification.find_faults()) == []


def test_a_review_asked_for_before_is_signed_as_it_was_asked_for(recorded_page, ann, ravi):
    review = request_review(recorded_page, by=ann)
    assert review.trigger == MedicalReview.Trigger.FIRST
    sign_off(
        review,
        by=ravi,
        seen_digest=review.revision.digest,
        conflicts="None",
        authentication="password",
    )
    assert list(verification.find_faults()) == []


# A line that cannot lie


@pytest.mark.parametrize(
    "parts",
    [
        {},
        {"reviewed_by": Person(name="X")},
        {"last_reviewed": BEFORE},
        {"reviewed_by": Person(name="X"), "last_reviewed": BEFORE, "earlier": "it"},
    ],
)
def test_a_review_line_names_a_reviewer_here_or_an_imported_review_and_never_both(parts):
    it = ImportedReview(by=Person(name="X"), on=BEFORE, recorded_by="M", recorded_on=TODAY)
    parts = {name: it if part == "it" else part for name, part in parts.items()}
    with pytest.raises(ValueError, match=r"come together|was reviewed here"):
        ReviewLine(next_due=TODAY, **parts)


def test_machines_are_told_neither_a_reviewer_nor_a_date_of_review(ann, morgan, client):
    page = factories.make_symptom(ann)
    factories.add_facts(page, ann)
    record_review(page, morgan)
    for address in ("/symptoms/facial-spasms/", "/symptoms/facial-spasms/causes/"):
        json_ld = (
            client.get(address)
            .text.partition('<script type="application/ld+json">')[2]
            .partition("</script>")[0]
        )
        assert json.loads(json_ld)["@graph"]
        assert not [
            word for word in ("reviewedBy", "lastReviewed", "specialty", "Dr A.") if word in json_ld
        ]


def test_old_review_lines_keep_their_bytes():
    old = (
        '{"last_reviewed":"2026-03-10","next_due":"2027-03-10","reviewed_by":{"name":"R",'
        '"post_nominals":"","slug":"","specialty":""},"updates":[]}'
    )
    assert canonicalize(ReviewLine.model_validate_json(old)).decode() == old


# What the database holds by itself


def test_nothing_is_published_without_an_entry(page, morgan):
    entry_free = {
        "revision": page.get_latest_revision(),
        "document": page.get_latest_revision().read(),
        "by": morgan,
        "at": timezone.now(),
        "evidence": "0" * 64,
        "review_line": ReviewLine(
            next_due=TODAY,
            earlier=ImportedReview(
                by=Person(name="X"), on=BEFORE, recorded_by="M", recorded_on=TODAY
            ),
        ),
    }
    with expect_refusal(
        "on a positive signature over it, or on an earlier review that was recorded"
    ):
        pages.publish(**entry_free)


def test_an_attestation_lets_out_no_line_that_names_a_reviewer(page, morgan):
    draft = {
        "meaning": MEANING,
        "actor": ledger.make_editor_actor(morgan),
        "at": timezone.now(),
        "authentication": "password",
    }
    entry = ledger.append(
        ledger.EntryDraft("attested", revision=page.get_latest_revision(), by=morgan, **draft)
    )
    with expect_refusal(
        "on a positive signature over it, or on an earlier review that was recorded"
    ):
        pages.publish(
            revision=page.get_latest_revision(),
            document=page.get_latest_revision().read(),
            review_line=ReviewLine(
                reviewed_by=Person(name="Dr A."), last_reviewed=BEFORE, next_due=TODAY
            ),
            evidence=entry.hash,
            by=morgan,
            at=entry.at,
        )


@pytest.mark.parametrize("state", ["signed", "waiting", "withdrawn", "discarded"])
def test_the_database_takes_no_attestation_of_a_page_that_was_signed_is_in_review_or_gone(
    page, ann, ravi, morgan, state
):
    if state == "signed":
        factories.sign_page(page, by=ravi, asked_by=ann)
    elif state == "waiting":
        request_review(page, by=ann)
    elif state == "discarded":
        pages.discard(page, by=ann)
    else:
        record_review(page, morgan)
        withdraw_page(page, reason="wrong", by=morgan)
    draft = {
        "meaning": MEANING,
        "actor": ledger.make_editor_actor(morgan),
        "at": timezone.now(),
        "authentication": "password",
    }
    with expect_refusal("an earlier review is recorded only of a page that nobody has signed here"):
        ledger.append(
            ledger.EntryDraft("attested", revision=page.get_latest_revision(), by=morgan, **draft)
        )


# What verification finds


def find_faults_after(statement: str, *params) -> str:
    with disable_triggers():
        sql(statement, *params)
    return "\n".join(verification.find_faults())


def test_verification_names_a_record_that_says_too_little_or_comes_too_late(
    page, ann, ravi, morgan
):
    draft = {"meaning": MEANING, "at": timezone.now(), "authentication": "password"}
    with disable_triggers():
        factories.sign_page(page, by=ravi, asked_by=ann)
        ledger.append(
            ledger.EntryDraft(
                "attested",
                revision=page.get_latest_revision(),
                by=morgan,
                actor=ledger.make_editor_actor(morgan),
                **draft,
            )
        )
    found = "\n".join(verification.find_faults())
    assert "it records an imported review of a page that was signed here before" in found
    assert "it does not say who reviewed the page earlier" in found
    assert "its publication is missing" in found


def test_verification_names_a_reviewers_entry_made_into_an_attestation(page, ann, ravi):
    factories.sign_page(page, by=ravi, asked_by=ann)
    found = find_faults_after("UPDATE reviews_signature SET outcome = 'attested', review_id = NULL")
    assert "it is not an editor's record of an imported review" in found


def test_verification_names_a_page_whose_line_was_made_into_a_review(recorded_page):
    line = json.loads(recorded_page.live.review_line)
    line |= {"reviewed_by": line["earlier"]["by"], "last_reviewed": "2026-05-03"}
    del line["earlier"]
    found = find_faults_after("UPDATE articles_publication SET review_line = %s", json.dumps(line))
    assert "its review line is not the one that was signed" in found
