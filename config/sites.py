"""The admin site: as Django's, but what is typed outlasts the session in which it was opened."""

from django.contrib import admin

from articles import held


class EditorsSite(admin.AdminSite):
    def admin_view(self, view, cacheable=False):
        """A page's form that comes from nobody is kept for whoever opened it, and they are asked to sign in."""
        guarded = super().admin_view(view, cacheable)
        if not getattr(getattr(view, "__self__", None), "holds_forms", False):
            return guarded

        def keeping(request, *args, **kwargs):
            if request.method == "POST" and request.user.is_anonymous and view.__name__ in ("add_view", "change_view"):
                held.hold(request)
            return guarded(request, *args, **kwargs)

        return keeping
