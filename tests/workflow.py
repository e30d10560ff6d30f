"""What people do in many tests, through the same actions as in life: write, ask, sign."""

import datetime as dt
import uuid

from django.contrib.auth.models import User
from django.utils import timezone

from articles.feedback import actions
from articles.models import (
    AboutPage,
    Article,
    CopyrightNotice,
    ReaderReport,
    Reference,
    Revision,
    Topic,
)
from articles.publishing.actions import record_revision
from reviews.expunging.actions import confirm_expunction, request_expunction
from reviews.imported_reviews.actions import attest_all
from reviews.imported_reviews.checks import Claim
from reviews.models import LedgerEntry
from reviews.signing.actions import request_review, sign_off
from symptoms.models import Cause, Code, OtherName, RelatedSymptom, Symptom, SymptomCause


def get_notice() -> CopyrightNotice:
    return CopyrightNotice.objects.get_or_create(
        holder="Countersign Test", defaults={"year": 2026}
    )[0]


def get_topic(
    name: str = "Bones, Joints and Muscles", slug: str = "bones-joints-and-muscles"
) -> Topic:
    return Topic.objects.get_or_create(slug=slug, defaults={"name": name})[0]


def write_symptom(
    by: User, *, slug: str = "facial-spasms", title: str = "Facial spasms", **fields
) -> Symptom:
    """A symptom that is ready to be signed, with one revision."""
    values = {
        "plural": True,
        "summary": f"{title} are movements that you do not make on purpose.",
        "advice_level": "emergency",
        "advice": "<p>Call 911 if one side of your face droops.</p>",
        "body": "<p>A muscle tightens by itself.</p>",
        "notice": get_notice(),
        "writer": by,
    }
    symptom = Symptom.objects.create(slug=slug, title=title, **values | fields)
    symptom.topics.add(get_topic())
    Reference.objects.create(
        article_id=symptom.pk, title="Spasms", url="https://medlineplus.gov/muscledisorders.html"
    )
    record_revision(symptom, by=by)
    return symptom


def add_facts(symptom: Symptom, by: User, *, causes: int = 1, related: int = 1) -> None:
    """Other names, causes, related drafts and a code, recorded in one new revision."""
    OtherName.objects.create(symptom=symptom, name=f"{symptom.title} by another name")
    Code.objects.create(symptom=symptom, system="ICD-10-CM", code="R25.3", display="Fasciculation")
    for number in range(causes):
        cause = write_cause(
            by, name=f"Cause {number} of {symptom.title}", slug=f"cause-{number}-of-{symptom.slug}"
        )
        SymptomCause.objects.create(
            symptom=symptom, cause=cause, text="<p>It may cause it.</p>", position=number
        )
    for number in range(related):
        title, slug = (
            f"Companion {number} of {symptom.title}",
            f"companion-{number}-of-{symptom.slug}",
        )
        other = Symptom.objects.create(slug=slug, title=title, writer=by, notice=get_notice())
        record_revision(other, by=by)
        RelatedSymptom.objects.create(
            symptom=symptom, other=other, system="neurological", position=number
        )
    record_revision(symptom, by=by)


def write_cause(
    by: User, *, name: str = "Tourette's syndrome", slug: str = "tourettes-syndrome"
) -> Cause:
    cause = Cause.objects.create(name=name, slug=slug)
    cause.authors.add(by)
    return cause


def write_article(
    by: User, *, slug: str = "keeping-a-diary", title: str = "Keeping a diary", **fields
) -> Article:
    values = {
        "summary": "Two lines a day.",
        "body": "<p>Write down when it began.</p>",
        "notice": get_notice(),
    }
    article = Article.objects.create(slug=slug, title=title, writer=by, **values | fields)
    article.topics.add(get_topic("General health", "general-health"))
    Reference.objects.create(
        article=article, title="Diaries", url="https://medlineplus.gov/healthliteracy.html"
    )
    record_revision(article, by=by)
    return article


def write_about(by: User, *, slug: str = "privacy", title: str = "Privacy", **fields) -> AboutPage:
    """A page about the site, with one revision."""
    values = {
        "summary": "What we keep.",
        "body": "<p>We set no cookie.</p>",
        "notice": get_notice(),
    }
    page = AboutPage.objects.create(slug=slug, title=title, writer=by, **values | fields)
    record_revision(page, by=by)
    return page


def report_problem(
    page: Article, words: str = "The second link is dead.", kind: str = "broken"
) -> ReaderReport:
    """A reader reports a problem with what visitors read of a page now."""
    live = Article.objects.get(pk=page.pk).live
    return actions.create_report(live.revision, key=uuid.uuid4(), kind=kind, words=words)


def sign(page: Article, *, by: User, asked_by: User, trigger: str = "", **asked) -> LedgerEntry:
    """Ask for a review of a page as it stands, and sign it."""
    review = request_review(page, by=asked_by, trigger=trigger, note="Please read it.", **asked)
    return sign_off(review, by=by, seen_digest=review.revision.digest, conflicts="None")


def sign_despite_checks(page: Article, *, by: User, manager: User, **asked) -> LedgerEntry:
    """Sign a text that the checks stop today, such as one that was signed before there were these
    checks.
    """
    return sign(
        page, by=by, asked_by=manager, override="Signed before there was this check.", **asked
    )


def make_claim(page: Article, **fields) -> Claim:
    """What a sheet of the old system says of a page, by somebody who looked at its latest text."""
    values = {
        "page": page.pk,
        "digest": page.get_latest_revision().digest,
        "name": "Dr A. Example",
        "post_nominals": "MD",
        "specialty": "Neurology",
        "on": timezone.localdate() - dt.timedelta(days=32),
        "evidence": "Review log of the old system, sheet 4, row 17.",
    }
    return Claim(**values | fields)


def record_imported_review(page: Article, *, by: User, **fields) -> LedgerEntry:
    """Publish a page on the review that it had in an earlier system."""
    return attest_all([make_claim(page, **fields)], by=by)[0]


def edit(page: Article, *, by: User, **fields) -> Article:
    """Change some fields of the working copy, as saving in the admin does."""
    for name, value in fields.items():
        setattr(page, name, value)
    page.save()
    record_revision(page, by=by)
    return page


def sign_three_revisions(by: User, signer: User, *, middle_text: str) -> Article:
    """A symptom that was signed three times. The text in the middle names its cause under an
    address of its own.
    """
    page = write_symptom(by)
    add_facts(page, by)
    sign(page, by=signer, asked_by=by)
    cause = page.symptom_causes.get().cause
    for slug, body in (
        ("an-address-of-old", middle_text),
        ("another-address", "<p>Nobody is named.</p>"),
    ):
        cause.slug = slug
        cause.save()
        sign(edit(page, by=by, body=body), by=signer, asked_by=by)
    return Article.objects.get(pk=page.pk)


def expunge(revision: Revision, *, asked_by: User, by: User) -> LedgerEntry:
    """Two managing editors have a text blanked."""
    why = {
        "reason": "It names a person.",
        "legal_basis": "Order of the court of Nowhere, 3 May 2026, no. 17.",
    }
    return confirm_expunction(request_expunction(revision, by=asked_by, **why), by=by)
