"""Texts that were stored under older rules: what would change in them, or be refused, today.

Nothing is changed: a text stays as it stands until somebody edits it.
"""

import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import takewhile
from typing import Any

from django.apps import apps
from django.core.exceptions import ValidationError
from django.db.models import Field, ForeignKey, Model
from taggit.models import Tag

from articles import characters
from articles.content import kinds
from articles.fields import StoredTextFieldMixin, clean_html
from articles.form_fields import mend_line
from articles.models import Article

ROW_BATCH = 500
PAGE_BATCH = 50
MAX_SHOWN = 40  # characters on each side of the first difference
# Rows that are records of what happened: nobody edits them. Other apps add theirs.
RECORDS = {"articles.ExternalId", "articles.Image", "articles.ImportRun"}
Prepare = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class StoredTextProblem:
    """A text that would be changed or refused; ``after`` is empty if it would be refused."""

    where: str
    field: str
    before: str
    after: str = ""
    reason: str = ""


def find_stored_problems() -> Iterator[StoredTextProblem]:
    """Every working copy and shared row, then every text that visitors read.

    One query for a batch of rows or pages, and a batch in memory at a time.
    """
    for model in apps.get_models():
        fields = [
            field
            for field in model._meta.local_concrete_fields
            if isinstance(field, StoredTextFieldMixin)
        ]
        if fields and model._meta.label not in RECORDS and not model._meta.proxy:
            yield from _check_rows(model, fields)
    for row in Tag.objects.order_by("pk").iterator(ROW_BATCH):
        yield from _compare(f"Tag “{row.name}”", "name", row.name, mend_line)
    yield from _check_live_texts()


def _check_rows(model: type[Model], fields: list[Any]) -> Iterator[StoredTextProblem]:
    name_field = _get_name_field(model, fields)
    names = [field.name for field in fields]
    rows = model._base_manager.order_by("pk").values_list("pk", name_field, *names)
    last = 0
    while batch := list(rows.filter(pk__gt=last)[:ROW_BATCH]):
        for _, name, *texts in batch:
            where = f"{model._meta.verbose_name} of “{name}”"
            if "__" not in name_field:
                where = f"{model._meta.verbose_name} “{name}”"
            for field, text in zip(fields, texts, strict=True):
                if text:
                    label = str(field.verbose_name)
                    yield from _compare(where, label, str(text), field.prepare)
        last = batch[-1][0]


def _get_name_field(model: type[Model], fields: list[Field]) -> str:
    """The title of the page that a row belongs to, or the name of the row itself."""
    if issubclass(model, Article):
        return "title"
    for field in model._meta.concrete_fields:
        if isinstance(field, ForeignKey) and issubclass(field.related_model, Article):
            return f"{field.name}__title"
    return fields[0].name


def _check_live_texts() -> Iterator[StoredTextProblem]:
    pages = Article.objects.public().select_related("live__revision").order_by("pk")
    last = 0
    while batch := list(pages.filter(pk__gt=last)[:PAGE_BATCH]):
        for page in batch:
            assert page.live
            if not page.live.revision.expunged:
                yield from _check_document(page)
        last = batch[-1].pk


def _check_document(page: Article) -> Iterator[StoredTextProblem]:
    assert page.live
    where = f"signed text at {kinds.get_path(page.kind, page.live.slug)}"
    document = page.live.revision.read()
    for label, texts in document.get_line_texts().items():
        for text in texts:
            yield from _compare(where, label, text, mend_line)
    for label, html in document.get_rich_texts().items():
        yield from _compare(where, label, html, clean_html)


def _compare(where: str, field: str, before: str, prepare: Prepare) -> Iterator[StoredTextProblem]:
    shown_where = _show(where)
    try:
        characters.refuse("" if prepare is clean_html else before)
        after = prepare(before)
    except ValidationError as error:
        start = before[: 2 * MAX_SHOWN]
        yield StoredTextProblem(shown_where, field, _show(start), reason=error.messages[0])
        return
    if after != before:
        here, then = _shorten(before, after)
        yield StoredTextProblem(shown_where, field, _show(here), _show(then) or "(nothing)")


def _shorten(before: str, after: str) -> tuple[str, str]:
    """Both texts around the first character in which they differ."""
    pairs = zip(before, after, strict=False)
    place = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))
    start = max(0, place - MAX_SHOWN)
    return before[start : place + MAX_SHOWN], after[start : place + MAX_SHOWN]


def _show(text: str) -> str:
    """A text in which every character can be seen: by its code where it has no shape."""
    places = {bad.place for bad in characters.find_unkept(text)}
    shown = []
    for place, sign in enumerate(text):
        is_mark = place not in places and unicodedata.combining(sign)
        is_control = unicodedata.category(sign) == "Cc"
        if place in places or is_mark or is_control:
            shown.append(f"‹U+{ord(sign):04X}›")
        else:
            shown.append(sign)
    return "".join(shown)
