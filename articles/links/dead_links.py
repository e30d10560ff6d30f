"""The links of one text that lead nowhere now, and those that nobody has asked."""

from collections.abc import Mapping
from dataclasses import dataclass

from articles.content.document import Document
from articles.links import index
from articles.links.pages import LinkedPage, PageState, find_pages_of_links
from articles.models import OutsideAddress, PageLink, Revision

NO_PAGE = "leads to no page of this site"
PAGE_PROBLEMS = {
    PageState.DRAFT: "leads to a page that is not public yet; visitors see the words alone",
    PageState.WITHDRAWN: "leads to a page that was withdrawn",
}
NO_ANSWER = "the other site does not answer"


@dataclass(frozen=True)
class DeadLink:
    """A link that leads visitors nowhere: where it stands, and what is wrong with it."""

    section: str
    words: str
    href: str
    problem: str


@dataclass(frozen=True)
class LinkState:
    """All links of a text: how many, which are dead, and how many were never asked."""

    count: int
    dead: list[DeadLink]
    unasked_count: int


def find_dead_links(revision: Revision, document: Document) -> LinkState:
    """The links of a text as they are now, in a fixed number of queries.

    It reads the text and not the index, which may have dropped an older revision.
    """
    links = index.build_rows(revision, document)
    keys = {link.outside_key for link in links if link.outside_key}
    answers = OutsideAddress.objects.in_bulk(keys, field_name="key") if keys else {}
    pages = find_pages_of_links(link.href for link in links if link.target_kind)
    dead = []
    for link in links:
        if problem := _find_problem(link, answers, pages):
            dead.append(DeadLink(link.section, link.words or link.href, link.href, problem))
    asked = {key for key, answer in answers.items() if answer.checked_at}
    return LinkState(len(links), dead, len(keys - asked))


def _find_problem(
    link: PageLink,
    answers: Mapping[str, OutsideAddress],
    pages: Mapping[str, LinkedPage | None],
) -> str:
    if link.fault:
        return link.fault
    answer = answers.get(link.outside_key)
    if answer and answer.failing_since:
        return f"{NO_ANSWER}: {answer.status}" if answer.status else NO_ANSWER
    if link.href not in pages:
        return ""
    page = pages[link.href]
    return NO_PAGE if page is None else PAGE_PROBLEMS.get(page.state, "")
