"""Many signed pages at once.

Every rule of the database holds, only the clicks of the people are left out.
"""

import itertools
from datetime import datetime

from dateutil.relativedelta import relativedelta
from django.db import transaction
from django.db.models import OuterRef, Subquery
from django.utils import timezone

from articles.content.document import canonicalize, digest
from articles.content.review_line import ReviewLine
from articles.fields import fold
from articles.models import Article, PublicationEvent, Reference, Revision
from articles.publishing import projections
from articles.publishing.actions import build_metadata, record_revisions
from reviews.models import LedgerEntry, MedicalReview
from reviews.signing import ledger
from symptoms.models import RelatedSymptom, Symptom, SymptomCause
from tests.workflow import get_notice, get_topic, write_cause


@transaction.atomic
def publish_symptoms(
    count: int, *, by, signer, title="Ache {}", causes=1, related=3, **fields
) -> list[str]:
    """Write and sign so many symptoms, each with the same causes and its own neighbours; return
    their slugs.
    """
    pages = write_symptoms(count, by, title, fields)
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


def sign_again(count: int, *, signer) -> None:
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


def write_symptoms(count: int, by, title: str, fields: dict) -> list[Article]:
    common = {
        "kind": "symptom",
        "summary": "It hurts for a while.",
        "body": "<p>It hurts, and then it stops.</p>",
        "advice_level": "emergency",
        "advice": "<p>Call 911 if it does not stop.</p>",
        "writer": by,
        "notice": get_notice(),
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
        Article.topics.through(article_id=page.pk, topic_id=get_topic().pk) for page in pages
    )
    Reference.objects.bulk_create(
        Reference(article=page, title="Aches", publisher="NIH") for page in pages
    )
    return pages


def _relate_symptoms(pages: list[Article], by, causes: int, related: int) -> None:
    shared = [
        write_cause(by, name=f"Long day {number}", slug=f"long-day-{number}")
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
    PublicationEvent.objects.bulk_create(
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
