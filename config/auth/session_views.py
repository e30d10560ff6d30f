"""The page on which somebody sees their own sessions, and ends them."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from config.auth.sessions import end_sessions, list_sessions


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def sessions(request: HttpRequest) -> HttpResponse:
    assert request.user.is_authenticated
    own = request.session.session_key
    if request.method == "POST":
        handle = request.POST.get("session", "")
        ended = end_sessions(request.user, handle=handle, but=own)
        if ended:
            words = ngettext(
                "%(count)d session has ended.", "%(count)d sessions have ended.", ended
            )
            messages.success(request, words % {"count": ended})
        else:
            messages.info(request, _("That session had ended already."))
        return redirect("account_sessions")
    rows = list_sessions(request.user)
    context = {"rows": rows, "own": own, "has_others": any(row.session_key != own for row in rows)}
    return render(request, "account/sessions.html", context)
