"""One deed for many pages of a list: counted, looked at on a page of its own, and done when confirmed."""

import hashlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME, ActionForm
from django.contrib.admin.models import CHANGE, LogEntry
from django.shortcuts import redirect, render

from articles import filing
from articles.actions import Refused
from articles.forms import as_key
from articles.models import CopyrightNotice, Topic

TITLES_SHOWN = 20
MOST = 30_000  # chosen pages; more than a list of 20,000 has


@dataclass(frozen=True)
class LeftOut:
    """Chosen pages that cannot take part, and why: all of them, and each where there is more to say."""

    reason: str
    pages: list[int]
    why: dict[int, str] = field(default_factory=dict)


@dataclass
class Outcome:
    """What a deed did: to which pages, in a sentence, and whom it was refused for, by title."""

    done: list[int] = field(default_factory=list)
    said: str = ""
    refused: list[tuple[str, str]] = field(default_factory=list)


class Deed:
    """What is done to chosen pages: its words, its form, whom it leaves out, and the doing."""

    heading = explains = button = logged = ""
    form: type[forms.Form] = forms.Form
    most = MOST

    def left_out(self, pages) -> list[LeftOut]:
        """A page in two of these counts with the first."""
        return []

    def beside(self, pages) -> dict[int, str]:
        """What is said beside each page that takes part, if anything: counted for all, shown with those named."""
        return {}

    def do(self, pages, *, by, **chosen) -> Outcome:
        """Raises Refused where nothing at all can be done."""
        raise NotImplementedError

    def log_line(self, **chosen) -> str:
        return self.logged


class TopicForm(forms.Form):
    topic = forms.ModelChoiceField(Topic.objects.all(), empty_label="Choose a topic")


class NoticeForm(forms.Form):
    notice = forms.ModelChoiceField(
        CopyrightNotice.objects.offered(), label="Copyright notice", empty_label="Choose a notice"
    )


AT_ONCE = "Published pages show it at once. Their texts and reviews stay as they are."


class FileUnder(Deed):
    heading, button, form = "File {count} under a topic", "File {count}", TopicForm
    explains = f"The topic is added to those that a page has. {AT_ONCE}"

    def do(self, pages, *, by, topic):
        return _framed(filing.file_under(pages, topic=topic, by=by), f"filed under “{topic}”")

    def log_line(self, *, topic):
        return f"Filed under “{topic}”."


class TakeFrom(Deed):
    heading, button, form = "Take {count} from a topic", "Take {count} from it", TopicForm
    explains = f"Other topics of a page stay. {AT_ONCE}"

    def do(self, pages, *, by, topic):
        return _framed(filing.take_from(pages, topic=topic, by=by), f"taken from “{topic}”")

    def log_line(self, *, topic):
        return f"Taken from “{topic}”."


class SetNotice(Deed):
    heading, button, form = "Set the copyright notice of {count}", "Set it for {count}", NoticeForm
    explains = f"It takes the place of the notice that a page has now. {AT_ONCE}"

    def do(self, pages, *, by, notice):
        return _framed(filing.set_notice(pages, notice=notice, by=by), f"given “{notice}”")

    def log_line(self, *, notice):
        return f"Given the notice “{notice}”."


def _framed(framed: filing.Framed, done: str) -> Outcome:
    count = len(framed.changed)
    if not count:
        return Outcome(said=f"Nothing changed: no chosen page had to be {done}.")
    said = f"{counted(count)} {'was' if count == 1 else 'were'} {done}. {shown_now(framed.shown)}"
    return Outcome(done=framed.changed, said=said)


def counted(count: int) -> str:
    return f"{count:,} page{'' if count == 1 else 's'}"


def shown_now(count: int) -> str:
    """How many published pages print a change of frame."""
    if not count:
        return "None of them is published, so visitors see no change."
    verb = "shows" if count == 1 else "show"
    return f"{count:,} published page{'' if count == 1 else 's'} {verb} it now. Texts and reviews are unchanged."


CHOOSE = [("", "Choose what to do")]


class TickedForm(ActionForm):
    """The choice of a deed, beside a list."""

    action = forms.ChoiceField(label="With those ticked:")


class BulkDeeds:
    """Mixed into the admin of every kind of page: deeds for the pages that are ticked in its list."""

    actions = ("file_under", "take_from", "set_notice")
    action_form = TickedForm

    def get_action_choices(self, request, default_choices=CHOOSE):
        return super().get_action_choices(request, default_choices)

    @admin.action(description="File under a topic …", permissions=["change"])
    def file_under(self, request, queryset):
        return self.confirm(request, queryset, FileUnder())

    @admin.action(description="Take from a topic …", permissions=["change"])
    def take_from(self, request, queryset):
        return self.confirm(request, queryset, TakeFrom())

    @admin.action(description="Set the copyright notice …", permissions=["change"])
    def set_notice(self, request, queryset):
        return self.confirm(request, queryset, SetNotice())

    def confirm(self, request, queryset, deed: Deed):
        """Show what would be done to which pages; do it once exactly that was confirmed."""
        chosen = list(queryset.values_list("pk", flat=True))
        if len(chosen) > deed.most:
            most = f"At most {deed.most:,} pages can be done at once, and you chose {len(chosen):,}."
            messages.warning(request, f"{most} Narrow the list, then choose again.")
            return redirect(request.get_full_path())
        left_out = self._left_out(deed, chosen)
        out = {key for group in left_out for key in group.pages}
        able = [key for key in chosen if key not in out]
        seen = hashlib.sha256(repr(sorted(able)).encode()).hexdigest()
        confirmed = "seen" in request.POST
        form = deed.form(request.POST if confirmed else None)
        moved = confirmed and request.POST["seen"] != seen
        if confirmed and able and not moved and form.is_valid() and self._do(request, deed, able, form):
            return redirect(request.get_full_path())
        context = {
            "title": deed.heading.format(count=counted(len(chosen))),
            "form": form,
            "moved": moved,
            "seen": seen,
            "left_out": [(group.reason, len(group.pages), self._titles(group.pages, group.why)) for group in left_out],
        }
        return self._ask(request, deed, able, context)

    def _ask(self, request, deed: Deed, able: list[int], context: dict):
        beside = deed.beside(self.opts.model.objects.filter(pk__in=able)) if able else {}
        shown = self.admin_site.each_context(request) | {
            "opts": self.opts,
            "deed": deed,
            "button": deed.button.format(count=counted(len(able))),
            "count": len(able),
            "titles": self._titles(able, beside),
            "sums": Counter(beside.values()).most_common(),
            "more": max(0, len(able) - TITLES_SHOWN),
            "carried": carried(request),
            "list_url": request.get_full_path(),
        }
        return render(request, "articles/admin/confirm.html", shown | context)

    def _left_out(self, deed: Deed, chosen: list[int]) -> list[LeftOut]:
        """Who cannot take part; a page with two reasons stands under the first."""
        found, out = [], set()
        for group in deed.left_out(self.opts.model.objects.filter(pk__in=chosen)) if chosen else []:
            keys = [key for key in group.pages if key not in out]
            out.update(keys)
            if keys:
                found.append(LeftOut(group.reason, keys, group.why))
        return found

    def _titles(self, keys: list[int], beside: dict[int, str]) -> list[tuple[int, str, str]]:
        """The first pages by name, each with what is said beside it."""
        first = self.opts.model.objects.filter(pk__in=keys).order_by("sort_key", "pk")
        return [(key, title, beside.get(key, "")) for key, title in first.values_list("pk", "title")[:TITLES_SHOWN]]

    def _do(self, request, deed: Deed, able: list[int], form) -> bool:
        """Whether it was done; if not, the form says why."""
        try:
            outcome = deed.do(self.get_queryset(request).filter(pk__in=able), by=request.user, **form.cleaned_data)
        except Refused as refusal:
            form.add_error(None, str(refusal))
            return False
        if outcome.done:
            done = self.opts.model.objects.filter(pk__in=outcome.done).only("title", "kind")
            LogEntry.objects.log_actions(
                request.user.pk, done, CHANGE, change_message=deed.log_line(**form.cleaned_data)
            )
            messages.success(request, outcome.said)
        elif outcome.said:
            messages.info(request, outcome.said)
        tell_refusals(request, outcome.refused)
        return True


def tell_refusals(request, refused: Iterable[tuple[str, str]]) -> None:
    refused = list(refused)
    for title, why in refused[:TITLES_SHOWN]:
        messages.warning(request, f"{title}: {why}")
    if len(refused) > TITLES_SHOWN:
        messages.warning(request, f"And {len(refused) - TITLES_SHOWN} more pages were refused.")


def carried(request) -> list[tuple[str, str]]:
    """The fields that say again, on a page between a list and a deed, what was chosen."""
    across = request.POST.get("select_across", "0") == "1"
    keys = request.POST.getlist(ACTION_CHECKBOX_NAME)
    posted = [(ACTION_CHECKBOX_NAME, key) for key in (keys[:1] if across else keys)]
    action = request.POST.getlist("action")
    return [("action", next(filter(None, action), "")), ("select_across", "1" if across else "0"), *posted]


def only_keys(request) -> None:
    """Drop what cannot be a row's key from those that were ticked."""
    request.POST = request.POST.copy()
    ticked = request.POST.getlist(ACTION_CHECKBOX_NAME)
    request.POST.setlist(ACTION_CHECKBOX_NAME, [key for key in ticked if as_key(key) is not None])
