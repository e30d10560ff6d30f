"""The admin put together: the only place where anything is registered."""

from allauth.account.decorators import secure_admin_login
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import User

from articles.admin import (
    copyright_notices,
    emergencies,
    images,
    phrases,
    readonly,
    timeline,
    topics,
)
from articles.admin import pages as articles
from articles.admin.save_messages import SAVE_MESSAGES
from articles.audit import recording
from articles.content import kinds
from articles.exports.admin import EXPORT_VIEW, ExportAction
from articles.exports.resources import RedirectResource, TopicResource
from articles.feedback import admin as feedback
from articles.imports.admin.runs import BaseImportRunAdmin
from articles.models import (
    AboutPage,
    Article,
    CopyrightNotice,
    EmergencyPage,
    HarmDecision,
    Image,
    ImportRun,
    PhraseEvent,
    PublicationEvent,
    ReaderReport,
    ReaderTally,
    Redirect,
    Revision,
    Topic,
)
from articles.reports import base as reports
from articles.reports import broken_links, page_reports, twin_names
from articles.search import floor
from articles.search.added_phrases import check_phrase
from config.admin import export_resources
from reviews.admin import changelists, expunging, mail, reader_reports, reassigning
from reviews.admin import pages as reviews
from reviews.admin.save_messages import describe_next_step
from reviews.models import (
    Expunction,
    LedgerEntry,
    Mail,
    MedicalReview,
    Reviewer,
    SignatureDispute,
)
from symptoms.admin import pages as symptoms
from symptoms.admin import reports as symptom_reports
from symptoms.admin.merging import MergeTwoAction
from symptoms.models import Cause, CauseExternalId, Symptom


class ReviewedPageAdmin(articles.PageAdmin):
    """What the admin of every kind of page shows of its reviews."""

    panels = reviews.PANELS
    history_panels = reviews.HISTORY_PANELS
    revision_panels = reviews.REVISION_PANELS
    timeline_sources = (*timeline.SOURCES, *reviews.TIMELINE_SOURCES)
    save_messages = (*SAVE_MESSAGES, describe_next_step)
    list_display = changelists.LIST_DISPLAY
    list_loaders = changelists.LIST_LOADERS
    filters = changelists.LIST_FILTERS

    def get_listed(self, request):
        return changelists.get_listed_pages(kinds.get_for_model(self.model).name)


class SymptomAdmin(ReviewedPageAdmin, symptoms.BaseSymptomAdmin):
    views = (*symptoms.BaseSymptomAdmin.views, *reviews.VIEWS, EXPORT_VIEW)
    bulk_actions = (*reviews.BULK_ACTIONS, MergeTwoAction, ExportAction)
    export_resources = (export_resources.SymptomResource, export_resources.PageReimportResource)


class ArticleAdmin(ReviewedPageAdmin, articles.BaseArticleAdmin):
    views = (*articles.BaseArticleAdmin.views, *reviews.VIEWS, EXPORT_VIEW)
    bulk_actions = (*reviews.BULK_ACTIONS, ExportAction)
    export_resources = (export_resources.PageResource, export_resources.PageReimportResource)


class AboutPageAdmin(ArticleAdmin):
    pass


class EmergencyPageAdmin(ReviewedPageAdmin, emergencies.BaseEmergencyPageAdmin):
    views = (*emergencies.BaseEmergencyPageAdmin.views, *reviews.VIEWS, EXPORT_VIEW)
    bulk_actions = (*reviews.BULK_ACTIONS, ExportAction)
    export_resources = (export_resources.PageResource,)


class CheckedPhraseForm(phrases.PhraseForm):
    find_problems = staticmethod(check_phrase)


class PhraseAdmin(phrases.BasePhraseAdmin):
    form = CheckedPhraseForm

    def list_floor(self):
        return floor.list_floor()


class ImportRunAdmin(BaseImportRunAdmin):
    def count_causes(self, run):
        return CauseExternalId.objects.filter(run=run).values("cause").distinct().count()


class TopicAdmin(topics.BaseTopicAdmin):
    views = (EXPORT_VIEW,)
    bulk_actions = (ExportAction,)
    export_resources = (TopicResource,)


class RedirectAdmin(readonly.BaseRedirectAdmin):
    views = (EXPORT_VIEW,)
    bulk_actions = (ExportAction,)
    export_resources = (RedirectResource,)


class ReaderReportAdmin(feedback.BaseReaderReportAdmin):
    views = reader_reports.VIEWS
    review_requested = reader_reports.REVIEW_REQUESTED
    panels = (reader_reports.build_review_panel,)


class UserAccountAdmin(UserAdmin):
    """People are deactivated, never deleted: history names them."""

    def has_delete_permission(self, request, obj=None):
        return False

    def save_related(self, request, form, formsets, change):
        """Record too that the account of a reviewer was closed or opened."""
        super().save_related(request, form, formsets, change)
        # Locked, so that nobody records the reviewer meanwhile with the account as it was.
        reviewers = list(Reviewer.objects.select_for_update().filter(user=form.instance))
        recording.record("reviewer", reviewers, by=request.user)


class SecondFactorAdmin(admin.ModelAdmin):
    """For somebody who lost both the telephone and the recovery codes: a superuser takes the second
    factor away.
    """

    list_display = ("user", "type", "created_at", "last_used_at")
    list_select_related = ("user",)
    search_fields = ("user__username",)
    fields = readonly_fields = ("user", "type", "created_at", "last_used_at")

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False


admin.site.site_header = admin.site.site_title = settings.SITE_NAME
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]  # allauth’s own advice

admin.site.register(Symptom, SymptomAdmin)
admin.site.register(Cause, symptoms.CauseAdmin)
admin.site.register(Article, ArticleAdmin)
admin.site.register(AboutPage, AboutPageAdmin)
admin.site.register(EmergencyPage, EmergencyPageAdmin)
admin.site.register(PhraseEvent, PhraseAdmin)
admin.site.register(Topic, TopicAdmin)
admin.site.register(CopyrightNotice, copyright_notices.CopyrightNoticeAdmin)
admin.site.register(Image, images.ImageAdmin)
admin.site.register(Revision, readonly.RevisionAdmin)
admin.site.register(PublicationEvent, readonly.PublicationEventAdmin)
admin.site.register(Redirect, RedirectAdmin)
admin.site.register(ImportRun, ImportRunAdmin)
admin.site.register(ReaderReport, ReaderReportAdmin)
admin.site.register(HarmDecision, feedback.HarmDecisionAdmin)
admin.site.register(ReaderTally, feedback.ReaderTallyAdmin)
admin.site.register(Reviewer, reviews.ReviewerAdmin)
admin.site.register(MedicalReview, reviews.MedicalReviewAdmin)
admin.site.register(LedgerEntry, reviews.LedgerEntryAdmin)
admin.site.register(Mail, mail.MailAdmin)
admin.site.register(SignatureDispute, reassigning.SignatureDisputeAdmin)
admin.site.register(Expunction, expunging.ExpunctionAdmin)
admin.site.unregister(User)  # as Django's own module registered it when it was imported above
admin.site.register(User, UserAccountAdmin)
admin.site.register(Authenticator, SecondFactorAdmin)
# Tags are not here: one renamed would change drafts that nobody saved. Pages add and drop their
# own.

twin_names.register(*symptom_reports.NAME_KINDS)
for report in (
    *symptom_reports.REPORTS,
    twin_names.TwinNamesReport(),
    page_reports.UntouchedDrafts(),
    page_reports.IncompletePages(),
    broken_links.BrokenLinksReport(),
):
    reports.register(report)
