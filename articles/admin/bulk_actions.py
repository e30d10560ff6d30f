"""Actions on the chosen pages of a list: counted, shown on a page of their own, then confirmed."""

import hashlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME, ActionForm
from django.contrib.admin.models import CHANGE, LogEntry
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _

from articles.admin.forms import parse_key
from articles.display import format_page_count
from articles.models import CopyrightNotice, Topic
from articles.publishing import bulk_actions
from articles.publishing.actions import ActionRefused

MAX_TITLES_SHOWN = 20
MAX_PAGES = 30_000  # chosen pages; more than a list of 20,000 has


@dataclass(frozen=True)
class ExcludedPages:
    """Chosen pages that cannot take part, and why; ``details`` says more of some, by key."""

    reason: str
    pages: list[int]
    details: dict[int, str] = field(default_factory=dict)


@dataclass
class BulkActionResult:
    """What an action did: the changed pages, a message, and the refusals as titles and reasons."""

    processed: list[int] = field(default_factory=list)
    message: str = ""
    refusals: list[tuple[str, str]] = field(default_factory=list)


class BulkAction:
    """An action on chosen pages: its texts, its form, the pages that it excludes, its change."""

    heading = description = button_label = log_message = ""
    form: type[forms.Form] = forms.Form
    max_pages = MAX_PAGES

    def find_excluded(self, pages) -> list[ExcludedPages]:
        """The pages that cannot take part. A page in two of the groups counts with the first."""
        return []

    def get_notes(self, pages) -> dict[int, str]:
        """A note for each page that takes part, by key, where there is something to note."""
        return {}

    def execute(self, pages, *, by, **values) -> BulkActionResult:
        """Change the pages. Raises ActionRefused where nothing at all can be done."""
        raise NotImplementedError

    def get_log_message(self, **values) -> str:
        return self.log_message


class ChooseTopicForm(forms.Form):
    topic = forms.ModelChoiceField(Topic.objects.all(), empty_label=_("Choose a topic"))


class ChooseNoticeForm(forms.Form):
    notice = forms.ModelChoiceField(
        CopyrightNotice.objects.active(),
        label=_("Copyright notice"),
        empty_label=_("Choose a notice"),
    )


SHOWN_AT_ONCE = "Published pages show it at once. Their texts and reviews stay as they are."


class AddTopicAction(BulkAction):
    heading = _("Add a topic to {count}")
    button_label = _("Add topic to {count}")
    form = ChooseTopicForm
    description = f"The topic is added to the topics of each page. {SHOWN_AT_ONCE}"

    def execute(self, pages, *, by, topic):
        change = bulk_actions.add_to_topic(pages, topic=topic, by=by)
        return _build_result(change, f"given the topic “{topic}”")

    def get_log_message(self, *, topic):
        return f"Added the topic “{topic}”."


class RemoveTopicAction(BulkAction):
    heading = _("Remove a topic from {count}")
    button_label = _("Remove topic from {count}")
    form = ChooseTopicForm
    description = f"Other topics of a page stay. {SHOWN_AT_ONCE}"

    def execute(self, pages, *, by, topic):
        change = bulk_actions.remove_from_topic(pages, topic=topic, by=by)
        return _build_result(change, f"removed from the topic “{topic}”")

    def get_log_message(self, *, topic):
        return f"Removed the topic “{topic}”."


class SetNoticeAction(BulkAction):
    heading = _("Set the copyright notice of {count}")
    button_label = _("Set notice of {count}")
    form = ChooseNoticeForm
    description = f"It replaces the current notice of each page. {SHOWN_AT_ONCE}"

    def execute(self, pages, *, by, notice):
        change = bulk_actions.set_notice(pages, notice=notice, by=by)
        return _build_result(change, f"given “{notice}”")

    def get_log_message(self, *, notice):
        return f"Set the notice “{notice}”."


def _build_result(change: bulk_actions.MetadataChange, verb: str) -> BulkActionResult:
    count = len(change.changed_ids)
    if not count:
        return BulkActionResult(message=f"Nothing changed: no selected page had to be {verb}.")
    pages = f"{format_page_count(count)} {'was' if count == 1 else 'were'} {verb}."
    message = f"{pages} {describe_published_pages(change.public_count)}"
    return BulkActionResult(processed=change.changed_ids, message=message)


def describe_published_pages(count: int) -> str:
    """A sentence on how many published pages print a change of metadata."""
    if not count:
        return "None of them is published, so visitors see no change."
    pages = "1 published page shows" if count == 1 else f"{count:,} published pages show"
    return f"{pages} it now. Texts and reviews are unchanged."


ACTION_PLACEHOLDER = [("", _("Choose an action"))]


class BulkActionForm(ActionForm):
    """The choice of an action, beside a list."""

    action = forms.ChoiceField(label=_("Action:"))


class BulkActionsMixin:
    """Mixed into the admin of every kind of page: actions for the pages ticked in its list."""

    actions = ("file_under", "take_from", "set_notice")
    action_form = BulkActionForm

    def get_action_choices(self, request, default_choices=ACTION_PLACEHOLDER):
        return super().get_action_choices(request, default_choices)

    @admin.action(description=_("Add topic …"), permissions=["change"])
    def file_under(self, request, queryset):
        return self.confirm_action(request, queryset, AddTopicAction())

    @admin.action(description=_("Remove topic …"), permissions=["change"])
    def take_from(self, request, queryset):
        return self.confirm_action(request, queryset, RemoveTopicAction())

    @admin.action(description=_("Set copyright notice …"), permissions=["change"])
    def set_notice(self, request, queryset):
        return self.confirm_action(request, queryset, SetNoticeAction())

    def confirm_action(self, request, queryset, action: BulkAction):
        """Show what would be done to which pages; do it once exactly that is confirmed."""
        chosen = list(queryset.values_list("pk", flat=True))
        if len(chosen) > action.max_pages:
            messages.warning(
                request,
                f"At most {action.max_pages:,} pages can be changed at once, and you selected "
                f"{len(chosen):,}. Filter the list, then select again.",
            )
            return redirect(request.get_full_path())
        excluded = self._find_excluded(action, chosen)
        excluded_keys = set()
        for group in excluded:
            excluded_keys.update(group.pages)
        keys = [key for key in chosen if key not in excluded_keys]
        seen = hashlib.sha256(repr(sorted(keys)).encode()).hexdigest()
        confirmed = "seen" in request.POST
        form = action.form(request.POST if confirmed else None)
        selection_changed = confirmed and request.POST["seen"] != seen
        may_execute = confirmed and keys and not selection_changed and form.is_valid()
        if may_execute and self._execute(request, action, keys, form):
            return redirect(request.get_full_path())
        context = {
            "title": action.heading.format(count=format_page_count(len(chosen))),
            "form": form,
            "selection_changed": selection_changed,
            "seen": seen,
            "excluded": self._describe_excluded(excluded),
        }
        return self._render_confirmation(request, action, keys, context)

    def _describe_excluded(self, groups: list[ExcludedPages]) -> list[tuple[str, int, list]]:
        """Reason, number of pages and the first titles of each group."""
        described = []
        for group in groups:
            titles = self._list_titles(group.pages, group.details)
            described.append((group.reason, len(group.pages), titles))
        return described

    def _render_confirmation(self, request, action: BulkAction, keys: list[int], context: dict):
        notes = {}
        if keys:
            notes = action.get_notes(self.opts.model.objects.filter(pk__in=keys))
        values = self.admin_site.each_context(request) | {
            "opts": self.opts,
            "bulk_action": action,
            "button_label": action.button_label.format(count=format_page_count(len(keys))),
            "count": len(keys),
            "titles": self._list_titles(keys, notes),
            "note_counts": Counter(notes.values()).most_common(),
            "more": max(0, len(keys) - MAX_TITLES_SHOWN),
            "selection_fields": get_selection_fields(request),
            "list_url": request.get_full_path(),
        }
        return render(request, "articles/admin/confirm.html", values | context)

    def _find_excluded(self, action: BulkAction, chosen_keys: list[int]) -> list[ExcludedPages]:
        """The pages that cannot take part; a page with two reasons is in the first group."""
        if not chosen_keys:
            return []
        found = []
        excluded_keys = set()
        for group in action.find_excluded(self.opts.model.objects.filter(pk__in=chosen_keys)):
            keys = [key for key in group.pages if key not in excluded_keys]
            excluded_keys.update(keys)
            if keys:
                found.append(ExcludedPages(group.reason, keys, group.details))
        return found

    def _list_titles(self, keys: list[int], notes: dict[int, str]) -> list[tuple[int, str, str]]:
        """Key, title and note of the first pages by name."""
        first = self.opts.model.objects.filter(pk__in=keys).order_by("sort_key", "pk")
        rows = first.values_list("pk", "title")[:MAX_TITLES_SHOWN]
        return [(key, title, notes.get(key, "")) for key, title in rows]

    def _execute(self, request, action: BulkAction, keys: list[int], form) -> bool:
        """Do it and report it. False, with an error in the form, if it was refused."""
        pages = self.get_queryset(request).filter(pk__in=keys)
        try:
            outcome = action.execute(pages, by=request.user, **form.cleaned_data)
        except ActionRefused as refusal:
            form.add_error(None, str(refusal))
            return False
        if outcome.processed:
            changed = self.opts.model.objects.filter(pk__in=outcome.processed)
            log_message = action.get_log_message(**form.cleaned_data)
            LogEntry.objects.log_actions(
                request.user.pk, changed.only("title", "kind"), CHANGE, change_message=log_message
            )
            messages.success(request, outcome.message)
        elif outcome.message:
            messages.info(request, outcome.message)
        add_refusal_messages(request, outcome.refusals)
        return True


def add_refusal_messages(request, refusals: Iterable[tuple[str, str]]) -> None:
    refusals = list(refusals)
    for title, why in refusals[:MAX_TITLES_SHOWN]:
        messages.warning(request, f"{title}: {why}")
    more = len(refusals) - MAX_TITLES_SHOWN
    if more > 0:
        messages.warning(request, f"And {more} more pages were refused.")


def get_selection_fields(request) -> list[tuple[str, str]]:
    """Names and values of the hidden fields with which a confirmation repeats the selection."""
    across = request.POST.get("select_across", "0") == "1"
    keys = request.POST.getlist(ACTION_CHECKBOX_NAME)
    if across:
        keys = keys[:1]  # Django asks for one at least, and takes all rows
    chosen_actions = [name for name in request.POST.getlist("action") if name]
    fields = [
        ("action", chosen_actions[0] if chosen_actions else ""),
        ("select_across", "1" if across else "0"),
    ]
    fields += [(ACTION_CHECKBOX_NAME, key) for key in keys]
    return fields


def drop_invalid_keys(request) -> None:
    """Drop values that cannot be keys from the ticked rows of a request."""
    request.POST = request.POST.copy()
    ticked = request.POST.getlist(ACTION_CHECKBOX_NAME)
    keys = [key for key in ticked if parse_key(key) is not None]
    request.POST.setlist(ACTION_CHECKBOX_NAME, keys)
