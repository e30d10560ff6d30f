"""Lists of pages as editors sort and sift them: by state, due date, topic and who."""

from django.contrib import admin
from django.db.models import Exists, OuterRef, Subquery

from articles.models import Publication, Revision
from reviews.models import MedicalReview


class WaitingFilter(admin.SimpleListFilter):
    title = "review"
    parameter_name = "review"

    def lookups(self, request, model_admin):
        return [
            ("unsigned", "Never published"),
            ("live", "Live as signed"),
            ("waiting", "Waiting for a reviewer"),
            ("withdrawn", "Withdrawn"),
        ]

    def queryset(self, request, queryset):
        waiting = MedicalReview.objects.waiting().filter(article=OuterRef("pk"))
        return {
            "unsigned": queryset.filter(publications__isnull=True),
            "live": queryset.public(),
            "waiting": queryset.filter(Exists(waiting)),
            "withdrawn": queryset.filter(live__isnull=True, publications__isnull=False).distinct(),
        }.get(self.value(), queryset)


class ReviewedLists:
    """Mixed into the admin of any kind of page: what its list tells of reviews."""

    def get_queryset(self, request):
        """Each page with what its state is told from, so that a list asks once for all its rows."""
        newest = Revision.objects.filter(article=OuterRef("pk")).order_by("-number").values("pk")[:1]
        return (
            super()
            .get_queryset(request)
            .annotate(
                newest_revision=Subquery(newest),
                is_waiting=Exists(MedicalReview.objects.waiting().filter(article=OuterRef("pk"))),
                was_published=Exists(Publication.objects.filter(article=OuterRef("pk"))),
            )
        )

    def get_list_display(self, request):
        return (*super().get_list_display(request), "state", "next_due")

    @admin.display(description="state")
    def state(self, page):
        if page.live:
            shown = "Live, changed since" if page.live.revision_id != page.newest_revision else "Live as signed"
        else:
            shown = "Withdrawn" if page.was_published else "Draft"
        return f"{shown}; in review" if page.is_waiting else shown

    def get_list_filter(self, request):
        return (WaitingFilter, "topics", *super().get_list_filter(request))

    @admin.display(description="next review due")
    def next_due(self, page):
        return page.live.read_review_line().next_due if page.live else "—"
