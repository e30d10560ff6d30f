"""Lists of pages in the admin: searched by any name, and filtered.

Invalid query parameters are reported above the list and otherwise ignored.
"""

from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import ChangeList
from django.contrib.auth.models import User
from django.db.models import Exists, OuterRef, Subquery
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from articles.admin.forms import parse_key
from articles.display import format_user_name, shorten_printable
from articles.models import Article, CopyrightNotice, ExternalId, ImportRun, Revision, Topic

MAX_SEARCH_WORDS = 12
USER_NAME_FIELDS = ("first_name", "last_name", "username")


class LenientListFilter(admin.SimpleListFilter):
    """A filter that ignores unknown values and reports them, as ``invalid_value``."""

    def __init__(self, request, params, model, model_admin):
        super().__init__(request, params, model, model_admin)
        asked = self.used_parameters.get(self.parameter_name, "")
        self.labels = {str(value): label for value, label in self.lookup_choices}
        self.invalid_value = ""
        if asked not in self.labels:
            self.invalid_value = asked

    def has_output(self):
        return True

    def value(self) -> str | None:
        asked = self.used_parameters.get(self.parameter_name)
        if asked not in self.labels:
            return None
        return asked

    @property
    def chosen_label(self) -> str:
        return self.labels.get(self.value(), "")

    def queryset(self, request, queryset):
        if self.value() is None:
            return queryset
        return self.apply(queryset, self.value(), request)

    def apply(self, pages, value, request):
        """The rows that a known value selects."""
        raise NotImplementedError


class TopicFilter(LenientListFilter):
    title = parameter_name = "topic"

    def lookups(self, request, model_admin):
        return list(Topic.objects.values_list("pk", "name"))

    def apply(self, pages, value, request):
        return pages.filter(topics=value)


class WriterFilter(LenientListFilter):
    title = parameter_name = "writer"

    def lookups(self, request, model_admin):
        writers = User.objects.filter(Exists(Article.objects.filter(writer=OuterRef("pk"))))
        writers = writers.order_by(*USER_NAME_FIELDS)
        return [(user.pk, format_user_name(user)) for user in writers]

    def apply(self, pages, value, request):
        return pages.filter(writer=value)


class NoticeFilter(LenientListFilter):
    """Pages by the copyright notice of their working copy."""

    title, parameter_name = _("copyright notice"), "notice"

    def lookups(self, request, model_admin):
        choices = [("retired", _("A retired notice"))]
        for notice in CopyrightNotice.objects.all():
            choices.append((notice.pk, str(notice)))
        return choices

    def apply(self, pages, value, request):
        if value == "retired":
            return pages.filter(notice__retired_at__isnull=False)
        return pages.filter(notice=value)


class PageSourceFilter(LenientListFilter):
    """Pages that came from elsewhere, by their source."""

    title = parameter_name = "source"

    def lookups(self, request, model_admin):
        sources = ImportRun.objects.order_by("source").values_list("source", flat=True)
        return [(name, name) for name in sources.distinct()]

    def apply(self, pages, value, request):
        return pages.filter(pk__in=ExternalId.objects.filter(source=value).values("article"))


class ImportRunFilter(LenientListFilter):
    """Pages that an import run was the last to write.

    Runs are many, so only the one that the address names is a choice.
    """

    title, parameter_name = _("import run"), "run"

    def lookups(self, request, model_admin):
        if "run" not in request.GET:
            return []
        runs = ImportRun.objects.filter(pk=parse_key(request.GET["run"]))
        return [(run.pk, str(run)) for run in runs]

    def apply(self, pages, value, request):
        return pages.filter(pk__in=ExternalId.objects.filter(run=value).values("article"))


class LenientChangeList(ChangeList):
    """A list that reports the query parameters that it could not follow, and follows the rest.

    ``invalid_parameters`` has a sentence for each of them; ``active_filters`` has title, chosen
    label and the query string without it, for each filter that is in use.
    """

    noun = "page"

    def get_filters(self, request):
        unknown = self._drop_unusable_parameters()
        result = super().get_filters(request)
        filters = result[0]
        missing = [("filter", name) for name in unknown]
        for list_filter in filters:
            if list_filter.invalid_value:
                missing.append((list_filter.title, list_filter.invalid_value))
                self._drop_parameter(list_filter.parameter_name)
        self.active_filters = []
        for list_filter in filters:
            if list_filter.chosen_label:
                without = self.get_query_string(remove=[list_filter.parameter_name])
                self.active_filters.append((list_filter.title, list_filter.chosen_label, without))
        effect = f"every {self.noun} is listed"
        if self.active_filters:
            effect = "the other filters apply"
        self.invalid_parameters = []
        for title, value in missing:
            shown = shorten_printable(value)
            self.invalid_parameters.append(f"There is no {title} “{shown}”; {effect}.")
        return result

    def _drop_unusable_parameters(self) -> list[str]:
        """Drop the parameters that no filter knows or that are empty; gives the unknown ones."""
        known = {list_filter.parameter_name for list_filter in self.list_filter}
        unknown = []
        for name, values in sorted(self.get_filters_params().items()):
            if name not in known:
                unknown.append(name)
                self._drop_parameter(name)
            elif not values[-1]:
                self._drop_parameter(name)
        return unknown

    def _drop_parameter(self, name: str) -> None:
        self.params.pop(name, None)
        self.filter_params.pop(name, None)

    def get_results(self, request):
        try:
            super().get_results(request)
        except IncorrectLookupParameters:
            self.invalid_parameters.append(
                f"This list has no page {shorten_printable(str(self.page_num))}; this is the first."
            )
            self.page_num = 1
            super().get_results(request)


class PageChangeList(LenientChangeList):
    """A list of pages: keys first, then rows, so that sorting and counting read no texts."""

    def __init__(self, request, *args, **kwargs):
        super().__init__(request, *args, **kwargs)
        self.title = str(self.opts.verbose_name_plural).capitalize()
        self.shows_import_link = True
        if len(self.query.split()) > MAX_SEARCH_WORDS:
            self.invalid_parameters.append(
                f"Only the first {MAX_SEARCH_WORDS} words were searched for."
            )

    def get_results(self, request):
        super().get_results(request)
        keys = list(self.result_list.values_list("pk", flat=True))
        rows = self.root_queryset.filter(pk__in=keys)
        for load in self.model_admin.list_loaders:
            rows = load(rows)
        pages = {page.pk: page for page in rows}
        newest = Revision.objects.filter(pk__in=[page.newest_revision for page in pages.values()])
        fields = ["article", "saved_at", *_get_name_columns("saved_by")]
        for revision in newest.select_related("saved_by").only(*fields):
            pages[revision.article_id].newest = revision
        self.result_list = [pages[key] for key in keys if key in pages]

    def apply_select_related(self, qs):
        return qs  # the rows are read by ``list_loaders``


def _get_name_columns(relation: str) -> list[str]:
    """The columns of a related user from which a name is formatted."""
    return [f"{relation}__{name}" for name in USER_NAME_FIELDS]


def load_list_rows(pages):
    """The rows of a list of pages, with what the columns of every list show."""
    revisions = Revision.objects.filter(article=OuterRef("pk")).order_by("-number")
    fields = ["title", "kind", "live", *_get_name_columns("writer")]
    rows = pages.select_related("writer").only(*fields)
    return rows.annotate(newest_revision=Subquery(revisions.values("pk")[:1]))


@admin.display(description=_("title"), ordering="sort_key")
def titled(page):
    return page.title


@admin.display(description=_("writer"), ordering="writer__last_name")
def written_by(page):
    return format_user_name(page.writer)


@admin.display(description=_("last saved"))
def last_saved(page):
    newest = getattr(page, "newest", None)
    if newest is None:
        return "—"
    day = date_format(timezone.localtime(newest.saved_at), "j M Y")
    return f"{day}, {format_user_name(newest.saved_by)}"


PAGE_FILTERS = (TopicFilter, WriterFilter, NoticeFilter, PageSourceFilter, ImportRunFilter)
