"""What the form shows while somebody types: the page as it would be, its measure, and what is to mend."""

from dataclasses import asdict

from django.contrib.admin.utils import flatten_fieldsets
from django.core.exceptions import PermissionDenied
from django.http import JsonResponse
from django.template.loader import render_to_string
from django.urls import path
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from articles import drafting, kinds, pages, quality
from articles.actions import frame_of


class DraftPages:
    """Mixed into the admin of every kind of page: an address that composes a form and saves nothing."""

    def get_urls(self):
        view = self.admin_site.admin_view(never_cache(require_POST(self.draft)))
        name = f"{self.opts.app_label}_{self.opts.model_name}_draft"
        return [
            path("add/draft/", view, name=f"{name}_new"),
            path("<path:object_id>/draft/", view, name=name),
            *super().get_urls(),
        ]

    def draft(self, request, object_id=None):
        if object_id is None and not self.has_add_permission(request):
            raise PermissionDenied
        page = self.asked_page(request, object_id, right="change") if object_id is not None else None
        fields = flatten_fieldsets(self.get_fieldsets(request, page))
        form = self.get_form(request, page, change=page is not None, fields=fields)(request.POST, instance=page)
        formsets, _ = self._create_formsets(request, form.instance, change=page is not None)
        try:
            return JsonResponse(self._composed(request, *drafting.compose(form, formsets, by=request.user)))
        except drafting.CannotCompose as refusal:
            return JsonResponse({"message": str(refusal)})

    def _composed(self, request, page, document) -> dict:
        found = {
            **asdict(drafting.measure(document)),
            "problems": [asdict(problem) for problem in quality.problems(page, document)],
        }
        if "measure_only" in request.POST:
            return found
        kind = kinds.of(self.model)
        line = page.live.read_review_line() if page.live else None
        shown = pages.context(page, document, line, frame_of(page), state="preview")
        causes = kind.causes_partial if getattr(document, "causes", ()) else None
        more = {"causes_template": causes} | kind.part(document, 1)
        return found | {"html": render_to_string(kind.template, shown | more, request)}
