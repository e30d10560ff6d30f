"""The admin views around a page's form: preview, revisions, restore, address, discard."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from articles.admin import timeline
from articles.admin.composition import POST_ONLY, READ_ONLY, ObjectView
from articles.admin.forms import ChangeSlugForm, CompareRevisionsForm, parse_key
from articles.content import kinds
from articles.models import Revision
from articles.public import pages
from articles.publishing import actions

CHANGES_PER_PAGE = 100


def show_preview(page_admin, request, page):
    """The working copy as the page it would be, which nobody has signed."""
    kind = kinds.get(page.kind)
    loaded = kind.load(kind.model.objects.filter(pk=page.pk)).get()
    line = page.live.read_review_line() if page.live else None
    document = kind.compose(loaded)
    metadata = actions.build_metadata(page)
    context = pages.build_context(loaded, document, line, metadata, state="preview")
    context |= get_causes_context(kind, document, _get_part_number(request))
    context["form_address"] = page_admin.get_object_url("change", page)
    return render(request, kind.template, context)


def show_history(page_admin, request, page):
    """The timeline: every revision with who, when and what changed, newest first."""
    events = timeline.get_events_page(page, page_admin.timeline_sources, request.GET.get("page"))
    latest = page.get_latest_revision()
    context = {
        "events": events,
        "latest": latest,
        "compare_from": _get_number_to_compare(page, latest),
        "can_restore": page_admin.has_change_permission(request),
        "panels": page_admin.build_panels(request, page, page_admin.history_panels),
        "revision_panels": page_admin.build_panels(request, page, page_admin.revision_panels),
    }
    return page_admin.render_page(request, "articles/admin/revisions.html", page, **context)


def show_comparison(page_admin, request, page):
    """What changed between any two revisions of a page."""
    form = CompareRevisionsForm(request.GET, page=page)
    context = {
        "form": form,
        "latest": page.get_latest_revision(),
        "can_restore": page_admin.has_change_permission(request),
    }
    if form.is_valid():
        old, new = form.cleaned_data["old"], form.cleaned_data["new"]
        changes = timeline.compare_revisions(old, new)
        if changes is not None:
            changes = Paginator(changes, CHANGES_PER_PAGE).get_page(request.GET.get("page"))
        context |= {
            "old": old,
            "new": new,
            "diff": changes,  # None where one of the texts was expunged
            "identical": old.digest == new.digest,
            "later_corrections": _list_later_corrections(page, old),
        }
    return page_admin.render_page(request, "articles/admin/compare.html", page, **context)


def show_revision(page_admin, request, page):
    """One revision as the page that it would be."""
    revision = get_revision_or_404(page, request.GET.get("number", ""))
    if revision.expunged:
        raise Http404("The text of this revision was expunged.")
    document = revision.read()
    kind = kinds.get(page.kind)
    metadata = actions.build_metadata(page)
    context = pages.build_context(page, document, None, metadata, state="revision")
    context |= get_causes_context(kind, document, _get_part_number(request))
    context["revision"] = revision
    context["form_address"] = page_admin.get_object_url("revisions", page)
    return render(request, kind.template, context)


def get_revision_or_404(page, number_text: str) -> Revision:
    """The revision of a page that a request names by its number. Raises Http404."""
    revisions = Revision.objects.select_related("saved_by")
    return get_object_or_404(revisions, article=page.pk, number=parse_key(number_text))


def restore_revision(page_admin, request, page):
    revision = get_revision_or_404(page, request.POST.get("number", ""))
    before = page.get_latest_revision()
    try:
        restored = actions.restore(revision, by=request.user)
    except actions.CannotRestore as refusal:
        messages.error(request, str(refusal))
        return redirect(page_admin.get_object_url("revisions", page))
    if restored.revision == before:
        messages.info(
            request,
            f"Nothing changed: the page has the text of revision {revision.number} already.",
        )
    else:
        page_admin.log_change(request, page, f"Restored revision {revision.number}.")
        messages.success(
            request,
            f"The text of revision {revision.number} is back as revision "
            f"{restored.revision.number}. Read it through, then request a review.",
        )
    for line in restored.report:
        messages.warning(request, f"Not restored: {line}")
    return redirect(page_admin.get_object_url("change", page))


def change_address(page_admin, request, page):
    form = ChangeSlugForm(
        request.POST or None, page=page, by=request.user, initial={"slug": page.slug}
    )
    if request.method == "POST" and form.is_valid() and form.save():
        page_admin.log_change(
            request,
            page,
            f"Changed the URL slug from “{page.slug}” to “{form.cleaned_data['slug']}”.",
        )
        messages.success(request, "The URL slug is changed. Old links redirect to the page.")
        return redirect(page_admin.get_object_url("change", page))
    return page_admin.render_page(request, "articles/admin/address.html", page, form=form)


def discard_draft(page_admin, request, page):
    """Discard a draft, after a page that says what that means."""
    if request.method != "POST":
        return page_admin.render_page(request, "articles/admin/discard.html", page)
    try:
        actions.discard(page, by=request.user)
    except actions.ActionRefused as refusal:
        messages.error(request, str(refusal))
        return redirect(page_admin.get_object_url("change", page))
    page_admin.log_change(request, page, "Discarded the draft.")
    messages.success(request, f"The draft “{page}” is discarded. Its revisions are kept.")
    return redirect(f"admin:{page_admin.get_url_name('changelist')}")


VIEWS = (
    ObjectView("preview", show_preview, "view", READ_ONLY),
    ObjectView("revisions", show_history, "view", READ_ONLY),
    ObjectView("compare", show_comparison, "view", READ_ONLY),
    ObjectView("revision", show_revision, "view", READ_ONLY),
    ObjectView("restore", restore_revision, "change", POST_ONLY),
    ObjectView("address", change_address, "articles.change_address"),
    ObjectView("discard", discard_draft, "change"),
)


def _get_number_to_compare(page, latest: Revision | None) -> int:
    """The revision with which the latest is compared first: the public one, else the one before."""
    if latest is None:
        return 1
    if page.live and page.live.revision_id != latest.pk:
        return page.live.revision.number
    return max(latest.number - 1, 1)


def _list_later_corrections(page, revision: Revision) -> list:
    """The public corrections made on a day after a revision was saved."""
    if not page.live:
        return []
    saved_on = timezone.localdate(revision.saved_at)
    corrections = page.live.read_review_line().corrections
    return [correction for correction in corrections if correction.on > saved_on]


def get_causes_context(kind: kinds.PageKind, document, number: int) -> dict:
    """The causes below a page that is not public; of very many, a part by its number."""
    template = None
    if getattr(document, "causes", ()):
        template = kind.causes_partial
    return {"causes_template": template, **kind.part(document, number)}


def _get_part_number(request) -> int:
    return parse_key(request.GET.get("causes", "")) or 1
