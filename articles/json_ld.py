"""What public pages say to machines: one graph of schema.org terms, from what was signed, its review line and frame.

The words are those of the page. Of its texts only the emergency advice is repeated, for it travels with the page.
Which terms may stand where is checked in ``tests/articles/test_json_ld.py``.
"""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from django.conf import settings
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe

from articles import kinds
from articles.content import Document, Reference
from articles.imprint import Frame, Notice, Person, ReviewLine
from articles.lines import plain
from articles.specialties import specialty

TERMS = "https://schema.org/"
# As the element that carries it ends at the first "</script", nothing in it may look like markup.
ESCAPED = {ord(sign): f"\\u{ord(sign):04X}" for sign in "<>&"}

Absolute = Callable[[str], str]  # a path of this site → the whole address
Data = Callable[[Absolute], list[dict]]
Trail = tuple[tuple[str, str], ...]  # the breadcrumbs: names and paths from the front page to the page itself

_profile: list[Callable[[str], str]] = []


def register_profile(address: Callable[[str], str]) -> None:
    """Say where the page of a clinician is: the ground does not know the room above that shows it."""
    _profile[:] = [address]


@dataclass(frozen=True)
class Shown:
    """A public page of a document: ``part`` is the name of a page below the document's own, such as its Causes."""

    document: Document
    line: ReviewLine
    frame: Frame
    digest: str
    links: dict
    home: str
    part: str
    trail: Trail
    published_at: datetime
    changed_at: datetime
    at: Absolute
    number: int = 1  # of several pages of one part

    @property
    def path(self) -> str:
        return self.trail[-1][1]

    @property
    def url(self) -> str:
        return self.at(self.path)


@dataclass(frozen=True)
class Subject:
    """What a kind of page adds: what it is called, what it is about, and its modules."""

    name: str
    headline: str
    entity: dict | None = None
    modules: tuple[dict, ...] = ()
    type: str = "MedicalWebPage"


def script(graph: list[dict]) -> SafeString:
    """A graph as the text of a script element."""
    said = {"@context": TERMS.rstrip("/"), "@graph": [_without_nothing(node) for node in graph]}
    text = json.dumps(said, ensure_ascii=False, separators=(",", ":"))
    return mark_safe(text.translate(ESCAPED))  # noqa: S308 - the signs that could end the element are escaped


def _without_nothing(value):
    """A value without what says nothing: a missing fact is left out, not told as an empty one."""
    if isinstance(value, dict):
        return {name: _without_nothing(part) for name, part in value.items() if part not in ("", None, [], {})}
    return [_without_nothing(part) for part in value] if isinstance(value, list) else value


def graph(**shown) -> Data:
    """The graph of a page of a document: the page, what it is about, and who reviewed it."""
    return lambda at: list(_nodes(Shown(**shown, at=at)))


def _nodes(page: Shown) -> Iterable[dict]:
    subject = (kinds.get(page.document.kind).json_ld or _plain_article)(page)
    yield _web_page(page, subject)
    if subject.entity:
        yield subject.entity
    if page.line.reviewed_by:
        yield _reviewer(page)


def _plain_article(page: Shown) -> Subject:
    document = page.document
    return Subject(document.title, document.headline, modules=advice(document))


def about_page(page: Shown) -> Subject:
    """A page in which the house speaks of itself."""
    return replace(_plain_article(page), type="AboutPage")


def _web_page(page: Shown, subject: Subject) -> dict:
    document, line, about = page.document, page.line, _pointer(subject.entity)
    return {
        "@type": subject.type,
        "@id": page.url,
        "url": page.url,
        "name": subject.name,
        "headline": subject.headline,
        "inLanguage": document.language,
        "isPartOf": _site(page.at),
        "breadcrumb": breadcrumb(page.trail, page.at),
        "about": about,
        "mainEntity": about,
        "hasPart": list(subject.modules),
        "mainContentOfPage": {"@type": "WebPageElement", "cssSelector": "#main"},
        **_reviewed(page),
        "author": {"@type": "Person", "name": document.written_by} if document.written_by else None,
        "datePublished": page.published_at.isoformat(timespec="seconds"),
        "dateModified": page.changed_at.isoformat(timespec="seconds"),
        "correction": [correction.text for correction in line.corrections],
        "audience": {"@type": "MedicalAudience", "audienceType": "Patient"},
        "citation": [_citation(reference) for reference in document.references],
        **_copyright(page.frame.notice),
        "version": f"sha256:{page.digest}",
    }


def _reviewed(page: Shown) -> dict:
    """Who signed the whole page and when; nothing of a review that was recorded from an earlier system."""
    if page.line.reviewed_by is None:
        return {}
    return {
        "lastReviewed": page.line.last_reviewed.isoformat(),
        "reviewedBy": _pointer(_reviewer(page)),
        "specialty": specialty(page.line.reviewed_by.specialty),
    }


def _reviewer(page: Shown) -> dict:
    return person(page.line.reviewed_by, page.at, otherwise=page.url)


def _pointer(node: dict | None) -> dict | None:
    return {"@type": node["@type"], "@id": node["@id"]} if node else None


def advice(document: Document) -> tuple[dict, ...]:
    """The emergency advice as the first module of a page, with its words."""
    if document.advice is None:
        return ()
    return (module("SeeDoctor", document.advice.label, text=plain(document.advice.html)),)


def module(aspect: str, name: str, **more) -> dict:
    """A part of a page that is about one aspect of health."""
    types = ["WebPageElement", "HealthTopicContent"]
    return {"@type": types, "hasHealthAspect": f"{TERMS}{aspect}HealthAspect", "name": name, **more}


def _citation(reference: Reference) -> dict:
    return {
        "@type": "CreativeWork",
        "name": reference.title,
        "url": reference.url,
        "publisher": _organization(reference.publisher) if reference.publisher else None,
        "datePublished": str(reference.year) if reference.year else None,
    }


def _copyright(notice: Notice | None) -> dict:
    if notice is None:
        return {}
    return {
        "copyrightHolder": _organization(notice.holder),
        "copyrightYear": notice.year,
        "copyrightNotice": f"© {notice.year} {notice.holder}. {notice.statement}".rstrip(),
        "usageInfo": notice.agreement_url,
    }


def _organization(name: str) -> dict:
    return {"@type": "Organization", "name": name}


def person(by: Person, at: Absolute, *, otherwise: str = "") -> dict:
    """A clinician with credentials as on the day of signing; without a page of their own, a part of another one."""
    url = at(_profile[0](by.slug)) if by.slug and _profile else ""
    names = [name.strip() for name in by.post_nominals.split(",")]
    return {
        "@type": "Person",
        "@id": f"{url or otherwise}#reviewer",
        "name": by.name,
        "honorificSuffix": by.post_nominals,
        "hasCredential": [{"@type": "EducationalOccupationalCredential", "name": name} for name in names if name],
        "knowsAbout": by.specialty,
        "url": url,
    }


def breadcrumb(trail: Trail, at: Absolute) -> dict:
    """The way to a page from the front page, as its breadcrumbs print it."""
    steps = [
        {"@type": "ListItem", "position": place, "name": name, "item": {"@type": "WebPage", "@id": at(path)}}
        for place, (name, path) in enumerate(trail, 1)
    ]
    return {"@type": "BreadcrumbList", "itemListElement": steps}


def _site(at: Absolute) -> dict:
    return {"@type": "WebSite", "@id": f"{at(reverse('home'))}#site", "name": settings.SITE_NAME}


def site() -> Data:
    """The front page: the site itself.

    No search is offered to other programs: they would put what somebody suffers from into an address.
    """
    return lambda at: [_site(at) | {"url": at(reverse("home")), "publisher": _organization(settings.SITE_NAME)}]


def collection(name: str, trail: Trail, path: str = "") -> Data:
    """A list of pages; ``path`` is where this part of it is, if it is not the first."""
    return lambda at: [_about("CollectionPage", name, trail, at, path)]


def profile(by: Person, trail: Trail, path: str) -> Data:
    """The page of a clinician."""
    return lambda at: [_about("ProfilePage", by.name, trail, at, path) | {"mainEntity": person(by, at)}]


def _about(what: str, name: str, trail: Trail, at: Absolute, path: str) -> dict:
    here = at(path or trail[-1][1])
    said = {"@type": what, "@id": here, "url": here, "name": name}
    return said | {"isPartOf": _site(at), "breadcrumb": breadcrumb(trail, at)}
