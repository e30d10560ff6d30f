"""Saves what is being typed at the desk, and discards it or changes it for other words."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import JsonResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from articles import unsent_forms
from reviews.desk import unsent_form
from reviews.desk.access import reviewer_required


@csrf_exempt
@never_cache
@sensitive_post_parameters("password", "code")
@require_POST
def save_unsent(request):
    """Save what is being typed, for the script of a page.

    The token of the page, which nobody else can have, stands for a session that ended and for the
    CSRF token, which another log-in changes.
    """
    token = unsent_forms.read_token(request.POST.get(unsent_forms.TOKEN_NAME, ""))
    if token is None:
        return JsonResponse({"error": "no token"}, status=403)
    try:
        saved = unsent_forms.save_by_token(token, request.POST)
    except unsent_forms.FormTooLong as error:
        return JsonResponse({"error": str(error)}, status=413)
    if unsent_form.is_decided_by(token.user_id, token.subject):
        unsent_forms.clear_form(token.user_id, token.subject)
        return JsonResponse({"error": "decided"}, status=409)
    at = f"{timezone.localtime(saved.saved_at):%-d %B, %H:%M}" if saved else ""
    return JsonResponse({"saved_at": at, "signed_in": request.user.pk == token.user_id})


@reviewer_required
def change_unsent(request):
    """Discard what was saved of a form, or take other words of it that were saved before."""
    if request.method != "POST":
        return redirect("reviews:queue")
    pressed = request.POST.get("use") or request.POST.get("discard") or ""
    text, _space, key = pressed.partition(" ")
    token = unsent_forms.read_token(text)
    if token is None or token.user_id != request.user.pk:
        raise PermissionDenied("This is not yours, or it was opened too long ago.")
    if not key:
        unsent_forms.clear_form(request.user, token.subject)
        messages.success(request, _("What you typed is deleted."))
    elif unsent_forms.use_earlier(request.user, token.subject, key):
        messages.success(request, _("These words are in the form now. The others are kept below."))
    return redirect(unsent_form.get_address(token.subject))
