"""The deeds that write history: the only writers of revisions, publications and addresses."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from django.contrib.auth.models import AbstractUser
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import OuterRef, Subquery
from django.utils import timezone

from articles import images, kinds, projections
from articles.content import EXPUNGED, Document, canonical, digest
from articles.fields import fold
from articles.imprint import Frame, ReviewLine
from articles.models import Article, Authorship, MergedPage, Publication, Redirect, Revision


class Refused(Exception):
    """A deed that a rule forbids; its text says why, to the person who tried."""


class CannotPublish(Refused):
    pass


class CannotWithdraw(Refused):
    pass


class CannotRestore(Refused):
    pass


class CannotDiscard(Refused):
    pass


class CannotChangeAddress(Refused):
    pass


class CannotRetire(Refused):
    pass


class CannotExpunge(Refused):
    pass


@dataclass(frozen=True)
class Restored:
    """What a restore did: the revision it made and a sentence for each thing it could not bring back."""

    revision: Revision
    report: list[str]


def record_revision(page: Article, *, by: AbstractUser, restored_from: Revision | None = None) -> Revision:
    """Freeze the working copy of one page. Returns its latest revision: a new one only if the text changed."""
    kind = kinds.get(page.kind)
    return record_revisions(kind.model.objects.filter(pk=page.pk), by=by, restored_from=restored_from)[0]


@transaction.atomic
def record_revisions(
    pages, *, by: AbstractUser, restored_from: Revision | None = None, words_of: Iterable[int] = ()
) -> list[Revision]:
    """Freeze the working copies of a queryset of pages of one kind, in a fixed number of queries.

    ``words_of`` are the ids of further users whose words come into each of them.
    """
    kind = kinds.of(pages.model)
    ids = sorted(pages.values_list("pk", flat=True))
    list(Article.objects.select_for_update().filter(pk__in=ids).order_by("pk").values_list("pk"))
    newest = Revision.objects.filter(article=OuterRef("pk")).order_by("-number").values("pk")[:1]
    latest = Article.objects.filter(pk__in=ids).annotate(newest=Subquery(newest)).values("newest")
    previous = {revision.article_id: revision for revision in Revision.objects.filter(pk__in=latest)}
    now, kept, made, writers, steps = timezone.now(), [], [], [], []
    for page in kind.load(kind.model.objects.filter(pk__in=ids).order_by("pk")):
        document, before = kind.compose(page), previous.get(page.pk)
        text = canonical(document)
        if before and before.digest == digest(text):
            kept.append(before)
            continue
        revision = Revision(
            article_id=page.pk,
            number=before.number + 1 if before else 1,
            document=text.decode(),
            digest=digest(text),
            saved_by=by,
            saved_at=now,
            restored_from=restored_from,
        )
        made.append(revision)
        writers.append(page.writer_id)
        steps.append((document, before.read() if before and not before.expunged else None))
    inherited = _inherited(made)
    Revision.objects.bulk_create(made)
    Authorship.objects.bulk_create(
        Authorship(revision=revision, user_id=author)
        for revision, writer, authors, uploaders in zip(
            made, writers, kind.authors(steps), images.uploaders(steps), strict=True
        )
        for author in {by.pk, writer, *authors, *uploaders, *words_of, *inherited.get(revision.article_id, ())}
    )
    return kept + made


def _inherited(made: list[Revision]) -> dict[int, set[int]]:
    """By page, the authors of the older text that a new revision brings back, by restoring it or word for word."""
    sources = {revision.article_id: revision.restored_from for revision in made if revision.restored_from}
    digests = {(revision.article_id, revision.digest) for revision in made}
    older = Revision.objects.filter(article__in=[page for page, _ in digests], digest__in=[text for _, text in digests])
    sources |= {twin.article_id: twin for twin in older.order_by("number") if (twin.article_id, twin.digest) in digests}
    return {page: _lineage(source) for page, source in sources.items()}


def _lineage(revision: Revision) -> set[int]:
    """Whoever wrote a revision: the authors of it and of those before it that led up to it unpublished."""
    before = Revision.objects.filter(article=revision.article_id, number__lt=revision.number)
    signed = before.filter(publications__isnull=False).order_by("-number").values_list("number", flat=True).first()
    rows = Authorship.objects.filter(
        revision__article=revision.article_id,
        revision__number__gt=signed or 0,
        revision__number__lte=revision.number,
    )
    return set(rows.values_list("user_id", flat=True))


def lock(page: Article) -> Article:
    """The page's row, held until the transaction ends, with what visitors read now.

    Two queries: PostgreSQL joins a row that it had to wait for to what the other tables held before the wait.
    """
    Article.objects.select_for_update().values_list("pk").get(pk=page.pk)
    return Article.objects.select_related("live").get(pk=page.pk)


@transaction.atomic
def publish(
    *, revision: Revision, document: Document, review_line: ReviewLine, evidence: str, by: AbstractUser, at
) -> Publication:
    """Show visitors a signed revision. ``evidence`` is the hash of the ledger entry that signed it."""
    page = lock(revision.article)
    if page.discarded_at:
        raise CannotPublish("This page was discarded.")
    if page.live and page.live.revision.number > revision.number:
        raise CannotPublish("A later text of this page is already published.")
    again = page.live and page.live.revision_id == revision.pk
    Publication.objects.take_turn()
    publication = Publication.objects.create(
        article=page,
        revision=revision,
        kind=Publication.Kind.RESIGN if again else Publication.Kind.PUBLISH,
        evidence=evidence,
        slug=page.slug,
        title=document.title,
        sort_key=fold(document.title)[:200],
        summary=document.summary,
        review_line=canonical(review_line).decode(),
        frame=canonical(frame_of(page)).decode(),
        by=by,
        at=at,
    )
    Article.objects.filter(pk=page.pk).update(live=publication)
    MergedPage.objects.filter(page=page).delete()  # it is a page of its own again
    projections.file([publication])
    projections.show(publication, document)
    return publication


@transaction.atomic
def withdraw(
    page: Article, *, reason: str, evidence: str, by: AbstractUser, at, successor: Article | None = None
) -> Publication:
    """Show visitors, openly, that a page is gone: nothing older comes in its place.

    ``successor`` is the page that covers its subject, where it is withdrawn as merged into that.
    """
    page = lock(page)
    if not page.live:
        raise CannotWithdraw("This page is not published, so there is nothing to withdraw.")
    Publication.objects.take_turn()
    why = {"reason": reason, "successor": successor, "evidence": evidence}
    gone = _following(page.live, kind=Publication.Kind.WITHDRAW, by=by, at=at, **why)
    gone.save(force_insert=True)
    Article.objects.filter(pk=page.pk).update(live=None)
    projections.file([gone])
    projections.hide(gone)
    return gone


@transaction.atomic
def restore(revision: Revision, *, by: AbstractUser) -> Restored:
    """Write an old text back into the working copy, as a new revision; shared rows are left alone."""
    page = lock(revision.article)
    if page.discarded_at:
        raise CannotRestore("This page was discarded.")
    if Revision.objects.get(pk=revision.pk).expunged:
        raise CannotRestore(f"The text of revision {revision.number} was expunged, so there is nothing to restore.")
    kind = kinds.get(page.kind)
    working_copy = kind.model.objects.get(pk=page.pk)
    working_copy.edition += 1
    report = kind.restore(working_copy, revision.read())
    return Restored(record_revision(working_copy, by=by, restored_from=revision), report)


@transaction.atomic
def discard(page: Article, *, by: AbstractUser) -> None:
    """Put away a draft that was never published; its history stays."""
    page = lock(page)
    if page.publications.exists():
        raise CannotDiscard("This page was published once, so it can be withdrawn but not discarded.")
    Article.objects.filter(pk=page.pk).update(discarded_by=by, discarded_at=timezone.now())


def why_not_expunge(revision: Revision) -> str:
    """Why the text of a revision cannot be blanked now; empty where it can."""
    page, newest = revision.article, revision.article.latest_revision()
    if revision.expunged:
        return f"The text of revision {revision.number} was expunged already."
    if page.live and page.live.revision_id == revision.pk:
        return "Visitors read this text now. Withdraw the page, or have another text signed in its place, first."
    if newest.pk == revision.pk:
        return "This is the latest text of the page, and the form still holds it. Save another text in its place first."
    return ""


@transaction.atomic
def expunge(revision: Revision, *, evidence: str, by: AbstractUser, at) -> None:
    """Blank the text of a revision for good. ``evidence`` is the hash of the ledger entry that says so.

    Where visitors read the page, the log tells them, and every page on a shelf is printed anew.
    """
    page = lock(revision.article)
    revision = Revision.objects.select_related("article__live").get(pk=revision.pk)
    if why_not := why_not_expunge(revision):
        raise CannotExpunge(why_not)
    document = revision.read()
    Publication.objects.take_turn()
    Revision.objects.filter(pk=revision.pk).update(document=EXPUNGED)
    projections.forget(document)
    if page.live:
        told = _following(page.live, kind=Publication.Kind.EXPUNGE, by=by, at=at, evidence=evidence)
        told.save(force_insert=True)
        Article.objects.filter(pk=page.pk).update(live=told)
        projections.file([told])


@transaction.atomic
def change_address(page: Article, *, slug: str, by: AbstractUser) -> None:
    """Move a page to another address; visitors to the old one are led to the new."""
    page = lock(page)
    old, page.slug = page.slug, slug
    if old == slug:
        raise CannotChangeAddress("The page has this address already.")
    try:
        page.clean_fields(exclude=[f.name for f in page._meta.fields if f.name != "slug"])
        page.check_address()
    except ValidationError as error:
        raise CannotChangeAddress(" ".join(error.messages)) from error
    if page.publications.exists() and not page.live:
        raise CannotChangeAddress("This page is withdrawn. Its address can change once it is signed again.")
    if not page.live:
        Article.objects.filter(pk=page.pk).update(slug=slug)
        return
    address = {"language": page.language, "kind": page.kind}
    Redirect.objects.filter(**address, slug=slug, article=page).delete()
    Redirect.objects.create(**address, slug=old, article=page)
    Publication.objects.take_turn()
    moved = _following(page.live, kind=Publication.Kind.ADDRESS, by=by, at=timezone.now(), slug=slug)
    moved.save(force_insert=True)
    Article.objects.filter(pk=page.pk).update(live=moved, slug=slug)
    projections.file([moved])


@transaction.atomic
def reframe(pages, *, by: AbstractUser) -> int:
    """Log and show the present notice and filing of those published pages that print another. Returns how many."""
    pages = pages.public().order_by("pk").distinct()
    held = Article.objects.select_for_update().filter(pk__in=pages.values("pk")).order_by("pk")
    shown_now = Article.objects.filter(pk__in=list(held.values_list("pk", flat=True))).public().order_by("pk")
    now, rows = timezone.now(), []
    printed = cache(lambda frame: canonical(frame).decode())  # whole libraries share a few frames
    for page in shown_now.select_related("live", "notice").prefetch_related("topics").defer("advice", "body"):
        frame, shown = frame_of(page), page.live.read_frame()
        if frame != shown:
            kind = Publication.Kind.NOTICE if frame.notice != shown.notice else Publication.Kind.FILING
            rows.append(_following(page.live, kind=kind, by=by, at=now, frame=printed(frame)))
    if not rows:
        return 0
    Publication.objects.take_turn()
    Publication.objects.bulk_create(rows)
    newest = Publication.objects.filter(article=OuterRef("pk")).order_by("-id").values("id")[:1]
    Article.objects.filter(pk__in=[row.article_id for row in rows]).update(live=Subquery(newest))
    projections.file(rows)
    return len(rows)


def frame_of(page: Article) -> Frame:
    """The notice and the filing of a page as they are now."""
    return Frame(
        notice=page.notice.as_printed() if page.notice else None,
        filed_under=tuple(topic.as_printed() for topic in page.topics.all()),
    )


def _following(shown: Publication, **changed) -> Publication:
    """The next line of a page's log: what is shown now, save for what changed."""
    same = ["article_id", "revision_id", "slug", "title", "sort_key", "summary", "review_line", "frame"]
    return Publication(**({name: getattr(shown, name) for name in same} | {"evidence": None} | changed))
