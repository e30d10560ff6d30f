"""The public pages of feedback: two buttons, a form, and thanks. No account, no cookie, no script."""

import uuid

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from articles import pages
from articles.crumbs import Crumb, to_page
from articles.feedback import deeds, limits
from articles.feedback.forms import ReportForm
from articles.feedback.origin import from_our_pages
from articles.models import Article, Publication, Revision
from articles.shelf import Leaf, public_page

METHODS = ["GET", "HEAD", "POST"]


@csrf_exempt
@require_http_methods(METHODS)
def helpful(request, revision):
    if request.method != "POST":
        return redirect(_page(revision).path)  # an address that somebody typed, or came back to
    return _answer(request, revision)


@never_cache
@from_our_pages
def _answer(request, revision):
    text, answer = _text(revision), request.POST.get("helpful")
    if answer not in ("yes", "no"):
        raise Http404
    if not limits.has_room(request):
        return _too_many(request, "feedback/too_many.html", {"address": text.article.path})
    if not limits.said_before(request, str(revision), answer):
        deeds.answer(text, helpful=answer == "yes")
    return _thank(revision)


@csrf_exempt
@require_http_methods(METHODS)
def problem(request, revision):
    return _report(request, revision) if request.method == "POST" else _ask(request, revision=revision)


@public_page(shelved=False)
def _ask(request, revision):
    """Printed for each visitor, as the form carries a key that makes a second click harmless."""
    page = _page(revision)
    if page.live is None:
        return pages.gone(page)
    form = ReportForm(initial={"key": uuid.uuid4()})
    return Leaf("feedback/problem.html", _context(page, revision, form), page.site_revision, noindex=True)


@never_cache
@from_our_pages
def _report(request, revision):
    text, form = _text(revision), ReportForm(request.POST)
    if request.POST.get("trap"):
        return _thank(revision)  # a machine; nothing is kept
    if not form.is_valid():
        return render(request, "feedback/problem.html", _context(_page(revision), revision, form), status=422)
    if not limits.has_room(request):
        form.add_error(None, TOO_MANY)
        return _too_many(request, "feedback/problem.html", _context(_page(revision), revision, form))
    said = form.cleaned_data
    deeds.report(text, key=said["key"], kind=said["kind"], words=said["words"])
    return _thank(revision)


TOO_MANY = (
    "We have had many messages in this hour from where you are, and cannot take this one now. "
    "Your words are still below: copy them, or leave this page open and send it again in an hour."
)


def _too_many(request, template: str, context: dict) -> HttpResponse:
    response = render(request, template, context, status=429)
    response["Retry-After"] = str(limits.seconds_to_wait())
    return response


@public_page
def thanks(request, revision):
    page = _page(revision)
    if page.live is None:
        return pages.gone(page)
    return Leaf("feedback/thanks.html", _context(page, revision), page.site_revision, noindex=True)


def _thank(revision) -> HttpResponse:
    response = redirect("feedback:thanks", revision)
    response.status_code = 303
    return response


def _text(revision) -> Revision:
    """A text that visitors could read once. Raises Http404: what was never signed has no feedback."""
    signed = Publication.objects.signed().filter(revision__uuid=revision).values("revision")
    text = Revision.objects.select_related("article").filter(pk__in=signed).first()
    if text is None:
        raise Http404
    return text


def _page(revision) -> Article:
    """The page of such a text, with what visitors read now."""
    signed = Publication.objects.signed().filter(revision__uuid=revision).values("article")
    page = Article.objects.with_publication().filter(pk__in=signed).first()
    if page is None:
        raise Http404
    return page


def _context(page: Article, revision, form: ReportForm | None = None) -> dict:
    """What the templates say of the page: its signed title, where it is, and whether it is still the text read."""
    problem_url = reverse("feedback:problem", args=[revision])
    return {
        "title": page.live.title if page.live else "",
        "address": page.path,
        "crumbs": to_page(page, Crumb("Report a problem", problem_url)) if page.live and form else (),
        "changed": bool(page.live) and page.live.revision.uuid != revision,
        "problem_url": problem_url,
        "form": form,
    }
