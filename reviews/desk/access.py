"""Who may enter the desk, and what becomes of a form that was sent by somebody who may not."""

from functools import wraps

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache

from articles import unsent_forms
from reviews.desk import unsent_form
from reviews.models import Reviewer


def reviewer_required(view):
    """A view for reviewers only, never cached. Others find what they typed when they come back.

    A page that somebody else opened in this browser is not sent in the name of who is signed in.
    """

    @never_cache
    @wraps(view)
    def enter(request, *args, **kwargs):
        if not request.user.is_authenticated:
            return _handle_signed_out(request, *args, **kwargs)
        if not _is_reviewer(request.user):
            return _handle_other_user(request)
        if unsent_form.is_opened_by_another(request):
            return render_shut(request, "opened_by_another")
        return view(request, *args, **kwargs)

    return enter


def _is_reviewer(user) -> bool:
    return Reviewer.objects.filter(user=user).exists() and user.has_perm("reviews.sign_review")


def _handle_signed_out(request, uuid=None, key="", **kwargs):
    """A redirect to the log-in; a page with what was typed, if anything was.

    It is saved for whoever opened the page, and nobody else.
    """
    here = unsent_form.get_address(f"review:{uuid}" if uuid else f"change:{key}" if key else "")
    if request.method == "GET":
        return redirect_to_login(request.get_full_path())
    if unsent_form.list_typed_texts(request.POST):
        return render_shut(request, "signed_out", here)
    unsent_forms.save_sent(request)
    return redirect_to_login(here.partition("#")[0])


def _handle_other_user(request):
    """A page with what was typed, or a redirect to the radar for those who can see it.

    Raises PermissionDenied for anybody else.
    """
    if unsent_form.list_typed_texts(request.POST):
        return render_shut(request, "no_reviewer")
    can_see_radar = request.user.has_perm("reviews.see_radar")
    if can_see_radar and request.path == reverse("reviews:queue"):
        return redirect("reviews:radar")
    raise PermissionDenied("The desk is for reviewers. Your account is not one.")


def render_shut(request, reason: str, here: str = ""):
    """Why a form was not sent, and what was typed, which is saved if it can be."""
    context = {
        "reason": reason,
        "here": here,
        "is_saved": unsent_forms.save_sent(request),
        "typed_texts": unsent_form.list_typed_texts(request.POST),
    }
    return render(request, "reviews/shut.html", context, status=403)
