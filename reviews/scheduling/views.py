"""The plan of who reads what in which week: proposed, changed by row, and put into the plan."""

import datetime as dt
from contextlib import contextmanager

from django.core.paginator import Paginator
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from articles.admin.confirmed_action import ActionResult, ConfirmedAction
from articles.admin.forms import parse_key
from articles.lists import ListQuery
from articles.models import Article
from articles.publishing.actions import StalePreview
from articles.publishing.merging import lock_pages
from articles.unsent_forms import clear_form
from reviews.planned_reviews.actions import CannotPlan, plan_reviews
from reviews.planned_reviews.capacity import get_monday
from reviews.radar.views import read_query, require_managing_editor
from reviews.scheduling import planner
from reviews.scheduling.checks import find_blocked
from reviews.scheduling.edits import RowEdits
from reviews.scheduling.proposal import (
    CHANGE_REASONS,
    MAX_PAGES,
    PlanProposal,
    build_proposal,
    find_changes,
)
from reviews.scheduling.rows import (
    ProposalRow,
    build_rows,
    build_totals,
    build_weeks,
    find_shortages,
    list_choices,
)

DEFAULT_SPAN = dt.timedelta(days=90)
ROWS_PER_PAGE = 25
APPLY_SHOWN = "apply-shown"
CORRECT_ROWS = "Nothing was planned: correct the marked rows, or leave them out."


class PlanReviewsAction(ConfirmedAction):
    """The proposal for the pages of a filter; confirmed, its rows are planned, or none.

    Changes of rows are carried from page to page of it. Paging and updating do nothing else.
    """

    template = "reviews/plan.html"
    change_reasons = CHANGE_REASONS

    def __init__(self, request, query: ListQuery):
        self.list_query = query
        self.today = timezone.localdate()
        if not query.values:
            query.defaults["until"] = (self.today + DEFAULT_SPAN).isoformat()
        self.pages = query.filter_rows(Article.objects.active())
        self.subject = f"plan:{query.build_query()}"[:100]
        radar_url = reverse("reviews:radar")
        self.cancel_url = f"{radar_url}{query.build_query()}#pages"
        self.done_url = reverse("reviews:planned")
        super().__init__(request)
        if self.is_confirmed:
            self.edits = RowEdits(request.POST)
            self.edits.save(self.by, self.subject)
        else:
            self.edits = RowEdits.load(self.by, self.subject)

    @property
    def applies_shown(self) -> bool:
        """Whether only the rows of this page are to be planned."""
        return self.request.POST.get("do") == APPLY_SHOWN

    def respond(self):
        if self.is_confirmed and "page" in self.request.POST:
            preview = self.preview()
            return self.render(preview, self.find_change(preview))
        return super().respond()

    @contextmanager
    def prepare(self):
        """The plan is made before anything is locked: that takes seconds. Under the locks it is
        compared with the facts as they are then.
        """
        proposal = self.preview()
        with transaction.atomic():
            lock_pages(proposal.pages)
            changes = find_changes(proposal, self.pages)
            if changes:
                raise StalePreview(changes)
            yield proposal

    def preview(self):
        return build_proposal(self.pages, self.today)

    def can_execute(self, preview):
        return bool(preview.pages)

    def execute(self, preview):
        rows, _ = build_rows(preview, self.edits.choices)
        if self.applies_shown:
            shown = set(self.edits.shown)
            rows = [row for row in rows if row.page.key in shown]
        if any(row.error for row in rows):
            raise CannotPlan(CORRECT_ROWS)
        choices = list_choices(rows)
        if not choices:
            raise CannotPlan("Nothing was planned: every row is left out.")
        plan_reviews(choices, by=self.by)
        if not self.applies_shown:
            clear_form(self.by, self.subject)
        count = "1 review is" if len(choices) == 1 else f"{len(choices):,} reviews are"
        message = f"{count} planned. Their reviewers open them; editing can continue until then."
        return ActionResult(message, [choice.page for choice in choices])

    def refuse(self, refusal):
        self.form.add_error(None, str(refusal))
        return self.render(self.preview(), status=422)

    def get_context(self, preview):
        rows, gone = build_rows(preview, self.edits.choices)
        page = Paginator(rows, ROWS_PER_PAGE).get_page(self._get_number(rows))
        shown = list(page.object_list)
        planned = [row for row in rows if row.is_planned]
        return {
            "list_query": self.list_query,
            "page": page,
            "rows": shown,
            "blocked": find_blocked(row.page.key for row in shown),
            "edits": self.edits.hide(row.page.key for row in shown),
            "edited": sum(row.is_edited for row in rows),
            "gone": gone,
            "planned": planned,
            "minutes": sum(row.page.minutes for row in planned),
            "late": sum(bool(row.warning) for row in rows),
            "wrong": sum(bool(row.error) for row in rows),
            "readers": sorted(preview.reviewers.values(), key=lambda one: one.name),
            "week_choices": list_weeks(preview),
            "shortages": find_shortages(preview, rows),
            "totals": build_totals(preview, rows),
            "weeks": build_weeks(preview, rows),
            "max_pages": MAX_PAGES,
        }

    def _get_number(self, rows: list[ProposalRow]) -> int:
        """The page that is asked for; with an error, the first one that has a wrong row."""
        asked = parse_key(self.request.POST.get("page", ""))
        if asked or not self.is_confirmed:
            return asked or 1
        wrong = [number for number, row in enumerate(rows) if row.error]
        return wrong[0] // ROWS_PER_PAGE + 1 if wrong else 1


def list_weeks(proposal: PlanProposal) -> list[dt.date]:
    """The Mondays that a row can have."""
    monday = get_monday(proposal.today)
    last = max((row.week for row in proposal.plan.rows), default=monday)
    count = max(planner.LEAD_WEEKS, (last - monday).days // 7) + 1
    return [monday + dt.timedelta(weeks=number) for number in range(count)]


@require_managing_editor
@require_http_methods(["GET", "HEAD", "POST"])
def plan(request):
    """Without a filter the plan is for what falls due in the next 90 days."""
    unfiltered = f"the plan is for the next {DEFAULT_SPAN.days} days"
    query, _, _ = read_query(request, unfiltered=unfiltered)
    return PlanReviewsAction(request, query).respond()
