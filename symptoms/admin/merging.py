"""Merging in the admin: choosing two rows, a preview of what happens, and doing what was confirmed.

Nothing is registered here: ``config.admin.registration`` puts the admin together.
"""

from dataclasses import dataclass

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.options import IS_POPUP_VAR
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError
from django.db.models import Model
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.html import format_html, format_html_join
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache

from articles.admin.autocomplete import PreloadedAutocomplete
from articles.admin.forms import parse_key
from articles.display import format_page_count
from articles.fields import fold
from articles.models import Article, MergedPage
from articles.publishing import merging as merging_pages
from articles.publishing.actions import ActionRefused
from articles.publishing.merging import StalePreview
from symptoms.merging import causes, pages
from symptoms.merging.duplicates import DuplicateRows
from symptoms.models import CauseAddress, MergedCause, RelatedSymptom, SymptomCause

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


@dataclass
class MergePreview:
    """What the page that asks for a confirmation shows."""

    original: Model
    lost: Model
    kept: Model
    swapped: bool
    refusal: str
    moved: bool = False

    @property
    def other(self) -> Model:
        return self.lost if self.original == self.kept else self.kept

    @property
    def swap_url(self) -> str:
        """The address of the same merge the other way round."""
        query = {"other": self.other.pk}
        if not self.swapped:
            query["keep"] = "other"
        return f"?{urlencode(query)}"


class MergingAdminMixin:
    """Adds merging to an admin: two rows at a time."""

    merge_field = None  # the field whose autocomplete finds the other one
    merge_template = ""

    def get_urls(self):
        name = f"{self.opts.app_label}_{self.opts.model_name}_merge"
        view = self.admin_site.admin_view(never_cache(self.merge))
        return [path("<path:object_id>/merge/", view, name=name), *super().get_urls()]

    def get_actions(self, request):
        actions = super().get_actions(request)
        if IS_POPUP_VAR in request.GET or not self.has_change_permission(request):
            return actions
        return actions | {"merge_two": self.get_action("merge_two")}

    @admin.action(description=_("Merge two …"))
    def merge_two(self, request, queryset):
        """Of two that are ticked, the one that more pages name is offered to be kept."""
        rows = list(queryset[:3])
        if len(rows) != 2:
            noun = self.opts.verbose_name_plural
            messages.warning(
                request,
                f"Select exactly two {noun} to merge. You can choose which one to merge into.",
            )
            return redirect(request.get_full_path())
        kept, other = sorted(rows, key=self._get_merge_rank)
        return redirect(f"{self.get_merge_url(kept)}?{urlencode({'other': other.pk})}")

    def _get_merge_rank(self, row) -> tuple[int, int]:
        return -self.count_mentions(row), row.pk

    def get_merge_url(self, row) -> str:
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_merge", args=[row.pk])

    def get_change_url(self, row) -> str:
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_change", args=[row.pk])

    def merge(self, request, object_id):
        """Ask for the other one; show what would happen; merge once exactly that was confirmed."""
        original = self._get_mergeable(object_id, request)
        if original is None:
            raise Http404
        if not self.has_change_permission(request, original):
            raise PermissionDenied
        query = request.POST if request.method == "POST" else request.GET
        other = self._get_mergeable(query.get("other", ""), request)
        if other is None:
            return self._render_target_form(request, original, query)
        swapped = query.get("keep") == "other"
        lost, kept = (original, other) if swapped else (other, original)
        refusal = self.get_merge_error(lost, kept, by=request.user)
        preview = MergePreview(original, lost, kept, swapped, refusal)
        if request.method == "POST" and not refusal:
            result = self._try_merge(request, preview)
            if result:
                return self._finish_merge(request, result)
        return self._render_preview(request, preview)

    def _try_merge(self, request, preview: MergePreview):
        """Merge, and return the result. None if it was refused: the preview says why."""
        digest = request.POST.get("seen", "")
        try:
            return self.perform_merge(preview.lost, preview.kept, by=request.user, digest=digest)
        except StalePreview:
            preview.moved = True
        except ActionRefused as refused:
            preview.refusal = str(refused)
        return None

    def _get_mergeable(self, value, request):
        key = parse_key(str(value))
        if key is None:
            return None
        return self.get_queryset(request).filter(pk=key).first()

    def _render_target_form(self, request, original, query):
        """By autocomplete, or without a script by searching for words."""
        words = request.GET.get("q", "")[:200]
        found = []
        if words:
            rows, _ = self.get_search_results(request, self.get_queryset(request), words)
            found = list(rows.exclude(pk=original.pk)[: MAX_ROWS + 1])
        form = MergeTargetForm(field=self.merge_field, admin_site=self.admin_site)
        context = {
            "form": form,
            "media": self.media + form.media,
            "words": words,
            "found": found[:MAX_ROWS],
            "more": len(found) > MAX_ROWS,
            "missing": query.get("other"),
        }
        template = "symptoms/admin/merge_which.html"
        return self._render_merge_page(request, template, original, context)

    def _render_preview(self, request, preview: MergePreview):
        lost, kept = preview.lost, preview.kept
        context = {
            "lost": lost,
            "kept": kept,
            "other": preview.other,
            "moved": preview.moved,
            "swapped": preview.swapped,
            "refusal": preview.refusal,
            "partial": self.merge_template,
            "swap_url": preview.swap_url,
        }
        if preview.refusal and lost != kept:
            context["swap_refused"] = bool(self.get_merge_error(kept, lost, by=request.user))
        if not preview.refusal:
            plan = self.plan(lost, kept)
            context["plan"] = plan
            context["heading"] = f"Merge “{lost}” into “{kept}”"
            context |= self.build_preview_context(plan)
        template = "symptoms/admin/merge.html"
        return self._render_merge_page(request, template, preview.original, context)

    def _render_merge_page(self, request, template: str, original, context: dict):
        common = self.admin_site.each_context(request)
        common |= {"opts": self.opts, "original": original, "title": f"Merge {original}"}
        return render(request, template, common | context)

    def _finish_merge(self, request, result):
        lost, kept = result.plan.lost, result.kept
        self.log_change(request, kept, f"Merged “{lost}”, at {lost.slug}, into it.")
        messages.success(request, self.build_success_message(result))
        duplicates = self.get_duplicates(result.plan)
        if duplicates:
            messages.warning(request, _format_history_links(duplicates))
        return redirect(self.get_change_url(kept))


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


class CauseMergingMixin(MergingAdminMixin):
    """Adds merging to the admin of causes, which also finds causes by names merged into them."""

    merge_field = SymptomCause._meta.get_field("cause")
    merge_template = "symptoms/admin/_merge_cause.html"
    change_form_template = "symptoms/admin/cause_form.html"
    get_merge_error = staticmethod(causes.get_merge_error)
    plan = staticmethod(causes.plan_merge)
    perform_merge = staticmethod(causes.merge_causes)

    def count_mentions(self, cause) -> int:
        return SymptomCause.objects.filter(cause=cause).count()

    def get_search_results(self, request, queryset, search_term):
        found, may_have_duplicates = super().get_search_results(request, queryset, search_term)
        words = fold(search_term)
        if words:
            merged = MergedCause.objects.filter(folded__contains=words).values("kept")
            found |= queryset.filter(pk__in=merged)
        return found, may_have_duplicates

    def change_view(self, request, object_id, form_url="", extra_context=None):
        key = parse_key(str(object_id))
        merged = []
        if key is not None:
            merged = MergedCause.objects.filter(kept=key).select_related("by")
        context = {"merged": merged, "may_merge": self.has_change_permission(request)}
        context |= extra_context or {}
        return super().change_view(request, object_id, form_url, context)

    def save_model(self, request, obj, form, change):
        super().save_model(request, obj, form, change)
        same_name = MergedCause.objects.filter(folded=obj.folded).exclude(kept=obj)
        row = same_name.select_related("kept", "by").last()
        if row and "name" in form.changed_data:
            messages.warning(request, self._format_merged_before(row, obj))

    def _format_merged_before(self, row: MergedCause, cause) -> str:
        """That a cause of this name was merged once, with a link to merge it again."""
        who = row.by.get_full_name() or row.by.get_username()
        event = f"{who} merged a cause called “{row.name}” into “{row.kept}” on {row.at:%-d %B %Y}."
        address = f"{self.get_merge_url(row.kept)}?{urlencode({'other': cause.pk})}"
        message = '{} If it is the same condition, <a href="{}">merge it again</a>.'
        return format_html(message, event, address)

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


class SymptomMergingMixin(MergingAdminMixin):
    """Adds merging to the admin of symptoms."""

    merge_field = RelatedSymptom._meta.get_field("other")
    merge_template = "symptoms/admin/_merge_symptom.html"
    get_merge_error = staticmethod(pages.get_merge_error)
    plan = staticmethod(pages.plan_merge)
    perform_merge = staticmethod(pages.merge_symptoms)

    def count_mentions(self, symptom) -> int:
        """A published page counts for more than any number of mentions."""
        mentions = RelatedSymptom.objects.filter(other=symptom.pk).count()
        if symptom.live_id:
            mentions += 10_000
        return mentions

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        """If a cause of the form was merged at this very moment, read the form once more.

        By then it knows the cause that took its place.
        """
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except IntegrityError:
            list(messages.get_messages(request))  # drop them: nothing of what they report was done
            return super().changeform_view(request, object_id, form_url, extra_context)

    def change_view(self, request, object_id, form_url="", extra_context=None):
        context = {"merged": None, "merge_url": ""}
        key = parse_key(str(object_id))
        if key is not None:
            merged = MergedPage.objects.filter(page=key).select_related("into", "by").first()
            context["merged"] = merged
            if merged is None and self.has_change_permission(request):
                context["merge_url"] = self.get_merge_url(Article(pk=key))
        context |= extra_context or {}
        return super().change_view(request, object_id, form_url, context)

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

    def _finish_merge(self, request, result):
        response = super()._finish_merge(request, result)
        self.log_change(request, result.plan.lost, f"Merged it into “{result.kept}”.")
        return response
