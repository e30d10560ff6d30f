"""The admin of expunging: a page that says what it does, where one managing editor asks and another confirms."""

from django.contrib import admin, messages
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils.html import format_html
from django.views.decorators.debug import sensitive_post_parameters

from articles import kinds
from articles.actions import Refused
from articles.admin_log import LogAdmin
from articles.timeline import Source
from reviews import expunging
from reviews.expunging_forms import AskToExpungeForm, ConfirmExpungingForm
from reviews.models import Expunction


class Expunging:
    """Mixed into the admin of any kind of page."""

    def get_urls(self):
        name = f"{self.opts.app_label}_{self.opts.model_name}_expunge"
        view = self.admin_site.admin_view(sensitive_post_parameters("password")(self.expunge))
        return [path("<path:object_id>/expunge/", view, name=name), *super().get_urls()]

    def show(self, request, template, original, **context):
        context["may_expunge"] = request.user.has_perm(expunging.RIGHT)
        context["expunge_url"] = self.address_of("expunge", original)
        return super().show(request, template, original, **context)

    def sources(self, page) -> list[Source]:
        asked = Expunction.objects.filter(revision__article=page.pk)
        asked = asked.select_related("revision", "asked_by", "confirmed_by", "dropped_by")
        template = "reviews/admin/_expunction_event.html"
        return [*super().sources(page), Source("expunction", asked, "asked_at", template, rank=2)]

    def expunge(self, request, object_id):
        """What expunging one revision means; to ask for it, to confirm it for somebody else, or to drop it."""
        page = self.asked_page(request, object_id, right=expunging.RIGHT)
        revision = self._asked_revision(page, request.POST.get("number") or request.GET.get("number", ""))
        asked = Expunction.objects.filter(revision=revision, dropped_at__isnull=True).select_related("asked_by").first()
        waiting = asked if asked and asked.waiting else None
        deed = request.POST.get("deed", "")
        if waiting:
            form = ConfirmExpungingForm(request.POST if deed == "confirm" else None, request=request)
        else:
            form = AskToExpungeForm(request.POST if deed == "ask" else None)
        if request.method == "POST" and self._done(request, deed, revision, waiting, form):
            return redirect(self.address_of("revisions", page))
        context = {
            "revision": revision,
            "asked": waiting,
            "own": bool(waiting) and waiting.asked_by_id == request.user.pk,
            "why_not": expunging.why_not(revision),
            "twins": expunging.twins(revision),
            "others": [user.get_full_name() or user.get_username() for user in expunging.others(request.user)],
            "form": form,
        }
        return self.show(request, "reviews/admin/expunge.html", page, **context)

    def _done(self, request, deed, revision, waiting, form) -> bool:
        """Whether what was asked for is done; where a rule forbids it, the form says why."""
        number, by = revision.number, request.user
        try:
            if deed == "drop" and waiting:
                expunging.drop_expunging(waiting, by=by)
                told = f"The request is dropped. The text of revision {number} stays."
            elif deed == "confirm" and waiting and form.is_valid():
                expunging.confirm_expunging(waiting, by=by, authentication=form.authentication)
                told = f"The text of revision {number} is expunged. Remember the copies outside this system."
            elif deed == "ask" and not waiting and form.is_valid():
                said = {name: form.cleaned_data[name] for name in ("reason", "legal_basis")}
                expunging.ask_to_expunge(revision, by=by, **said)
                told = f"Asked. The text of revision {number} is expunged once another managing editor confirms it."
            else:
                if not form.is_bound:
                    messages.error(request, "Nothing was done: somebody settled this meanwhile. Look again.")
                return False
        except Refused as refusal:
            messages.error(request, str(refusal))
            return False
        self.log_change(request, revision.article, told)
        messages.success(request, told)
        return True


class ExpunctionAdmin(LogAdmin):
    """Requests to expunge, so that the second person finds what waits."""

    list_display = ("page", "state", "reason", "legal_basis", "asked_by", "asked_at", "confirmed_by", "confirmed_at")
    list_display_links = None
    list_select_related = ("revision__article", "asked_by", "confirmed_by")

    @admin.display(description="text")
    def page(self, asked):
        page = asked.revision.article
        opts = kinds.get(page.kind).model._meta
        address = reverse(f"admin:{opts.app_label}_{opts.model_name}_expunge", args=[page.pk])
        return format_html(
            '<a href="{}?number={}">{}, revision {}</a>', address, asked.revision.number, page, asked.revision.number
        )

    @admin.display(description="state")
    def state(self, asked):
        return "Expunged" if asked.confirmed_at else "Dropped" if asked.dropped_at else "Waits to be confirmed"
