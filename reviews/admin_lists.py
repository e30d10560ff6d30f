"""Lists of pages as editors sort and sift them: by state, due date and who signed."""

from django.contrib import admin
from django.db.models import DateField, Exists, F, OuterRef, Subquery
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join

from articles.admin_lists import Sieve
from articles.models import Publication
from reviews import sifting
from reviews.models import MedicalReview, Reviewer, Standing

DUE = Subquery(Standing.objects.filter(article=OuterRef("pk")).values("next_due")[:1], output_field=DateField())


class StateFilter(Sieve):
    title = parameter_name = "state"

    def lookups(self, request, model_admin):
        return [(name, label) for name, (label, _) in sifting.STATES.items()]

    def sift(self, pages, value, request):
        return sifting.STATES[value][1](pages)


class DueFilter(Sieve):
    title, parameter_name = "review due", "due"

    def lookups(self, request, model_admin):
        return [(name, label) for name, (label, _) in sifting.DUE.items()]

    def sift(self, pages, value, request):
        return sifting.DUE[value][1](pages, timezone.localdate())


class WhoseFilter(Sieve):
    title = parameter_name = "whose"

    def lookups(self, request, model_admin):
        return [(name, label) for name, (label, _) in sifting.WHOSE.items()]

    def sift(self, pages, value, request):
        return sifting.WHOSE[value][1](pages, request.user)


class ReviewerFilter(Sieve):
    """Who signed the whole page last."""

    title, parameter_name = "signed by", "reviewer"

    def lookups(self, request, model_admin):
        return [(reviewer.pk, str(reviewer)) for reviewer in Reviewer.objects.only("name", "post_nominals")]

    def sift(self, pages, value, request):
        return pages.filter(pk__in=Standing.objects.filter(reviewer=value).values("article"))


class CorrectedFilter(Sieve):
    title = parameter_name = "corrected"

    def lookups(self, request, model_admin):
        return [("yes", "With a correction")]

    def sift(self, pages, value, request):
        return sifting.corrected(pages)


class ReviewedLists:
    """Mixed into the admin of any kind of page: what its list tells of reviews."""

    def listed(self, pages):
        return with_states(super().listed(pages)).annotate(due=DUE)

    def get_list_display(self, request):
        title, *rest = super().get_list_display(request)
        return (title, "state", "next_due", *rest)

    def get_list_filter(self, request):
        ours = (StateFilter, DueFilter, ReviewerFilter)
        return (*ours, *super().get_list_filter(request), CorrectedFilter, WhoseFilter)

    @admin.display(description="state")
    def state(self, page):
        """Each state in words, with a mark that shape and colour tell apart."""
        marks = ((name, sifting.STATES[name][0]) for name in states(page))
        return format_html_join("", '<span class="state state-{}">{}</span>', marks)

    @admin.display(description="next review due", ordering=DUE.asc(nulls_last=True))
    def next_due(self, page):
        if page.due is None:
            return "—"
        shown = date_format(page.due, "j M Y")
        if page.due >= timezone.localdate():
            return shown
        return format_html('<strong class="overdue">{}, overdue</strong>', shown)


def with_states(pages):
    """Pages with all that ``states`` reads, but for the number of their newest revision."""
    reviews = MedicalReview.objects.filter(article=OuterRef("pk"))
    return pages.annotate(
        live_revision=F("live__revision"),
        is_waiting=Exists(reviews.waiting()),
        newest_outcome=Subquery(reviews.order_by("-id").values("outcome")[:1]),
        was_published=Exists(Publication.objects.filter(article=OuterRef("pk"))),
        is_recorded=Exists(Standing.objects.recorded().filter(article=OuterRef("pk"))),
    )


def states(page) -> list[str]:
    """What a listed page is, and what is being done about it."""
    if page.live_id:
        changed = [] if page.live_revision == page.newest_revision else ["changed"]
        found = ["recorded", *changed] if page.is_recorded else changed or ["live"]
    else:
        found = ["withdrawn" if page.was_published else "unpublished"]
    if page.is_waiting:
        found.append("waiting")
    elif page.newest_outcome == MedicalReview.Outcome.CHANGES:
        found.append("sent-back")
    return found
