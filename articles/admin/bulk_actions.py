"""Actions on the ticked rows of a list in the admin, and those on the metadata of pages."""

from collections import Counter
from collections.abc import Callable
from contextlib import nullcontext
from functools import partial

from django import forms
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.models import CHANGE, LogEntry
from django.utils.translation import gettext_lazy as _

from articles.admin.confirmed_action import (
    ActionPreview,
    ActionResult,
    ConfirmedAction,
)
from articles.admin.forms import parse_key
from articles.display import format_page_count
from articles.lists import Label
from articles.models import CopyrightNotice, Topic
from articles.publishing import bulk_actions
from articles.publishing.merging import lock_pages


class BulkAction(ConfirmedAction):
    """An action on rows that are ticked in a list of the admin; ``name`` is its name in a POST."""

    name = ""
    label: Label = ""

    def __init__(self, model_admin, request, queryset):
        self.model_admin = model_admin
        self.queryset = queryset
        self.cancel_url = request.get_full_path()
        self.crumbs = [(self.cancel_url, model_admin.opts.verbose_name_plural)]
        self.hidden_fields = get_selection_fields(request)
        super().__init__(request)

    @classmethod
    def run(cls, model_admin, request, queryset):
        return cls(model_admin, request, queryset).respond()

    @classmethod
    def is_allowed(cls, model_admin, request) -> bool:
        may_change = model_admin.has_change_permission(request)
        return may_change and (not cls.permission or request.user.has_perm(cls.permission))

    def count_chosen(self):
        return self.queryset.count()

    def get_context(self, preview):
        return super().get_context(preview) | {"opts": self.model_admin.opts}


class PageAction(BulkAction):
    """An action on chosen pages: which of them it excludes, and how it changes the others."""

    log_message = ""  # with the fields of the form

    def lock(self):
        lock_pages(self.queryset.values_list("pk", flat=True))

    def preview(self) -> ActionPreview:
        chosen = list(self.queryset.values_list("pk", flat=True))
        pages = self.model_admin.model.objects.filter(pk__in=chosen)
        excluded: dict[int, dict[str, str]] = {}
        for group, found in self.find_excluded(pages).items():
            for key, reason in found.items():
                excluded.setdefault(key, {"group": group, "reason": reason})
        notes = self.get_notes(pages)
        preview = ActionPreview([])
        for key, title in pages.order_by("sort_key", "pk").values_list("pk", "title"):
            preview.add(key, title, notes.get(key, ""), **excluded.get(key, {}))
        return preview

    def find_excluded(self, pages) -> dict[str, dict[int, str]]:
        """By group, the keys of pages that cannot take part, each with the reason in detail or "".

        A page of two groups counts with the first.
        """
        return {}

    def get_notes(self, pages) -> dict[int, str]:
        """A note for each page that takes part, by key, where there is something to note."""
        return {}

    def execute(self, preview, **values) -> ActionResult:
        keys = [row.key for row in preview.rows]
        pages = self.model_admin.get_queryset(self.request).filter(pk__in=keys)
        return self.change_pages(pages, **values)

    def change_pages(self, pages, **values) -> ActionResult:
        """Change the pages. Raises ActionRefused where nothing at all can be done."""
        raise NotImplementedError

    def get_context(self, preview):
        notes = Counter(row.note for row in preview.rows if row.note)
        return super().get_context(preview) | {"note_counts": notes.most_common()}

    def finish(self, result):
        if result.changed_ids:
            changed = self.model_admin.model.objects.filter(pk__in=result.changed_ids)
            message = self.log_message.format(**self.form.cleaned_data)
            LogEntry.objects.log_actions(
                self.by.pk, changed.only("title", "kind"), CHANGE, change_message=message
            )
        return super().finish(result)


class ChooseTopicForm(forms.Form):
    topic = forms.ModelChoiceField(Topic.objects.all(), empty_label=_("Choose a topic"))


class ChooseNoticeForm(forms.Form):
    notice = forms.ModelChoiceField(
        CopyrightNotice.objects.active(),
        label=_("Copyright notice"),
        empty_label=_("Choose a notice"),
    )


SHOWN_AT_ONCE = "Published pages show it at once. Their texts and reviews stay as they are."


class MetadataAction(PageAction):
    """An action of ``articles.publishing.bulk_actions``, whose one argument is the form's field.

    Many pages are changed in batches, each whole or not at all: so nobody who signs or publishes
    waits longer than for one. Done again after it was stopped, it changes the rest.
    """

    change: Callable[..., bulk_actions.MetadataChange]
    verb = ""  # what was done to the pages, with the field
    unchanged = "already had it"  # what is said of the other pages

    def prepare(self):
        if self.count_chosen() <= bulk_actions.BATCH:
            return super().prepare()
        return nullcontext(self.preview())

    def change_pages(self, pages, **values):
        keys = list(pages.order_by("pk").values_list("pk", flat=True))
        chosen = len(keys)
        done = bulk_actions.change_in_batches(keys, partial(self.change, by=self.by, **values))
        verb = self.verb.format(**values)
        count = len(done.changed_ids)
        if not count:
            return ActionResult(f"Nothing changed: no selected page had to be {verb}.")
        pages = f"{format_page_count(count)} {'was' if count == 1 else 'were'} {verb}."
        others = chosen - count
        if others:
            pages += f" {others:,} {self.unchanged}."
        message = f"{pages} {describe_published_pages(done.public_count)}"
        return ActionResult(message, done.changed_ids)


class AddTopicAction(MetadataAction):
    name = "file_under"
    label = _("Add topic …")
    heading = _("Add topic to {count}")
    description = f"The topic is added to the topics of each page. {SHOWN_AT_ONCE}"
    form_class = ChooseTopicForm
    change = staticmethod(bulk_actions.add_to_topic)
    verb = "given the topic “{topic}”"
    log_message = "Added the topic “{topic}”."


class RemoveTopicAction(MetadataAction):
    name = "take_from"
    label = _("Remove topic …")
    heading = _("Remove topic from {count}")
    description = f"Other topics of a page stay. {SHOWN_AT_ONCE}"
    form_class = ChooseTopicForm
    change = staticmethod(bulk_actions.remove_from_topic)
    verb = "removed from the topic “{topic}”"
    unchanged = "did not have it"
    log_message = "Removed the topic “{topic}”."


class SetNoticeAction(MetadataAction):
    name = "set_notice"
    label = _("Set copyright notice …")
    heading = _("Set the copyright notice of {count}")
    description = f"It replaces the current notice of each page. {SHOWN_AT_ONCE}"
    form_class = ChooseNoticeForm
    change = staticmethod(bulk_actions.set_notice)
    verb = "given “{notice}”"
    log_message = "Set the notice “{notice}”."


PAGE_ACTIONS: tuple[type[BulkAction], ...] = (AddTopicAction, RemoveTopicAction, SetNoticeAction)


def describe_published_pages(count: int) -> str:
    """A sentence on how many published pages print a change of metadata."""
    if not count:
        return "None of them is published, so visitors see no change."
    pages = "1 published page shows" if count == 1 else f"{count:,} published pages show"
    return f"{pages} it now. Texts and reviews are unchanged."


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
