"""Anybody at the desk reports in their own name that a page could harm somebody.

It is a report of harm like a reader's: first on every screen, mailed to managing editors at once,
and decided in the admin. It needs no licence: a lapsed one must keep nobody from raising an alarm.
"""

import datetime as dt
import uuid
from functools import wraps
from urllib.parse import unquote, urlsplit

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache

from articles.feedback import actions as feedback_actions
from articles.form_fields import LineFormField, PlainTextFormField
from articles.models import Article, ReaderReport, Revision
from articles.names import fold
from reviews.desk import unsent_form
from reviews.desk.access import render_shut
from reviews.models import MedicalReview

PERIOD = dt.timedelta(days=1)
MAX_REPORTS = 20  # of one person within the period
DESK_PERMISSIONS = ("reviews.sign_review", "reviews.see_radar", "reviews.request_review")


class DangerForm(forms.Form):
    """Which page, and what is dangerous in it. ``key`` makes a second click harmless."""

    key = forms.UUIDField(widget=forms.HiddenInput, required=False)
    review = forms.UUIDField(widget=forms.HiddenInput, required=False)
    page = LineFormField(
        label=gettext_lazy("Page"),
        max_length=300,
        help_text=gettext_lazy("Its title, or its address as the browser shows it."),
        error_messages={"required": gettext_lazy("Say which page you mean.")},
    )
    danger = PlainTextFormField(
        label=gettext_lazy("What could harm somebody"),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=ReaderReport.MAX_REPORT_LENGTH,
        help_text=gettext_lazy("Where it is, and what somebody could do wrong because of it."),
        error_messages={"required": gettext_lazy("Say what could harm somebody.")},
    )

    def __init__(self, data=None, *, reviewed: MedicalReview | None = None):
        initial = {"key": uuid.uuid4, "review": reviewed.uuid if reviewed else None}
        super().__init__(data, auto_id="danger-%s", initial=initial)
        self.revision: Revision | None = None
        self.reviewed = reviewed
        if reviewed:
            del self.fields["page"]

    def clean_page(self):
        found = _find_pages(self.cleaned_data["page"])
        if not found:
            raise forms.ValidationError(
                _("No page has this title or address. Copy its address from the browser.")
            )
        if len(found) > 1:
            raise forms.ValidationError(
                _("Several pages have this title. Give the address of the one you mean.")
            )
        return found[0]

    def get_revision(self) -> Revision:
        """The text that is meant: the one under review, else the one that visitors read."""
        if self.reviewed:
            return self.reviewed.revision
        page = self.cleaned_data["page"]
        if page.live:
            return page.live.revision
        latest = page.get_latest_revision()
        assert latest  # every page has one
        return latest


def _find_pages(name: str) -> list[Article]:
    """The pages that a title or an address can mean."""
    pages = Article.objects.active().select_related("live__revision")
    parts = urlsplit(name)
    site = urlsplit(settings.SITE_URL).netloc
    if name.startswith(("/", "http://", "https://")):
        if parts.netloc and site and parts.netloc != site:
            return []
        path = f"{unquote(parts.path).rstrip('/')}/"
        slug = path.rstrip("/").rpartition("/")[2]
        return [page for page in pages.filter(slug=slug) if page.path == path]
    return list(pages.filter(sort_key=fold(name)[:200])[:2])


def desk_required(view):
    """Admit everybody who works at the desk or in the admin, licensed or not.

    Whoever was signed out meanwhile gets back what they typed.
    """

    @never_cache
    @wraps(view)
    def enter(request, *args, **kwargs):
        if not request.user.is_authenticated:
            here = reverse("reviews:danger")
            if unsent_form.list_typed_texts(request.POST):
                return render_shut(request, "signed_out", here)
            return redirect_to_login(here)
        if not any(request.user.has_perm(name) for name in DESK_PERMISSIONS):
            raise PermissionDenied("The desk is for reviewers. Your account is not one.")
        return view(request, *args, **kwargs)

    return enter


@desk_required
def report_danger(request):
    """The form on a page of its own, and what is sent from it, from the queue or from a review."""
    reviewed = _find_review(request)
    if request.method != "POST":
        form = DangerForm(reviewed=reviewed)
        return render(request, "reviews/danger.html", {"form": form, "review": reviewed})
    form = DangerForm(request.POST, reviewed=reviewed)
    if form.is_valid() and _has_reported_enough(request.user):
        form.add_error(
            None,
            _("You have reported %(count)s pages within a day. Call a managing editor.")
            % {"count": MAX_REPORTS},
        )
    if not form.is_valid():
        context = {"form": form, "review": reviewed}
        return render(request, "reviews/danger.html", context, status=422)
    revision = form.get_revision()
    feedback_actions.create_report(
        revision,
        key=form.cleaned_data["key"] or uuid.uuid4(),
        kind=ReaderReport.ReportKind.HARM,
        words=form.cleaned_data["danger"].strip(),
        by=request.user,
    )
    messages.success(
        request,
        _(
            "Your report on “%(title)s” stands before everything else, in your name, and managing "
            "editors are mailed. If it cannot wait, call them."
        )
        % {"title": revision.title},
    )
    return redirect(settings.LOGIN_REDIRECT_URL)


def _find_review(request) -> MedicalReview | None:
    """The review that is named in the address or the form, if there is such a one."""
    try:
        key = uuid.UUID(request.POST.get("review") or request.GET.get("review", ""))
    except ValueError:
        return None
    return MedicalReview.objects.with_page().filter(uuid=key).first()


def _has_reported_enough(user) -> bool:
    since = timezone.now() - PERIOD
    return ReaderReport.objects.filter(reported_by=user, at__gt=since).count() >= MAX_REPORTS
