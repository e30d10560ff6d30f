"""What saving a page says: what happened, who reads what now, and what is next."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain

from django.contrib import messages
from django.db.models import F
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django_prose_editor.fields import ProseEditorFormField

from articles import actions, editing_marks
from articles.models import Article, Publication, Revision


@dataclass(frozen=True)
class Saved:
    """What a save did to a page."""

    page: Article
    revision: Revision
    is_new: bool
    changed: bool
    reframed: bool
    live: Publication | None
    left_out: tuple[str, ...]


def left_out(form, formsets: Iterable) -> Iterator[str]:
    """What the rich texts of a saved form and of its rows lost, a line for each that lost any."""
    yield from (f"{label}: {lost}" for label, lost in _lost(form))
    for row in chain.from_iterable(formset.forms for formset in formsets):
        for label, lost in _lost(row) if row.instance.pk else ():
            name = capfirst(row.instance._meta.verbose_name)
            yield f"{name} “{row.instance}”, {label}: {lost}"


def _lost(form) -> Iterator[tuple[str, str]]:
    """Each field that lost something, by its label, with what."""
    for name in form.changed_data:
        if isinstance(form.fields[name], ProseEditorFormField):
            _, lost = editing_marks.settle(form.cleaned_data.get(name) or "")
            if lost:
                yield form.fields[name].label, ", ".join(editing_marks.told(lost))


class SavingTells:
    """Mixed into the admin of every kind of page. Django's own word on a save gives way to ours."""

    def save_related(self, request, form, formsets, change):
        """With everything saved, freeze it: the text as a revision, the frame as a publication if it is live."""
        super().save_related(request, form, formsets, change)
        page = form.instance
        before = page.latest_revision()
        changed = form.has_changed() or any(formset.has_changed() for formset in formsets)
        if changed:
            Article.objects.filter(pk=page.pk).update(edition=F("edition") + 1)
        revision = actions.record_revision(page, by=request.user)
        reframed = actions.reframe(Article.objects.filter(pk=page.pk), by=request.user)
        live = Article.objects.select_related("live__revision").get(pk=page.pk).live
        lost = tuple(left_out(form, formsets))
        request.saved = Saved(page, revision, before != revision, changed, bool(reframed), live, lost)

    def message_user(self, request, message, level=messages.INFO, *args, **kwargs):
        saved = request.__dict__.pop("saved", None)
        if saved is None:
            super().message_user(request, message, level, *args, **kwargs)
            return
        for level, words in self.words_on(request, saved):
            super().message_user(request, words, level)

    def words_on(self, request, saved: Saved) -> Iterable[tuple[int, SafeString]]:
        """What to say of a save: levels and sentences."""
        link = format_html('<a href="{}">{}</a>', self.address_of("change", saved.page), saved.page)
        yield messages.SUCCESS, format_html_join(" ", "{}", ((said,) for said in self._happened(link, saved)))
        if saved.left_out:
            lost = format_html_join(" ", "{}.", ((line,) for line in saved.left_out))
            yield messages.WARNING, format_html("Left out of the text: {}", lost)
        yield from self.next_steps(request, saved)

    def _happened(self, link: SafeString, saved: Saved) -> Iterable[str]:
        if saved.is_new:
            yield format_html("Revision {} of “{}” is saved.", saved.revision.number, link)
            yield self._who_reads(saved)
        elif saved.changed:
            yield format_html("“{}” is saved. Its text is as it was.", link)
        else:
            yield format_html("Nothing was changed in “{}”, so there was nothing to save.", link)
        if saved.reframed:
            yield "The notice and the filing are public now: they need no signature."

    def _who_reads(self, saved: Saved) -> str:
        if saved.live:
            return f"Visitors still read revision {saved.live.revision.number}, as it was signed."
        withdrawn = saved.page.publications.exists()
        return "Visitors cannot see it: the page is withdrawn." if withdrawn else "Visitors cannot see it yet."

    def next_steps(self, request, saved: Saved) -> Iterable[tuple[int, SafeString]]:
        """What to do now; the rooms above know."""
        return ()
