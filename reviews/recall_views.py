"""Recalls at the desk: search what was signed, pick pages, say why, and watch how far they are."""

import uuid
from itertools import islice

from django import forms
from django.contrib import messages
from django.db.models import Count
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from articles.actions import Refused
from reviews import recall_search
from reviews import recalls as deeds
from reviews.eligibility import fit_to_sign
from reviews.models import MedicalReview, Recall, Reviewer
from reviews.radar_views import for_managing_editors

LATELY = 20


class SearchForm(forms.Form):
    """What to look for, and where in the signed text."""

    q = forms.CharField(
        label="Look for", max_length=200, help_text="All the words must be found. Case and accents do not matter."
    )
    part = forms.ChoiceField(
        label="In", choices=[(name, label) for name, (label, _) in recall_search.PARTS.items()], initial="words"
    )

    def clean_q(self):
        if not recall_search.wanted_words(self.cleaned_data["q"]):
            raise forms.ValidationError("Give at least one word.")
        return self.cleaned_data["q"]


class RecallForm(forms.Form):
    """Why the picked pages are recalled."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    trigger = forms.ChoiceField(label="What for", choices=Recall._meta.get_field("trigger").choices)
    reason = forms.CharField(
        label="Why",
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=4000,
        help_text="What is new, and where it says so. The reviewers read this, and it is kept.",
        error_messages={"required": "Say why these pages are recalled: the reviewers read it."},
    )
    reviewer = forms.ModelChoiceField(
        Reviewer.objects.none(),
        required=False,
        empty_label="Any reviewer",
        help_text="Nobody can sign a page with words of their own in it: such a recall is refused whole.",
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["reviewer"].queryset = fit_to_sign()


@for_managing_editors
@require_http_methods(["GET", "HEAD", "POST"])
def recalls(request):
    asked = SearchForm(request.GET if "q" in request.GET else None)
    found = _found(**asked.cleaned_data) if asked.is_valid() else []
    more, found = len(found) > deeds.MOST, found[: deeds.MOST]
    picked, refused, form = {row.key for row in found}, "", RecallForm(initial={"key": uuid.uuid4()})
    if request.method == "POST":
        picked = {int(key) for key in request.POST.getlist("page") if key.isdecimal() and len(key) < 18}
        form = RecallForm(request.POST)
        if form.is_valid():
            try:
                recall = deeds.open_recall(sorted(picked), by=request.user, **form.cleaned_data)
            except Refused as refusal:
                refused = str(refusal)
            else:
                messages.success(request, "The reviews are open.")
                return redirect("reviews:recall", recall.uuid)
    context = {
        "search_form": asked,
        "searched": asked.is_valid(),
        "found": found,
        "most": deeds.MOST if more else 0,
        "picked": picked,
        "in_review": _in_review([row.key for row in found]),
        "form": form,
        "refused": refused,
        "recalls": Recall.objects.annotate(count=Count("rows")).select_related("asked_by")[:LATELY],
    }
    return render(request, "reviews/recalls.html", context, status=409 if refused else 422 if form.errors else 200)


def _found(q: str, part: str) -> list[recall_search.Found]:
    """As many as a recall can take, and one more where there are more."""
    return list(islice(recall_search.search(part, q), deeds.MOST + 1))


def _in_review(keys: list[int]) -> set[int]:
    return set(MedicalReview.objects.waiting().filter(article__in=keys).values_list("article", flat=True))


@for_managing_editors
@require_safe
def recall(request, uuid):
    shown = get_object_or_404(Recall.objects.select_related("asked_by"), uuid=uuid)
    steps = deeds.steps(shown)
    done = sum(step.state in (deeds.SIGNED, deeds.WITHDRAWN) for step in steps)
    context = {"recall": shown, "steps": steps, "counts": deeds.counts(steps), "done": done}
    return render(request, "reviews/recall.html", context)
