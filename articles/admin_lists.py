"""Lists of pages in the admin: found by any of their names, sifted by filters that take no slip for an error."""

from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import ChangeList
from django.contrib.auth.models import User
from django.db.models import Exists, OuterRef, Q, Subquery
from django.utils import timezone
from django.utils.formats import date_format

from articles.fields import fold
from articles.forms import as_key
from articles.models import Article, CopyrightNotice, ImportRun, Origin, Revision, Topic

MOST_WORDS = 12


class Sieve(admin.SimpleListFilter):
    """A filter whose unknown values narrow nothing and are told to whoever asked, as ``slip``."""

    def __init__(self, request, params, model, model_admin):
        super().__init__(request, params, model, model_admin)
        asked = self.used_parameters.get(self.parameter_name, "")
        self.labels = {str(value): label for value, label in self.lookup_choices}
        self.slip = "" if asked in self.labels else asked

    def has_output(self):
        return True

    def value(self) -> str | None:
        asked = self.used_parameters.get(self.parameter_name)
        return asked if asked in self.labels else None

    @property
    def chosen(self) -> str:
        return self.labels.get(self.value(), "")

    def queryset(self, request, queryset):
        return queryset if self.value() is None else self.sift(queryset, self.value(), request)

    def sift(self, pages, value, request):
        raise NotImplementedError


class TopicFilter(Sieve):
    title = parameter_name = "topic"

    def lookups(self, request, model_admin):
        return list(Topic.objects.values_list("pk", "name"))

    def sift(self, pages, value, request):
        return pages.filter(topics=value)


class WriterFilter(Sieve):
    title = parameter_name = "writer"

    def lookups(self, request, model_admin):
        writers = User.objects.filter(Exists(Article.objects.filter(writer=OuterRef("pk"))))
        return [(user.pk, name_of(user)) for user in writers.order_by("first_name", "last_name", "username")]

    def sift(self, pages, value, request):
        return pages.filter(writer=value)


class NoticeFilter(Sieve):
    """The pages that print a notice, or whose draft will."""

    title, parameter_name = "copyright notice", "notice"

    def lookups(self, request, model_admin):
        return [("retired", "A retired notice"), *((row.pk, str(row)) for row in CopyrightNotice.objects.all())]

    def sift(self, pages, value, request):
        return pages.filter(notice__retired_at__isnull=False) if value == "retired" else pages.filter(notice=value)


class SourceFilter(Sieve):
    """Pages that came from elsewhere, by their source."""

    title = parameter_name = "source"

    def lookups(self, request, model_admin):
        return [
            (name, name) for name in ImportRun.objects.order_by("source").values_list("source", flat=True).distinct()
        ]

    def sift(self, pages, value, request):
        return pages.filter(pk__in=Origin.objects.filter(source=value).values("article"))


class RunFilter(Sieve):
    """Pages that an import was the last to write. Offered only where an address names it: runs are many."""

    title, parameter_name = "import run", "run"

    def lookups(self, request, model_admin):
        run = ImportRun.objects.filter(pk=as_key(request.GET.get("run", ""))).first() if "run" in request.GET else None
        return [(run.pk, str(run))] if run else []

    def sift(self, pages, value, request):
        return pages.filter(pk__in=Origin.objects.filter(run=value).values("article"))


class PlainList(ChangeList):
    """A list that says in words which part of its address it could not follow, and follows the rest."""

    of = "page"

    def get_filters(self, request):
        known = {sieve.parameter_name for sieve in self.list_filter}
        asked = self.get_filters_params()
        unknown = [("filter", name) for name in sorted(asked) if name not in known]
        for name in [name for name in asked if name not in known or not asked[name][-1]]:
            self._forget(name)
        found = super().get_filters(request)
        slipped = [sieve for sieve in found[0] if sieve.slip]
        for sieve in slipped:
            self._forget(sieve.parameter_name)
        self.chips = [
            (sieve.title, sieve.chosen, self.get_query_string(remove=[sieve.parameter_name]))
            for sieve in found[0]
            if sieve.chosen
        ]
        then = "the list is sifted by the rest" if self.chips else f"every {self.of} is listed"
        missing = [*unknown, *((sieve.title, sieve.slip) for sieve in slipped)]
        self.slips = [f"There is no {what} “{printable(value)}”; {then}." for what, value in missing]
        return found

    def _forget(self, name: str) -> None:
        self.params.pop(name, None)
        self.filter_params.pop(name, None)

    def get_results(self, request):
        try:
            super().get_results(request)
        except IncorrectLookupParameters:
            self.slips.append(f"This list has no page {printable(str(self.page_num))}; you see its first.")
            self.page_num = 1
            super().get_results(request)


class PageList(PlainList):
    """A list of pages: first which, then what is told of them, so that neither sorting nor counting reads texts."""

    def __init__(self, request, *args, **kwargs):
        super().__init__(request, *args, **kwargs)
        self.title = str(self.opts.verbose_name_plural).capitalize()
        self.source_of_pages = True
        if len(self.query.split()) > MOST_WORDS:
            self.slips.append(f"Only the first {MOST_WORDS} words were looked for.")

    def get_results(self, request):
        super().get_results(request)
        keys = list(self.result_list.values_list("pk", flat=True))
        rows = {page.pk: page for page in self.model_admin.listed(self.root_queryset.filter(pk__in=keys))}
        newest = Revision.objects.filter(pk__in=[page.newest_revision for page in rows.values()])
        fields = ("article", "saved_at", *(f"saved_by__{name}" for name in NAMES))
        for revision in newest.select_related("saved_by").only(*fields):
            rows[revision.article_id].newest = revision
        self.result_list = [rows[key] for key in keys if key in rows]

    def apply_select_related(self, qs):
        return qs  # the rows are read by ``listed``


NAMES = ("first_name", "last_name", "username")


def name_of(user) -> str:
    return user.get_full_name() or user.get_username()


def printable(text: str) -> str:
    """What somebody put into an address, short enough and safe to repeat."""
    shown = "".join(letter for letter in text if letter.isprintable()).strip()
    return f"{shown[:40]}…" if len(shown) > 40 else shown


class PageLists:
    """Mixed into the admin of every kind of page: its columns, its filters, and how it is searched."""

    change_list_template = "articles/admin/change_list.html"
    list_display = ("titled", "written_by", "last_saved")
    list_filter = (TopicFilter, WriterFilter, NoticeFilter, SourceFilter, RunFilter)
    list_select_related = False
    list_per_page = 50
    search_fields = ("title", "slug")
    search_help_text = "Looks for every word in title and address. Case and accents do not matter."
    ordering = ("sort_key",)
    named_by = "sort_key"
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER

    def get_changelist(self, request, **kwargs):
        return PageList

    def listed(self, pages):
        """The rows of a list, with all that its columns tell."""
        newest = Revision.objects.filter(article=OuterRef("pk")).order_by("-number").values("pk")[:1]
        fields = ("title", "kind", "live", *(f"writer__{name}" for name in NAMES))
        return pages.select_related("writer").only(*fields).annotate(newest_revision=Subquery(newest))

    def found_by(self, word: str) -> Q:
        """Where a folded word is looked for."""
        return Q(sort_key__contains=word) | Q(slug__contains=word)

    def get_search_results(self, request, queryset, search_term):
        """Pages in which every word is found. No joins, so that no page comes twice."""
        for word in fold(search_term).split()[:MOST_WORDS]:
            queryset = queryset.filter(self.found_by(word))
        return queryset, False

    @admin.display(description="title", ordering="sort_key")
    def titled(self, page):
        return page.title

    @admin.display(description="writer", ordering="writer__last_name")
    def written_by(self, page):
        return name_of(page.writer)

    @admin.display(description="last saved")
    def last_saved(self, page):
        newest = getattr(page, "newest", None)
        if newest is None:
            return "—"
        return f"{date_format(timezone.localtime(newest.saved_at), 'j M Y')}, {name_of(newest.saved_by)}"
