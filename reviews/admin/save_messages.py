"""What to do next after saving a page: mend it, ask for a review, or wait."""

from django.contrib import messages
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from articles import quality
from articles.admin.save_messages import SaveMessages, SaveResult
from reviews.models import MedicalReview

MAX_NAMED_PROBLEMS = 3


def describe_next_step(page_admin, request, saved: SaveResult) -> SaveMessages:
    waiting = MedicalReview.objects.waiting().filter(article=saved.page.pk)
    review = waiting.select_related("reviewer", "revision").first()
    if review:
        yield _describe_open_review(page_admin, review, saved)
        return
    if saved.live and saved.live.revision_id == saved.revision.pk:
        return
    blocking = quality.find_blocking_problems(saved.page, saved.revision.read())
    if blocking:
        url = page_admin.get_object_url("change", saved.page)
        yield messages.WARNING, _describe_problems(blocking, url)
    elif request.user.has_perm("reviews.request_review"):
        url = page_admin.get_object_url("ask", saved.page)
        yield messages.INFO, format_html('Next: <a href="{}">request a review</a>.', url)


def _describe_open_review(
    page_admin, review: MedicalReview, saved: SaveResult
) -> tuple[int, SafeString]:
    """Which text the reviewer reads: this one, or an older one."""
    reviewer = review.reviewer or "The next reviewer"
    if review.revision_id == saved.revision.pk:
        return messages.INFO, format_html("{} has been asked to sign this text.", reviewer)
    message = format_html(
        "{} is reviewing the older text, revision {}: this one is not part of it. "
        'If it should be, <a href="{}">cancel the request</a> and request again.',
        reviewer,
        review.revision.number,
        page_admin.get_object_url("change", saved.page) + "#panel",
    )
    return messages.WARNING, message


def _describe_problems(problems: list[quality.Problem], url: str) -> SafeString:
    """The first problems that block a review, and how many more there are."""
    named = [(problem.message, problem.fix) for problem in problems[:MAX_NAMED_PROBLEMS]]
    sentences = format_html_join(" ", "{} {}", named)
    rest = len(problems) - MAX_NAMED_PROBLEMS
    more = f" And {rest} more." if rest > 0 else ""
    next_step = 'Next: <a href="{}">edit the page</a> before a review. {}{}'
    return format_html(next_step, url, sentences, more)
