"""Who may sign what: the person, the licence, the four eyes and the state of the page."""

from django.utils import timezone

from articles.models import Article, Authorship, Publication
from reviews.models import MedicalReview, Reviewer, Signature


def has_own_words(page: Article, user) -> bool:
    """Four eyes: whether somebody's words came into a page since the last positive signature by someone else."""
    signed = Signature.objects.positive().filter(article=page).exclude(by=user).order_by("-sequence")
    number = signed.values_list("revision__number", flat=True).first() or 0
    return Authorship.objects.filter(user=user, revision__article=page, revision__number__gt=number).exists()


def why_not_sign(review: MedicalReview, user) -> str:
    """Why this person cannot sign this review now; empty where they can. Read again inside ``sign_off``."""
    reviewer = Reviewer.objects.select_related("user").filter(user=user).first()
    if reviewer is None or not user.has_perm("reviews.sign_review"):
        return "Only reviewers can sign. Ask a managing editor to add you."
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


def why_outdated(review: MedicalReview) -> str:
    newest = review.article.publications.select_related("revision").order_by("-id").first()
    if newest and newest.kind == Publication.Kind.WITHDRAW and newest.at > review.requested_at:
        return "The page was withdrawn after this review was asked for. The editors must ask again."
    if newest and newest.revision.number > review.revision.number:
        return "A later text of this page is published already. The editors must ask again."
    return ""
