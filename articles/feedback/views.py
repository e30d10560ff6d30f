"""The public pages of feedback: two buttons, a form and thanks, without cookie or script."""

import uuid

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from articles.feedback import actions, rate_limits
from articles.feedback.forms import ReportProblemForm
from articles.feedback.same_origin import require_same_origin
from articles.models import Article, PublicationEvent, Revision
from articles.page_store import subjects
from articles.public import pages
from articles.public.breadcrumbs import Breadcrumb, build_page_trail
from articles.public.page_cache import PublicPage, public_page
from articles.search.help_box import HelpBox, build_help_box

METHODS = ["GET", "HEAD", "POST"]
MAX_WORDS_READ = 10_000  # characters in which words of an emergency are looked for


@csrf_exempt
@require_http_methods(METHODS)
def helpful(request, revision):
    if request.method != "POST":
        return redirect(_get_page(revision).path)  # the address was typed, or opened again
    return _record_answer(request, revision)


@never_cache
@require_same_origin
def _record_answer(request, revision):
    text = _get_signed_revision(revision)
    answer = request.POST.get("helpful")
    if answer not in ("yes", "no"):
        raise Http404
    try:
        rate_limits.count_message(request)
    except rate_limits.TooManyMessages as refusal:
        context = {"address": text.article.path}
        return _render_too_many(request, refusal, "feedback/too_many.html", context)
    if not rate_limits.is_repeated(request, str(revision), answer):
        actions.record_answer(text, helpful=answer == "yes")
    return _redirect_to_thanks(revision)


@csrf_exempt
@require_http_methods(METHODS)
def problem(request, revision):
    if request.method == "POST":
        return _create_report(request, revision)
    return _show_form(request, revision=revision)


@public_page(cached=False)
def _show_form(request, revision):
    """Rendered for each visitor, as the form has a key that makes a second click harmless."""
    page = _get_page(revision)
    if page.live is None:
        return pages.get_gone_page(page)
    form = ReportProblemForm(initial={"key": uuid.uuid4()})
    return PublicPage(
        "feedback/problem.html",
        _build_context(page, revision, form),
        noindex=True,
        has_secret=True,
    )


@never_cache
@require_same_origin
def _create_report(request, revision):
    """Counted before it is checked: a form with mistakes costs work, too.

    Who writes in danger is answered whom to call whatever the count says.
    """
    help_box = build_help_box(request.POST.get("words", "")[:MAX_WORDS_READ])
    try:
        rate_limits.count_try(request)
    except rate_limits.TooManyMessages as refusal:
        context = _build_context(_get_page(revision), revision, help_box=help_box)
        return _render_too_many(request, refusal, "feedback/too_many.html", context)
    text = _get_signed_revision(revision)
    form = ReportProblemForm(request.POST)
    if request.POST.get("trap"):
        return _redirect_to_thanks(revision)  # a machine; nothing is stored
    if not form.is_valid():
        context = _build_context(_get_page(revision), revision, form, help_box)
        return render(request, "feedback/problem.html", context, status=422)
    try:
        rate_limits.count_message(request)
    except rate_limits.TooManyMessages as refusal:
        form.add_error(None, TOO_MANY)
        context = _build_context(_get_page(revision), revision, form, help_box)
        return _render_too_many(request, refusal, "feedback/problem.html", context)
    return _store_report(request, text, form, help_box)


def _store_report(request, text: Revision, form, help_box: HelpBox) -> HttpResponse:
    values = form.cleaned_data
    report = actions.create_report(
        text, key=values["key"], kind=values["kind"], words=values["words"]
    )
    if help_box.in_danger or report.is_harmful:
        # At once, without another address: it would tell of the reader.
        context = _build_context(_get_page(text.uuid), text.uuid, help_box=help_box)
        context["harm"] = report.is_harmful
        return render(request, "feedback/thanks.html", context)
    return _redirect_to_thanks(text.uuid)


TOO_MANY = (
    "We have had many messages in this hour from where you are, and cannot take this one now. "
    "Your words are still below: copy them, or leave this page open and send it again in an hour."
)


def _render_too_many(request, refusal, template: str, context: dict) -> HttpResponse:
    response = render(request, template, context, status=429)
    response["Retry-After"] = str(refusal.seconds_left)
    return response


@public_page
def thanks(request, revision):
    page = _get_page(revision)
    if page.live is None:
        return pages.get_gone_page(page)
    return PublicPage("feedback/thanks.html", _build_context(page, revision), noindex=True)


def _redirect_to_thanks(revision) -> HttpResponse:
    response = redirect("feedback:thanks", revision)
    response.status_code = 303
    return response


def _get_signed_revision(revision) -> Revision:
    """A revision that was public once. Raises Http404: what was never signed has no feedback."""
    signed = PublicationEvent.objects.signed().filter(revision__uuid=revision).values("revision")
    text = Revision.objects.select_related("article").filter(pk__in=signed).first()
    if text is None:
        raise Http404
    return text


def _get_page(revision) -> Article:
    """The page of such a revision, with what visitors read now. Raises Http404."""
    signed = PublicationEvent.objects.signed().filter(revision__uuid=revision).values("article")
    page = Article.objects.with_publication().filter(pk__in=signed).first()
    if page is None:
        raise Http404
    subjects.name(subjects.page(page.uuid))
    return page


def _build_context(
    page: Article,
    revision,
    form: ReportProblemForm | None = None,
    help_box: HelpBox | None = None,
) -> dict:
    """What the templates need of the page: its signed title, its address, and what has changed.

    ``help_box`` is what a reader in danger is shown first.
    """
    problem_url = reverse("feedback:problem", args=[revision])
    context = {
        "title": "",
        "address": page.path,
        "breadcrumbs": (),
        "changed": False,
        "problem_url": problem_url,
        "form": form,
        "help": help_box if help_box and help_box.in_danger else None,
    }
    if page.live:
        context["title"] = page.live.title
        context["changed"] = page.live.revision.uuid != revision
        if form:
            current = Breadcrumb("Report a problem", problem_url)
            context["breadcrumbs"] = build_page_trail(page, current)
    return context
