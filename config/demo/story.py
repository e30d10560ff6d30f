"""What happened to the pages of the demonstration: deed after deed, each through the action that people use."""

import datetime as dt
import uuid
from collections.abc import Iterator
from dataclasses import dataclass

from django.contrib.auth.models import User
from django.utils import timezone

from articles.actions import record_revision
from articles.feedback.deeds import answer, deal_with, report
from articles.models import Article, CopyrightNotice, ReaderReport
from articles.notices import roll_copyright_year
from reviews.actions import request_changes, request_review, sign_off, withdraw_page
from reviews.models import MedicalReview

NO_CONFLICT = "None. This signer is fictional."


@dataclass(frozen=True)
class Stage:
    """The pages by address with the texts of their files, the people by name, and the notices."""

    pages: dict[str, Article]
    texts: dict[str, dict]
    before: dict[str, dict]
    people: dict[str, User]
    notices: list[CopyrightNotice]

    def page(self, deed: dict) -> Article:
        return type(self.pages[deed["page"]]).objects.get(slug=deed["page"])


def in_order(deeds: list[dict], *, first_day: dt.datetime, today: dt.datetime) -> Iterator[tuple[dt.datetime, dict]]:
    """Each deed with its moment, the oldest first; a new year rolls the copyright notices over."""
    dated = [(today - dt.timedelta(days=deed["days_ago"]), deed) for deed in deeds]
    for year in range(first_day.year + 1, today.year + 1):
        new_year = dt.datetime(year, 1, 2, 9, tzinfo=dt.UTC)
        if new_year < today:
            dated.append((new_year, {"do": "roll"}))
    dated.sort(key=lambda pair: pair[0])
    # A minute apart, so that the log and the ledger of one day keep their order.
    yield from ((moment + dt.timedelta(minutes=place), deed) for place, (moment, deed) in enumerate(dated))


def relive(deed: dict, stage: Stage) -> None:
    DEEDS[deed["do"]](deed, stage)


def _sign(deed: dict, stage: Stage) -> None:
    """A first or an annual review of the whole page, by the reviewer that its file names."""
    signer = stage.people[deed.get("by") or stage.texts[deed["page"]]["sign_by"]]
    page = stage.page(deed)
    _sign_off(request_review(page, by=page.writer, reviewer=signer.reviewer), signer)


def _change(deed: dict, stage: Stage) -> None:
    """The words of the page's file come in, and somebody countersigns them."""
    page, signer = _edit(deed, stage), stage.people[deed["by"]]
    asked = {"trigger": MedicalReview.Trigger.CHANGE, "note": deed["note"], "correction": deed.get("correction", "")}
    _sign_off(request_review(page, by=page.writer, reviewer=signer.reviewer, **asked), signer)


def _edit(deed: dict, stage: Stage) -> Article:
    page = stage.page(deed)
    own = {name: stage.texts[deed["page"]][name] for name in stage.before.get(deed["page"], {})}
    for name, text in (deed.get("text") or own).items():
        setattr(page, name, text)
    page.save()
    record_revision(page, by=page.writer)
    return page


def _ask(deed: dict, stage: Stage) -> None:
    page = _edit(deed, stage)
    reviewer = stage.people[deed["of"]].reviewer if "of" in deed else None
    request_review(page, by=page.writer, reviewer=reviewer, note=deed["note"])


def _send_back(deed: dict, stage: Stage) -> None:
    review = MedicalReview.objects.waiting().get(article=stage.pages[deed["page"]].pk)
    request_changes(review, by=stage.people[deed["by"]], comment=deed["comment"])


def _withdraw(deed: dict, stage: Stage) -> None:
    withdraw_page(stage.page(deed), reason=deed["reason"], by=stage.people["morgan"])


def _report(deed: dict, stage: Stage) -> None:
    """A reader reports a problem with the text that visitors read on that day."""
    report(stage.page(deed).live.revision, key=uuid.uuid4(), kind=deed["problem"], words=deed["words"])


def _close(deed: dict, stage: Stage) -> None:
    waiting = ReaderReport.objects.open().get(article=stage.pages[deed["page"]].pk)
    deal_with(waiting, by=stage.people[deed["by"]], outcome=deed["outcome"])


def _answers(deed: dict, stage: Stage) -> None:
    for helpful in [True] * deed["yes"] + [False] * deed["no"]:
        answer(stage.page(deed).live.revision, helpful=helpful)


def _roll(deed: dict, stage: Stage) -> None:
    roll_copyright_year(stage.notices, year=timezone.localdate().year, by=stage.people["morgan"])


def _sign_off(review: MedicalReview, signer: User) -> None:
    sign_off(review, by=signer, seen_digest=review.revision.digest, conflicts=NO_CONFLICT)


DEEDS = {
    "sign": _sign,
    "change": _change,
    "edit": _edit,
    "ask": _ask,
    "send_back": _send_back,
    "withdraw": _withdraw,
    "roll": _roll,
    "report": _report,
    "close": _close,
    "answers": _answers,
}
