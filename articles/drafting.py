"""A page as it stands in a form that nobody has saved: composed, measured, and written nowhere."""

from collections.abc import Iterable
from dataclasses import dataclass
from math import ceil

from django.core.exceptions import ValidationError
from django.forms.utils import ErrorDict
from pydantic import ValidationError as NotADocument
from taggit.models import Tag

from articles import kinds
from articles.content import Document
from articles.models import Article, ArticleTag
from articles.quality import WORD, grade_of, plain

NO_KEY = -1  # what no stored page has
WORDS_A_MINUTE = 200


class CannotCompose(Exception):
    """What the form says does not make a page yet; the text says why, to the person who types."""


@dataclass(frozen=True)
class Measure:
    """How long a page is and how hard it reads."""

    words: int
    grade: int
    minutes: int


def measure(document: Document) -> Measure:
    lines = [line for lines in plain(document).values() for line in lines]
    words = sum(len(WORD.findall(line)) for line in lines)
    return Measure(words, max(0, round(grade_of(lines))), ceil(words / WORDS_A_MINUTE))


def compose(form, formsets: Iterable, *, by) -> tuple[Article, Document]:
    """The page of a bound form and its formsets, and its document. What is not valid stays as it is stored.

    Asks the database a fixed number of things and changes none. Raises CannotCompose.
    """
    kind, page = kinds.of(form._meta.model), form.instance
    typed = _read(form)
    rows = {formset.fk.remote_field.cache_name: _rows(formset) for formset in formsets}
    if page.pk is None:
        page.pk = page.id = NO_KEY
    _fill_in(page, kind.name, by)
    if "topics" in typed:
        rows["topics"] = typed["topics"]
    if "tags" in typed:
        rows["tag_links"] = [ArticleTag(content_object=page, tag=Tag(name=name)) for name in typed["tags"]]
    caches = page.__dict__.setdefault("_prefetched_objects_cache", {})
    caches |= {name: _as_fetched(page, name, found) for name, found in rows.items()}
    try:
        return page, kind.compose(page)
    except NotADocument as error:
        raise CannotCompose("This does not make a page yet. Look at what is marked in the form.") from error


def _read(form) -> dict:
    """What was typed and is valid, field by field, put into the form's instance.

    Other than in saving, nothing is compared with other rows: that would cost queries, and spares nobody anything.
    """
    form.cleaned_data, form._errors = {}, ErrorDict()
    form._clean_fields()
    fields = {field.name: field for field in form.instance._meta.get_fields() if field.name in form.cleaned_data}
    for name, field in fields.items():
        value = form.cleaned_data[name]
        if field.many_to_many or (value is None and not field.null):
            continue
        try:
            setattr(form.instance, name, value if field.is_relation else field.clean(value, form.instance))
        except ValidationError as error:
            form.add_error(name, error)
    return form.cleaned_data


def _rows(formset) -> list:
    """The rows that would be there after saving, in their order, those that a long list does not show included."""
    points = [field for field in formset.model._meta.concrete_fields if field.many_to_one and not field.null]
    needed = [field.attname for field in points if field != formset.fk]
    gone, new = set(), []
    for form in formset.forms:
        typed, stored = _read(form), form.instance.pk is not None
        nowhere = any(getattr(form.instance, name) is None for name in needed)  # it points to nothing yet
        if typed.get("DELETE") or nowhere:
            gone.add(form.instance.pk)
        elif not stored and form.has_changed() and not form.errors:
            new.append(form)
    return [row for row in formset.in_order(new) if row.pk is None or row.pk not in gone]


def _fill_in(page: Article, kind: str, by) -> None:
    """What a new page gets on saving, and a preview cannot do without."""
    page.kind = kind
    page.slug = page.slug or "new"
    if page.writer_id is None:
        page.writer = by
    if not page.title:
        raise CannotCompose("Give the page a title, and it shows here.")


def _as_fetched(page: Article, name: str, rows: list):
    """Rows as a queryset that was fetched already."""
    queryset = getattr(page, name).all()
    queryset._result_cache, queryset._prefetch_done = list(rows), True
    return queryset
