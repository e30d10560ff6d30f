"""Who may sign what: the person, the licence, the four eyes and the state of the page."""

from django.db.models import Max
from django.utils import timezone

from articles.models import Article, Authorship, Publication
from reviews.models import MedicalReview, Reviewer, Signature


def has_own_words(page: Article, user) -> bool:
    """Four eyes: whether somebody's words came into a page since the last positive signature by someone else."""
    return user.pk in with_own_words(page)


def with_own_words(page: Article) -> set[int]:
    """Ids of all whom four eyes bar from a page, in two queries."""
    last = Authorship.objects.filter(revision__article=page).values_list("user").annotate(Max("revision__number"))
    signed = list(
        Signature.objects.signed().filter(article=page).order_by("-sequence").values_list("by", "revision__number")
    )
    return {
        user for user, number in last if number > next((revision for signer, revision in signed if signer != user), 0)
    }


def pages_with_own_words(pages, user) -> set[int]:
    """Ids of those of the pages that four eyes bar somebody from, in two queries however many there are."""
    mine = Authorship.objects.filter(revision__article__in=pages, user=user)
    written = dict(mine.values_list("revision__article").annotate(Max("revision__number")))
    others = Signature.objects.signed().filter(article__in=pages).exclude(by=user).order_by("sequence")
    signed = dict(others.values_list("article", "revision__number"))
    return {page for page, number in written.items() if number > signed.get(page, 0)}


def barred_by_page(pages) -> dict[int, set[int]]:
    """Page → ids of all whom four eyes bar from it, in two queries however many pages and people there are."""
    last = Authorship.objects.filter(revision__article__in=pages).values_list("revision__article", "user")
    signed: dict[int, list[tuple[int, int]]] = {}
    signatures = Signature.objects.signed().filter(article__in=pages).order_by("-sequence")
    for page, signer, number in signatures.values_list("article", "by", "revision__number"):
        signed.setdefault(page, []).append((signer, number))
    barred: dict[int, set[int]] = {}
    for page, user, number in last.annotate(Max("revision__number")):
        if number > next((revision for signer, revision in signed.get(page, ()) if signer != user), 0):
            barred.setdefault(page, set()).add(user)
    return barred


def fit_to_sign():
    """Reviewers who can sign today, save what they wrote: verified, licensed, their account open."""
    today = timezone.localdate()
    return Reviewer.objects.filter(verified_at__isnull=False, licence_expires__gte=today, user__is_active=True)


def why_not_sign(review: MedicalReview, user) -> str:
    """Why this person cannot sign this review now; empty where they can. Read again inside ``sign_off``."""
    if not user.is_active:
        return "This account is closed."
    reviewer = Reviewer.objects.select_related("user").filter(user=user).first()
    if reviewer is None or not user.has_perm("reviews.sign_review"):
        return "Only reviewers can sign. Ask a managing editor to add you."
    if review.decided_at and review.decided_by_id == user.pk:
        return f"You decided this review on {timezone.localdate(review.decided_at):%-d %B %Y}."
    if review.decided_at:
        who = review.decided_by.get_full_name() or review.decided_by.get_username()
        return f"This review was decided already, by {who} on {timezone.localdate(review.decided_at):%-d %B %Y}."
    if review.reviewer_id not in (None, reviewer.pk):
        return f"This review was given to {review.reviewer}, and only they can decide it."
    if why_not := reviewer.why_not(timezone.localdate()):
        return why_not
    if has_own_words(review.article, user):
        return "Some words of this page are your own, so somebody else must sign it."
    return why_outdated(review)


def withdrawal(page: Article) -> Publication | None:
    """The withdrawal that holds a page back now; None for a page that is published or never was."""
    newest = page.publications.order_by("-id").first()
    return newest if newest and newest.kind == Publication.Kind.WITHDRAW else None


def why_outdated(review: MedicalReview) -> str:
    """Why the page has moved on from this review; empty where it has not."""
    if review.article.discarded_at:
        return "The page was discarded after this review was asked for."
    newest = review.article.publications.select_related("revision").order_by("-id").first()
    if newest and newest.kind == Publication.Kind.WITHDRAW and newest.pk != review.basis_id:
        return "The page was withdrawn after this review was asked for. The editors must ask again."
    if newest and newest.revision.number > review.revision.number:
        return "A later text of this page is published already. The editors must ask again."
    return ""
