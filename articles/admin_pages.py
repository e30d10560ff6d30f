"""The pages of the admin around an editor's form: preview, revisions, restore, address, discard."""

from django.contrib import messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from articles import actions, kinds, pages
from articles.diff import compare
from articles.forms import AddressForm, as_key
from articles.models import Revision

REVISIONS_A_PAGE = 20


class PagePages:
    """Mixed into the admin of every kind of page."""

    def get_urls(self):
        def page(address, view):
            name = f"{self.opts.app_label}_{self.opts.model_name}_{address.replace('-', '_')}"
            return path(f"<path:object_id>/{address}/", self.admin_site.admin_view(view), name=name)

        return [
            page("preview", never_cache(require_safe(self.preview))),
            page("revisions", require_safe(self.revisions)),
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
        more = {"causes_template": kind.causes_partial if getattr(document, "causes", ()) else None}
        return render(request, kind.template, shown | more | {"form_address": self.address_of("change", page)})

    def revisions(self, request, object_id):
        """Every revision with who, when and what changed, the newest first."""
        page = self.asked_page(request, object_id, right="view")
        rows = page.revisions.select_related("saved_by", "restored_from").order_by("-number")
        shown = Paginator(rows, REVISIONS_A_PAGE).get_page(request.GET.get("page"))
        kind = kinds.get(page.kind)
        first = shown[-1].number if shown.object_list else 0
        older = {row.number: row for row in [*shown, *page.revisions.filter(number=first - 1)]}
        history = [(row, self._changes(kind, older.get(row.number - 1), row)) for row in shown]
        context = {"history": history, "page": shown, "restore_url": self.address_of("restore", page)}
        return self.show(request, "articles/admin/revisions.html", page, **context)

    def _changes(self, kind, before, after):
        return compare(kind.blocks(before.read()), kind.blocks(after.read())) if before else []

    def restore(self, request, object_id):
        page = self.asked_page(request, object_id, right="change")
        number = as_key(request.POST.get("number", ""))
        revision = Revision.objects.filter(article=page.pk, number=number).first() if number else None
        if revision is None:
            raise Http404
        restored = actions.restore(revision, by=request.user)
        self.log_change(request, page, f"Restored revision {revision.number}.")
        messages.success(request, f"The text of revision {revision.number} is back as {restored.revision}.")
        for line in restored.report:
            messages.warning(request, line)
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
