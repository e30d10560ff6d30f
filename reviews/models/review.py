"""MedicalReview: a request to sign one frozen revision, and its outcome."""

import uuid
from typing import Self

from django.conf import settings
from django.contrib.auth.models import User
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from articles.fields import LineField, build_length_checks
from articles.models import Article, PublicationEvent, Revision
from reviews.models.reviewer import Reviewer

WHOLE_PAGE_STATEMENT = (
    "I have read the whole page. In my professional judgment it is accurate, current and safe for "
    "the public to read."
)
CHANGE_STATEMENT = (
    "I have read what changed since the page was last signed. In my professional judgment the "
    "change is accurate and safe for the public to read. This is not a review of the whole page."
)
PARTLY_STATEMENT = (
    "I have read what I was asked about, and confirm what I marked as confirmed. I do not judge "
    "the rest: this text must not be published before a second reader has confirmed its advice and "
    "doses."
)
REREAD_STATEMENT = (
    "I have read the page again for the reason that was given with this request. "
    "In my professional judgment it is accurate, current and safe for the public to read. "
    "This does not replace the annual review."
)
CORRECTION_STATEMENT = "The correction printed with it says truly what was wrong and what is right."


class MedicalReviewQuerySet(models.QuerySet["MedicalReview"]):
    def waiting(self) -> Self:
        """Requested and not decided yet."""
        return self.filter(decided_at__isnull=True)

    def decided(self) -> Self:
        return self.filter(decided_at__isnull=False)

    def not_read_by(self, user: User) -> Self:
        """Without the second readings of texts that this person has read as a first reader."""
        own = MedicalReview.objects.filter(outcome=MedicalReview.Outcome.PARTLY, decided_by=user)
        roots = own.annotate(root=Coalesce("continues", "pk")).values("root")
        return self.exclude(continues__isnull=False, continues__in=roots)

    def newest_per_page(self) -> Self:
        """The review of each page that was requested last."""
        later = MedicalReview.objects.filter(article=OuterRef("article"), pk__gt=OuterRef("pk"))
        return self.filter(~Exists(later))

    def sent_back(self) -> Self:
        """Sent back to the editors, who have not requested a review again."""
        return self.filter(outcome=MedicalReview.Outcome.CHANGES).newest_per_page()

    def declined(self) -> Self:
        """Declined, and not requested of anybody again."""
        return self.filter(outcome=MedicalReview.Outcome.DECLINED).newest_per_page()

    def unfit(self) -> Self:
        """With a recommendation to withdraw the page, which is public still."""
        found = self.filter(outcome=MedicalReview.Outcome.UNFIT, article__live__isnull=False)
        return found.newest_per_page()

    def unassigned(self) -> Self:
        """Waiting for any reviewer."""
        return self.waiting().filter(reviewer__isnull=True)

    def with_page(self) -> Self:
        return self.select_related("article__live", "basis", "revision", "reviewer", "requested_by")


class MedicalReview(models.Model):
    """A request to sign one frozen revision, and its outcome."""

    class Trigger(models.TextChoices):
        FIRST = "first", "First review"
        ANNUAL = "annual", "Annual review"
        CHANGE = "change", "Change"
        SAFETY = "safety", "Safety alert"
        GUIDELINE = "guideline", "Guideline change"
        READER = "reader", "Reader report"

    class Outcome(models.TextChoices):
        APPROVED = "approved", "Signed"
        CHANGES = "changes", _("Changes requested")
        DECLINED = "declined", "Declined"
        UNFIT = "unfit", "Withdrawal recommended"
        CANCELLED = "cancelled", _("Request cancelled")
        PARTLY = "partly", _("Partly confirmed")

    # Only these move the annual dates: the clinician reads the whole page.
    WHOLE_PAGE_TRIGGERS = (Trigger.FIRST, Trigger.ANNUAL)

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    article = models.ForeignKey(
        Article, models.PROTECT, related_name="medical_reviews", verbose_name=_("page")
    )
    revision = models.ForeignKey(Revision, models.PROTECT, related_name="medical_reviews")
    trigger = models.CharField(_("kind of review"), max_length=10, choices=Trigger)
    note = models.TextField(blank=True)
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    requested_at = models.DateTimeField()
    basis = models.ForeignKey(
        PublicationEvent,
        models.PROTECT,
        null=True,
        related_name="+",
        help_text=_("The last event of the page's publication log when the review was requested."),
    )
    review_months = models.PositiveSmallIntegerField(
        help_text="Until the next annual review, if this one is annual."
    )
    interval_rule = models.CharField(
        max_length=100, help_text=_("The rule that sets the number of months.")
    )
    correction = LineField(
        max_length=500,
        blank=True,
        help_text=(
            _("What was wrong in the published text, and what is right. Visitors see it, dated.")
        ),
    )
    overridden = models.TextField(
        _("overridden checks"), blank=True, help_text=_("What the checks blocked, a line each.")
    )
    override = models.TextField(
        _("override reason"),
        blank=True,
        help_text=_("Why the review was requested although checks block it."),
    )
    continues = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="further_readings",
        help_text=_("The first review of this text, if this one asks for a second reader."),
    )
    reviewer = models.ForeignKey(
        Reviewer, models.PROTECT, null=True, blank=True, related_name="medical_reviews"
    )
    outcome = models.CharField(max_length=10, choices=Outcome, blank=True)
    comment = models.TextField(blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)

    objects = MedicalReviewQuerySet.as_manager()

    class Meta:
        ordering = ["-requested_at", "-id"]
        permissions = [
            ("request_review", _("Can request a medical review")),
            ("sign_review", _("Can sign and decide medical reviews")),
            ("override_checks", _("Can override checks that block a review")),
            ("reassign_review", _("Can reassign medical reviews")),
        ]
        # Few are sent back, declined or unfit, and every home and radar asks which.
        indexes = [
            models.Index(fields=["outcome", "article"], name="review_by_outcome"),
            # The signing time of the radar, and the list of reviews.
            models.Index(fields=["outcome", "decided_at"], name="review_by_decision"),
            models.Index(fields=["requested_at", "id"], name="review_by_request"),
            models.Index(fields=["outcome", "requested_at", "id"], name="review_list_by_outcome"),
            models.Index(fields=["reviewer", "requested_at", "id"], name="review_list_by_reviewer"),
            models.Index(
                fields=["article"], condition=~Q(correction=""), name="review_with_correction"
            ),
            models.Index(
                fields=["reviewer", "article"],
                condition=Q(decided_at__isnull=True),
                name="open_review_by_reviewer",
            ),
            models.Index(fields=["article", "requested_by"], name="review_by_page_and_editor"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["article"],
                condition=Q(decided_at__isnull=True),
                name="one_open_review_an_article",
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True, decided_at__isnull=True, outcome="")
                | Q(decided_by__isnull=False, decided_at__isnull=False) & ~Q(outcome=""),
                name="review_decided_by_at_and_how",
            ),
            models.CheckConstraint(
                condition=~Q(outcome="changes") | ~Q(comment=""), name="review_sent_back_says_why"
            ),
            models.CheckConstraint(
                condition=~Q(outcome="unfit") | ~Q(comment=""), name="review_unfit_says_why"
            ),
            models.CheckConstraint(
                condition=Q(overridden="", override="") | ~Q(overridden="") & ~Q(override=""),
                name="review_overrides_checks_for_a_reason",
            ),
            *build_length_checks("review", correction=500),
        ]

    def __str__(self) -> str:
        return f"{self.get_trigger_display()} of {self.article}"

    @property
    def whole_page(self) -> bool:
        return self.trigger in self.WHOLE_PAGE_TRIGGERS

    @property
    def is_reread(self) -> bool:
        """Whether a published text is read again, because of some news or report."""
        if self.whole_page or self.basis is None:
            return False
        if self.basis.kind == PublicationEvent.EventKind.WITHDRAW:
            return False
        return self.basis.revision_id == self.revision_id

    @property
    def meaning(self) -> str:
        """The statement that the signer agrees to and that the record has."""
        if self.whole_page:
            statement = WHOLE_PAGE_STATEMENT
        elif self.is_reread:
            statement = REREAD_STATEMENT
        else:
            statement = CHANGE_STATEMENT
        if self.correction:
            return f"{statement} {CORRECTION_STATEMENT}"
        return statement
