"""Managing editors reassign open reviews, one or many, and restore the right to sign."""

from django import forms
from django.contrib import admin
from django.contrib.admin.models import CHANGE, LogEntry
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from articles.admin.bulk_actions import BulkAction
from articles.admin.confirmed_action import ActionPreview, ActionResult
from articles.admin.readonly import ReadOnlyAdmin
from articles.form_fields import PlainTextFormField
from reviews.models import MedicalReview, Reviewer, SignatureDispute
from reviews.signing import assignment, disputes
from reviews.signing.eligibility import get_qualified_reviewers
from reviews.signing.reviewer_field import ReviewerField

MAX_REVIEWS = 500


class ReassignForm(forms.Form):
    """Who reads the reviews now, and a message to them."""

    to = ReviewerField(
        label=_("Reassign to"),
        required=False,
        empty_label=_("Any reviewer"),
        help_text=_("Reviews of pages with words of theirs are refused and listed."),
    )
    word = PlainTextFormField(
        label=_("Message"),
        widget=forms.Textarea(attrs={"rows": 2}),
        max_length=2000,
        required=False,
        help_text=_("Whoever reads it now sees it on the review."),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        to = self.fields["to"]
        assert isinstance(to, ReviewerField)
        to.set_choices(get_qualified_reviewers())


class RowAction(BulkAction):
    """An action for those who have its permission, on rows that nobody may change otherwise."""

    log_message = ""

    @classmethod
    def is_allowed(cls, model_admin, request):
        return request.user.has_perm(cls.permission)

    def log(self, rows) -> None:
        LogEntry.objects.log_actions(self.by.pk, rows, CHANGE, change_message=self.log_message)


class ReassignReviewsAction(RowAction):
    """Reassign the ticked reviews, each by its rules; some may be refused, others done."""

    name = "reassign"
    label = _("Reassign …")
    heading = _("Reassign {count}")
    nouns = ("review", "reviews")
    permission = "reviews.reassign_review"
    form_class = ReassignForm
    max_rows = MAX_REVIEWS
    description = _(
        "If somebody has one of them open now, what they send is refused, with the name of who "
        "has it then; what they typed is kept for them."
    )
    log_message = "Reassigned the review."

    def lock(self):
        keys = list(self.queryset.order_by("pk").values_list("pk", flat=True))
        list(MedicalReview.objects.select_for_update().filter(pk__in=keys).order_by("pk"))

    def preview(self):
        chosen = list(self.queryset.values_list("pk", flat=True))
        reviews = MedicalReview.objects.filter(pk__in=chosen)
        preview = ActionPreview([])
        for review in reviews.select_related("article", "reviewer").order_by("requested_at", "pk"):
            group = "Decided already" if review.decided_at else ""
            note = f"now with {review.reviewer}" if review.reviewer else "now open to any reviewer"
            preview.add(review.pk, review.article.title, note, group=group)
        return preview

    def execute(self, preview, *, to, word):
        done = assignment.reassign_all(
            [row.key for row in preview.rows], to=to, by=self.by, word=word
        )
        result = ActionResult("", [hand_over.review_id for hand_over in done.hand_overs])
        for review, refusal in done.refusals:
            result.refusals.append((review.article.title, str(refusal)))
        for review in done.kept:
            had = f"{to or 'Any reviewer'} has it already."
            result.refusals.append((review.article.title, had))
        changed = MedicalReview.objects.filter(pk__in=result.changed_ids)
        self.log(changed.select_related("article"))
        count = self.count_rows(len(result.changed_ids))
        result.message = f"{count} reassigned to {to or 'any reviewer'}."
        return result


class OpenListFilter(admin.SimpleListFilter):
    """The reviews that wait for a decision: all, or those that nobody has taken."""

    title = _("state")
    parameter_name = "open"

    def lookups(self, request, model_admin):
        return [("all", _("Open")), ("nobody", _("Open to any reviewer"))]

    def queryset(self, request, queryset):
        if self.value() is None:
            return queryset
        waiting = queryset.waiting()
        return waiting.filter(reviewer=None) if self.value() == "nobody" else waiting


class RestoreForm(forms.Form):
    identity_check = PlainTextFormField(
        label=_("How you made sure that it is this person"),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=SignatureDispute.MAX_CHECK_LENGTH,
        help_text=_(
            "Such as: called on the number in the staff register and knew the voice. "
            "It is kept with the disputed signatures."
        ),
        error_messages={"required": _("Say how you made sure that it is this person.")},
    )


class RestoreSigningAction(RowAction):
    """Let a reviewer sign again who disputed a signature: one at a time, for a check each."""

    name = "restore_signing"
    label = _("Restore the right to sign …")
    heading = _("Restore the right to sign of {count}")
    nouns = ("reviewer", "reviewers")
    permission = "reviews.verify_reviewer"
    form_class = RestoreForm
    max_rows = 1
    too_many = _("Select one reviewer: each is restored for a check of its own.")
    description = _(
        "First speak with the person, on a number that you know. They must have set a new "
        "password, and should renew the codes of their two-step sign-in. "
        "The pages that they dispute stay as they are: decide those in the reader reports."
    )
    log_message = "Restored the right to sign."

    def preview(self):
        chosen = list(self.queryset.values_list("pk", flat=True))
        reviewers = Reviewer.objects.filter(pk__in=chosen).select_related("user")
        preview = ActionPreview([])
        for reviewer in reviewers.prefetch_related("disputes"):
            error = disputes.get_restoring_error(reviewer)
            preview.add(
                reviewer.pk,
                str(reviewer),
                group="Cannot be restored" if error else "",
                reason=error,
            )
        return preview

    def execute(self, preview, *, identity_check):
        result = ActionResult("")
        for row in preview.rows:
            reviewer = Reviewer.objects.get(pk=row.key)
            disputes.restore_right_to_sign(reviewer, by=self.by, identity_check=identity_check)
            result.changed_ids.append(reviewer.pk)
            self.log([reviewer])
            result.message = f"{reviewer} can sign again."
        return result


class SignatureDisputeAdmin(ReadOnlyAdmin):
    """What signers dispute, to read; the pages are decided in the reader reports."""

    list_display = ("signature", "reviewer", "at", "alert", "restored_by", "restored_at")
    list_select_related = ("entry__revision", "reviewer", "report", "restored_by")
    search_fields = ("reviewer__name",)
    show_full_result_count = False

    @admin.display(description=_("signature"))
    def signature(self, dispute):
        return f"{dispute.entry.sequence}. {dispute.entry.revision.title}"

    @admin.display(description=_("safety alert"))
    def alert(self, dispute):
        if dispute.report is None:
            return _("none: visitors could not read the page")
        url = reverse("admin:articles_readerreport_change", args=[dispute.report_id])
        label = _("decided") if dispute.report.dealt_with_at else _("open")
        return format_html('<a href="{}">{}</a>', url, label)


@admin.display(description=_("desk"))
def read_along(review):
    """A link to the page of a review as its reviewer reads it."""
    url = reverse("reviews:observe", args=[review.uuid])
    return format_html('<a href="{}">{}</a>', url, _("Read along"))


@admin.display(description=_("can sign"), boolean=True)
def can_sign(reviewer):
    return not reviewer.get_signing_error(timezone.localdate())
