"""Who may sign what: the person, the licence, four eyes and the state of the page."""

from collections.abc import Iterable

from django.contrib.auth.models import User
from django.db.models import Exists, Max, OuterRef, QuerySet
from django.utils import timezone

from articles.models import Article, Authorship, PublicationEvent
from reviews.models import LedgerEntry, MedicalReview, Reviewer, SignatureDispute
from reviews.signing import second_reading


def is_barred(page: Article, user: User) -> bool:
    """Whether somebody wrote in a page since the last signature by someone else (four eyes), or
    read the text first that is open for a second reader.
    """
    return user.pk in get_barred_users(page)


def get_barred_users(page: Article) -> set[int]:
    """Ids of all people that are barred from a page, in three queries."""
    return get_barred_users_by_page([page]).get(page.pk, set())


def get_barred_pages(pages: Iterable[Article | int], user: User) -> set[int]:
    """Ids of those of the pages that somebody is barred from, in three queries."""
    own_words = Authorship.objects.filter(revision__article__in=pages, user=user)
    last_written = own_words.values_list("revision__article").annotate(Max("revision__number"))
    signatures = LedgerEntry.objects.signed().filter(article__in=pages).exclude(by=user)
    in_order = signatures.order_by("sequence")
    last_signed = dict(in_order.values_list("article", "revision__number"))
    barred = {page for page, number in last_written if number > last_signed.get(page, 0)}
    for page, readers in second_reading.get_readers_by_page(pages).items():
        if user.pk in readers:
            barred.add(page)
    return barred


def get_barred_users_by_page(pages: Iterable[Article | int]) -> dict[int, set[int]]:
    """Page id → ids of all people that are barred from it, in three queries."""
    signatures = LedgerEntry.objects.signed().filter(article__in=pages).order_by("-sequence")
    signed: dict[int, list[tuple[int, int]]] = {}
    for page, signer, number in signatures.values_list("article", "by", "revision__number"):
        signed.setdefault(page, []).append((signer, number))
    authorships = Authorship.objects.filter(revision__article__in=pages)
    by_author = authorships.values_list("revision__article", "user")
    barred: dict[int, set[int]] = {}
    for page, author, number in by_author.annotate(Max("revision__number")):
        if number > _get_last_number_signed_by_others(signed.get(page, []), author):
            barred.setdefault(page, set()).add(author)
    for page, readers in second_reading.get_readers_by_page(pages).items():
        barred.setdefault(page, set()).update(readers)
    return barred


def _get_last_number_signed_by_others(signed: list[tuple[int, int]], user: int) -> int:
    """The number of the last revision that somebody else signed; 0 if nobody did.

    ``signed`` has signer and revision number of each signature, the last one first.
    """
    for signer, number in signed:
        if signer != user:
            return number
    return 0


def get_qualified_reviewers() -> QuerySet[Reviewer]:
    """Reviewers who are verified, licensed today, have an open account and dispute no signature."""
    today = timezone.localdate()
    disputes = SignatureDispute.objects.open().filter(reviewer=OuterRef("pk"))
    return Reviewer.objects.filter(
        ~Exists(disputes),
        verified_at__isnull=False,
        licence_expires__gte=today,
        user__is_active=True,
    )


def get_deciding_error(review: MedicalReview, user: User) -> str:
    """Why this person cannot decide this review in any way; empty if they can.

    A decision is a clinician's. Who wrote some of the page can decide, and cannot sign.
    """
    return _get_deciding_error(review, user, _get_reviewer(user))


def get_signing_error(review: MedicalReview, user: User) -> str:
    """Why this person cannot sign this review now; empty if they can."""
    reviewer = _get_reviewer(user)
    if error := _get_deciding_error(review, user, reviewer):
        return error
    if second_reading.was_read_by(review, user):
        return second_reading.MESSAGE
    if is_barred(review.article, user):
        return "You wrote some of this page, so somebody else must sign it."
    return get_outdated_error(review)


def _get_reviewer(user: User) -> Reviewer | None:
    return Reviewer.objects.select_related("user").filter(user=user).first()


def _get_deciding_error(review: MedicalReview, user: User, reviewer: Reviewer | None) -> str:
    if not user.is_active:
        return "This account is closed."
    if reviewer is None or not user.has_perm("reviews.sign_review"):
        return "Only reviewers can sign or decide. Ask a managing editor to add you."
    if review.decided_at and review.decided_by_id == user.pk:
        return f"You decided this review on {timezone.localdate(review.decided_at):%-d %B %Y}."
    if review.decided_by:
        name = review.decided_by.get_full_name() or review.decided_by.get_username()
        day = timezone.localdate(review.decided_at)
        return f"This review was decided already, by {name} on {day:%-d %B %Y}."
    if review.reviewer_id not in (None, reviewer.pk):
        return f"This review is assigned to {review.reviewer}, and only they can decide it."
    return reviewer.get_signing_error(timezone.localdate())


def get_current_withdrawal(page: Article) -> PublicationEvent | None:
    """The withdrawal of a page that is withdrawn now, else None."""
    newest = page.publications.order_by("-id").first()
    if newest and newest.kind == PublicationEvent.EventKind.WITHDRAW:
        return newest
    return None


def get_outdated_error(review: MedicalReview) -> str:
    """What happened to the page that makes this review outdated; empty if nothing did."""
    if review.article.discarded_at:
        return "The page was discarded after this review was requested."
    newest = review.article.publications.select_related("revision").order_by("-id").first()
    if newest is None:
        return ""
    if newest.kind == PublicationEvent.EventKind.WITHDRAW and newest.pk != review.basis_id:
        return "The page was withdrawn after this request. The editors must request it again."
    if newest.revision.number > review.revision.number:
        return "A later text of this page is published already. The editors must request it again."
    return ""
