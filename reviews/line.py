"""The review line, computed: which signature moves the annual dates, and to when."""

import datetime as dt

from dateutil.relativedelta import relativedelta
from django.conf import settings

from articles.imprint import Correction, Person, ReviewLine, Update
from articles.models import Article
from reviews import ledger
from reviews.models import MedicalReview, Reviewer, Signature

NOT_MOVED = "A signature over a change does not move the annual review."
NOT_MOVED_BY_NEWS = "Reading the same text again because of some news does not move the annual review."


class NothingToChange(LookupError):
    """A change can be signed only on a page that has been signed here as a whole and is not withdrawn."""


def next_line(
    previous: ReviewLine | None, *, whole_page: bool, by: Person, on: dt.date, due: dt.date, again: bool = False
) -> ReviewLine:
    """The review line after a positive signature: the rule that moves, or does not move, the annual dates."""
    if whole_page:
        kept = previous.corrections if previous else ()
        return ReviewLine(reviewed_by=by, last_reviewed=on, next_due=due, corrections=kept)
    return previous.model_copy(update={"updates": (*previous.updates, Update(by=by, on=on, again=again))})


def corrected(line: ReviewLine, *, text: str, by: Person, on: dt.date) -> ReviewLine:
    """The review line with one more correction, where the signature was asked for with one."""
    more = (Correction(text=text, by=by, on=on),) if text else ()
    return line.model_copy(update={"corrections": (*line.corrections, *more)})


def current_line(article: Article) -> ReviewLine | None:
    """The review line as the ledger gives it: that of the article's newest positive entry, unless withdrawn since."""
    newest = (
        Signature.objects.filter(article=article, outcome__in=[*Signature.POSITIVE, Signature.Outcome.WITHDRAWN])
        .order_by("-sequence")
        .first()
    )
    return ledger.read(newest).review_line if newest else None


def line_after(review: MedicalReview, reviewer: Reviewer, today: dt.date) -> tuple[ReviewLine, str]:
    """The review line that a signature makes today, and the rule that gives its due date.

    Raises NothingToChange for a change to a page that no signature of this house holds up.
    """
    by, previous = reviewer.as_printed(), current_line(review.article)
    if (previous is None or previous.earlier) and not review.whole_page:
        raise NothingToChange
    if review.whole_page:
        due = today + relativedelta(months=review.review_months)
        rule = f"{review.review_months} months after the review: {review.interval_rule}."
    else:
        due, rule = previous.next_due, NOT_MOVED_BY_NEWS if review.again else NOT_MOVED
    line = next_line(previous, whole_page=review.whole_page, by=by, on=today, due=due, again=review.again)
    return corrected(line, text=review.correction, by=by, on=today), rule


def review_interval(page: Article) -> tuple[int, str]:
    """Months from one annual review to the next, and why: never longer than the site allows for high risk."""
    sites = settings.REVIEW_MONTHS[page.risk]
    own = page.review_months
    if own and (page.risk != Article.Risk.HIGH or own <= sites):
        return own, "the page's own interval"
    return sites, f"the site's interval for {page.risk} risk"
