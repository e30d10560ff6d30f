"""Actions that are previewed, confirmed, and done only as they were seen.

A preview is built from the present state. Its form carries a digest of all that it shows. The
confirmation builds the preview again, in the transaction of the action and after its locks, and
compares: where anything differs, nothing is done and the new preview is shown.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from django import forms
from django.contrib import admin, messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from articles.lists import Label
from articles.publishing.actions import ActionRefused, StalePreview

MAX_NAMES_SHOWN = 20
MAX_ROWS = 30_000  # chosen rows; more than a list of 20,000 has


class PreviewRow(NamedTuple):
    """A row of a preview: its key, its name, and what there is to say of it."""

    key: Any
    name: str
    note: str = ""


@dataclass(frozen=True)
class ActionPreview:
    """The rows that an action would change, and the others by the reason that excludes them."""

    rows: list[PreviewRow]
    excluded: dict[str, list[PreviewRow]] = field(default_factory=dict)

    @property
    def facts(self) -> dict[str, Any]:
        """By name, all that is shown and decides the action: a change of it stops the action."""
        return {"rows": (self.rows, self.excluded)}

    def add(self, key, name: str, note: str = "", *, group: str = "", reason: str = "") -> None:
        """Add a row. With a ``reason`` it is excluded, below the others of its ``group``."""
        if group or reason:
            self.excluded.setdefault(str(group), []).append(PreviewRow(key, str(name), reason))
        else:
            self.rows.append(PreviewRow(key, name, note))


@dataclass
class ActionResult:
    """What an action did: a message, the changed rows, and the refusals as names and reasons."""

    message: str
    changed_ids: list = field(default_factory=list)
    refusals: list[tuple[str, str]] = field(default_factory=list)


def change_each(pages: Iterable, change: Callable) -> ActionResult:
    """Change each page by itself, and collect the refusals."""
    result = ActionResult("")
    for page in pages:
        try:
            change(page)
        except ActionRefused as refusal:
            result.refusals.append((page.title, str(refusal)))
        else:
            result.changed_ids.append(page.pk)
    return result


class ConfirmedAction:
    """One action of one request: its texts, what it would do now, and how it is done.

    Subclasses say ``preview`` and ``execute``, and ``lock`` where rows have to be locked before
    they are read to be changed. ``{count}`` in the texts is how many rows take part. A preview of
    another type than ActionPreview has ``facts`` too, and needs ``can_execute`` and a ``template``.
    """

    heading: Label = ""
    description: Label = ""
    permission = ""
    button = ""  # by default it says what the heading says
    nouns = ("page", "pages")
    form_class: type[forms.Form] = forms.Form
    template = "articles/admin/confirm.html"
    max_rows = MAX_ROWS
    rows_shown = MAX_NAMES_SHOWN
    too_many: Label = (
        "At most {max} {nouns} can be changed at once, and you selected {count}. "
        "Filter the list, then select again."
    )
    change_reasons: dict[str, str] = {}  # by the name of each fact, what a change of it means
    hidden_fields: list[tuple[str, str]] = []  # what a confirmation repeats of the request
    crumbs: list[tuple[str, object]] = []  # addresses and names of the pages that lead here
    refusals: tuple[type[Exception], ...] = (ActionRefused,)
    cancel_url = ""
    done_url = ""  # where it leads once it is done, if not there

    def __init__(self, request: HttpRequest):
        assert request.user.is_authenticated  # the caller's view requires it
        self.request = request
        self.by = request.user
        self.form = self.build_form()

    @property
    def is_confirmed(self) -> bool:
        return "seen" in self.request.POST

    def build_form(self, **options) -> forms.Form:
        data = self.request.POST if self.is_confirmed else None
        return self.form_class(data, **options)

    def count_chosen(self) -> int:
        """How many rows were chosen."""
        return 1

    def lock(self) -> None:
        """Lock the rows that a preview reads and the action changes."""

    def preview(self):
        """What the action would do now."""
        raise NotImplementedError

    def execute(self, preview, **values) -> ActionResult:
        """Do what was previewed. Raises ActionRefused where nothing at all can be done."""
        raise NotImplementedError

    @contextmanager
    def prepare(self) -> Iterator:
        """The preview, in the transaction in which it can be executed. Raises ActionRefused."""
        with transaction.atomic():
            self.lock()
            yield self.preview()

    def can_execute(self, preview) -> bool:
        return bool(preview.rows)

    def compute_digest(self, preview) -> str:
        """Digests of the facts, each bound to this action and this user, joined by dots."""
        digests = []
        for name, fact in preview.facts.items():
            bound = (type(self).__module__, type(self).__name__, self.by.pk, name, fact)
            digests.append(hashlib.sha256(repr(bound).encode()).hexdigest())
        return ".".join(digests)

    def find_change(self, preview) -> str:
        """A sentence if a preview is not the one that was confirmed; empty if it is."""
        seen = self.request.POST.getlist("seen")
        digest = self.compute_digest(preview)
        if seen == [digest]:
            return ""
        then = seen[0].split(".") if len(seen) == 1 else []
        reasons = []
        for name, old, now in zip(self.change_reasons, then, digest.split("."), strict=False):
            if old != now:
                reasons.append(self.change_reasons[name])
        return str(StalePreview(reasons))

    def respond(self) -> HttpResponse:
        """Show what would be done; once exactly that is confirmed, do it."""
        count = self.count_chosen()
        if count > self.max_rows or not (count or self.is_confirmed):
            error = str(self.too_many) if count else "Select {nouns} first."
            error = error.format(count=f"{count:,}", max=f"{self.max_rows:,}", nouns=self.nouns[1])
            messages.warning(self.request, error)
            return redirect(self.cancel_url)
        try:
            if not self.is_confirmed:
                return self.render(self.preview())
            with self.prepare() as preview:
                change = self.find_change(preview)
                if change or not self.can_execute(preview) or not self.form.is_valid():
                    return self.render(preview, change)
                result = self.execute(preview, **self.form.cleaned_data)
            self.complete(result)
        except StalePreview as stale:
            return self.render(self.preview(), str(stale))
        except self.refusals as refusal:
            return self.refuse(refusal)
        return self.finish(result)

    def complete(self, result: ActionResult) -> None:
        """Do what follows once the transaction has ended, in transactions of its own."""

    def refuse(self, refusal: Exception) -> HttpResponse:
        """Say why nothing was done."""
        self.form.add_error(None, str(refusal))
        return self.render(self.preview())

    def finish(self, result: ActionResult) -> HttpResponse:
        """Report what was done, and lead back."""
        report = messages.success if result.changed_ids else messages.info
        report(self.request, result.message)
        for name, reason in result.refusals[:MAX_NAMES_SHOWN]:
            messages.warning(self.request, f"{name}: {reason}")
        more = len(result.refusals) - MAX_NAMES_SHOWN
        if more > 0:
            messages.warning(self.request, f"And {more} more were refused.")
        return redirect(self.done_url or self.cancel_url)

    def render(self, preview, change: str = "", *, status: int = 200) -> HttpResponse:
        """The page that asks for the confirmation, with status 409 if a change came in between."""
        can_execute = self.can_execute(preview)
        context = {
            **admin.site.each_context(self.request),
            "title": self.heading,
            "button": self.heading,
            "action": self,
            "form": self.form,
            "change": change,
            "can_execute": can_execute,
            "seen": self.compute_digest(preview) if can_execute else "",
            "preview": preview,
            **self.get_context(preview),
        }
        return render(self.request, self.template, context, status=409 if change else status)

    def count_rows(self, count: int) -> str:
        return f"{count:,} {self.nouns[count != 1]}"

    def get_context(self, preview) -> dict[str, Any]:
        """What the template shows beside the action and its form."""
        count = len(preview.rows)
        groups = []
        for reason, rows in preview.excluded.items():
            groups.append((reason, len(rows), rows[: self.rows_shown]))
        chosen = count + sum(number for _, number, _ in groups)
        in_title = self.count_rows(chosen)
        if 0 < count < chosen:
            in_title = f"{count:,} of {in_title}"
        return {
            "title": str(self.heading).format(count=in_title),
            "button": str(self.button or self.heading).format(count=self.count_rows(count)),
            "noun": self.nouns[0],
            "rows": preview.rows[: self.rows_shown],
            "counted_rows": self.count_rows(count),
            "more": max(0, count - self.rows_shown),
            "excluded": groups,
        }
