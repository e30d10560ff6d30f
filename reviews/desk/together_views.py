"""The page on which the same change on many pages is read once and signed as one act."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.debug import sensitive_post_parameters

from articles import unsent_forms
from articles.publishing.actions import ActionRefused
from reviews.desk import unsent_form
from reviews.desk.access import reviewer_required
from reviews.desk.together import SignTogetherForm, read_seen
from reviews.signing.authentication import get_sign_in
from reviews.signing.signing_together import (
    ListChanged,
    SeenPlace,
    SigningList,
    build_list,
    list_differences,
    record_openings,
    sign_together,
)

MAX_LEFT_SHOWN = 200
KEPT_FIELDS = ("conflicts_choice", "conflicts")  # when the list is another one by now


@sensitive_post_parameters("password", "code")
@reviewer_required
def same_change(request, key):
    """Show one change and the pages that have it; sign it on up to 50 of them at once."""
    found = build_list(key, request.user)
    if request.method != "POST":
        if not found.places and not found.left:
            messages.info(request, _("No open review is of this change any longer."))
            return redirect("reviews:queue")
        record_openings(found, request.user)
        return _render_list(request, found)
    unsent_forms.save_sent(request, unsent_form.get_change_subject(key))
    seen = read_seen(request.POST.getlist("place"))
    differences = list_differences(seen, found)
    if differences:
        return _render_list(request, found, differences=differences, status=409)
    form = SignTogetherForm(request.POST, request=request, signing_list=found)
    if not form.is_valid():
        return _render_list(request, found, form=form, status=422)
    return _sign(request, found, form, seen)


def _sign(request, found: SigningList, form: SignTogetherForm, seen: list[SeenPlace]):
    """Sign what was seen. The list is shown again where it is another by now, or a page refuses."""
    try:
        entries = sign_together(
            found.key,
            seen,
            by=request.user,
            conflicts=form.cleaned_data["conflicts"],
            authentication=form.authentication,
            answers=form.answers,
            left_out=request.POST.getlist("leave_out"),
            read_elsewhere=form.cleaned_data["read_elsewhere"],
            sign_in=get_sign_in(request),
        )
    except ListChanged as change:
        found = build_list(found.key, request.user)
        return _render_list(request, found, differences=change.differences, status=409)
    except ActionRefused as refusal:
        return _render_list(request, found, refusal=str(refusal), status=409)
    unsent_forms.clear_form(request.user, unsent_form.get_change_subject(found.key))
    count = len(entries)
    message = ngettext(
        "You signed %(count)d page. It is public now.",
        "You signed %(count)d pages as one act. They are public now.",
        count,
    )
    messages.success(request, message % {"count": count})
    if build_list(found.key, request.user).places:
        return redirect("reviews:same_change", found.key)
    return redirect("reviews:queue")


def _render_list(request, found, *, form=None, differences=(), refusal="", status=200):
    """The list with its form, and what stands in the way of signing it.

    Without a ``form`` it has a new one, with what was typed and not sent.
    """
    unsent = unsent_form.load_change_form(request.user, found.key)
    if form is None:
        initial = unsent.initial
        if differences:  # what was confirmed is confirmed again
            initial = {name: text for name, text in initial.items() if name in KEPT_FIELDS}
        form = SignTogetherForm(request=request, signing_list=found, initial=initial)
    context = {
        "found": found,
        "sample": found.places[0] if found.places else None,
        "form": form,
        "differences": differences,
        "refusal": refusal,
        "left_out": unsent.get_values("leave_out"),
        "unsent": unsent,
        "left": found.left[:MAX_LEFT_SHOWN],
        "signing_error": request.user.reviewer.get_signing_error(timezone.localdate()),
    }
    return render(request, "reviews/same_change.html", context, status=status)
