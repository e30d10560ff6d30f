"""The messages after saving a page: what happened, what visitors read, and what to do next."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from django.contrib import messages
from django.db.models import F
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.text import capfirst

from articles import characters
from articles.audit import recording
from articles.audit.page_kinds import PAGE
from articles.content.document import CARE_CARD_LABELS
from articles.fields import clean_rich_text
from articles.form_fields import RichTextFormField, StoredText, StoredTextMixin
from articles.models import Article, PublicationEvent, Revision
from articles.publishing import actions
from articles.richtext.reader.cleaning import format_counts

# Messages after a save, each with its level.
SaveMessages = Iterator[tuple[int, SafeString]]
INTERVAL_FIELDS = frozenset({"risk", "review_months"})  # what decides how long a review lasts


@dataclass(frozen=True)
class SaveResult:
    """What a save did to a page."""

    page: Article
    revision: Revision
    is_new: bool
    changed: bool
    metadata_published: bool
    live: PublicationEvent | None
    removed_text: tuple[str, ...]
    interval_changed: bool = False


def list_removed_text(form, formsets: Iterable) -> Iterator[str]:
    """What was removed from the texts of a saved form and of its rows, a line for each."""
    for label, removed in _iter_removed_text(form):
        yield f"{label}: {removed}"
    for formset in formsets:
        for row_form in formset.forms:
            yield from _iter_removed_text_of_row(row_form)


def _iter_removed_text_of_row(form) -> Iterator[str]:
    row = form.instance
    if not row.pk:
        return
    name = capfirst(row._meta.verbose_name)
    for label, removed in _iter_removed_text(form):
        yield f"{name} “{row}”, {label}: {removed}"


def _iter_removed_text(form) -> Iterator[tuple[str, str]]:
    """The label of each field from which something was removed, and what."""
    for name in form.changed_data:
        removed = _find_removed(form.fields[name], form[name].data)
        if removed:
            yield form.fields[name].label, ", ".join(removed)


def _find_removed(field, sent) -> tuple[str, ...]:
    """What was removed from the text that was sent for a field; nothing where it was kept."""
    if not isinstance(sent, str) or isinstance(sent, StoredText):
        return ()
    if isinstance(field, RichTextFormField):
        return clean_rich_text(sent).dropped
    if isinstance(field, StoredTextMixin):
        return tuple(format_counts(characters.mend_and_count(sent).removed))
    return ()


def record_save(request, form, formsets: Iterable) -> SaveResult:
    """Record what was saved: the text as a revision; public metadata as a publication event."""
    page = form.instance
    before = page.get_latest_revision()
    changed = form.has_changed() or any(formset.has_changed() for formset in formsets)
    if changed:
        Article.objects.filter(pk=page.pk).update(form_version=F("form_version") + 1)
    revision = actions.record_revision(page, by=request.user)
    published = actions.publish_metadata(Article.objects.filter(pk=page.pk), by=request.user)
    if changed:
        recording.record(PAGE, [page], by=request.user)
    return SaveResult(
        page=page,
        revision=revision,
        is_new=before != revision,
        changed=changed,
        metadata_published=bool(published),
        interval_changed=not INTERVAL_FIELDS.isdisjoint(form.changed_data),
        live=Article.objects.select_related("live__revision").get(pk=page.pk).live,
        removed_text=tuple(list_removed_text(form, formsets)),
    )


def describe_save(page_admin, request, saved: SaveResult) -> SaveMessages:
    """What was saved, and what visitors read."""
    url = page_admin.get_object_url("change", saved.page)
    link = format_html('<a href="{}">{}</a>', url, saved.page)
    sentences = [(sentence,) for sentence in _iter_sentences(link, saved)]
    yield messages.SUCCESS, format_html_join(" ", "{}", sentences)


def _iter_sentences(link: SafeString, saved: SaveResult) -> Iterator[str]:
    if saved.is_new:
        yield format_html("Revision {} of “{}” is saved.", saved.revision.number, link)
        yield _describe_visibility(saved)
    elif saved.changed:
        yield format_html("“{}” is saved. Its text is unchanged.", link)
    else:
        yield format_html("Nothing was changed in “{}”, so there was nothing to save.", link)
    if saved.metadata_published:
        yield "The copyright notice and the topics are public now: they need no signature."
    if saved.interval_changed and saved.live:
        yield (
            "The next review stays due on the same day: the new risk or interval counts for "
            "reviews that are requested from now on."
        )


def _describe_visibility(saved: SaveResult) -> str:
    if saved.live:
        return f"Visitors still read revision {saved.live.revision.number}, as it was signed."
    if saved.page.publications.exists():
        return "Visitors cannot see it: the page is withdrawn."
    return "Visitors cannot see it yet."


def describe_removed_cards(page_admin, request, saved: SaveResult) -> SaveMessages:
    """The care cards that visitors read and the saved text has no more."""
    if not saved.is_new or saved.live is None or saved.live.revision.expunged:
        return
    levels = {card.level for card in saved.revision.read().care_cards}
    for card in saved.live.revision.read().care_cards:
        if card.level not in levels:
            name = CARE_CARD_LABELS[card.level].lower()
            yield (
                messages.WARNING,
                format_html("The {} of the signed page is not here any more.", name),
            )


def describe_removed_text(page_admin, request, saved: SaveResult) -> SaveMessages:
    if saved.removed_text:
        lines = [(line,) for line in saved.removed_text]
        removed = format_html_join(" ", "{}.", lines)
        yield messages.WARNING, format_html("Left out of the text: {}", removed)


SAVE_MESSAGES: tuple[Callable, ...] = (
    describe_save,
    describe_removed_cards,
    describe_removed_text,
)
