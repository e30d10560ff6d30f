"""Reports on pages of every kind: drafts not saved for long, and pages that lack a part."""

import datetime as dt
from functools import partial

from django.db.models import DateTimeField, Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format

from articles.admin.changelists import USER_NAME_FIELDS
from articles.admin.confirmed_action import ActionPreview, change_each
from articles.content import kinds
from articles.display import format_page_count, format_user_name
from articles.lists import ListFilter, filter_by
from articles.models import Article, CareCard, Reference, Revision
from articles.publishing import merging
from articles.publishing.actions import discard
from articles.reports.base import (
    STATE_FILTER,
    Report,
    ReportAction,
    ReportCell,
    ReportColumn,
    ReportLine,
    get_states,
)


def get_form_url(page) -> str:
    """The address of a page's form; it has the page's kind and key."""
    options = kinds.get(page.kind).model._meta
    return reverse(f"admin:{options.app_label}_{options.model_name}_change", args=[page.pk])


def get_kind_label(name: str) -> str:
    return str(kinds.get(name).model._meta.verbose_name).capitalize()


def _get_kind_choices() -> dict[str, str]:
    return {kind.name: get_kind_label(kind.name) for kind in kinds.get_all()}


KIND_FILTER = ListFilter("kind", "kind", _get_kind_choices, apply=filter_by("kind"))


def _build_newest_query(field: str):
    return Revision.objects.filter(article=OuterRef("pk")).order_by("-number").values(field)[:1]


class DiscardDrafts(ReportAction):
    label = "Discard …"
    heading = "Discard {count}"
    description = (
        "Nobody but editors has seen these drafts. "
        "They are removed from the lists and their URL slugs become available; revisions are kept."
    )
    permission = "articles.change_article"

    def lock(self):
        merging.lock_pages(self.keys)

    def preview(self):
        chosen = Article.objects.filter(pk__in=self.keys)
        pages = list(chosen.active().only("title", "kind"))
        drafts = chosen.unpublished().values("pk")
        published = set(chosen.exclude(pk__in=drafts).values_list("pk", flat=True))
        obstacles = merging.find_obstacles(page.pk for page in pages)
        preview = ActionPreview([])
        for page in pages:
            reason = obstacles.get(page.pk, "")
            if page.pk in published:
                reason = "was published once, so it can be withdrawn but not discarded."
            elif not reason and not _may_change(self.by, page):
                reason = "is of a kind that you may not change."
            preview.add(page.pk, page.title, reason=reason)
        return preview

    def execute(self, preview):
        pages = Article.objects.filter(pk__in=[row.key for row in preview.rows])
        result = change_each(pages.order_by("sort_key", "pk"), partial(discard, by=self.by))
        count = format_page_count(len(result.changed_ids))
        result.message = f"{count} discarded. The revisions are kept."
        return result


def _may_change(user, page) -> bool:
    options = kinds.get(page.kind).model._meta
    return user.has_perm(f"{options.app_label}.change_{options.model_name}")


class UntouchedDrafts(Report):
    """Drafts that were never published and that nobody saved for long."""

    name, title = "untouched-drafts", "Untouched drafts"
    description = (
        "Pages that were never published and that nobody has saved for a while. "
        "Finish or discard them."
    )
    empty_message = "No draft was left untouched for so long."
    noun = ("draft", "drafts")
    permission = "articles.view_article"
    columns = (
        ReportColumn("title", "Title", ("sort_key",)),
        ReportColumn("kind", "Kind", ("kind", "sort_key")),
        ReportColumn("saved", "Last saved", ("saved",)),
        ReportColumn("by", "By"),
    )
    order = ("saved", "pk")
    DAYS = {"30": "30 days", "90": "90 days", "180": "half a year", "365": "a year"}
    filters = (
        ListFilter(
            "days",
            "nobody saved it for",
            DAYS,
            apply=lambda rows, value, user: rows.filter(saved__lt=_get_days_ago(value)),
            noun="period",
            default="90",
        ),
        KIND_FILTER,
    )
    action = DiscardDrafts

    def get_rows(self):
        saved = Coalesce(
            Subquery(_build_newest_query("saved_at")), "created_at", output_field=DateTimeField()
        )
        return (
            Article.objects.active()
            .unpublished()
            .annotate(saved=saved, newest=Subquery(_build_newest_query("pk")))
        )

    def build_lines(self, rows):
        rows = list(rows)
        names = _get_names_of_savers([row.newest for row in rows])
        lines = []
        for row in rows:
            cells = [
                ReportCell(row.title, get_form_url(row)),
                ReportCell(get_kind_label(row.kind)),
                ReportCell(date_format(timezone.localtime(row.saved), "j M Y")),
                ReportCell(names.get(row.pk, "—")),
            ]
            lines.append(ReportLine(str(row.pk), row.title, cells))
        return lines


def _get_names_of_savers(revision_keys: list) -> dict[int, str]:
    """By page, who saved these revisions: one query."""
    fields = [f"saved_by__{name}" for name in USER_NAME_FIELDS]
    revisions = Revision.objects.filter(pk__in=revision_keys).select_related("saved_by")
    names = {}
    for revision in revisions.only("article", *fields):
        names[revision.article_id] = format_user_name(revision.saved_by)
    return names


def _get_days_ago(days: str) -> dt.datetime:
    return timezone.now() - dt.timedelta(days=int(days))


def _build_unsourced_query() -> Combinable:
    return ~Exists(Reference.objects.filter(article=OuterRef("pk")))


def _build_cardless_query() -> Combinable:
    return Q(advice="") & ~Exists(CareCard.objects.filter(article=OuterRef("pk")))


# The parts that a page can lack.
PART_LABELS = {
    "text": "overview",
    "advice": "advice when to get help",
    "references": "references",
    "summary": "summary",
}
TEXT_FIELDS = {"text": "body", "summary": "summary"}
PART_CHOICES = {name: label.capitalize() for name, label in PART_LABELS.items()}


def _filter_by_lack(pages: QuerySet, part: str, user) -> QuerySet:
    """The pages that lack a part."""
    if part in TEXT_FIELDS:
        return pages.filter(**{TEXT_FIELDS[part]: ""})
    if part == "advice":
        return pages.filter(_build_cardless_query())
    return pages.filter(_build_unsourced_query())


class IncompletePages(Report):
    """Pages of which a part is missing, in the working copy."""

    name, title = "incomplete-pages", "Pages that lack a part"
    description = (
        "Symptoms and articles without overview, advice, references or summary, "
        "as they were last saved."
    )
    empty_message = "No page lacks such a part."
    permission = "articles.view_article"
    columns = (
        ReportColumn("title", "Title", ("sort_key",)),
        ReportColumn("kind", "Kind", ("kind", "sort_key")),
        ReportColumn("state", "State"),
        ReportColumn("lacks", "Lacks"),
    )
    order = ("sort_key", "pk")
    filters = (
        ListFilter("lacks", "lacks", PART_CHOICES, apply=_filter_by_lack, noun="part"),
        STATE_FILTER,
        KIND_FILTER,
    )

    def get_rows(self):
        lacking = Q(body="") | Q(summary="") | _build_cardless_query() | _build_unsourced_query()
        return Article.objects.linkable().filter(lacking, kind__in=kinds.get_medical_names())

    def build_lines(self, rows):
        rows = list(rows)
        keys = [row.pk for row in rows]
        sourced = set(Reference.objects.filter(article__in=keys).values_list("article", flat=True))
        cards = set(CareCard.objects.filter(article__in=keys).values_list("article", flat=True))
        states = get_states(keys)
        lines = []
        for row in rows:
            parts = {
                "text": row.body,
                "advice": row.advice or row.pk in cards,
                "references": row.pk in sourced,
                "summary": row.summary,
            }
            missing = [PART_LABELS[name] for name, part in parts.items() if not part]
            cells = [
                ReportCell(row.title, get_form_url(row)),
                ReportCell(get_kind_label(row.kind)),
                ReportCell(states[row.pk]),
                ReportCell(", ".join(missing)),
            ]
            lines.append(ReportLine(str(row.pk), row.title, cells))
        return lines
