"""What a form shows while somebody types: the page as it would be, its length, its problems.

The page of an unsaved form is composed and measured, and not stored.
"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from math import ceil

from django.contrib.admin.utils import flatten_fieldsets
from django.core.exceptions import ValidationError
from django.db.models import prefetch_related_objects
from django.forms.utils import ErrorDict
from django.http import JsonResponse
from django.template.loader import render_to_string
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST
from pydantic import ValidationError as NotADocument
from taggit.models import Tag

from articles.admin.composition import AdminView, ObjectView
from articles.admin.page_views import get_causes_context
from articles.content import kinds
from articles.content.document import Document
from articles.models import Article, ArticleTag
from articles.public import pages
from articles.publishing.actions import build_metadata
from articles.quality import compute_page_grade, count_words, find_problems

UNSAVED_PK = -1  # what no stored page has
WORDS_PER_MINUTE = 200


class CannotCompose(Exception):
    """The form does not make a page yet. The text says why, to the person who types."""


@dataclass(frozen=True)
class TextMeasure:
    """How long a page is and how hard it reads."""

    words: int
    grade: int
    minutes: int


def measure_text(document: Document) -> TextMeasure:
    words = count_words(document)
    grade = max(0, round(compute_page_grade(document)))
    return TextMeasure(words, grade, ceil(words / WORDS_PER_MINUTE))


def compose(form, formsets: Iterable, *, by) -> tuple[Article, Document]:
    """The page of a bound form and its formsets, and its document.

    A field that is not valid stays as it is stored. Takes a fixed number of queries and changes
    no row. Raises CannotCompose.
    """
    kind = kinds.get_for_model(form._meta.model)
    page = form.instance
    typed = _read_fields(form)
    form.clean_cards()
    rows = {"care_cards": form.arrange_cards()}
    for formset in formsets:
        rows[formset.fk.remote_field.cache_name] = _collect_rows(formset)
    if page.pk is None:
        page.pk = page.id = UNSAVED_PK
    _fill_defaults(page, kind.name, by)
    if "topics" in typed:
        rows["topics"] = typed["topics"]
    if "tags" in typed:
        tags = [Tag(name=name) for name in typed["tags"]]
        rows["tag_links"] = [ArticleTag(content_object=page, tag=tag) for tag in tags]
    prefetched = page.__dict__.setdefault("_prefetched_objects_cache", {})
    for name, found in rows.items():
        prefetched[name] = _build_fetched_queryset(page, name, found)
    try:
        return page, kind.compose(page)
    except NotADocument as error:
        raise CannotCompose(
            "This is not a complete page yet. Check the fields marked in the form."
        ) from error


def _read_fields(form) -> dict:
    """Put every valid value into the form's instance, and give the valid values by field.

    Unlike in saving, no value is compared with other rows, which would cost queries.
    """
    form.cleaned_data = {}
    form._errors = ErrorDict()
    form._clean_fields()
    for field in form.instance._meta.get_fields():
        if field.name in form.cleaned_data:
            _set_value(form, field)
    return form.cleaned_data


def _set_value(form, field) -> None:
    value = form.cleaned_data[field.name]
    if field.many_to_many or (value is None and not field.null):
        return
    try:
        if not field.is_relation:
            value = field.clean(value, form.instance)
    except ValidationError as error:
        form.add_error(field.name, error)
    else:
        setattr(form.instance, field.name, value)


def _collect_rows(formset) -> list:
    """The rows that there would be after saving, in order, with those that a long list hides."""
    required = _list_required_keys(formset)
    removed = set()
    new_forms = []
    stored_forms, new_rows = formset.make_touched_forms()
    for form in [*stored_forms, *new_rows]:
        typed = _read_fields(form)
        row = form.instance
        incomplete = any(getattr(row, name) is None for name in required)
        if typed.get("DELETE") or incomplete:
            removed.add(row.pk)
        elif row.pk is None and form.has_changed() and not form.errors:
            new_forms.append(form)
    rows = formset.order_rows(new_forms, stored_forms)
    return [row for row in rows if row.pk is None or row.pk not in removed]


def _list_required_keys(formset) -> list[str]:
    """The columns of foreign keys, other than the page's, without which a row points to nothing."""
    columns = []
    for field in formset.model._meta.concrete_fields:
        if field.many_to_one and not field.null and field != formset.fk:
            columns.append(field.attname)
    return columns


def _fill_defaults(page: Article, kind: str, by) -> None:
    """Set what saving sets on a new page. Raises CannotCompose without a title."""
    page.kind = kind
    page.slug = page.slug or "new"
    if page.writer_id is None:
        page.writer = by
    if not page.title:
        raise CannotCompose("Give the page a title to see a preview.")


def load_with_form(page: Article, form, formsets: Iterable) -> None:
    """Load what composing a stored page and its checks read; what a form has loaded is taken.

    The form is one of that page and not bound.
    """
    rows = {"topics": form.initial.get("topics", ())}
    tags = form.initial.get("tags", ())
    rows["tag_links"] = [ArticleTag(content_object=page, tag=tag) for tag in tags]
    rows["care_cards"] = form.instance.care_cards.all()
    for formset in formsets:
        rows[formset.fk.remote_field.cache_name] = formset.all_rows
    prefetched = page.__dict__.setdefault("_prefetched_objects_cache", {})
    for name, found in rows.items():
        prefetched[name] = _build_fetched_queryset(page, name, found)
    kind = kinds.get_for_model(form._meta.model)
    loaded = kind.load(type(page)._default_manager.all())
    lookups = loaded._prefetch_related_lookups  # type: ignore[attr-defined]
    prefetch_related_objects([page], *lookups)  # those that no form has


def _build_fetched_queryset(page: Article, name: str, rows: list):
    """A queryset that has these rows and asks for none."""
    queryset = getattr(page, name).all()
    queryset._result_cache = list(rows)
    queryset._prefetch_done = True
    return queryset


def show_draft(page_admin, request, page=None):
    """The page of the form that was sent, as JSON; it saves nothing."""
    change = page is not None
    request.is_draft = True
    fields = flatten_fieldsets(page_admin.get_fieldsets(request, page))
    form_class = page_admin.get_form(request, page, change=change, fields=fields)
    form = form_class(request.POST, instance=page)
    formsets, _ = page_admin._create_formsets(request, form.instance, change=change)
    try:
        composed, document = compose(form, formsets, by=request.user)
        return JsonResponse(_render_draft(request, composed, document))
    except CannotCompose as refusal:
        return JsonResponse({"message": str(refusal)})


def _render_draft(request, page: Article, document: Document) -> dict:
    problems = find_problems(page, document)
    values = asdict(measure_text(document))
    values["problems"] = [asdict(problem) for problem in problems]
    if "measure_only" not in request.POST:
        values["html"] = _render_html(request, page, document)
    return values


def _render_html(request, page: Article, document: Document) -> str:
    kind = kinds.get(page.kind)
    line = page.live.read_review_line() if page.live else None
    context = pages.build_context(page, document, line, build_metadata(page), state="preview")
    context |= get_causes_context(kind, document, 1)
    return render_to_string(kind.template, context, request)


DECORATORS = (require_POST, never_cache)
VIEWS = (
    AdminView("draft_new", show_draft, "add", DECORATORS, route="add/draft/"),
    ObjectView("draft", show_draft, "change", DECORATORS),
)
