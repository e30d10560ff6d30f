"""What tests are about: people, pages, signatures, pictures, whole sites.

Built through the same actions as in life, so that every rule of the database holds.
"""

import datetime as dt
import itertools
import json
import tempfile
import time
import uuid
from datetime import datetime
from io import BytesIO
from pathlib import Path

from dateutil.relativedelta import relativedelta
from django.contrib.auth.models import Group, Permission, User
from django.core.files.storage import storages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.db.models import OuterRef, Subquery
from django.test import Client
from django.utils import timezone
from django.utils.text import slugify
from PIL import Image as Pixels

from articles.audit import recording
from articles.audit.page_kinds import PAGE, PUBLICATION
from articles.content.document import canonicalize, digest
from articles.content.review_line import ReviewLine
from articles.emergencies import phrases
from articles.feedback import actions
from articles.images import store
from articles.imports import formats
from articles.imports.plan import plan_import
from articles.models import (
    AboutPage,
    Article,
    CareCard,
    CopyrightNotice,
    EmergencyPage,
    Figure,
    Image,
    PublicationEvent,
    ReaderReport,
    Reference,
    Revision,
    Topic,
)
from articles.names import fold
from articles.publishing import projections
from articles.publishing.actions import (
    build_metadata,
    change_slug,
    discard,
    record_revision,
    record_revisions,
    restore,
)
from articles.publishing.bulk_actions import add_to_topic
from articles.publishing.copyright_notices import retire_notice, roll_copyright_year
from config import groups
from reviews.expunging.actions import confirm_expunction, drop_expunction, request_expunction
from reviews.imported_reviews.actions import attest_all
from reviews.imported_reviews.checks import Claim
from reviews.models import LedgerEntry, MedicalReview, Reviewer
from reviews.recalls import actions as recalls_actions
from reviews.signing import comments, ledger, reader_reports
from reviews.signing.actions import (
    cancel_request,
    recommend_withdrawal,
    request_changes,
    request_review,
    sign_off,
    withdraw_page,
)
from reviews.signing.assignment import hand_over, record_absence
from reviews.signing.disputes import dispute
from symptoms.models import (
    BodySystem,
    Cause,
    Code,
    OtherName,
    RelatedSymptom,
    Symptom,
    SymptomCause,
)
from tests.merging import merge_causes, merge_symptoms

# People

PASSWORD = "correct-horse-battery"
PEOPLE = {
    "ann": ("Ann", "Archer", groups.EDITORS, {}),
    "morgan": ("Morgan", "Mill", groups.MANAGING_EDITORS, {}),
    "olga": ("Olga", "Orr", groups.MANAGING_EDITORS, {}),
    "ravi": ("Ravi", "Rao", groups.REVIEWERS, {}),
    "fiona": ("Fiona", "Field", groups.REVIEWERS, {"specialty": "Family medicine"}),
    "charlie": ("Charlie", "Chase", "", {}),
}


def make_user(
    username: str, first_name: str, last_name: str, *, group: str = "", staff: bool = False
) -> User:
    user = User.objects.create_user(
        username, password=PASSWORD, first_name=first_name, last_name=last_name, is_staff=staff
    )
    if group:
        user.groups.add(Group.objects.get(name=group))
    return user


def sign_in(client: Client, user: User, *, seconds_ago: int = 0) -> None:
    """Sign somebody in who gave their password so long ago."""
    client.force_login(user)
    session = client.session
    session["account_authentication_methods"] = [
        {"method": "password", "at": time.time() - seconds_ago, "username": user.username}
    ]
    session["account_authentication_methods_user"] = str(user.pk)
    session.save()


def make_reviewer(user: User, *, verified_by: User, **more) -> Reviewer:
    today = timezone.localdate()
    values = {
        "name": f"{user.first_name} {user.last_name}",
        "post_nominals": "MD",
        "specialty": "Neurology",
        "slug": f"{user.username}-{user.last_name}".lower(),
        "licence_number": f"LIC-{user.username}",
        "licence_jurisdiction": "Nowhere",
        "licence_expires": today + dt.timedelta(days=800),
        "verified_by": verified_by,
        "verified_at": timezone.now(),
    }
    reviewer = Reviewer.objects.create(user=user, **values | more)
    recording.record("reviewer", [reviewer], by=verified_by)
    return reviewer


def change_reviewer(user: User, **fields) -> None:
    """Change some facts of a reviewer, as a managing editor does in the admin."""
    reviewer = user.reviewer
    Reviewer.objects.filter(pk=reviewer.pk).update(**fields)
    recording.record("reviewer", [reviewer], by=get_person("morgan"))


def get_person(username: str) -> User:
    """One of the people of ``PEOPLE``, who is made if need be."""
    found = User.objects.filter(username=username).first()
    if found:
        return found
    first_name, last_name, group, facts = PEOPLE[username]
    if group != groups.REVIEWERS:
        staff = bool(group)
        return make_user(username, first_name, last_name, group=group, staff=staff)
    manager = get_person("morgan")
    user = make_user(username, first_name, last_name, group=group)
    make_reviewer(user, verified_by=manager, **facts)
    return user


# Pages and reviews


def make_notice() -> CopyrightNotice:
    return CopyrightNotice.objects.get_or_create(
        holder="Countersign Test", defaults={"year": 2026}
    )[0]


def make_topic(
    name: str = "Bones, Joints and Muscles", slug: str = "bones-joints-and-muscles"
) -> Topic:
    return Topic.objects.get_or_create(slug=slug, defaults={"name": name})[0]


def make_symptom(
    by: User, *, slug: str = "facial-spasms", title: str = "Facial spasms", **fields
) -> Symptom:
    """A symptom that is ready to be signed, with one revision."""
    values = {
        "plural": True,
        "summary": f"{title} are movements that you do not make on purpose.",
        "advice_level": "emergency",
        "advice": "<p>Call 911 if one side of your face droops.</p>",
        "body": "<p>A muscle tightens by itself.</p>",
        "notice": make_notice(),
        "writer": by,
    }
    symptom = Symptom.objects.create(slug=slug, title=title, **values | fields)
    symptom.topics.add(make_topic())
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
        cause = make_cause(
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
        other = Symptom.objects.create(slug=slug, title=title, writer=by, notice=make_notice())
        record_revision(other, by=by)
        RelatedSymptom.objects.create(
            symptom=symptom, other=other, system="neurological", position=number
        )
    record_revision(symptom, by=by)


def make_cause(
    by: User, *, name: str = "Tourette's syndrome", slug: str = "tourettes-syndrome", **fields
) -> Cause:
    cause = Cause.objects.create(name=name, slug=slug, **fields)
    cause.authors.add(by)
    return cause


def make_article(
    by: User, *, slug: str = "keeping-a-diary", title: str = "Keeping a diary", **fields
) -> Article:
    values = {
        "summary": "Two lines a day.",
        "body": "<p>Write down when it began.</p>",
        "notice": make_notice(),
    }
    article = Article.objects.create(slug=slug, title=title, writer=by, **values | fields)
    article.topics.add(make_topic("General health", "general-health"))
    Reference.objects.create(
        article=article, title="Diaries", url="https://medlineplus.gov/healthliteracy.html"
    )
    record_revision(article, by=by)
    return article


def make_about_page(
    by: User, *, slug: str = "privacy", title: str = "Privacy", **fields
) -> AboutPage:
    """A page about the site, with one revision."""
    values = {
        "summary": "What we keep.",
        "body": "<p>We set no cookie.</p>",
        "notice": make_notice(),
    }
    page = AboutPage.objects.create(slug=slug, title=title, writer=by, **values | fields)
    record_revision(page, by=by)
    return page


def make_emergency(
    by: User, *, subject: str = "stroke", next_page: Article | None = None, **fields
) -> EmergencyPage:
    """A page of what to do in an emergency that is ready to be signed, with one revision."""
    values = {
        "slug": subject,
        "title": f"What to do: {subject.replace('-', ' ')}",
        "summary": "Call 911 first.",
        "advice_level": "emergency",
        "advice": "<p>Call 911. Put the phone on speaker. Do what the operator tells you.</p>",
        "act": "Note the time when they were last well.",
        "body": "<p>It comes suddenly.</p>",
        "notice": make_notice(),
        "risk": Article.Risk.HIGH,
    }
    page = EmergencyPage.objects.create(
        subject=subject, next_page=next_page, writer=by, **values | fields
    )
    page.topics.add(make_topic("General health", "general-health"))
    Reference.objects.create(
        article_id=page.pk, title="What to do", url="https://www.stroke.org/en/about-stroke"
    )
    record_revision(page, by=by)
    return page


def report_problem(
    page: Article, words: str = "The second link is dead.", kind: str = "broken"
) -> ReaderReport:
    """A reader reports a problem with what visitors read of a page now."""
    live = Article.objects.get(pk=page.pk).live
    return actions.create_report(live.revision, key=uuid.uuid4(), kind=kind, words=words)


def sign_page(
    page: Article, *, by: User, asked_by: User, trigger: str = "", **asked
) -> LedgerEntry:
    """Ask for a review of a page as it stands, and sign it."""
    review = request_review(page, by=asked_by, trigger=trigger, note="Please read it.", **asked)
    return sign_off(
        review,
        by=by,
        seen_digest=review.revision.digest,
        conflicts="None",
        authentication="password",
    )


def sign_despite_checks(page: Article, *, by: User, manager: User, **asked) -> LedgerEntry:
    """Sign a text that the checks stop today, such as one that was signed before there were these
    checks.
    """
    return sign_page(
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


def edit_page(page: Article, *, by: User, **fields) -> Article:
    """Change some fields of the working copy, as saving in the admin does."""
    for name, value in fields.items():
        setattr(page, name, value)
    page.save()
    record_revision(page, by=by)
    return page


def make_page_signed_three_times(by: User, signer: User, *, middle_text: str) -> Article:
    """A symptom that was signed three times. The text in the middle names its cause under an
    address of its own.
    """
    page = make_symptom(by)
    add_facts(page, by)
    sign_page(page, by=signer, asked_by=by)
    cause = page.symptom_causes.get().cause
    for slug, body in (
        ("an-address-of-old", middle_text),
        ("another-address", "<p>Nobody is named.</p>"),
    ):
        cause.slug = slug
        cause.save()
        sign_page(edit_page(page, by=by, body=body), by=signer, asked_by=by)
    return Article.objects.get(pk=page.pk)


def expunge_revision(revision: Revision, *, asked_by: User, by: User) -> LedgerEntry:
    """Two managing editors have a text blanked."""
    why = {
        "reason": "It names a person.",
        "legal_basis": "Order of the court of Nowhere, 3 May 2026, no. 17.",
    }
    return confirm_expunction(request_expunction(revision, by=asked_by, **why), by=by)


# Pages with every part, and with few


def make_full_notice() -> CopyrightNotice:
    words = {
        "statement": "All rights kept.",
        "agreement_title": "Terms",
        "agreement_url": "https://example.org/terms",
    }
    return CopyrightNotice.objects.get_or_create(holder="Full House", year=2026, defaults=words)[0]


def make_complete_symptom(
    by, *, slug="facial-spasms", title="Facial spasms", others=(), **fields
) -> Symptom:
    """A symptom with every part, related to other symptoms, in one more revision."""
    values = {
        "headline": f"What makes {title.lower()}?",
        "phrase": title.lower(),
        "spotlight_title": "Spasm or tic?",
        "spotlight": "<p>A tic can be held back.</p>",
        "causes_intro": "<p>Most causes are harmless.</p>",
        "diagnosis_questions": "<p>When did it begin?</p>",
        "treatment": "<p>Rest helps.</p>",
        "complications": "<p>It may hurt.</p>",
        "same_for_everyone": True,
        "shows_crisis_line": True,
        "notice": make_full_notice(),
    }
    symptom = make_symptom(by, slug=slug, title=title, **values | fields)
    add_card(symptom, "urgent", "<p>You cannot close one eye.</p>", "Get help today")
    symptom.tags.add("face", "muscle")
    Reference.objects.create(
        article_id=symptom.pk,
        title="Tics",
        publisher="NIH",
        url="https://www.nih.gov/",
        year=2025,
        position=1,
    )
    OtherName.objects.create(symptom=symptom, name=f"{title} by another name")
    Code.objects.create(symptom=symptom, system="ICD-10-CM", code="R25.3", display="Fasciculation")
    for place, (group, grave) in enumerate(
        [("", ""), ("Nerves", "life-threatening"), ("Nerves", "")]
    ):
        cause = make_cause(by, name=f"Cause {place} of {title}", slug=f"cause-{place}-of-{slug}")
        SymptomCause.objects.create(
            symptom=symptom,
            cause=cause,
            group=group,
            seriousness=grave,
            frequency="rare",
            text=f"<p>Cause {place} may do it.</p>",
            position=place,
        )
    for place, other in enumerate(others):
        RelatedSymptom.objects.create(
            symptom=symptom, other=other, system="neurological", serious=place == 0, position=place
        )
    record_revision(symptom, by=by)
    return symptom


def add_card(
    page: Article, level: str, html: str = "<p>Go to a clinic.</p>", heading: str = ""
) -> CareCard:
    """A further care card of a page. No revision is recorded."""
    return CareCard.objects.create(article_id=page.pk, level=level, html=html, heading=heading)


def make_minimal_symptom(by, *, slug="yawning", title="Yawning") -> Symptom:
    """A symptom with nothing that may be left out."""
    advice = {"advice_level": "routine", "advice": "<p>See a clinician if it does not stop.</p>"}
    symptom = Symptom.objects.create(
        slug=slug,
        title=title,
        writer=by,
        notice=make_notice(),
        body="<p>You yawn.</p>",
        **advice,
    )
    record_revision(symptom, by=by)
    return symptom


# Many signed pages at once: every rule holds, only the clicks are left out


@transaction.atomic
def publish_symptoms(
    count: int, *, by, signer, title="Ache {}", causes=1, related=3, **fields
) -> list[str]:
    """Write and sign so many symptoms, each with the same causes and its own neighbours; return
    their slugs.
    """
    pages = make_symptoms(count, by, title, fields)
    _relate_symptoms(pages, by, causes, min(related, count - 1))
    sign_and_publish(pages, by=by, signer=signer)
    projections.rebuild()
    return [page.slug for page in pages]


@transaction.atomic
def sign_and_publish(pages: list[Article], *, by, signer) -> None:
    """Freeze, sign and publish symptoms; what is projected from the log is left to be made anew."""
    record_revisions(Symptom.objects.filter(pk__in=[page.pk for page in pages]), by=by)
    revisions = list(
        Revision.objects.filter(article__in=pages).select_related("article").order_by("article")
    )
    lines, now = sign_revisions(revisions, signer)
    log_publications(revisions, lines, signer, now, kind="publish")


def sign_all_again(count: int, *, signer) -> None:
    """Sign so many public pages a year later, unchanged: all of them, and then all of them
    again.
    """
    public = Article.objects.public().order_by("pk").values_list("live__revision", flat=True)
    revisions = list(
        Revision.objects.filter(pk__in=public).select_related("article__live").order_by("article")
    )
    while count:
        _sign_batch_again(revisions[:count], signer)
        count -= len(revisions[:count])
    projections.rebuild()


@transaction.atomic
def _sign_batch_again(revisions: list[Revision], signer) -> None:
    lines, now = sign_revisions(revisions, signer, trigger="annual")
    log_publications(revisions, lines, signer, now, kind="re-sign")


def make_symptoms(count: int, by, title: str, fields: dict) -> list[Article]:
    common = {
        "kind": "symptom",
        "summary": "It hurts for a while.",
        "body": "<p>It hurts, and then it stops.</p>",
        "advice_level": "emergency",
        "advice": "<p>Call 911 if it does not stop.</p>",
        "writer": by,
        "notice": make_notice(),
    }
    own = {
        name: value
        for name, value in fields.items()
        if name in {f.name for f in Article._meta.local_fields}
    }
    titles = [title.format(number) for number in range(1, count + 1)]
    pages = Article.objects.bulk_create(
        Article(title=name, sort_key=fold(name), slug=fold(name).replace(" ", "-"), **common | own)
        for name in titles
    )
    rest = {name: value for name, value in fields.items() if name not in own}
    for page in pages:
        # bulk_create refuses models with a parent table: write the child's row alone.
        Symptom(article_ptr=page, **rest).save_base(raw=True, force_insert=True)
    Article.topics.through.objects.bulk_create(
        Article.topics.through(article_id=page.pk, topic_id=make_topic().pk) for page in pages
    )
    Reference.objects.bulk_create(
        Reference(article=page, title="Aches", publisher="NIH") for page in pages
    )
    return pages


def _relate_symptoms(pages: list[Article], by, causes: int, related: int) -> None:
    shared = [
        make_cause(by, name=f"Long day {number}", slug=f"long-day-{number}")
        for number in range(causes)
    ]
    SymptomCause.objects.bulk_create(
        SymptomCause(
            symptom_id=page.pk, cause=cause, text="<p>It may cause it.</p>", position=place
        )
        for page, (place, cause) in itertools.product(pages, enumerate(shared))
    )
    RelatedSymptom.objects.bulk_create(
        RelatedSymptom(
            symptom_id=page.pk,
            other_id=pages[(place + step) % len(pages)].pk,
            system="whole-body",
            position=step,
        )
        for (place, page), step in itertools.product(enumerate(pages), range(1, related + 1))
    )


def sign_revisions(
    revisions: list[Revision], signer, trigger="first"
) -> tuple[list[tuple[str, str]], datetime]:
    """Append an approval of each revision to the ledger; return hashes with review lines, and the
    moment.
    """
    ledger.lock_tip()
    tip = LedgerEntry.objects.order_by("-sequence").values_list("sequence", "hash").first()
    sequence, previous = tip or (0, ledger.GENESIS_HASH)
    now, today = timezone.now(), timezone.localdate()
    line = ReviewLine(
        reviewed_by=signer.reviewer.to_person(),
        last_reviewed=today,
        next_due=today + relativedelta(months=12),
    )
    events = ledger.get_events_head()
    entries, reviews = [], _open_reviews(revisions, now, trigger)
    for revision, review in zip(revisions, reviews, strict=True):
        sequence += 1
        record = canonicalize(
            ledger.LedgerRecord(
                sequence=sequence,
                previous_hash=previous,
                outcome="approved",
                meaning=MedicalReview(trigger=trigger).meaning,
                review=review.uuid,
                trigger=trigger,
                article=revision.article.uuid,
                revision=revision.uuid,
                revision_number=revision.number,
                digest=revision.digest,
                actor=ledger.make_reviewer_actor(signer.reviewer),
                conflicts="None",
                at=now,
                authentication="password",
                review_line=line,
                provenance=ledger.compute_provenance(revision),
                events=events,
                build="scale",
            )
        )
        entry = LedgerEntry(
            sequence=sequence,
            review=review,
            article_id=revision.article_id,
            revision=revision,
            outcome="approved",
            by=signer,
            at=now,
            record=record.decode(),
            previous_hash=previous,
            hash=digest(record),
        )
        previous = entry.hash
        entries.append(entry)
    LedgerEntry.objects.bulk_create(entries, batch_size=500)
    decision = {
        "outcome": "approved",
        "decided_by": signer,
        "decided_at": now,
        "reviewer": signer.reviewer,
    }
    MedicalReview.objects.filter(decided_at__isnull=True, revision__in=revisions).update(**decision)
    recording.record("review", reviews, by=signer)
    return [(entry.hash, canonicalize(line).decode()) for entry in entries], now


def _open_reviews(revisions: list[Revision], now, trigger: str) -> list[MedicalReview]:
    """An open review of each revision."""
    asked = [
        MedicalReview(
            article_id=revision.article_id,
            revision=revision,
            trigger=trigger,
            requested_by_id=revision.saved_by_id,
            requested_at=now,
            review_months=12,
            interval_rule="the site's interval for standard risk",
        )
        for revision in revisions
    ]
    return MedicalReview.objects.bulk_create(asked, batch_size=500)


def log_publications(
    revisions: list[Revision], lines: list[tuple[str, str]], signer, now, kind: str
) -> None:
    frame = canonicalize(build_metadata(revisions[0].article)).decode()
    events = PublicationEvent.objects.bulk_create(
        [
            PublicationEvent(
                article_id=revision.article_id,
                revision=revision,
                kind=kind,
                evidence=evidence,
                slug=revision.article.slug,
                title=revision.article.title,
                sort_key=revision.article.sort_key,
                summary=revision.article.summary,
                review_line=line,
                metadata=frame,
                by=signer,
                at=now,
            )
            for revision, (evidence, line) in zip(revisions, lines, strict=True)
        ],
        batch_size=500,
    )
    newest = (
        PublicationEvent.objects.filter(article=OuterRef("pk")).order_by("-id").values("id")[:1]
    )
    Article.objects.filter(pk__in=[revision.article_id for revision in revisions]).update(
        live=Subquery(newest)
    )
    pages = [revision.article for revision in revisions]
    recording.record_changes({PUBLICATION: events, PAGE: pages}, by=signer, at=now)


# A symptom with thousands of causes, as an import leaves it

SYSTEMS = list(BodySystem.values)
SERIOUSNESS_CYCLE = ["", "", "", "serious", "", "", "life-threatening", ""]
FREQUENCY_CYCLE = ["common", "uncommon", "rare", ""]
CAUSE_TEXT = (
    "<p>In condition {}, one person in {} notices it, "
    "mostly at night and after a long day on their feet.</p>"
)


@transaction.atomic
def make_large_symptom(
    by, *, causes: int = 2_474, related: int = 0, title: str = "Weakness", text: str = CAUSE_TEXT
) -> Symptom:
    """A symptom with so many causes and related drafts. Positions begin with 0, as in an import."""
    page = make_symptom(by, slug=fold(title).replace(" ", "-"), title=title)
    names = [
        f"Condition {number:04} of {title.lower()}, autosomal type {number % 97}"
        for number in range(causes)
    ]
    made = Cause.objects.bulk_create(
        [Cause(name=name, slug=slugify(name), folded=fold(name)) for name in names], batch_size=500
    )
    SymptomCause.objects.bulk_create(
        [
            SymptomCause(
                symptom=page,
                cause=cause,
                group=f"Conditions of group {place // 500}",
                seriousness=SERIOUSNESS_CYCLE[place % 8],
                frequency=FREQUENCY_CYCLE[place % 4],
                text=text.format(place, place + 2),
                position=place,
            )
            for place, cause in enumerate(made)
        ],
        batch_size=500,
    )
    _add_related(page, by, related)
    record_revision(page, by=by)
    return page


def rewrite_causes(page, by) -> None:
    """Another text on each cause, and all causes in another order."""
    rows = list(SymptomCause.objects.filter(symptom=page))
    for place, changed in enumerate(rows):
        changed.text = changed.text.replace("mostly at night", "rarely by day")
        changed.position = (place * 7) % len(rows)
    SymptomCause.objects.bulk_update(rows, ["text", "position"], batch_size=300)
    record_revision(page, by=by)


def _add_related(page: Symptom, by, count: int) -> None:
    others = make_symptoms(count, by, f"Companion {{}} of {page.title.lower()}", {})
    RelatedSymptom.objects.bulk_create(
        RelatedSymptom(
            symptom=page, other_id=other.pk, system=SYSTEMS[place % len(SYSTEMS)], position=place
        )
        for place, other in enumerate(others)
    )


# Pictures

ALT = "Two lines that meet at a corner of the eye."


def draw_picture(
    kind: str = "PNG", *, size=(60, 40), colour="navy", mode: str = "RGB", **how
) -> bytes:
    """The bytes of a picture; each colour and each size is another one."""
    out = BytesIO()
    Pixels.new(mode, size, colour).save(out, kind, **how)
    return out.getvalue()


def make_upload(name: str = "eye.png", data: bytes | None = None) -> SimpleUploadedFile:
    """A picture as a browser sends it."""
    return SimpleUploadedFile(
        name, draw_picture() if data is None else data, "application/octet-stream"
    )


def store_image(by, *, name: str = "eye.png", **how) -> Image:
    return store.store_upload(make_upload(name, draw_picture(**how)), by=by)


def add_figure(page: Article, *, by, image: Image | None = None, **texts) -> Figure:
    """A picture on a page, in a new revision."""
    values = {
        "alt": ALT,
        "caption": "Where the lids meet.",
        "credit": "Drawn for this test.",
    } | texts
    figure = Figure.objects.create(article_id=page.pk, image=image or store_image(by), **values)
    record_revision(page, by=by)
    return figure


def get_public_path(image) -> str:
    return f"/images/{store.get_file_name(image)}"


def get_staff_path(image) -> str:
    return f"/desk{get_public_path(image)}"


def get_file_path(image) -> str:
    return storages["images"].path(store.get_file_name(image))


# A site with a history: every action that leaves a trace, done once

CORRECTED_TEXT = "A text that was mended."


def make_site_history(ann, ravi, fiona, morgan, olga) -> None:
    """Two years of a small site. The people are those of ``conftest``."""
    _set_up_people(ann, ravi, fiona, morgan)
    whole = _write_pages(ann, ravi)
    _sign_again(whole, ann, ravi, fiona)
    _discuss_reviews(ann, ravi, fiona)
    _move_and_withdraw(ann, ravi, fiona, morgan)
    _expunge_texts(ann, ravi, morgan, olga)
    _recall_and_report(whole, ann, ravi, morgan)
    _change_metadata(morgan)
    _import_and_merge(ann, ravi, morgan)
    _prepare_for_emergencies(whole, ann, ravi, morgan)
    dispute(LedgerEntry.objects.signed().filter(by=fiona).in_order()[0], by=fiona)
    # Somebody whose signatures stand, and whose new credentials nobody has checked yet.
    change_reviewer(fiona, specialty="General practice", verified_by=None, verified_at=None)


def _set_up_people(ann, ravi, fiona, morgan) -> None:
    for person in (ann, ravi, fiona, morgan):
        person.email = f"{person.username}@example.org"
        person.save()
    helpers = Group.objects.create(name="Librarians")
    helpers.permissions.add(Permission.objects.get(codename="view_topic"))
    ann.groups.add(helpers)
    ann.user_permissions.add(Permission.objects.get(codename="see_radar"))
    change_reviewer(ravi, conflicts_private=True)
    first = timezone.localdate() + dt.timedelta(days=30)
    record_absence(ravi.reviewer, first_day=first, last_day=first + dt.timedelta(days=9))


def _write_pages(ann, ravi) -> Article:
    draft = make_symptom(ann, slug="unsigned-ache", title="Unsigned ache — “quoted” \\ 🩺")
    other = make_complete_symptom(ann, slug="tics", title="Tics")
    whole = make_complete_symptom(ann, others=[other, draft])
    for page, colour in ((whole, "navy"), (other, "teal")):
        add_figure(page, by=ann, image=store_image(ann, colour=colour))
    thrown_away = make_article(ann, slug="thrown-away", title="Thrown away")
    discard(thrown_away, by=ann)
    for page in (other, whole, make_about_page(ann), make_article(ann)):
        sign_page(page, by=ravi, asked_by=ann)
    return whole


def _sign_again(page: Article, ann, ravi, fiona) -> None:
    """A change with a correction; the reviewer writes a word of their own, and another signs it; a
    text comes back.
    """
    edit_page(page, by=ann, body="<p>It was wrong, and now it is right.</p>")
    sign_page(page, by=fiona, asked_by=ann, trigger="change", correction="It said the wrong thing.")
    edit_page(page, by=ravi, body="<p>Ravi wrote this.</p>")
    sign_page(page, by=fiona, asked_by=ann, trigger="change")
    sign_page(page, by=fiona, asked_by=ann, trigger="annual")
    restore(Revision.objects.get(article=page, number=1), by=ann)
    sign_page(page, by=fiona, asked_by=ann, trigger="change")
    page.refresh_from_db()


def _discuss_reviews(ann, ravi, fiona) -> None:
    """Comments pinned and answered, a review handed over, sent back, taken back, and one that is
    open still.
    """
    page = make_symptom(ann, slug="cramps", title="Cramps")
    review = request_review(page, by=ann, reviewer=ravi.reviewer)
    comment = comments.pin(
        review, part=next(iter(comments.get_parts(review.revision.read()))), text="Is it?", by=ravi
    )
    comments.pin(review, part=comment.part, text="And nobody answers this.", by=ravi)
    request_changes(review, by=ravi, comment="Please say more.")
    comments.answer(comment, text="It is.", by=ann)
    cancel_request(request_review(page, by=ann), by=ann)
    handed = request_review(page, by=ann, reviewer=ravi.reviewer)
    hand_over(handed, to=fiona.reviewer, by=ravi, word="You know more of cramps.")
    sign_off(
        handed,
        by=fiona,
        seen_digest=handed.revision.digest,
        conflicts="None",
        authentication="password",
    )
    waiting = request_review(make_symptom(ann, slug="open-ache", title="Open ache"), by=ann)
    comments.pin(waiting, part=comment.part, text="I am reading it.", by=ravi)


def _move_and_withdraw(ann, ravi, fiona, morgan) -> None:
    """A page that moved, moved again and came home; one that is gone; and one that came back."""
    for slug in ("wanders", "gone", "back"):
        sign_page(make_symptom(ann, slug=slug, title=slug.title()), by=ravi, asked_by=ann)
    wanders = Article.objects.get(slug="wanders")
    for slug in ("elsewhere", "wanders", "at-last"):
        change_slug(wanders, slug=slug, by=morgan)
        wanders.refresh_from_db()
    gone, back = Article.objects.get(slug="gone"), Article.objects.get(slug="back")
    review = request_review(gone, by=ann, trigger="annual")
    recommend_withdrawal(review, by=fiona, comment="This harms people.")
    withdraw_page(gone, reason="safety", by=morgan)
    withdraw_page(back, reason="outdated", by=morgan)
    edit_page(back, by=ann, summary=CORRECTED_TEXT)
    sign_page(back, by=fiona, asked_by=ann)


def _expunge_texts(ann, ravi, morgan, olga) -> None:
    """A text that was published once and is blank now; one that was never published; and a request
    that was dropped.
    """
    page = _publish_three_texts(ann, ravi)
    why = {
        "reason": "It names a person.",
        "legal_basis": "Order of the court of Nowhere, 3 May 2026, no. 17.",
    }
    texts = Revision.objects.filter(article=page).order_by("number")
    published = texts.filter(publications__isnull=False)[1]
    drop_expunction(request_expunction(published, by=morgan, **why), by=olga)
    confirm_expunction(request_expunction(published, by=olga, **why), by=morgan)
    confirm_expunction(request_expunction(texts[0], by=morgan, **why), by=olga)
    request_expunction(texts[1], by=morgan, **why)


def _publish_three_texts(ann, ravi) -> Article:
    page = make_symptom(ann, slug="three-texts", title="Three texts")
    add_facts(page, ann)
    for body in ("<p>One.</p>", "<p>It names a person.</p>", "<p>Three.</p>"):
        sign_page(edit_page(page, by=ann, body=body), by=ravi, asked_by=ann)
    return page


def _recall_and_report(page: Article, ann, ravi, morgan) -> None:
    """A recall, one of whose pages was in review already; a reader's report that a review answers;
    votes.
    """
    tics, diary = Article.objects.get(slug="tics"), Article.objects.get(slug="keeping-a-diary")
    request_review(diary, by=ann, trigger="annual")
    recall = recalls_actions.open_recall(
        [tics.pk, diary.pk], trigger="safety", reason="A regulator warns.", by=morgan
    )
    review = recall.rows.get(taken_along=False).review
    sign_off(
        review,
        by=ravi,
        seen_digest=review.revision.digest,
        conflicts="I know the maker.",
        authentication="password",
    )
    live = Article.objects.get(pk=page.pk)
    reader_reports.open_review(report_problem(live), by=ann, reason="Look at the second link.")
    report_problem(live, words="Nobody has read this yet.")
    harmful = report_problem(live, words="Ten times the dose.", kind="harm")
    actions.close_report(harmful, by=ann, outcome="The dose is right.")
    actions.record_answer(live.live.revision, helpful=True)


def _prepare_for_emergencies(whole: Article, ann, ravi, morgan) -> None:
    """What to do in two emergencies, one withdrawn, and a table of phrases with a history."""
    for subject in ("stroke", "choking"):
        page = make_emergency(ann, subject=subject, next_page=Article.objects.get(pk=whole.pk))
        sign_page(page, by=ravi, asked_by=ann)
    withdraw_page(Article.objects.get(pk=page.pk), reason="outdated", by=morgan)
    facts = {"meaning": "now", "subject": "stroke", "language": "en", "by": morgan}
    first = phrases.add_phrase(text="his face went funny", **facts)
    phrases.change_phrase(first, text="her face went funny", **facts)
    phrases.remove_phrase(phrases.add_phrase(text="face palm", **facts), by=morgan)


def _change_metadata(morgan) -> None:
    """Pages filed elsewhere, a notice that grew older, and one that is offered no more."""
    public = Article.objects.public()
    add_to_topic(public, topic=make_topic("Head and face", "head-and-face"), by=morgan)
    notice = make_notice()
    CopyrightNotice.objects.filter(pk=notice.pk).update(year=2020)
    roll_copyright_year([notice], year=2021, by=morgan)
    retire_notice(CopyrightNotice.objects.create(holder="Of old", year=2019), by=morgan)


def _import_and_merge(ann, ravi, morgan) -> None:
    """Pages from a file, one on an imported review; causes that became one, a draft and a public
    page that gave way.
    """
    records = [
        {"type": "cause", "id": "C:1", "name": "Gout"},
        {
            "type": "symptom",
            "id": "S:1",
            "title": "Sore toe",
            "body": "<p>It hurts.</p>",
            "causes": [{"cause": "C:1"}],
        },
        {
            "type": "article",
            "id": "A:1",
            "title": "Looking after feet",
            "body": "<p>Wash them.</p>",
            "also": ["A:0"],
        },
        {"type": "article", "id": "A:1", "title": "Twice"},
    ]
    with tempfile.NamedTemporaryFile("w", suffix=".jsonl") as file:
        file.write("".join(f"{json.dumps(record)}\n" for record in records))
        file.flush()
        format = formats.get("jsonl")
        with plan_import(
            Path(file.name), reader=format, format="jsonl", source="elsewhere", by=morgan
        ) as plan:
            plan.apply()
    record_imported_review(make_article(ann, slug="migrated", title="Migrated"), by=morgan)
    merge_causes(
        Cause.objects.get(name="Gout"),
        make_cause(ann, name="Gouty toe", slug="gouty-toe"),
        by=morgan,
    )
    public = make_symptom(ann, slug="toe-ache", title="Toe ache")
    sign_page(public, by=ravi, asked_by=ann)
    kept = make_symptom(ann, slug="toe-pain", title="Toe pain")
    for lost in ("sore-toe", "toe-ache"):
        merge_symptoms(Symptom.objects.get(slug=lost), kept, by=morgan)
