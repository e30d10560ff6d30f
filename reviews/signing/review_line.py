"""The review line: which signature moves the annual dates, and to when."""

import datetime as dt

from dateutil.relativedelta import relativedelta
from django.conf import settings

from articles.content.review_line import Correction, Person, ReviewLine, Update
from articles.models import Article
from reviews.models import LedgerEntry, MedicalReview, Reviewer
from reviews.signing import ledger

CHANGE_RULE = "A signature over a change does not move the annual review."
REREAD_RULE = "Reading the same text again because of some news does not move the annual review."


class CannotSignChange(LookupError):
    """A change can be signed only on a page that was signed here and is not withdrawn."""


def advance_review_line(
    previous: ReviewLine | None,
    *,
    whole_page: bool,
    by: Person,
    on: dt.date,
    due: dt.date,
    is_reread: bool = False,
) -> ReviewLine:
    """The review line after a positive signature. Only one over the whole page moves the dates.

    Raises CannotSignChange for a change to a page without a review line.
    """
    if whole_page:
        corrections = previous.corrections if previous else ()
        return ReviewLine(reviewed_by=by, last_reviewed=on, next_due=due, corrections=corrections)
    if previous is None:
        raise CannotSignChange
    update = Update(by=by, on=on, again=is_reread)
    return previous.model_copy(update={"updates": (*previous.updates, update)})


def add_correction(line: ReviewLine, *, text: str, by: Person, on: dt.date) -> ReviewLine:
    """The review line with one more correction, if there is a text of one."""
    if not text:
        return line
    correction = Correction(text=text, by=by, on=on)
    return line.model_copy(update={"corrections": (*line.corrections, correction)})


def get_current_review_line(article: Article) -> ReviewLine | None:
    """The review line of the article's newest positive entry. None if it was withdrawn since."""
    outcomes = [*LedgerEntry.POSITIVE, LedgerEntry.EntryOutcome.WITHDRAWN]
    entries = LedgerEntry.objects.filter(article=article, outcome__in=outcomes)
    newest = entries.order_by("-sequence").first()
    if newest is None:
        return None
    return ledger.read_record(newest).review_line


def compute_review_line(
    review: MedicalReview, reviewer: Reviewer, today: dt.date
) -> tuple[ReviewLine, str]:
    """The review line after a signature today, and the rule that gives its due date.

    Raises CannotSignChange for a change to a page that nobody has signed here.
    """
    by = reviewer.to_person()
    previous = get_current_review_line(review.article)
    if review.whole_page:
        due = today + relativedelta(months=review.review_months)
        rule = f"{review.review_months} months after the review: {review.interval_rule}."
    elif previous is None or previous.earlier:
        raise CannotSignChange
    else:
        due = previous.next_due
        rule = REREAD_RULE if review.is_reread else CHANGE_RULE
    line = advance_review_line(
        previous, whole_page=review.whole_page, by=by, on=today, due=due, is_reread=review.is_reread
    )
    return add_correction(line, text=review.correction, by=by, on=today), rule


def get_review_interval(page: Article) -> tuple[int, str]:
    """Months from one annual review to the next, and the rule that gives them.

    For a page of high risk it is never longer than the site's interval.
    """
    site_months = settings.REVIEW_MONTHS[page.risk]
    own_months = page.review_months
    if own_months and (page.risk != Article.Risk.HIGH or own_months <= site_months):
        return own_months, "the page's own interval"
    return site_months, f"the site's interval for {page.risk} risk"
