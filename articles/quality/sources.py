"""Checks of the parts, references, links, notice and topics of a page."""

import re
from collections import Counter
from collections.abc import Iterable
from urllib.parse import urlsplit

from django.utils import timezone

from articles.content import kinds
from articles.content.document import Document
from articles.models import Article
from articles.quality.base import Check, Problem, check

UNREACHABLE_HOST = re.compile(r"(^|\.)(example\.(com|org|net)|localhost|invalid|test|local)$")


@check(
    "A page that says nothing cannot be signed, and one without a summary is not found.",
    can_block=True,
)
def check_required_texts(page: Article, document: Document) -> Iterable[Problem]:
    if not document.body:
        yield Problem(
            "The page has no overview.",
            "Write what it is, in a few short paragraphs.",
            blocking=True,
        )
    if not document.summary:
        yield Problem(
            "There is no summary.", "Write one or two sentences for lists and search results."
        )


@check("Readers and reviewers check a page by its sources.")
def check_references(page: Article, document: Document) -> Iterable[Problem]:
    if not document.references and kinds.get(page.kind).medical:
        yield Problem("The page gives no references.", "Add at least one public source.")
    seen = Counter(reference.url for reference in document.references if reference.url)
    for url, count in seen.items():
        if count > 1:
            yield Problem(f"The reference {url} is given {count} times.", "Keep one of them.")
    for reference in document.references:
        if not reference.url:
            yield Problem(
                f"“{reference.title}” has no link.", "Add one, so that readers can check it."
            )
        elif fault := get_url_fault(reference.url):
            yield Problem(
                f"The link of “{reference.title}” {fault}",
                "Open it in a browser and copy it again.",
            )


def get_url_fault(url: str) -> str:
    """Why an address cannot lead to a source, by its shape; empty if it can."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    if "." not in host or UNREACHABLE_HOST.search(host):
        return f"names no site that readers can reach: {host or url}."
    if parts.path in ("", "/") and not parts.query:
        return f"leads to the front page of {host}, not to a source."
    if url[-1] in ".,;)]>\"'" or "…" in url or "..." in url:
        return "looks cut off or has a stray sign at its end."
    if host.endswith("doi.org") and not re.match(r"/10\.\d{4,}/\S", parts.path):
        return "is not a DOI: it begins with 10. and a number."
    return ""


@check("Every page shows its copyright and its topics.", can_block=True)
def check_metadata(page: Article, document: Document) -> Iterable[Problem]:
    if not page.notice:
        yield Problem(
            "The page has no copyright notice.", "Choose one under “Page settings”.", blocking=True
        )
    if kinds.get(page.kind).medical and not page.topics.all():
        yield Problem("The page has no topic.", "Choose at least one under “Page settings”.")


@check("A notice of years ago makes a page look abandoned.")
def check_notice_year(page: Article, document: Document) -> Iterable[Problem]:
    if page.notice and not page.notice.retired_at and page.notice.year < timezone.localdate().year:
        message = f"The copyright notice shows {page.notice.year}."
        yield Problem(
            message, "A managing editor can update the copyright year of all pages at once."
        )


@check("A retired notice stays on old pages until somebody replaces it.")
def check_notice_retired(page: Article, document: Document) -> Iterable[Problem]:
    if page.notice and page.notice.retired_at:
        yield Problem(
            f"The copyright notice “{page.notice}” is retired.",
            "Choose another one under “Page settings”.",
        )


@check("Two pages of one name split what readers find.")
def check_unique_title(page: Article, document: Document) -> Iterable[Problem]:
    same_title = Article.objects.active().filter(kind=page.kind, sort_key=page.sort_key)
    if twin := same_title.exclude(pk=page.pk).first():
        yield Problem(
            f"Another page has this title, at {twin.path}",
            "Tell them apart, or discard one of them.",
        )


CHECKS: tuple[Check, ...] = (
    check_required_texts,
    check_references,
    check_metadata,
    check_notice_year,
    check_notice_retired,
    check_unique_title,
)
