"""The pages of the admin around an editor's form: preview, revisions, restore, address, discard."""

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

from articles import actions, kinds, pages, timeline
from articles.forms import AddressForm, CompareForm, as_key
from articles.models import Revision

CHANGES_A_PAGE = 100


class PagePages:
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

    def address_of(self, name: str, page) -> str:
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_{name}", args=[page.pk])

    def asked_page(self, request, object_id, *, right: str):
        """The page that an address names. Raises Http404, or PermissionDenied without the right to it."""
        page = self.get_object(request, unquote(object_id))
        if page is None:
            raise Http404
        if not (request.user.has_perm(right) if "." in right else getattr(self, f"has_{right}_permission")(request)):
            raise PermissionDenied
        return page

    def show(self, request, template, original, **context):
        values = self.admin_site.each_context(request) | {
            "opts": self.opts,
            "original": original,
            "title": str(original),
        }
        return render(request, template, values | context)

    def preview(self, request, object_id):
        """The working copy as the page it would be, which nobody has signed."""
        page = self.asked_page(request, object_id, right="view")
        kind = kinds.get(page.kind)
        loaded = kind.load(kind.model.objects.filter(pk=page.pk)).get()
        line = page.live.read_review_line() if page.live else None
        document = kind.compose(loaded)
        shown = pages.context(loaded, document, line, actions.frame_of(page), state="preview")
        more = _more(request, kind, document) | {"form_address": self.address_of("change", page)}
        return render(request, kind.template, shown | more)

    def sources(self, page) -> list[timeline.Source]:
        """What the time line of a page is made of; rooms above add theirs."""
        return timeline.sources(page)

    def revisions(self, request, object_id):
        """Every revision with who, when and what changed, and all that became of it, the newest first."""
        page = self.asked_page(request, object_id, right="view")
        events = timeline.shown(page, self.sources(page), request.GET.get("page"))
        latest = page.latest_revision()
        unsigned = page.live and latest and page.live.revision_id != latest.pk
        context = {
            "events": events,
            "latest": latest,
            "compared": page.live.revision.number if unsigned else max(latest.number - 1, 1) if latest else 1,
            "can_restore": self.has_change_permission(request),
        }
        return self.show(request, "articles/admin/revisions.html", page, **context | self._history_urls(page))

    def history_view(self, request, object_id, extra_context=None):
        return redirect(self.address_of("revisions", self.asked_page(request, object_id, right="view")))

    def _history_urls(self, page) -> dict[str, str]:
        names = ("restore", "compare", "revision", "revisions")
        return {f"{name}_url": self.address_of(name, page) for name in names}

    def compare(self, request, object_id):
        """What changed between any two revisions of a page."""
        page = self.asked_page(request, object_id, right="view")
        form = CompareForm(request.GET, page=page)
        context = {"form": form, "latest": page.latest_revision()} | self._history_urls(page)
        if form.is_valid():
            old, new = form.cleaned_data["old"], form.cleaned_data["new"]
            changes = timeline.between(old, new)  # none where one was expunged
            shown = changes if changes is None else Paginator(changes, CHANGES_A_PAGE).get_page(request.GET.get("page"))
            context |= {"old": old, "new": new, "diff": shown, "identical": old.digest == new.digest}
            line = page.live.read_review_line() if page.live else None
            saved_on = timezone.localdate(old.saved_at)
            context["corrected"] = [said for said in line.corrections if said.on > saved_on] if line else []
        context["can_restore"] = self.has_change_permission(request)
        return self.show(request, "articles/admin/compare.html", page, **context)

    def revision(self, request, object_id):
        """One revision as the page that it would be."""
        page = self.asked_page(request, object_id, right="view")
        revision = self._asked_revision(page, request.GET.get("number", ""))
        if revision.expunged:
            raise Http404("The text of this revision was expunged.")
        document, kind = revision.read(), kinds.get(page.kind)
        shown = pages.context(page, document, None, actions.frame_of(page), state="revision")
        more = _more(request, kind, document)
        back = {"revision": revision, "form_address": self.address_of("revisions", page)}
        return render(request, kind.template, shown | more | back)

    def _asked_revision(self, page, text: str) -> Revision:
        """The revision of a page that a request names by its number. Raises Http404."""
        number = as_key(text)
        revision = Revision.objects.filter(article=page.pk, number=number).select_related("saved_by").first()
        if number is None or revision is None:
            raise Http404
        return revision

    def restore(self, request, object_id):
        page = self.asked_page(request, object_id, right="change")
        revision = self._asked_revision(page, request.POST.get("number", ""))
        before = page.latest_revision()
        try:
            restored = actions.restore(revision, by=request.user)
        except actions.CannotRestore as refusal:
            messages.error(request, str(refusal))
            return redirect(self.address_of("revisions", page))
        if restored.revision == before:
            messages.info(request, f"Nothing changed: this page says what revision {revision.number} said already.")
        else:
            self.log_change(request, page, f"Restored revision {revision.number}.")
            messages.success(
                request,
                f"The text of revision {revision.number} is back as revision {restored.revision.number}. "
                "Read it through, then ask for a review.",
            )
        for line in restored.report:
            messages.warning(request, f"Not restored: {line}")
        return redirect(self.address_of("change", page))

    def address(self, request, object_id):
        page = self.asked_page(request, object_id, right="articles.change_address")
        form = AddressForm(request.POST or None, page=page, by=request.user, initial={"slug": page.slug})
        if request.method == "POST" and form.is_valid() and form.save():
            self.log_change(request, page, f"Moved from “{page.slug}” to “{form.cleaned_data['slug']}”.")
            messages.success(request, "The page has moved. Old links lead to it.")
            return redirect(self.address_of("change", page))
        return self.show(request, "articles/admin/address.html", page, form=form)

    def discard(self, request, object_id):
        """Put a draft away, after a word on what that means."""
        page = self.asked_page(request, object_id, right="change")
        if request.method != "POST":
            return self.show(request, "articles/admin/discard.html", page)
        try:
            actions.discard(page, by=request.user)
        except actions.Refused as refusal:
            messages.error(request, str(refusal))
            return redirect(self.address_of("change", page))
        self.log_change(request, page, "Discarded the draft.")
        messages.success(request, f"The draft “{page}” is discarded. Its revisions are kept.")
        return redirect(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist")


def _more(request, kind: kinds.Kind, document) -> dict:
    """What is printed below a page that is not public: its causes, and of very many the part asked for."""
    causes = kind.causes_partial if getattr(document, "causes", ()) else None
    return {"causes_template": causes} | kind.part(document, as_key(request.GET.get("causes", "")) or 1)
