"""The admin of evidence: a button in the history of a page that hands out its pack."""

import io

from django.conf import settings
from django.contrib import messages
from django.http import FileResponse
from django.shortcuts import redirect
from django.urls import path
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from reviews import evidence

PERMISSION = "reviews.export_evidence"


class EvidenceMixin:
    """Mixed into the admin of any kind of page."""

    def get_urls(self):
        name = f"{self.opts.app_label}_{self.opts.model_name}_evidence"
        view = self.admin_site.admin_view(never_cache(require_POST(self.download_evidence)))
        return [path("<path:object_id>/evidence/", view, name=name), *super().get_urls()]

    def render_page(self, request, template, original, **context):
        context["may_export"] = request.user.has_perm(PERMISSION) and bool(settings.EVIDENCE_KEY)
        context["evidence_url"] = self.get_page_url("evidence", original)
        return super().render_page(request, template, original, **context)

    def download_evidence(self, request, object_id):
        page = self.get_page_or_404(request, object_id, permission=PERMISSION)
        out = io.BytesIO()
        try:
            evidence.write_pack(out, evidence.EvidenceScope(page=page), made_at=timezone.now())
        except (evidence.MissingEvidenceKey, evidence.CannotExportEvidence) as refusal:
            messages.error(request, str(refusal))
            return redirect(self.get_page_url("revisions", page))
        self.log_change(request, page, "Exported an evidence pack.")
        out.seek(0)
        name = f"evidence-{page.slug}-{timezone.localdate()}.zip"
        return FileResponse(out, as_attachment=True, filename=name, content_type="application/zip")
