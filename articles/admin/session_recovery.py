"""The form of a page after a session ended during a save: as it was typed, not saved yet."""

from articles.admin import saved_forms

NOT_SAVED = (
    "This is not saved yet. You had been signed out when you pressed Save; here is what you typed. "
    "Check it and save again."
)
CHOOSE_FILES_AGAIN = "A file cannot be kept meanwhile. Choose again: {}."


class SessionRecoveryMixin:
    """Mixed into the admin of every kind of page. The admin site stores the form; this shows it.

    ``recovers_forms`` tells the site to do so.
    """

    recovers_forms = True

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        typed = saved_forms.load_form(request)
        if request.method == "POST" or "throw_away" in request.GET:
            saved_forms.delete_form(request)
        elif typed is not None:
            self._bind_saved_form(request, typed)
        context = {
            "ticket": saved_forms.make_token(request),
            "is_recovered": hasattr(request, "unsaved_reason"),
            **(extra_context or {}),
        }
        return super().changeform_view(request, object_id, form_url, context)

    def _bind_saved_form(self, request, data) -> None:
        """Let Django bind the form to what was typed; it is never valid, so it is not saved."""
        request.FILES.clear()  # read first, as that resets POST
        request.unsaved_reason = NOT_SAVED
        files = ", ".join(f"“{name}”" for name in saved_forms.list_lost_files(request))
        if files:
            request.unsaved_reason += f" {CHOOSE_FILES_AGAIN.format(files)}"
        request.method = "POST"
        request.POST = data

    def get_form(self, request, obj=None, change=False, **kwargs):
        form = super().get_form(request, obj, change, **kwargs)
        if not hasattr(request, "unsaved_reason"):
            return form
        return type(form.__name__, (form,), {"unsaved_reason": request.unsaved_reason})
