"""Reports on pages of every kind: drafts that nobody touched for long, and pages that lack a part."""

import datetime as dt

from django.db.models import DateTimeField, Exists, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format

from articles import kinds, merging
from articles.actions import Refused, discard
from articles.admin_bulk import counted
from articles.admin_lists import NAMES, name_of
from articles.models import Article, Reference, Revision
from articles.reports.report import STATE, Cell, Column, Deed, Done, Line, Looked, Report, Sieve, states


def form_of(page) -> str:
    """The address of a page's form; it has the page's kind and key."""
    options = kinds.get(page.kind).model._meta
    return reverse(f"admin:{options.app_label}_{options.model_name}_change", args=[page.pk])


def kind_name(name: str) -> str:
    return str(kinds.get(name).model._meta.verbose_name).capitalize()


KIND = Sieve(
    "kind",
    "Kind",
    lambda: {kind.name: kind_name(kind.name) for kind in kinds.every()},
    lambda pages, value: pages.filter(kind=value),
)


def _newest(field: str):
    return Revision.objects.filter(article=OuterRef("pk")).order_by("-number").values(field)[:1]


class Discard(Deed):
    label = "Discard …"
    heading = "Discard {count}"
    button = "Discard {count}"
    explains = (
        "Nobody but editors has seen these drafts. They leave the lists and free their addresses; revisions stay."
    )
    right = "articles.change_article"

    def look(self, keys, *, by):
        pages = {str(page.pk): page for page in Article.objects.kept().filter(pk__in=keys).only("title", "kind")}
        published = set(
            Article.objects.filter(pk__in=keys).exclude(pk__in=_unpublished(keys)).values_list("pk", flat=True)
        )
        held = merging.obstacles(page.pk for page in pages.values())
        able, left_out = {}, []
        for key, page in pages.items():
            if page.pk in published:
                left_out.append((page.title, "was published once, so it can be withdrawn but not discarded."))
            elif page.pk in held:
                left_out.append((page.title, held[page.pk]))
            elif not _may_change(by, page):
                left_out.append((page.title, "is of a kind that you may not change."))
            else:
                able[key] = page.title
        return Looked(able, left_out)

    def do(self, keys, *, by):
        refused, count = [], 0
        for page in Article.objects.filter(pk__in=keys).order_by("sort_key", "pk"):
            try:
                discard(page, by=by)
            except Refused as refusal:
                refused.append((page.title, str(refusal)))
            else:
                count += 1
        return Done(f"{counted(count)} discarded. The revisions are kept.", refused)


def _unpublished(keys):
    return Article.objects.filter(pk__in=keys).unpublished().values("pk")


def _may_change(user, page) -> bool:
    options = kinds.get(page.kind).model._meta
    return user.has_perm(f"{options.app_label}.change_{options.model_name}")


class Untouched(Report):
    """Drafts that were never published and that nobody saved for long."""

    name, title = "untouched-drafts", "Untouched drafts"
    says = "Pages that were never published and that nobody has saved for a while. Finish them, or put them away."
    nothing = "No draft lies untouched for so long."
    noun = ("draft", "drafts")
    right = "articles.view_article"
    columns = (
        Column("title", "Title", ("sort_key",)),
        Column("kind", "Kind", ("kind", "sort_key")),
        Column("saved", "Last saved", ("saved",)),
        Column("by", "By"),
    )
    order = ("saved", "pk")
    DAYS = {"30": "30 days", "90": "90 days", "180": "half a year", "365": "a year"}
    sieves = (
        Sieve("days", "Nobody saved it for", DAYS, lambda rows, value: rows.filter(saved__lt=_days_ago(value)), "90"),
        KIND,
    )
    deed = Discard()

    def rows(self):
        saved = Coalesce(Subquery(_newest("saved_at")), "created_at", output_field=DateTimeField())
        return Article.objects.kept().unpublished().annotate(saved=saved, newest=Subquery(_newest("pk")))

    def told(self, rows):
        rows = list(rows)
        newest = Revision.objects.filter(pk__in=[row.newest for row in rows]).select_related("saved_by")
        by = {
            row.article_id: name_of(row.saved_by)
            for row in newest.only("article", *(f"saved_by__{name}" for name in NAMES))
        }
        return [
            Line(
                str(row.pk),
                row.title,
                [
                    Cell(row.title, form_of(row)),
                    Cell(kind_name(row.kind)),
                    Cell(date_format(timezone.localtime(row.saved), "j M Y")),
                    Cell(by.get(row.pk, "—")),
                ],
            )
            for row in rows
        ]


def _days_ago(days: str) -> dt.datetime:
    return timezone.now() - dt.timedelta(days=int(days))


def _unsourced() -> Exists:
    return ~Exists(Reference.objects.filter(article=OuterRef("pk")))


# What a page can lack: its name, and which pages lack it.
PARTS = {
    "text": ("overview", lambda pages: pages.filter(body="")),
    "advice": ("advice when to get help", lambda pages: pages.filter(advice="")),
    "references": ("references", lambda pages: pages.filter(_unsourced())),
    "summary": ("summary", lambda pages: pages.filter(summary="")),
}


class Incomplete(Report):
    """Pages of which a part is missing, in the working copy."""

    name, title = "incomplete-pages", "Pages that lack a part"
    says = "Symptoms and articles without overview, advice, references or summary, as they were last saved."
    nothing = "No page lacks such a part."
    right = "articles.view_article"
    columns = (
        Column("title", "Title", ("sort_key",)),
        Column("kind", "Kind", ("kind", "sort_key")),
        Column("state", "State"),
        Column("lacks", "Lacks"),
    )
    order = ("sort_key", "pk")
    sieves = (
        Sieve(
            "lacks",
            "Lacks",
            {name: label.capitalize() for name, (label, _) in PARTS.items()},
            lambda rows, value: PARTS[value][1](rows),
        ),
        STATE,
        KIND,
    )

    def rows(self):
        lacking = Q(body="") | Q(advice="") | Q(summary="") | _unsourced()
        return Article.objects.standing().filter(lacking, kind__in=kinds.medical())

    def told(self, rows):
        rows = list(rows)
        keys = [row.pk for row in rows]
        sourced = set(Reference.objects.filter(article__in=keys).values_list("article", flat=True))
        state = states(keys)
        found = []
        for row in rows:
            there = {"text": row.body, "advice": row.advice, "references": row.pk in sourced, "summary": row.summary}
            lacks = ", ".join(label for name, (label, _) in PARTS.items() if not there[name])
            told = [Cell(row.title, form_of(row)), Cell(kind_name(row.kind)), Cell(state[row.pk]), Cell(lacks)]
            found.append(Line(str(row.pk), row.title, told))
        return found
