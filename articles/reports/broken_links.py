"""The report of links that lead nowhere, of drafts and of what visitors read."""

from typing import Any

from django.db.models import F
from django.utils import timezone
from django.utils.formats import date_format

from articles.content import kinds
from articles.display import shorten_printable
from articles.lists import ListFilter, filter_by
from articles.models import OutsideAddress, PageLink
from articles.models.links import LinkProblem
from articles.reports.base import Report, ReportCell, ReportColumn, ReportLine
from articles.reports.page_reports import get_form_url, get_kind_label

WHERE_LABELS = {"public": "Read by visitors", "draft": "Draft only"}
MAX_SHOWN = 100
EXPLANATIONS = {
    LinkProblem.MISSING: "leads to no page of this site",
    LinkProblem.DRAFT: "leads to a page that is not public yet; visitors see the words alone",
    LinkProblem.WITHDRAWN: "leads to a page that was withdrawn",
    LinkProblem.MOVED: "leads to an old address; visitors are led to the new one",
}


def _filter_where(rows, value: str, user):
    is_public = rows.filter(revision__article__live__revision=F("revision"))
    if value == "public":
        return is_public
    return rows.exclude(pk__in=is_public.values("pk"))


def _get_kind_choices() -> dict[str, str]:
    return {kind.name: get_kind_label(kind.name) for kind in kinds.get_all()}


class BrokenLinksReport(Report):
    """Links of texts and references that lead nowhere, or to what visitors cannot read."""

    name, title = "broken-links", "Broken links"
    description = (
        "Links of drafts and of public pages that lead nowhere, to a page that visitors cannot "
        "read, or to a site that did not answer when “check_links” asked it last."
    )
    empty_message = (
        "No broken link is known. Links are read when a page is saved, and those of before an "
        "upgrade by “rebuild_projections”; other sites are known once “check_links” has asked them."
    )
    noun = ("link", "links")
    permission = "articles.view_article"
    columns = (
        ReportColumn("page", "Page", ("revision__article__sort_key",)),
        ReportColumn("text", "Text"),
        ReportColumn("section", "Section", ("section",)),
        ReportColumn("words", "Words of the link"),
        ReportColumn("link", "Link", ("href",)),
        ReportColumn("problem", "What is wrong", ("problem",)),
        ReportColumn("since", "Since", ("failing_since",)),
    )
    order = ("revision__article__sort_key", "revision", "position")
    filters = (
        ListFilter(
            "problem", "what is wrong", dict(LinkProblem.choices), apply=filter_by("problem")
        ),
        ListFilter("where", "text", WHERE_LABELS, apply=_filter_where, noun="text"),
        ListFilter("kind", "kind", _get_kind_choices, apply=filter_by("revision__article__kind")),
    )

    def get_rows(self):
        return PageLink.objects.current().broken()

    def build_lines(self, rows):
        rows = list(rows)
        loaded = PageLink.objects.select_related("revision__article__live")
        loaded = loaded.defer("revision__document").in_bulk([row.pk for row in rows])
        keys = {row.outside_key for row in rows if row.outside_key}
        answers = OutsideAddress.objects.in_bulk(keys, field_name="key")
        lines = []
        for row in rows:
            link = loaded.get(row.pk)
            if link is not None:
                lines.append(_build_line(row, link, answers.get(row.outside_key)))
        return lines


def _build_line(row: Any, link: PageLink, answer: OutsideAddress | None) -> ReportLine:
    page = link.revision.article
    is_public = page.live is not None and page.live.revision_id == link.revision_id
    since = date_format(timezone.localtime(row.failing_since), "j M Y") if row.failing_since else ""
    cells = [
        ReportCell(page.title, get_form_url(page)),
        ReportCell(WHERE_LABELS["public" if is_public else "draft"]),
        ReportCell(link.section),
        ReportCell(link.words or "—"),
        ReportCell(shorten_printable(link.href)),
        ReportCell(_explain(row, link, answer)),
        ReportCell(since or "—"),
    ]
    return ReportLine(str(link.pk), f"{link.words} ({link.href})", cells)


def _explain(row: Any, link: PageLink, answer: OutsideAddress | None) -> str:
    if link.fault:
        return link.fault
    if row.problem == LinkProblem.OUTSIDE:
        return f"the other site did not answer: {answer.status}" if answer else "does not answer"
    return EXPLANATIONS[LinkProblem(row.problem)]
