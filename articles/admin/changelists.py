"""Lists of pages in the admin: searched by any name, and filtered.

Invalid query parameters are reported above the list and otherwise ignored.
"""

from collections.abc import Callable
from types import SimpleNamespace

from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import IGNORED_PARAMS, PAGE_VAR, ChangeList
from django.contrib.auth.models import User
from django.db.models import Exists, OuterRef, Subquery
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from articles.admin.forms import parse_key
from articles.display import format_user_name
from articles.lists import Choices, Label, ListFilter, ListQuery, filter_by
from articles.models import Article, CopyrightNotice, ExternalId, ImportRun, Revision, Topic

MAX_SEARCH_WORDS = 12
USER_NAME_FIELDS = ("first_name", "last_name", "username")


def _load_topics() -> dict[str, str]:
    return {str(key): name for key, name in Topic.objects.values_list("pk", "name")}


def _filter_by_topic(pages, key: str, user):
    """The pages whose working copy is filed under a topic."""
    filings = Article.topics.through.objects.filter(article=OuterRef("pk"), topic__pk=key)
    return pages.filter(Exists(filings))


def _load_writers() -> dict[str, str]:
    writers = User.objects.filter(Exists(Article.objects.filter(writer=OuterRef("pk"))))
    writers = writers.order_by(*USER_NAME_FIELDS)
    return {str(user.pk): format_user_name(user) for user in writers}


def _load_notices() -> Choices:
    labels: dict[str, Label] = {"retired": _("A retired notice")}
    for notice in CopyrightNotice.objects.all():
        labels[str(notice.pk)] = str(notice)
    return labels


def _filter_by_notice(pages, value: str, user):
    """The pages whose working copy has a notice."""
    if value == "retired":
        retired = CopyrightNotice.objects.filter(retired_at__isnull=False)
        return pages.filter(notice__in=retired.values("pk"))
    return pages.filter(notice=value)


def load_sources() -> dict[str, str]:
    """The sources of import runs."""
    sources = ImportRun.objects.order_by("source").values_list("source", flat=True)
    return {name: name for name in sources.distinct()}


def _filter_by_source(pages, source: str, user):
    return pages.filter(pk__in=ExternalId.objects.filter(source=source).values("article"))


def _find_run_label(key: str) -> str:
    run = ImportRun.objects.filter(pk=parse_key(key) or 0).first()
    return str(run) if run else ""


def _filter_by_run(pages, key: str, user):
    """The pages that an import run was the last to write."""
    return pages.filter(pk__in=ExternalId.objects.filter(run__pk=key).values("article"))


PAGE_FILTERS: tuple[ListFilter, ...] = (
    ListFilter("topic", _("topic"), _load_topics, apply=_filter_by_topic),
    ListFilter("writer", _("writer"), _load_writers, apply=filter_by("writer")),
    ListFilter("notice", _("copyright notice"), _load_notices, apply=_filter_by_notice),
    ListFilter("source", _("source"), load_sources, apply=_filter_by_source),
    ListFilter(
        "run", _("import run"), find_label=_find_run_label, apply=_filter_by_run, widget="hidden"
    ),
)


class FilteredChangeList(ChangeList):
    """Django's list, filtered by the ``filters`` of its admin in place of its ``list_filter``."""

    def __init__(self, request, *args, **kwargs):
        super().__init__(request, *args, **kwargs)
        self.title = capfirst(self.opts.verbose_name_plural)

    def get_filters(self, request):
        query = self.list_query = ListQuery(
            self.params,
            self.model_admin.filters,
            kept=IGNORED_PARAMS,
            ignored=(),
            page_parameter=PAGE_VAR,
            unfiltered=f"every {self.opts.verbose_name} is listed",
        )
        for name in self.get_filters_params():
            if name not in query.values:
                del self.params[name], self.filter_params[name]
        # The one method that Django asks of a filter, here of all of them.
        filters = SimpleNamespace(
            queryset=lambda request, rows: query.filter_rows(rows, request.user)
        )
        return [filters], bool(query.filters), {}, False, bool(query.values)

    def get_results(self, request):
        try:
            super().get_results(request)
        except IncorrectLookupParameters:
            self.list_query.report_missing_page(str(self.page_num))
            self.page_num = 1
            super().get_results(request)


class PageChangeList(FilteredChangeList):
    """A list of pages: keys first, then rows, so that sorting and counting read no texts.

    Filters, search, count and order read ``get_listed`` of the admin, whose keys are those of
    pages. ``queryset`` has the pages themselves, for actions and exports.
    """

    shows_import_link = True
    _form_urls: tuple[str, ...] = ()

    def get_queryset(self, request, exclude_parameters=None):
        pages, self.root_queryset = self.root_queryset, self.model_admin.get_listed(request)
        try:
            self.listed = super().get_queryset(request, exclude_parameters)
        finally:
            self.root_queryset = pages
        return pages.filter(pk__in=self.listed.order_by().values("pk")).order_by("sort_key", "pk")

    def get_ordering(self, request, queryset):
        """By title after all else, in the same direction, so that one index gives the order."""
        ordering = [name for name in super().get_ordering(request, queryset) if name != "-pk"]
        sign = "-" if ordering and str(ordering[-1]).startswith("-") else ""
        named = {str(name).removeprefix("-") for name in ordering}
        return ordering + [f"{sign}{name}" for name in ("sort_key", "pk") if name not in named]

    def get_filters(self, request):
        found = super().get_filters(request)
        if len(self.query.split()) > MAX_SEARCH_WORDS:
            self.list_query.invalid_parameters.append(
                f"Only the first {MAX_SEARCH_WORDS} words were searched for."
            )
        return found

    def get_results(self, request):
        pages, self.queryset = self.queryset, self.listed
        try:
            super().get_results(request)
        finally:
            self.queryset = pages
        keys = list(self.result_list.values_list("pk", flat=True))
        # By their keys alone: with more conditions, engines look for them in the index of a kind.
        rows = self.model._default_manager.filter(pk__in=keys).order_by()
        for load in self.model_admin.list_loaders:
            rows = load(rows)
        pages = {page.pk: page for page in rows}
        newest = Revision.objects.filter(pk__in=[page.newest_revision for page in pages.values()])
        fields = ["article", "saved_at", *_get_name_columns("saved_by")]
        for revision in newest.select_related("saved_by").only(*fields):
            pages[revision.article_id].newest = revision
        self.result_list = [pages[key] for key in keys if key in pages]

    def url_for_result(self, result):
        """The address of the form of a row; the part before its key is found once a list."""
        if not self._form_urls:
            address = reverse(f"admin:{self.model_admin.get_url_name('change')}", args=("-",))
            self._form_urls = tuple(address.rsplit("-", 1))
        before, after = self._form_urls
        return f"{before}{result.pk}{after}"

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


LIST_DISPLAY: tuple[Callable, ...] = (titled, written_by, last_saved)
LIST_LOADERS: tuple[Callable, ...] = (load_list_rows,)
