"""The admin put together: the only place where anything is registered."""

from allauth.account.decorators import secure_admin_login
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import User

from articles import admin as articles
from articles import admin_frame, admin_images, admin_log, admin_notices
from articles import sheets as ground
from articles.admin_exports import Exports
from articles.feedback import admin as feedback
from articles.models import (
    AboutPage,
    Article,
    CopyrightNotice,
    Image,
    ImportRun,
    Publication,
    ReaderReport,
    ReaderTally,
    Redirect,
    Revision,
    Topic,
)
from articles.reports import pages as page_reports
from articles.reports import report as reports
from config import sheets
from config.imports.admin import ImportRunAdmin
from reviews import admin as reviews
from reviews import admin_expunging, admin_mail, admin_reports
from reviews import sheets as review_sheets
from reviews.admin_saving import NextStep
from reviews.models import Expunction, Mail, MedicalReview, Reviewer, Signature
from symptoms import admin as symptoms
from symptoms import reports as symptom_reports
from symptoms import sheets as symptom_sheets
from symptoms.admin_merging import MergesCauses, MergesSymptoms
from symptoms.models import Cause, Symptom


class SymptomAdmin(Exports, MergesSymptoms, reviews.Reviewed, NextStep, symptoms.SymptomAdmin):
    sheets = (sheets.SymptomSheet, sheets.PageAgain)


class ArticleAdmin(Exports, reviews.Reviewed, NextStep, articles.ArticleAdmin):
    sheets = (sheets.PageSheet, sheets.PageAgain)


class AboutPageAdmin(ArticleAdmin):
    pass


class CauseAdmin(Exports, MergesCauses, symptoms.CauseAdmin):
    sheets = (symptom_sheets.CauseSheet,)


class TopicAdmin(Exports, admin_frame.TopicAdmin):
    sheets = (ground.TopicSheet,)


class RedirectAdmin(Exports, admin_log.RedirectAdmin):
    sheets = (ground.RedirectSheet,)


class MedicalReviewAdmin(Exports, reviews.MedicalReviewAdmin):
    sheets = (review_sheets.MedicalReviewSheet,)


class ReaderReportAdmin(admin_reports.OpensReviews, feedback.ReaderReportAdmin):
    pass


class AccountAdmin(UserAdmin):
    """People are deactivated, never deleted: history names them."""

    def has_delete_permission(self, request, obj=None):
        return False


class SecondFactorAdmin(admin.ModelAdmin):
    """For somebody who lost both the telephone and the recovery codes: a superuser takes the second factor away."""

    list_display = ("user", "type", "created_at", "last_used_at")
    list_select_related = ("user",)
    search_fields = ("user__username",)
    fields = readonly_fields = ("user", "type", "created_at", "last_used_at")

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False


admin.site.site_header = admin.site.site_title = settings.SITE_NAME
admin.site.login = secure_admin_login(admin.site.login)

admin.site.register(Symptom, SymptomAdmin)
admin.site.register(Cause, CauseAdmin)
admin.site.register(Article, ArticleAdmin)
admin.site.register(AboutPage, AboutPageAdmin)
admin.site.register(Topic, TopicAdmin)
admin.site.register(CopyrightNotice, admin_notices.CopyrightNoticeAdmin)
admin.site.register(Image, admin_images.ImageAdmin)
admin.site.register(Revision, admin_log.RevisionAdmin)
admin.site.register(Publication, admin_log.PublicationAdmin)
admin.site.register(Redirect, RedirectAdmin)
admin.site.register(ImportRun, ImportRunAdmin)
admin.site.register(ReaderReport, ReaderReportAdmin)
admin.site.register(ReaderTally, feedback.ReaderTallyAdmin)
admin.site.register(Reviewer, reviews.ReviewerAdmin)
admin.site.register(MedicalReview, MedicalReviewAdmin)
admin.site.register(Signature, reviews.SignatureAdmin)
admin.site.register(Mail, admin_mail.MailAdmin)
admin.site.register(Expunction, admin_expunging.ExpunctionAdmin)
admin.site.unregister(User)  # as Django's own module registered it when it was imported above
admin.site.register(User, AccountAdmin)
admin.site.register(Authenticator, SecondFactorAdmin)
# Tags are not here: one renamed would change drafts that nobody saved. Pages add and drop their own.

for report in (*symptom_reports.EVERY, page_reports.Untouched(), page_reports.Incomplete()):
    reports.register(report)
