"""The admin of the table of phrases by which emergencies are recognised.

Each save is an event of its log. What checks a phrase, and the phrases of the program, come from
``config.admin.registration``.
"""

from collections.abc import Callable, Iterable

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import Http404
from django.utils.translation import gettext_lazy as _

from articles.admin.changelists import FilteredChangeList
from articles.admin.composition import READ_ONLY, AdminView, ComposedAdmin
from articles.admin.forms import parse_key
from articles.admin.request_validation import MAX_SEARCH_LENGTH
from articles.care.emergencies import EMERGENCIES
from articles.emergencies import phrases
from articles.emergencies.phrases import CannotChangePhrases
from articles.lists import ListFilter, filter_by
from articles.models import PhraseEvent
from articles.names import fold

MAX_LOGGED = 500  # events that the log of the table shows
FACTS = ("text", "meaning", "subject", "language")


def accept_every_phrase(text: str) -> list[str]:
    """What an admin that checks no phrase finds wrong with one."""
    return []


class PhraseForm(forms.ModelForm):
    """A phrase as it was opened: ``opened`` is the event that the form shows."""

    opened = forms.IntegerField(widget=forms.HiddenInput, required=False)
    find_problems: Callable[[str], Iterable[str]] = staticmethod(accept_every_phrase)

    class Meta:
        model = PhraseEvent
        fields = FACTS

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.initial["opened"] = self.instance.pk

    def clean(self):
        cleaned = super().clean()
        if self.instance.pk and cleaned.get("opened") != self.instance.pk:
            self._report_change()
        text, language = cleaned.get("text"), cleaned.get("language")
        if text and language:
            self._check_text(text, language)
        return cleaned

    def _report_change(self) -> None:
        """Somebody changed it meanwhile. To save again is to decide for this one."""
        newest = PhraseEvent.objects.select_related("by").get(pk=self.instance.pk)
        self.data = {**dict(self.data.items()), self.add_prefix("opened"): str(newest.pk)}
        advice = _("Save again for yours.")
        self.add_error(None, f"{phrases.describe_change(newest)} {advice}")

    def _check_text(self, text: str, language: str) -> None:
        same = phrases.find_same_text(text, language)
        if same and same.phrase != self.instance.phrase:
            self.add_error("text", phrases.describe_same_text(same))
            return
        for problem in self.find_problems(text):
            self.add_error("text", problem)


def describe_loss(phrase: PhraseEvent) -> str:
    """What searches with the words of a phrase will no longer show, once it is removed."""
    name = EMERGENCIES.get(phrase.subject, phrase.subject)
    if phrase.meaning == PhraseEvent.Meaning.NOW:
        shown = _("the emergency help for “%(name)s”") % {"name": name}
    elif phrase.meaning == PhraseEvent.Meaning.TOPIC:
        shown = _("the line on “%(name)s”") % {"name": name}
    else:
        shown = str(_("the help in a crisis"))
    return _(
        "Searches with these words will no longer show %(shown)s, unless another phrase has them."
    ) % {"shown": shown}


def show_log(phrase_admin, request):
    """The newest events of the table."""
    events = PhraseEvent.objects.all()
    return phrase_admin.render_log(request, events, _("Log of the phrases"))


def show_floor(phrase_admin, request):
    """The phrases of the program, by what they mean and are about."""
    return phrase_admin.render_page(
        request,
        "articles/admin/phrase_floor.html",
        None,
        title=_("Phrases that come with the program"),
        groups=phrase_admin.list_floor(),
    )


class BasePhraseAdmin(ComposedAdmin):
    views = (
        AdminView("floor", show_floor, "view", READ_ONLY),
        AdminView("log", show_log, "view", READ_ONLY),
    )
    form = PhraseForm
    change_list_template = "articles/admin/phrases.html"
    change_form_template = "articles/admin/phrase_form.html"
    delete_confirmation_template = "articles/admin/phrase_remove.html"
    list_display = ("text", "meaning", "subject", "language", "by", "at")
    list_select_related = ("by",)
    filters = (
        ListFilter(
            "meaning", _("meaning"), dict(PhraseEvent.Meaning.choices), apply=filter_by("meaning")
        ),
        ListFilter("subject", _("emergency"), EMERGENCIES, apply=filter_by("subject")),
        ListFilter(
            "language",
            _("language"),
            dict(PhraseEvent.PhraseLanguage.choices),
            apply=filter_by("language"),
        ),
    )
    search_fields = ("text",)
    search_help_text = _("Searches phrases and names of emergencies.")
    show_full_result_count = False

    def get_changelist(self, request, **kwargs):
        return FilteredChangeList

    def get_queryset(self, request):
        return super().get_queryset(request).current()

    def get_search_results(self, request, queryset, search_term):
        """Phrases with these words, or about an emergency whose name has them."""
        words = fold(search_term[:MAX_SEARCH_LENGTH])
        if not words:
            return queryset, False
        found = []
        for key, text, subject in queryset.values_list("pk", "text", "subject"):
            if words in fold(text) or words in fold(EMERGENCIES.get(subject, "")):
                found.append(key)
        return queryset.filter(pk__in=found), False

    def get_object(self, request, object_id, from_field=None):
        """The phrase as it is now, whichever of its events the address names.

        While somebody saves, nobody else changes the table.
        """
        key = parse_key(str(object_id))
        if key is None:
            return None
        if request.method == "POST" and transaction.get_connection().in_atomic_block:
            phrases.lock_table()
        named = PhraseEvent.objects.filter(pk=key).values("phrase")
        return self.get_queryset(request).filter(phrase__in=named).first()

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        """If somebody was a moment faster, read the form once more: it says what they did."""
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except CannotChangePhrases:
            list(messages.get_messages(request))  # nothing of what they report was done
            return super().changeform_view(request, object_id, form_url, extra_context)

    def save_model(self, request, obj, form, change):
        facts = {name: form.cleaned_data[name] for name in FACTS}
        if change:
            opened = PhraseEvent.objects.get(pk=obj.pk)
            saved = phrases.change_phrase(opened, **facts, by=request.user)
        else:
            saved = phrases.add_phrase(**facts, by=request.user)
        obj.pk, obj.phrase, obj.number = saved.pk, saved.phrase, saved.number

    def delete_model(self, request, obj):
        phrases.remove_phrase(obj, by=request.user)

    def changelist_view(self, request, extra_context=None):
        count = sum(len(lines) for _heading, lines in self.list_floor())
        return super().changelist_view(request, {"floor_count": count, **(extra_context or {})})

    def delete_view(self, request, object_id, extra_context=None):
        """The removal of a phrase, with what searches will no longer show."""
        phrase = self.get_object(request, object_id)
        context = {}
        if phrase is not None:
            context = {"title": _("Remove “%s”") % phrase, "loss": describe_loss(phrase)}
        return super().delete_view(request, object_id, context | (extra_context or {}))

    def get_deleted_objects(self, objs, request):
        """Nothing else goes with a phrase, and what it was stays in the log."""
        return [str(obj) for obj in objs], {}, set(), []

    def get_actions(self, request):
        actions = super().get_actions(request)
        actions.pop("delete_selected", None)
        return actions

    def history_view(self, request, object_id, extra_context=None):
        """The events of the phrase, also of one that was removed."""
        self.require_permission(request, "view")
        key = parse_key(str(object_id))
        event = PhraseEvent.objects.filter(pk=key).first() if key is not None else None
        if event is None:
            raise Http404
        events = PhraseEvent.objects.filter(phrase=event.phrase)
        return self.render_log(request, events, event.text)

    def list_floor(self) -> list[tuple[str, list[str]]]:
        """The phrases that come with the program, under headings."""
        return []

    def render_log(self, request, events, title):
        rows = events.select_related("by").order_by("-pk")[:MAX_LOGGED]
        template = "articles/admin/phrase_log.html"
        return self.render_page(request, template, None, title=title, events=rows)
