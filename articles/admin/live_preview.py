"""What a form shows while somebody types: the page as it would be, its length, its problems."""

from dataclasses import asdict

from django.contrib.admin.utils import flatten_fieldsets
from django.core.exceptions import PermissionDenied
from django.http import JsonResponse
from django.template.loader import render_to_string
from django.urls import path
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from articles import quality
from articles.admin import draft_preview
from articles.content import kinds
from articles.public import pages
from articles.publishing.actions import build_metadata


class LivePreviewMixin:
    """Mixed into the admin of every kind of page: a view that composes a form and saves nothing."""

    def get_urls(self):
        view = self.admin_site.admin_view(never_cache(require_POST(self.draft)))
        name = f"{self.opts.app_label}_{self.opts.model_name}_draft"
        return [
            path("add/draft/", view, name=f"{name}_new"),
            path("<path:object_id>/draft/", view, name=name),
            *super().get_urls(),
        ]

    def draft(self, request, object_id=None):
        page = None
        if object_id is not None:
            page = self.get_page_or_404(request, object_id, permission="change")
        elif not self.has_add_permission(request):
            raise PermissionDenied
        change = page is not None
        fields = flatten_fieldsets(self.get_fieldsets(request, page))
        form_class = self.get_form(request, page, change=change, fields=fields)
        form = form_class(request.POST, instance=page)
        formsets, _ = self._create_formsets(request, form.instance, change=change)
        try:
            composed, document = draft_preview.compose(form, formsets, by=request.user)
            return JsonResponse(self._render_draft(request, composed, document))
        except draft_preview.CannotCompose as refusal:
            return JsonResponse({"message": str(refusal)})

    def _render_draft(self, request, page, document) -> dict:
        problems = quality.find_problems(page, document)
        values = asdict(draft_preview.measure_text(document))
        values["problems"] = [asdict(problem) for problem in problems]
        if "measure_only" not in request.POST:
            values["html"] = self._render_html(request, page, document)
        return values

    def _render_html(self, request, page, document) -> str:
        kind = kinds.get_for_model(self.model)
        line = page.live.read_review_line() if page.live else None
        context = pages.build_context(page, document, line, build_metadata(page), state="preview")
        context["causes_template"] = None
        if getattr(document, "causes", ()):
            context["causes_template"] = kind.causes_partial
        context |= kind.part(document, 1)
        return render_to_string(kind.template, context, request)
