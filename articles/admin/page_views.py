"""The admin views around a page's form: preview, revisions, restore, address, discard."""

from django.contrib import messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from articles.admin import timeline
from articles.admin.forms import ChangeSlugForm, CompareRevisionsForm, parse_key
from articles.content import kinds
from articles.models import Revision
from articles.public import pages
from articles.publishing import actions

CHANGES_PER_PAGE = 100


class PageViewsMixin:
    """Mixed into the admin of every kind of page."""

    def get_urls(self):
        def page(address, view):
            name = f"{self.opts.app_label}_{self.opts.model_name}_{address.replace('-', '_')}"
            return path(f"<path:object_id>/{address}/", self.admin_site.admin_view(view), name=name)

        return [
            page("preview", never_cache(require_safe(self.preview))),
            page("revisions", never_cache(require_safe(self.revisions))),
            page("compare", never_cache(require_safe(self.compare))),
            page("revision", never_cache(require_safe(self.revision))),
            page("restore", require_POST(self.restore)),
            page("address", self.address),
            page("discard", self.discard),
            *super().get_urls(),
        ]

    def get_page_url(self, name: str, page) -> str:
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_{name}", args=[page.pk])

    def get_page_or_404(self, request, object_id, *, permission: str):
        """The page that an address names. Raises Http404, or PermissionDenied.

        ``permission`` is view, change or delete, or the full name of another permission.
        """
        page = self.get_object(request, unquote(object_id))
        if page is None:
            raise Http404
        if "." in permission:
            allowed = request.user.has_perm(permission)
        else:
            allowed = getattr(self, f"has_{permission}_permission")(request)
        if not allowed:
            raise PermissionDenied
        return page

    def render_page(self, request, template, original, **context):
        values = self.admin_site.each_context(request) | {
            "opts": self.opts,
            "original": original,
            "title": str(original),
        }
        return render(request, template, values | context)

    def preview(self, request, object_id):
        """The working copy as the page it would be, which nobody has signed."""
        page = self.get_page_or_404(request, object_id, permission="view")
        kind = kinds.get(page.kind)
        loaded = kind.load(kind.model.objects.filter(pk=page.pk)).get()
        line = page.live.read_review_line() if page.live else None
        document = kind.compose(loaded)
        metadata = actions.build_metadata(page)
        context = pages.build_context(loaded, document, line, metadata, state="preview")
        context |= _get_causes_context(request, kind, document)
        context["form_address"] = self.get_page_url("change", page)
        return render(request, kind.template, context)

    def get_sources(self, page) -> list[timeline.TimelineSource]:
        """What the timeline of a page is made of; subclasses add their own."""
        return timeline.get_sources(page)

    def revisions(self, request, object_id):
        """The timeline: every revision with who, when and what changed, newest first."""
        page = self.get_page_or_404(request, object_id, permission="view")
        events = timeline.get_events_page(page, self.get_sources(page), request.GET.get("page"))
        latest = page.get_latest_revision()
        context = {
            "events": events,
            "latest": latest,
            "compare_from": _get_number_to_compare(page, latest),
            "can_restore": self.has_change_permission(request),
            **self._get_history_urls(page),
        }
        return self.render_page(request, "articles/admin/revisions.html", page, **context)

    def history_view(self, request, object_id, extra_context=None):
        page = self.get_page_or_404(request, object_id, permission="view")
        return redirect(self.get_page_url("revisions", page))

    def _get_history_urls(self, page) -> dict[str, str]:
        return {
            "restore_url": self.get_page_url("restore", page),
            "compare_url": self.get_page_url("compare", page),
            "revision_url": self.get_page_url("revision", page),
            "revisions_url": self.get_page_url("revisions", page),
        }

    def compare(self, request, object_id):
        """What changed between any two revisions of a page."""
        page = self.get_page_or_404(request, object_id, permission="view")
        form = CompareRevisionsForm(request.GET, page=page)
        context = {
            "form": form,
            "latest": page.get_latest_revision(),
            "can_restore": self.has_change_permission(request),
            **self._get_history_urls(page),
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
        return self.render_page(request, "articles/admin/compare.html", page, **context)

    def revision(self, request, object_id):
        """One revision as the page that it would be."""
        page = self.get_page_or_404(request, object_id, permission="view")
        revision = self._get_revision_or_404(page, request.GET.get("number", ""))
        if revision.expunged:
            raise Http404("The text of this revision was expunged.")
        document = revision.read()
        kind = kinds.get(page.kind)
        metadata = actions.build_metadata(page)
        context = pages.build_context(page, document, None, metadata, state="revision")
        context |= _get_causes_context(request, kind, document)
        context["revision"] = revision
        context["form_address"] = self.get_page_url("revisions", page)
        return render(request, kind.template, context)

    def _get_revision_or_404(self, page, number_text: str) -> Revision:
        """The revision of a page that a request names by its number. Raises Http404."""
        number = parse_key(number_text)
        if number is None:
            raise Http404
        found = Revision.objects.filter(article=page.pk, number=number)
        revision = found.select_related("saved_by").first()
        if revision is None:
            raise Http404
        return revision

    def restore(self, request, object_id):
        page = self.get_page_or_404(request, object_id, permission="change")
        revision = self._get_revision_or_404(page, request.POST.get("number", ""))
        before = page.get_latest_revision()
        try:
            restored = actions.restore(revision, by=request.user)
        except actions.CannotRestore as refusal:
            messages.error(request, str(refusal))
            return redirect(self.get_page_url("revisions", page))
        if restored.revision == before:
            messages.info(
                request,
                f"Nothing changed: the page has the text of revision {revision.number} already.",
            )
        else:
            self.log_change(request, page, f"Restored revision {revision.number}.")
            messages.success(
                request,
                f"The text of revision {revision.number} is back as revision "
                f"{restored.revision.number}. Read it through, then request a review.",
            )
        for line in restored.report:
            messages.warning(request, f"Not restored: {line}")
        return redirect(self.get_page_url("change", page))

    def address(self, request, object_id):
        page = self.get_page_or_404(request, object_id, permission="articles.change_address")
        form = ChangeSlugForm(
            request.POST or None, page=page, by=request.user, initial={"slug": page.slug}
        )
        if request.method == "POST" and form.is_valid() and form.save():
            self.log_change(
                request,
                page,
                f"Changed the URL slug from “{page.slug}” to “{form.cleaned_data['slug']}”.",
            )
            messages.success(request, "The URL slug is changed. Old links redirect to the page.")
            return redirect(self.get_page_url("change", page))
        return self.render_page(request, "articles/admin/address.html", page, form=form)

    def discard(self, request, object_id):
        """Discard a draft, after a page that says what that means."""
        page = self.get_page_or_404(request, object_id, permission="change")
        if request.method != "POST":
            return self.render_page(request, "articles/admin/discard.html", page)
        try:
            actions.discard(page, by=request.user)
        except actions.ActionRefused as refusal:
            messages.error(request, str(refusal))
            return redirect(self.get_page_url("change", page))
        self.log_change(request, page, "Discarded the draft.")
        messages.success(request, f"The draft “{page}” is discarded. Its revisions are kept.")
        return redirect(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist")


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


def _get_causes_context(request, kind: kinds.PageKind, document) -> dict:
    """The causes below a page that is not public; of very many, the part that is asked for."""
    number = parse_key(request.GET.get("causes", "")) or 1
    template = None
    if getattr(document, "causes", ()):
        template = kind.causes_partial
    return {"causes_template": template, **kind.part(document, number)}
