"""How an admin is composed: from tuples of views, panels and actions, which any app may bring.

Views and panels are functions that get the admin and the request first, as Django's own actions do.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django import forms
from django.contrib import admin
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.options import IS_POPUP_VAR
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from articles.admin.bulk_actions import BulkAction
from articles.admin.forms import parse_key
from articles.admin.request_validation import RequestValidationMixin

CHECKBOX_HTML = '<input type="checkbox" name="{}" value="{}" class="action-select" aria-label="{}">'
READ_ONLY = (require_safe, never_cache)
POST_ONLY = (require_POST,)
ACTION_PLACEHOLDER = [("", _("Choose an action"))]

# The context of a part of a screen, with its ``template``; None where there is nothing to show.
Panel = Callable[..., dict | None]


@dataclass(frozen=True)
class AdminView:
    """A view beside the list of a model, called with the admin and the request.

    ``permission`` is add, change, delete or view, or the full name of another permission. Who does
    not have it gets 403, and ``view`` is not called. ``name`` follows that of the model in the name
    of the URL, unless ``url_name`` is given.
    """

    name: str
    view: Callable[..., HttpResponse]
    permission: str
    decorators: tuple[Callable, ...] = ()
    route: str = ""
    url_name: str = ""

    def get_route(self) -> str:
        return self.route or f"{self.name.replace('_', '-')}/"

    def call(self, model_admin: "ComposedAdmin", request) -> HttpResponse:
        return self.view(model_admin, request)

    def build_path(self, model_admin: "ComposedAdmin") -> URLPattern:
        def run(request, **arguments):
            model_admin.require_permission(request, self.permission)
            return self.call(model_admin, request, **arguments)

        view = run
        for decorate in self.decorators:
            view = decorate(view)
        name = self.url_name or model_admin.get_url_name(self.name)
        return path(self.get_route(), model_admin.admin_site.admin_view(view), name=name)


class ObjectView(AdminView):
    """A view of one row, called with the admin, the request and the row."""

    def get_route(self):
        return f"<path:object_id>/{super().get_route()}"

    def call(self, model_admin, request, object_id):
        return self.view(model_admin, request, model_admin.get_object_or_404(request, object_id))


class ComposedAdmin(RequestValidationMixin, admin.ModelAdmin):
    """The base of our admins: its views, the panels of its screens and the actions of its list."""

    views: tuple[AdminView, ...] = ()
    panels: tuple[Panel, ...] = ()
    bulk_actions: tuple[type[BulkAction], ...] = ()

    def action_checkbox(self, obj):
        """Django's box of a row, written at once: a widget each takes a quarter of a whole list."""
        label = format_html(gettext("Select this object for an action - {}"), str(obj))
        return format_html(CHECKBOX_HTML, ACTION_CHECKBOX_NAME, str(obj.pk), label)

    @property
    def media(self):
        """Django's own, and our way to suggest a URL slug after Django's."""
        if not self.prepopulated_fields:
            return super().media
        return super().media + forms.Media(js=["admin/js/urlify.js", "js/slugs.js"])

    def get_urls(self):
        return [*(view.build_path(self) for view in self.views), *super().get_urls()]

    def get_action_choices(self, request, default_choices=ACTION_PLACEHOLDER):
        return super().get_action_choices(request, default_choices)

    def get_actions(self, request):
        """Django's own, and those of ``bulk_actions`` that this user may do."""
        actions = super().get_actions(request)
        if IS_POPUP_VAR in request.GET:
            return actions
        for action in self.bulk_actions:
            if action.is_allowed(self, request):
                actions[action.name] = (action.run, action.name, action.label)
        return actions

    def get_url_name(self, name: str) -> str:
        return f"{self.opts.app_label}_{self.opts.model_name}_{name}"

    def get_object_url(self, name: str, row) -> str:
        return reverse(f"admin:{self.get_url_name(name)}", args=[row.pk])

    def get_object_or_404(self, request, object_id):
        """The row that an address names. Raises Http404."""
        key = parse_key(unquote(object_id))
        row = None
        if key is not None:
            row = self.get_object(request, str(key))
        if row is None:
            raise Http404
        return row

    def require_permission(self, request, permission: str) -> None:
        """Raises PermissionDenied. ``permission`` is that of an AdminView."""
        if "." in permission:
            allowed = request.user.has_perm(permission)
        else:
            allowed = getattr(self, f"has_{permission}_permission")(request)
        if not allowed:
            raise PermissionDenied

    def build_panels(self, request, row, panels: Iterable[Panel]) -> list[dict]:
        built = [build(self, request, row) for build in panels]
        return [panel for panel in built if panel is not None]

    def render_page(
        self, request, template: str, original, *, status: int = 200, **context
    ) -> HttpResponse:
        """A page of a row within the admin, with its title and its place."""
        values = self.admin_site.each_context(request) | {
            "opts": self.opts,
            "original": original,
            "title": str(original),
        }
        return render(request, template, values | context, status=status)
