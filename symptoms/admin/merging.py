"""Merging in the admin: choosing two rows, a preview of what happens, and doing what was confirmed.

Nothing is registered here: ``config.admin.registration`` puts the admin together.
"""

from types import ModuleType

from django import forms
from django.contrib import messages
from django.db.models import ForeignKey
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache

from articles.admin.autocomplete import PreloadedAutocomplete
from articles.admin.bulk_actions import BulkAction
from articles.admin.composition import ObjectView
from articles.admin.confirmed_action import ActionResult, ConfirmedAction
from articles.admin.forms import parse_key
from articles.display import format_page_count
from articles.publishing import merging as merging_pages
from symptoms.merging import causes, pages
from symptoms.merging.duplicates import DuplicateRows
from symptoms.models import CauseAddress, RelatedSymptom, SymptomCause

MAX_ROWS = 20
MAX_DUPLICATES = 100


class MergeTargetForm(forms.Form):
    """Asks for the other one. What was chosen is sent in the address and looked up there."""

    def __init__(self, *args, field, admin_site, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["other"] = forms.ModelChoiceField(
            field.related_model._default_manager.none(),
            label=f"The other {field.related_model._meta.verbose_name}",
            help_text="Type part of a name.",
            widget=PreloadedAutocomplete(field, admin_site),
        )


class MergeTwoAction(BulkAction):
    """Of two ticked rows, offers the one that more pages name as the one to merge into."""

    name = "merge_two"
    label = _("Merge two …")

    def respond(self):
        model_admin = self.model_admin
        rows = list(self.queryset[:3])
        if len(rows) != 2:
            messages.warning(
                self.request,
                f"Select exactly two {model_admin.opts.verbose_name_plural} to merge. "
                "You can choose which one to merge into.",
            )
            return redirect(self.cancel_url)
        kept, other = sorted(rows, key=self._get_rank)
        url = model_admin.get_object_url("merge", kept)
        return redirect(f"{url}?{urlencode({'other': other.pk})}")

    def _get_rank(self, row) -> tuple[int, int]:
        return -self.model_admin.merge_action.count_mentions(row), row.pk


class MergeAction(ConfirmedAction):
    """Merging one row into another; the query says which, and which way round."""

    template = "symptoms/admin/merge.html"
    field: ForeignKey  # the one whose autocomplete finds the other row
    partial = ""  # the template of what would happen
    merging: ModuleType  # the module that plans a merge and does it
    refusal = ""  # why a rule forbids the merge

    def __init__(self, model_admin, request, original, other, *, swapped: bool):
        self.model_admin = model_admin
        self.original = original
        self.other = other
        self.swapped = swapped
        self.lost, self.kept = (original, other) if swapped else (other, original)
        self.hidden_fields = [("other", other.pk), ("keep", "other" if swapped else "")]
        self.cancel_url = model_admin.get_object_url("change", original)
        self.done_url = model_admin.get_object_url("change", self.kept)
        opts = model_admin.opts
        rows_url = reverse(f"admin:{model_admin.get_url_name('changelist')}")
        self.crumbs = [(rows_url, opts.verbose_name_plural), (self.cancel_url, str(original))]
        self.heading = f"Merge “{self.lost}” into “{self.kept}”"
        super().__init__(request)

    def prepare(self):
        return self.merging.prepare_merge(self.lost, self.kept, by=self.by)

    def preview(self):
        """The plan; None where a rule forbids the merge."""
        if not self.form.non_field_errors():
            self.refusal = self.merging.get_merge_error(self.lost, self.kept, by=self.by)
            if not self.refusal:
                return self.merging.plan_merge(self.lost, self.kept)
        return None

    def can_execute(self, preview):
        return preview is not None

    def execute(self, preview):
        result = self.merging.apply_merge(preview, by=self.by)
        change = f"Merged “{self.lost}”, at {self.lost.slug}, into it."
        self.model_admin.log_change(self.request, result.kept, change)
        return result

    def finish(self, result):
        message = self.build_success_message(result)
        response = super().finish(ActionResult(message, [result.kept.pk]))
        duplicates = self.get_duplicates(result.plan)
        if duplicates:
            messages.warning(self.request, _format_history_links(duplicates))
        return response

    def get_swap_url(self) -> str:
        """The address of the same merge the other way round; empty where it is refused too."""
        if self.lost == self.kept:
            return ""
        if self.refusal and self.merging.get_merge_error(self.kept, self.lost, by=self.by):
            return ""
        query = {"other": self.other.pk}
        if not self.swapped:
            query["keep"] = "other"
        return f"?{urlencode(query)}"

    def get_context(self, preview):
        context = {
            "opts": self.model_admin.opts,
            "original": self.original,
            "lost": self.lost,
            "kept": self.kept,
            "swap_url": self.get_swap_url(),
            "plan": preview,
        }
        if preview:
            context |= {"lost": preview.lost, "kept": preview.kept}
            context |= self.build_preview_context(preview)
        return context


def merge(model_admin, request, original):
    """Ask for the other one; show what would happen; merge once exactly that was confirmed."""
    query = request.POST if request.method == "POST" else request.GET
    key = parse_key(query.get("other", ""))
    other = None
    if key is not None:
        other = model_admin.get_queryset(request).filter(pk=key).first()
    if other is None:
        return _render_target_form(model_admin, request, original, query)
    swapped = query.get("keep") == "other"
    action = model_admin.merge_action(model_admin, request, original, other, swapped=swapped)
    return action.respond()


def _render_target_form(model_admin, request, original, query):
    """By autocomplete, or without a script by searching for words."""
    words = request.GET.get("q", "")[:200]
    found = []
    if words:
        rows = model_admin.get_queryset(request)
        rows, _ = model_admin.get_search_results(request, rows, words)
        found = list(rows.exclude(pk=original.pk)[: MAX_ROWS + 1])
    field = model_admin.merge_action.field
    form = MergeTargetForm(field=field, admin_site=model_admin.admin_site)
    context = {
        "title": f"Merge {original}",
        "form": form,
        "media": model_admin.media + form.media,
        "words": words,
        "found": found[:MAX_ROWS],
        "more": len(found) > MAX_ROWS,
        "missing": query.get("other"),
    }
    status = 409 if request.method == "POST" else 200  # the other one is gone by now
    template = "symptoms/admin/merge_which.html"
    return model_admin.render_page(request, template, original, status=status, **context)


# For an admin whose ``merge_action`` is one of those below.
MERGE_VIEW = ObjectView("merge", merge, "change", (never_cache,))


def _format_history_links(duplicates: list) -> str:
    """Links to the histories of pages on which two rows became one."""
    pages = []
    for row in duplicates[:MAX_ROWS]:
        pages.append((reverse("admin:symptoms_symptom_revisions", args=[row.page]), row.title))
    links = format_html_join(", ", '<a href="{}">{}</a>', pages)
    more = ""
    if len(duplicates) > MAX_ROWS:
        more = f" and {len(duplicates) - MAX_ROWS} more"
    message = (
        "Both were listed, and one row was kept, on: {}{}. "
        "The other row is in the history of each page."
    )
    return format_html(message, links, more)


def limit_rows(rows: list, limit: int = MAX_ROWS) -> dict:
    """The first of some rows, and how many there are beyond them."""
    return {"rows": rows[:limit], "count": len(rows), "more": max(0, len(rows) - limit)}


def group_duplicates(rows: list[DuplicateRows]) -> dict:
    """Rows for one thing: those that differ, and those that say the same."""
    same = [row for row in rows if row.is_same]
    different = [row for row in rows if not row.is_same]
    context = limit_rows(different, MAX_DUPLICATES)
    context["count"] = len(rows)
    context["same"] = same[:MAX_ROWS]
    context["more_same"] = max(0, len(same) - MAX_ROWS)
    return context


class CauseMergeAction(MergeAction):
    field = SymptomCause._meta.get_field("cause")
    partial = "symptoms/admin/_merge_cause.html"
    merging = causes

    @staticmethod
    def count_mentions(cause) -> int:
        return SymptomCause.objects.filter(cause=cause).count()

    def build_preview_context(self, plan) -> dict:
        """What the preview shows beside the plan."""
        return {
            "moving": limit_rows(plan.moves),
            "duplicates": group_duplicates(plan.duplicates),
            "revised": format_page_count(len(plan.page_ids)),
            "was_public": CauseAddress.objects.filter(cause_uuid=plan.lost.uuid).exists(),
            "lost_path": reverse("causes:cause", args=[plan.lost.slug]),
            "kept_path": reverse("causes:cause", args=[plan.kept.slug]),
        }

    def build_success_message(self, result) -> str:
        count = len(result.page_ids)
        if count:
            verb = "has" if count == 1 else "have"
            revised = f"{format_page_count(count)} {verb} a new revision by you"
            if result.unsigned:
                revised += f", and {result.unsigned} of them wait for a signature"
        else:
            revised = "No page named it"
        return (
            f"“{result.plan.lost}” is merged into “{result.kept}”. {revised}. "
            "Visitors still read the signed text."
        )

    def get_duplicates(self, plan) -> list:
        return plan.duplicates


class SymptomMergeAction(MergeAction):
    field = RelatedSymptom._meta.get_field("other")
    partial = "symptoms/admin/_merge_symptom.html"
    merging = pages

    @staticmethod
    def count_mentions(symptom) -> int:
        """A published page counts for more than any number of mentions."""
        mentions = RelatedSymptom.objects.filter(other=symptom.pk).count()
        if symptom.live_id:
            mentions += 10_000
        return mentions

    def execute(self, preview):
        result = super().execute(preview)
        self.model_admin.log_change(self.request, self.lost, f"Merged it into “{result.kept}”.")
        return result

    def build_preview_context(self, plan) -> dict:
        """What the preview shows beside the plan."""
        naming_pages = [row.symptom for row in plan.moves]
        naming_pages += [duplicate.lost.symptom for duplicate in plan.other_duplicates]
        answers = False
        if plan.kept.live and plan.lost.live:
            answers = merging_pages.has_signed_name(plan.kept, plan.lost.live.title)
        return {
            "moving": limit_rows(plan.moves),
            "others": group_duplicates(plan.other_duplicates),
            "duplicates": group_duplicates(plan.duplicates),
            "naming": sum(1 for page in naming_pages if page.live_id),
            "revised": format_page_count(len(plan.page_ids)),
            "answers": answers,
        }

    def build_success_message(self, result) -> str:
        lost = result.plan.lost
        if lost.live_id:
            outcome = "is withdrawn"
        elif result.plan.was_published:
            outcome = "stays withdrawn"
        else:
            outcome = "is discarded"
        draft = "It did not change."
        if result.changed:
            draft = "Its draft changed: read it through, then request a review."
        message = f"“{lost}” {outcome}, and “{result.kept}” covers its subject. {draft}"
        count = len(result.page_ids)
        if count:
            verb = "has" if count == 1 else "have"
            message += f" {format_page_count(count)} that named it {verb} a new revision."
        return message

    def get_duplicates(self, plan) -> list:
        return plan.other_duplicates
