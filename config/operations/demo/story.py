"""What happened to the pages of the demonstration: each event by the action that people use."""

import datetime as dt
import uuid
from collections.abc import Iterator
from dataclasses import dataclass

from django.contrib.auth.models import User
from django.utils import timezone

from articles.feedback.actions import close_report, create_report, record_answer
from articles.models import Article, CopyrightNotice, ReaderReport, Revision
from articles.publishing.actions import record_revision
from articles.publishing.copyright_notices import roll_copyright_year
from reviews.models import MedicalReview
from reviews.signing.actions import request_changes, request_review, sign_off, withdraw_page
from reviews.signing.changes import confirm_all

NO_CONFLICT = "None. This signer is fictional."


@dataclass(frozen=True)
class StoryContext:
    """The pages by slug with the texts of their files, the people by name, and the notices."""

    pages: dict[str, Article]
    page_texts: dict[str, dict]
    first_texts: dict[str, dict]
    people: dict[str, User]
    notices: list[CopyrightNotice]

    def get_page(self, event: dict) -> Article:
        page = self.pages[event["page"]]
        return type(page).objects.get(pk=page.pk)

    def get_live_revision(self, event: dict) -> Revision:
        live = self.get_page(event).live
        assert live  # an earlier event has published it
        return live.revision

    def get_level_reason(self, event: dict) -> str:
        """Why the gravest care card of the page has its level, for the reviewer, or empty."""
        return self.page_texts[event["page"]].get("level_reason", "").strip()


def schedule_events(
    events: list[dict], *, first_day: dt.datetime, today: dt.datetime
) -> Iterator[tuple[dt.datetime, dict]]:
    """Each event with its moment, the oldest first; a new year rolls the copyright notices over."""
    dated = [(today - dt.timedelta(days=event["days_ago"]), event) for event in events]
    for year in range(first_day.year + 1, today.year + 1):
        new_year = dt.datetime(year, 1, 2, 9, tzinfo=dt.UTC)
        if new_year < today:
            dated.append((new_year, {"do": "roll"}))
    dated.sort(key=lambda pair: pair[0])
    # A minute apart, so that the log and the ledger of one day keep their order.
    for place, (moment, event) in enumerate(dated):
        yield moment + dt.timedelta(minutes=place), event


def apply_event(event: dict, context: StoryContext) -> None:
    EVENT_HANDLERS[event["do"]](event, context)


def _sign(event: dict, context: StoryContext) -> None:
    """A first or an annual review of the whole page, by the reviewer that its file names."""
    signer = context.people[event.get("by") or context.page_texts[event["page"]]["sign_by"]]
    page = context.get_page(event)
    note = context.get_level_reason(event)
    _sign_off(request_review(page, by=page.writer, reviewer=signer.reviewer, note=note), signer)


def _change(event: dict, context: StoryContext) -> None:
    """The words of the page's file come in, and somebody countersigns them."""
    page, signer = _edit(event, context), context.people[event["by"]]
    asked = {
        "trigger": MedicalReview.Trigger.CHANGE,
        "note": event["note"],
        "correction": event.get("correction", ""),
    }
    _sign_off(request_review(page, by=page.writer, reviewer=signer.reviewer, **asked), signer)


def _edit(event: dict, context: StoryContext) -> Article:
    page = context.get_page(event)
    own = {
        name: context.page_texts[event["page"]][name]
        for name in context.first_texts.get(event["page"], {})
    }
    for name, text in (event.get("text") or own).items():
        setattr(page, name, text)
    page.save()
    record_revision(page, by=page.writer)
    return page


def _request_review(event: dict, context: StoryContext) -> None:
    page = _edit(event, context)
    reviewer = context.people[event["of"]].reviewer if "of" in event else None
    reason = "" if page.live_id else context.get_level_reason(event)
    note = "\n\n".join(filter(None, [event["note"], reason]))
    request_review(page, by=page.writer, reviewer=reviewer, note=note)


def _send_back(event: dict, context: StoryContext) -> None:
    review = MedicalReview.objects.waiting().get(article=context.pages[event["page"]].pk)
    request_changes(review, by=context.people[event["by"]], comment=event["comment"])


def _withdraw(event: dict, context: StoryContext) -> None:
    withdraw_page(context.get_page(event), reason=event["reason"], by=context.people["morgan"])


def _report(event: dict, context: StoryContext) -> None:
    """A reader reports a problem with the text that visitors read on that day."""
    create_report(
        context.get_live_revision(event),
        key=uuid.uuid4(),
        kind=event["problem"],
        words=event["words"],
    )


def _close_report(event: dict, context: StoryContext) -> None:
    waiting = ReaderReport.objects.open().get(article=context.pages[event["page"]].pk)
    close_report(waiting, by=context.people[event["by"]], outcome=event["outcome"])


def _answer_feedback(event: dict, context: StoryContext) -> None:
    for helpful in [True] * event["yes"] + [False] * event["no"]:
        record_answer(context.get_live_revision(event), helpful=helpful)


def _roll_copyright(event: dict, context: StoryContext) -> None:
    roll_copyright_year(
        context.notices, year=timezone.localdate().year, by=context.people["morgan"]
    )


def _sign_off(review: MedicalReview, signer: User) -> None:
    sign_off(
        review,
        by=signer,
        seen_digest=review.revision.digest,
        conflicts=NO_CONFLICT,
        authentication="password",
        answers=confirm_all(review),
    )


EVENT_HANDLERS = {
    "sign": _sign,
    "change": _change,
    "edit": _edit,
    "ask": _request_review,
    "send_back": _send_back,
    "withdraw": _withdraw,
    "roll": _roll_copyright,
    "report": _report,
    "close": _close_report,
    "answers": _answer_feedback,
}
