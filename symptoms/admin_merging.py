"""Merging in the admin: which two, what would happen, and doing just what was looked at.

Nothing is registered here: ``config.admin`` alone puts the admin together.
"""

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.options import IS_POPUP_VAR
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.html import format_html, format_html_join
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache

from articles import merging as merging_pages
from articles.actions import Refused
from articles.admin_bulk import counted
from articles.admin_choices import KnownAutocomplete
from articles.fields import fold
from articles.forms import as_key
from articles.merging import Moved
from articles.models import Article, MergedPage
from symptoms.merging import causes, pages
from symptoms.models import CauseAddress, MergedCause, RelatedSymptom, SymptomCause

SHOWN = 20
DOUBLES_SHOWN = 100


class WhichForm(forms.Form):
    """Asks for the other one. What was chosen travels in the address and is looked up there."""

    def __init__(self, *args, of, admin_site, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["other"] = forms.ModelChoiceField(
            of.related_model._default_manager.none(),
            label=f"The other {of.related_model._meta.verbose_name}",
            help_text="Type part of a name.",
            widget=KnownAutocomplete(of, admin_site),
        )


class Merging:
    """Mixed into an admin: its rows are merged two at a time."""

    merge_field = None  # the field whose autocomplete finds the other one
    merge_template = ""

    def get_urls(self):
        name = f"{self.opts.app_label}_{self.opts.model_name}_merge"
        view = self.admin_site.admin_view(never_cache(self.merge))
        return [path("<path:object_id>/merge/", view, name=name), *super().get_urls()]

    def get_actions(self, request):
        found = super().get_actions(request)
        if IS_POPUP_VAR in request.GET or not self.has_change_permission(request):
            return found
        return found | {"merge_two": self.get_action("merge_two")}

    @admin.action(description="Merge two …")
    def merge_two(self, request, queryset):
        """Of two that are ticked, the one that more pages name is offered to be kept."""
        two = list(queryset[:3])
        if len(two) != 2:
            noun = self.opts.verbose_name_plural
            messages.warning(request, f"Tick exactly two {noun} to merge them. You can choose which one is kept.")
            return redirect(request.get_full_path())
        kept, other = sorted(two, key=lambda row: (-self.named(row), row.pk))
        return redirect(f"{self.merge_address(kept)}?{urlencode({'other': other.pk})}")

    def merge_address(self, row) -> str:
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_merge", args=[row.pk])

    def change_address_of(self, row) -> str:
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_change", args=[row.pk])

    def merge(self, request, object_id):
        """Ask for the other one; show what would happen; do it once just that was confirmed."""
        original = self._to_merge(object_id, request)
        if original is None:
            raise Http404
        if not self.has_change_permission(request, original):
            raise PermissionDenied
        asked = request.POST if request.method == "POST" else request.GET
        other = self._to_merge(asked.get("other", ""), request)
        if other is None:
            return self._ask_which(request, original, asked)
        swapped = asked.get("keep") == "other"
        lost, kept = (original, other) if swapped else (other, original)
        moved, refusal = False, self.why_not(lost, kept, by=request.user)
        if request.method == "POST" and not refusal:
            try:
                return self._merged(request, self.do(lost, kept, by=request.user, seen=asked.get("seen", "")))
            except Moved:
                moved = True
            except Refused as refused:
                refusal = str(refused)
        return self._preview(request, original, lost, kept, refusal, {"moved": moved, "swapped": swapped})

    def _to_merge(self, key, request):
        key = as_key(str(key))
        return self.get_queryset(request).filter(pk=key).first() if key is not None else None

    def _ask_which(self, request, original, asked):
        """By autocomplete, or without a script by looking for words."""
        words, found = request.GET.get("q", "")[:200], []
        if words:
            rows, _ = self.get_search_results(request, self.get_queryset(request), words)
            found = list(rows.exclude(pk=original.pk)[: SHOWN + 1])
        form = WhichForm(of=self.merge_field, admin_site=self.admin_site)
        context = {
            "form": form,
            "media": self.media + form.media,
            "words": words,
            "found": found[:SHOWN],
            "more": len(found) > SHOWN,
            "missing": asked.get("other", "") if "other" in asked else None,
        }
        return self._show(request, "symptoms/admin/merge_which.html", original, **context)

    def _preview(self, request, original, lost, kept, refusal: str, shown: dict):
        context = shown | {"lost": lost, "kept": kept, "refusal": refusal, "partial": self.merge_template}
        other = lost if original == kept else kept
        swap = {"other": other.pk} | ({} if shown["swapped"] else {"keep": "other"})
        context |= {"other": other, "swap_url": f"?{urlencode(swap)}"}
        if lost != kept:
            context["swap_refused"] = bool(refusal and self.why_not(kept, lost, by=request.user))
        if not refusal:
            planned = self.plan(lost, kept)
            context |= {"plan": planned, "heading": f"Merge “{lost}” into “{kept}”"} | self.told(planned)
        return self._show(request, "symptoms/admin/merge.html", original, **context)

    def _show(self, request, template: str, original, **context):
        values = self.admin_site.each_context(request) | {
            "opts": self.opts,
            "original": original,
            "title": f"Merge {original}",
        }
        return render(request, template, values | context)

    def _merged(self, request, merged):
        lost, kept = merged.plan.lost, merged.kept
        self.log_change(request, kept, f"Merged “{lost}”, at {lost.slug}, into it.")
        messages.success(request, self.said(merged))
        both = self.both_named(merged.plan)
        if both:
            messages.warning(request, _to_look_at(both))
        return redirect(self.change_address_of(kept))


def _to_look_at(both: list) -> str:
    """Links to the histories of pages on which two rows became one."""
    links = format_html_join(
        ", ",
        '<a href="{}">{}</a>',
        ((reverse("admin:symptoms_symptom_revisions", args=[row.page]), row.title) for row in both[:SHOWN]),
    )
    more = f" and {len(both) - SHOWN} more" if len(both) > SHOWN else ""
    said = "Both were named, and one row stayed, on: {}{}. What the other said is in the history of each page."
    return format_html(said, links, more)


def first(rows: list, shown: int = SHOWN) -> dict:
    """The first of some rows, and how many there are beyond them."""
    return {"rows": rows[:shown], "count": len(rows), "more": max(0, len(rows) - shown)}


def doubled(rows: list) -> dict:
    """Rows for one thing: those that differ, each with what stays and goes, and those that say the same, by name."""
    unlike = [row for row in rows if row.said or row.taken]
    same = [row for row in rows if not (row.said or row.taken)]
    more = {"same": same[:SHOWN], "more_same": max(0, len(same) - SHOWN)}
    return first(unlike, DOUBLES_SHOWN) | more | {"count": len(rows)}


class MergesCauses(Merging):
    """Mixed into the admin of causes. A cause is found by the names of those that were merged into it, too."""

    merge_field = SymptomCause._meta.get_field("cause")
    merge_template = "symptoms/admin/_merge_cause.html"
    change_form_template = "symptoms/admin/cause_form.html"
    why_not = staticmethod(causes.why_not)
    plan = staticmethod(causes.plan)
    do = staticmethod(causes.merge_causes)

    def named(self, cause) -> int:
        return SymptomCause.objects.filter(cause=cause).count()

    def get_search_results(self, request, queryset, search_term):
        found, double = super().get_search_results(request, queryset, search_term)
        words = fold(search_term)
        if not words:
            return found, double
        merged = MergedCause.objects.filter(folded__contains=words).values("kept")
        return found | queryset.filter(pk__in=merged), double

    def change_view(self, request, object_id, form_url="", extra_context=None):
        key = as_key(str(object_id))
        merged = MergedCause.objects.filter(kept=key).select_related("by") if key is not None else []
        context = {"merged": merged, "may_merge": self.has_change_permission(request)}
        return super().change_view(request, object_id, form_url, context | (extra_context or {}))

    def save_model(self, request, obj, form, change):
        super().save_model(request, obj, form, change)
        row = MergedCause.objects.filter(folded=obj.folded).exclude(kept=obj).select_related("kept", "by").last()
        if row and "name" in form.changed_data:
            who = row.by.get_full_name() or row.by.get_username()
            said = f"{who} merged a cause called “{row.name}” into “{row.kept}” on {row.at:%-d %B %Y}."
            address = f"{self.merge_address(row.kept)}?{urlencode({'other': obj.pk})}"
            messages.warning(
                request, format_html('{} If it is the same condition, <a href="{}">merge it again</a>.', said, address)
            )

    def told(self, plan) -> dict:
        """What the preview says beside the plan."""
        return {
            "moving": first(plan.moves),
            "twice": doubled(plan.doubles),
            "revised": counted(len(plan.pages)),
            "once_signed": CauseAddress.objects.filter(cause_uuid=plan.lost.uuid).exists(),
            "lost_path": reverse("causes:cause", args=[plan.lost.slug]),
            "kept_path": reverse("causes:cause", args=[plan.kept.slug]),
        }

    def said(self, merged) -> str:
        lost, count = merged.plan.lost, len(merged.pages)
        revised = f"{counted(count)} {'has' if count == 1 else 'have'} a new revision by you" if count else "no page"
        waiting = f", and {merged.unsigned} of them wait for a signature" if merged.unsigned else ""
        named = f"{revised}{waiting}." if count else "No page named it."
        return f"“{lost}” is merged into “{merged.kept}”. {named} Visitors read what was signed."

    def both_named(self, plan) -> list:
        return plan.doubles


class MergesSymptoms(Merging):
    """Mixed into the admin of symptoms."""

    merge_field = RelatedSymptom._meta.get_field("other")
    merge_template = "symptoms/admin/_merge_symptom.html"
    why_not = staticmethod(pages.why_not)
    plan = staticmethod(pages.plan)
    do = staticmethod(pages.merge_symptoms)

    def named(self, symptom) -> int:
        return RelatedSymptom.objects.filter(other=symptom.pk).count() + 10_000 * bool(symptom.live_id)

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        """Where a cause of the form gave way at this very moment, the form is read once more: it knows by now."""
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except IntegrityError:
            list(messages.get_messages(request))  # nothing of what they say was done
            return super().changeform_view(request, object_id, form_url, extra_context)

    def change_view(self, request, object_id, form_url="", extra_context=None):
        key = as_key(str(object_id))
        row = MergedPage.objects.filter(page=key).select_related("into", "by").first() if key is not None else None
        may = key is not None and row is None and self.has_change_permission(request)
        context = {"merged": row, "merge_url": self.merge_address(Article(pk=key)) if may else ""}
        return super().change_view(request, object_id, form_url, context | (extra_context or {}))

    def told(self, plan) -> dict:
        """What the preview says beside the plan."""
        naming = sum(bool(row.symptom.live_id) for row in plan.moves) + sum(
            bool(row.lost.symptom.live_id) for row in plan.others
        )
        return {
            "moving": first(plan.moves),
            "others": doubled(plan.others),
            "twice": doubled(plan.doubles),
            "naming": naming,
            "revised": counted(len(plan.pages)),
            "answers": bool(plan.kept.live and plan.lost.live)
            and merging_pages.answers_to(plan.kept, plan.lost.live.title),
        }

    def said(self, merged) -> str:
        lost, count = merged.plan.lost, len(merged.pages)
        gone = "is withdrawn" if lost.live_id else "stays withdrawn" if merged.plan.was_published else "is discarded"
        draft = "Its draft changed: read it through, then ask for a review." if merged.changed else "It did not change."
        named = f" {counted(count)} that named it {'has' if count == 1 else 'have'} a new revision." if count else ""
        return f"“{lost}” {gone}, and “{merged.kept}” covers its subject. {draft}{named}"

    def both_named(self, plan) -> list:
        return plan.others

    def _merged(self, request, merged):
        answer = super()._merged(request, merged)
        self.log_change(request, merged.plan.lost, f"Merged it into “{merged.kept}”.")
        return answer
