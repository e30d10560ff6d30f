"""Recalls at the desk: search what was signed, choose pages, give a reason, and follow them."""

import uuid
from itertools import islice

from django import forms
from django.contrib import messages
from django.db.models import Count
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from articles.form_fields import PlainTextFormField
from articles.publishing.actions import ActionRefused
from reviews.models import MedicalReview, Recall, Reviewer
from reviews.radar.views import require_managing_editor
from reviews.recalls import actions, search
from reviews.signing.eligibility import get_qualified_reviewers

MAX_RECENT = 20


class RecallSearchForm(forms.Form):
    """What to look for, and where in the signed text."""

    q = forms.CharField(
        label=_("Search for"),
        max_length=200,
        help_text="Every word must be found, ignoring case and accents.",
    )
    part = forms.ChoiceField(
        label=_("Search in"),
        choices=[(name, label) for name, (label, _) in search.PARTS.items()],
        initial="words",
    )

    def clean_q(self):
        if not search.split_words(self.cleaned_data["q"]):
            raise forms.ValidationError("Enter at least one word.")
        return self.cleaned_data["q"]


class RecallForm(forms.Form):
    """Why the chosen pages are recalled."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    trigger = forms.ChoiceField(label=_("Reason"), choices=Recall.TRIGGER_CHOICES)
    reason = PlainTextFormField(
        label=_("Explanation"),
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=4000,
        help_text="What is new, and its source. The reviewers read this, and it is kept.",
        error_messages={"required": "Say why these pages are recalled: the reviewers read it."},
    )
    reviewer = forms.ModelChoiceField(
        Reviewer.objects.none(),
        required=False,
        empty_label=_("Any reviewer"),
        help_text="Nobody can sign a page with words of their own in it: "
        "such a recall is refused as a whole.",
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["reviewer"].queryset = get_qualified_reviewers()


@require_managing_editor
@require_http_methods(["GET", "HEAD", "POST"])
def recalls(request):
    search_form = RecallSearchForm(request.GET if "q" in request.GET else None)
    matches, reads_all = _find_pages(search_form)
    has_more = len(matches) > actions.MAX_PAGES
    matches = matches[: actions.MAX_PAGES]
    page_ids = [match.key for match in matches]
    refusal = ""
    if request.method == "POST":
        chosen = _parse_page_ids(request.POST.getlist("page"))
        form = RecallForm(request.POST)
        if form.is_valid():
            try:
                opened = actions.open_recall(sorted(chosen), by=request.user, **form.cleaned_data)
            except ActionRefused as error:
                refusal = str(error)
            else:
                messages.success(request, "The reviews are requested.")
                return redirect("reviews:recall", opened.uuid)
    else:
        chosen = set(page_ids)
        form = RecallForm(initial={"key": uuid.uuid4()})
    context = {
        "search_form": search_form,
        "searched": search_form.is_valid(),
        "found": matches,
        "reads_all": reads_all,
        "max_pages": actions.MAX_PAGES if has_more else 0,
        "picked": chosen,
        "in_review": _get_pages_in_review(page_ids),
        "form": form,
        "refused": refusal,
        "recalls": _get_recent_recalls(),
    }
    status = _get_status(form, refusal)
    return render(request, "reviews/recalls.html", context, status=status)


def _find_pages(form: RecallSearchForm) -> tuple[list[search.RecallMatch], bool]:
    """The pages found, and whether every text was read for them.

    They are as many as a recall can take, and one more if there are more.
    """
    if not form.is_valid():
        return [], False
    found = search.RecallSearch(form.cleaned_data["part"], form.cleaned_data["q"])
    return list(islice(found, actions.MAX_PAGES + 1)), found.reads_all


def _parse_page_ids(values: list[str]) -> set[int]:
    """The ids among some posted values; what can be no id is left out."""
    return {int(value) for value in values if value.isdecimal() and len(value) < 18}


def _get_pages_in_review(page_ids: list[int]) -> set[int]:
    waiting = MedicalReview.objects.waiting().filter(article__in=page_ids)
    return set(waiting.values_list("article", flat=True))


def _get_recent_recalls():
    recalls = Recall.objects.annotate(count=Count("rows")).select_related("asked_by")
    return recalls[:MAX_RECENT]


def _get_status(form: RecallForm, refusal: str) -> int:
    if refusal:
        return 409
    return 422 if form.errors else 200


@require_managing_editor
@require_safe
def recall(request, uuid):
    found = get_object_or_404(Recall.objects.select_related("asked_by"), uuid=uuid)
    pages = actions.get_recalled_pages(found)
    done = [page for page in pages if page.state in (actions.SIGNED, actions.WITHDRAWN)]
    context = {
        "recall": found,
        "recalled_pages": pages,
        "counts": actions.count_by_state(pages),
        "done": len(done),
    }
    return render(request, "reviews/recall.html", context)
