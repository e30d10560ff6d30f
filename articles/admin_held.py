"""The form of a page after a session ended in the middle of a save: as it was typed, and not saved yet."""

from articles import held

NOT_SAVED = (
    "This is not saved yet. You had been signed out when you pressed Save; here is what you typed. "
    "Look it over and save again."
)
LOST_FILES = "A file cannot be kept meanwhile. Choose again: {}."


class HoldsForms:
    """Mixed into the admin of every kind of page. The admin's site keeps what comes; this shows it."""

    holds_forms = True

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        typed = held.held(request)
        if request.method == "POST" or "throw_away" in request.GET:
            held.drop(request)
        elif typed is not None:
            self._stand_in_for_a_post(request, typed)
        context = {"ticket": held.ticket(request), "is_held": hasattr(request, "held")} | (extra_context or {})
        return super().changeform_view(request, object_id, form_url, context)

    def _stand_in_for_a_post(self, request, typed) -> None:
        """Let Django bind the form to what was typed. Such a form is never valid, so nothing can be saved by it."""
        request.FILES.clear()  # read first, as that resets POST
        lost = ", ".join(f"“{name}”" for name in held.lost_files(request))
        request.held = f"{NOT_SAVED} {LOST_FILES.format(lost)}" if lost else NOT_SAVED
        request.method, request.POST = "POST", typed

    def get_form(self, request, obj=None, change=False, **kwargs):
        form = super().get_form(request, obj, change, **kwargs)
        return type(form.__name__, (form,), {"not_saved": request.held}) if hasattr(request, "held") else form
