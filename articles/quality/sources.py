"""Checks of what a page rests on and points to: its parts, references, links, notice and filing."""

import re
from collections import Counter
from collections.abc import Iterable
from urllib.parse import urlsplit

from django.urls import reverse
from django.utils import timezone

from articles import kinds
from articles.content import Document
from articles.models import Article
from articles.quality.problem import Check, Problem, check

INTERNAL_LINK = re.compile(r'href="(?P<prefix>/[-\w]+/)(?P<slug>[-\w]+)/')
NO_HOST = re.compile(r"(^|\.)(example\.(com|org|net)|localhost|invalid|test|local)$")


@check("A page that says nothing cannot be signed, and one without a summary is not found.", stops=True)
def says_something(page: Article, document: Document) -> Iterable[Problem]:
    if not document.body:
        yield Problem("The page has no overview.", "Write what it is, in a few short paragraphs.", blocking=True)
    if not document.summary:
        yield Problem("There is no summary.", "Write one or two sentences for lists and search results.")


@check("Readers and reviewers check a page by its sources.")
def references(page: Article, document: Document) -> Iterable[Problem]:
    if not document.references and kinds.get(page.kind).medical:
        yield Problem("The page gives no references.", "Add at least one public source.")
    seen = Counter(reference.url for reference in document.references if reference.url)
    for url in (url for url, count in seen.items() if count > 1):
        yield Problem(f"The reference {url} is given {seen[url]} times.", "Keep one of them.")
    for reference in document.references:
        if not reference.url:
            yield Problem(f"“{reference.title}” has no address.", "Add one, so that readers can check it.")
        elif why := why_dead(reference.url):
            yield Problem(f"The address of “{reference.title}” {why}", "Open it in a browser and copy it anew.")


def why_dead(url: str) -> str:
    """What in the shape of an address tells that it leads to no source; empty where nothing does."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    if "." not in host or NO_HOST.search(host):
        return f"names no site that readers can reach: {host or url}."
    if parts.path in ("", "/") and not parts.query:
        return f"leads to the front page of {host}, not to a source."
    if url[-1] in ".,;)]>\"'" or "…" in url or "..." in url:
        return "looks cut off or has a stray sign at its end."
    if host.endswith("doi.org") and not re.match(r"/10\.\d{4,}/\S", parts.path):
        return "is not that of a DOI: it begins with 10. and a number."
    return ""


@check("Every page prints whose copyright it is and where it is filed.", stops=True)
def framed(page: Article, document: Document) -> Iterable[Problem]:
    if not page.notice:
        yield Problem("The page has no copyright notice.", "Choose one under “Frame”.", blocking=True)
    if kinds.get(page.kind).medical and not page.topics.all():
        yield Problem("The page is not filed under any topic.", "Choose at least one under “Frame”.")


@check("A notice of years ago makes a page look abandoned.")
def notice_out_of_date(page: Article, document: Document) -> Iterable[Problem]:
    if page.notice and not page.notice.retired_at and page.notice.year < timezone.localdate().year:
        message = f"The copyright notice says {page.notice.year}."
        yield Problem(message, "A managing editor rolls notices over to the new year, all pages at once.")


@check("A retired notice is there for old pages until somebody gives them another.")
def notice_retired(page: Article, document: Document) -> Iterable[Problem]:
    if page.notice and page.notice.retired_at:
        yield Problem(f"The copyright notice “{page.notice}” is retired.", "Choose another one under “Frame”.")


@check("A link that leads nowhere leaves a worried reader alone.")
def dead_links(page: Article, document: Document) -> Iterable[Problem]:
    prefixes = {reverse(kind.url_name, args=["-"]).removesuffix("-/"): kind.name for kind in kinds.every()}
    html = " ".join(document.rich_texts().values())
    links = {(prefix, slug) for prefix, slug in INTERNAL_LINK.findall(html) if prefix in prefixes}
    for prefix, slug in sorted(links):
        if not Article.objects.public().at_address(kind=prefixes[prefix], slug=slug).exists():
            message = f"A link goes to {prefix}{slug}/, which visitors cannot read."
            yield Problem(message, "Publish that page first, or remove the link.")


@check("Two pages of one name split what readers find.")
def own_title(page: Article, document: Document) -> Iterable[Problem]:
    twins = Article.objects.kept().filter(kind=page.kind, sort_key=page.sort_key).exclude(pk=page.pk)
    if twin := twins.first():
        yield Problem(f"Another page has this title, at {twin.path}", "Tell them apart, or discard one of them.")


CHECKS: tuple[Check, ...] = (
    says_something,
    references,
    framed,
    notice_out_of_date,
    notice_retired,
    own_title,
    dead_links,
)
