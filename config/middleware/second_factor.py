"""The second factor that a site may require: who has none is led to enrolment, and comes back."""

from collections.abc import Callable

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from articles import unsent_forms
from articles.admin import session_recovery
from reviews.signing import second_factor

STAFF_PATHS = ("/admin/", "/desk/")
SAVING_PATH = "/desk/unsent/save/"  # what is being typed is saved, by its own token
RETURN_KEY = "after_enrolment"  # of the session: where somebody was led away from


def require_second_factor(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Middleware, after those of users and messages. Nothing of it runs where none is required."""

    def answer(request: HttpRequest) -> HttpResponseBase:
        if settings.SECOND_FACTOR_REQUIRED and _is_staff_page(request):
            if request.user.is_authenticated and second_factor.is_missing(request.user):
                return _lead_to_enrolment(request)
            request.session.pop(RETURN_KEY, None)
        return get_response(request)

    return answer


def _is_staff_page(request: HttpRequest) -> bool:
    path = request.path_info
    return path.startswith(STAFF_PATHS) and path != SAVING_PATH


def _lead_to_enrolment(request: HttpRequest) -> HttpResponseRedirect:
    """What was typed is saved first: at the desk for its author, in the admin in the session."""
    request.session[RETURN_KEY] = request.get_full_path()
    if request.method == "POST":
        request.session[RETURN_KEY] = request.path
        if not unsent_forms.save_sent(request):
            session_recovery.save_form(request)
    messages.warning(
        request,
        _(
            "This site requires two-step sign-in of reviewers and managing editors. "
            "Set it up now; then you come back to where you were."
        ),
    )
    return redirect("mfa_activate_totp")
