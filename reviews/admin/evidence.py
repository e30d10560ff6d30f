"""The admin of evidence: a button in the history of a page that hands out its pack."""

import io

from django.conf import settings
from django.contrib import messages
from django.http import FileResponse
from django.shortcuts import redirect
from django.utils import timezone

from reviews import evidence

PERMISSION = "reviews.export_evidence"


def build_evidence_panel(page_admin, request, page) -> dict | None:
    """The button for the pack, where the site has a key to seal it with."""
    if not settings.EVIDENCE_KEY or not request.user.has_perm(PERMISSION):
        return None
    url = page_admin.get_object_url("evidence", page)
    return {"template": "reviews/admin/_evidence.html", "url": url}


def download_evidence(page_admin, request, page):
    out = io.BytesIO()
    try:
        evidence.write_pack(out, evidence.EvidenceScope(page=page), made_at=timezone.now())
    except (evidence.MissingEvidenceKey, evidence.CannotExportEvidence) as refusal:
        messages.error(request, str(refusal))
        return redirect(page_admin.get_object_url("revisions", page))
    page_admin.log_change(request, page, "Exported an evidence pack.")
    out.seek(0)
    name = f"evidence-{page.slug}-{timezone.localdate()}.zip"
    return FileResponse(out, as_attachment=True, filename=name, content_type="application/zip")
