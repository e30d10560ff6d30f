"""The structured data of public pages: one graph of schema.org terms.

It comes from the signed document, its review line and the page metadata, in the words of the page.
Of the texts only the care cards are repeated, because they go wherever the page goes. Which
terms may be used where is checked in ``tests/articles/public/test_json_ld.py``.
"""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Generic

from django.conf import settings
from django.utils.safestring import SafeString, mark_safe

from articles.content import kinds
from articles.content.document import Document, DocumentReference
from articles.content.emergency_document import ACT_HEADING, EmergencyDocument
from articles.content.kinds import DocumentT
from articles.content.paths import get_path
from articles.content.review_line import NoticeMetadata, PageMetadata, Person, ReviewLine
from articles.public.specialties import get_schema_org_specialty
from articles.richtext.plaintext import extract_text

SCHEMA_ORG = "https://schema.org/"
# As the element that carries it ends at the first "</script", nothing in it may look like markup.
ESCAPES = str.maketrans({"<": "\\u003C", ">": "\\u003E", "&": "\\u0026"})

UrlBuilder = Callable[[str], str]  # a path of this site → the whole address
GraphBuilder = Callable[[UrlBuilder], list[dict]]
# The breadcrumbs: names and paths from the front page to the page itself.
Trail = tuple[tuple[str, str], ...]

_profile_url_builders: list[Callable[[str], str]] = []


def register_profile(get_url: Callable[[str], str]) -> None:
    """Register what gives the path of a clinician's page, which an app above articles shows."""
    _profile_url_builders[:] = [get_url]


@dataclass(frozen=True)
class JsonLdPage(Generic[DocumentT]):
    """A public page of a document.

    ``section`` names a page below the document's own, such as its Causes. ``number`` counts the
    pages of one part.
    """

    document: DocumentT
    review_line: ReviewLine
    metadata: PageMetadata
    digest: str
    links: dict
    document_path: str
    section: str
    trail: Trail
    published_at: datetime
    changed_at: datetime
    build_url: UrlBuilder
    number: int = 1

    @property
    def path(self) -> str:
        return self.trail[-1][1]

    @property
    def url(self) -> str:
        return self.build_url(self.path)


@dataclass(frozen=True)
class JsonLdSubject:
    """What a kind of page adds to the graph: its name, what it is about, and its modules."""

    name: str
    headline: str
    entity: dict | None = None
    modules: tuple[dict, ...] = ()
    type: str = "MedicalWebPage"


def render_script(graph: list[dict]) -> SafeString:
    """A graph as the text of a script element."""
    data = {
        "@context": SCHEMA_ORG.rstrip("/"),
        "@graph": _drop_empty_values(graph),
    }
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return mark_safe(text.translate(ESCAPES))  # noqa: S308 - the signs that could end the element are escaped


def _drop_empty_values(value):
    """A value whose mappings leave out empty entries, at every depth."""
    if isinstance(value, list):
        return [_drop_empty_values(part) for part in value]
    if not isinstance(value, dict):
        return value
    filled = {}
    for name, part in value.items():
        if part not in ("", None, [], {}):
            filled[name] = _drop_empty_values(part)
    return filled


def build_graph(**page_facts) -> GraphBuilder:
    """The graph of a page of a document: the page, what it is about, and who reviewed it."""

    def build(build_url: UrlBuilder) -> list[dict]:
        return list(_iter_nodes(JsonLdPage(**page_facts, build_url=build_url)))

    return build


def _iter_nodes(page: JsonLdPage) -> Iterable[dict]:
    describe = kinds.get(page.document.kind).json_ld or _describe_article
    subject = describe(page)
    yield _build_web_page(page, subject)
    if subject.entity:
        yield subject.entity
    if page.review_line.reviewed_by:
        yield _build_reviewer(page)


def _describe_article(page: JsonLdPage) -> JsonLdSubject:
    document = page.document
    return JsonLdSubject(document.title, document.headline, modules=build_advice(document))


def describe_emergency_page(page: JsonLdPage[EmergencyDocument]) -> JsonLdSubject:
    """What to do in an emergency: the card, then the one act more."""
    subject = _describe_article(page)
    if not page.document.act:
        return subject
    act = build_module("SelfCare", ACT_HEADING, text=page.document.act)
    return replace(subject, modules=(*subject.modules, act))


def describe_about_page(page: JsonLdPage) -> JsonLdSubject:
    """A page about the site."""
    return replace(_describe_article(page), type="AboutPage")


def _build_web_page(page: JsonLdPage, subject: JsonLdSubject) -> dict:
    document = page.document
    about = _build_pointer(subject.entity)
    author = None
    if document.written_by:
        author = {"@type": "Person", "name": document.written_by}
    return {
        "@type": subject.type,
        "@id": page.url,
        "url": page.url,
        "name": subject.name,
        "headline": subject.headline,
        "inLanguage": document.language,
        "isPartOf": _build_site(page.build_url),
        "breadcrumb": build_breadcrumb(page.trail, page.build_url),
        "about": about,
        "mainEntity": about,
        "hasPart": list(subject.modules),
        "mainContentOfPage": {"@type": "WebPageElement", "cssSelector": "#main"},
        **_build_review(page),
        "author": author,
        "datePublished": page.published_at.isoformat(timespec="seconds"),
        "dateModified": page.changed_at.isoformat(timespec="seconds"),
        "correction": [correction.text for correction in page.review_line.corrections],
        "audience": {"@type": "MedicalAudience", "audienceType": "Patient"},
        "citation": [_build_citation(reference) for reference in document.references],
        **_build_copyright(page.metadata.notice),
        "version": f"sha256:{page.digest}",
    }


def _build_review(page: JsonLdPage) -> dict:
    """Who signed the whole page, and when; nothing for a review recorded from an earlier system."""
    if page.review_line.reviewed_by is None:
        return {}
    return {
        "lastReviewed": page.review_line.last_read_on.isoformat(),
        "reviewedBy": _build_pointer(_build_reviewer(page)),
        "specialty": get_schema_org_specialty(page.review_line.reviewer.specialty),
    }


def _build_reviewer(page: JsonLdPage) -> dict:
    return build_person(page.review_line.reviewer, page.build_url, fallback_url=page.url)


def _build_pointer(node: dict | None) -> dict | None:
    if node is None:
        return None
    return {"@type": node["@type"], "@id": node["@id"]}


def build_advice(document: Document) -> tuple[dict, ...]:
    """The care cards as the first modules of a page, with their words, as they were signed."""
    modules = []
    for card in document.care_cards:
        modules.append(build_module("SeeDoctor", card.label, text=extract_text(card.html)))
    return tuple(modules)


def build_module(aspect: str, name: str, **more) -> dict:
    """A module of a page that is about one aspect of health."""
    types = ["WebPageElement", "HealthTopicContent"]
    return {
        "@type": types,
        "hasHealthAspect": f"{SCHEMA_ORG}{aspect}HealthAspect",
        "name": name,
        **more,
    }


def _build_citation(reference: DocumentReference) -> dict:
    return {
        "@type": "CreativeWork",
        "name": reference.title,
        "url": reference.url,
        "publisher": _build_organization(reference.publisher) if reference.publisher else None,
        "datePublished": str(reference.year) if reference.year else None,
    }


def _build_copyright(notice: NoticeMetadata | None) -> dict:
    if notice is None:
        return {}
    return {
        "copyrightHolder": _build_organization(notice.holder),
        "copyrightYear": notice.year,
        "copyrightNotice": f"© {notice.year} {notice.holder}. {notice.statement}".rstrip(),
        "usageInfo": notice.agreement_url,
    }


def _build_organization(name: str) -> dict:
    return {"@type": "Organization", "name": name}


def build_person(by: Person, build_url: UrlBuilder, *, fallback_url: str = "") -> dict:
    """A clinician with credentials as on the day of signing.

    One without a page of their own is part of the page at ``fallback_url``.
    """
    url = ""
    if by.slug and _profile_url_builders:
        url = build_url(_profile_url_builders[0](by.slug))
    return {
        "@type": "Person",
        "@id": f"{url or fallback_url}#reviewer",
        "name": by.name,
        "honorificSuffix": by.post_nominals,
        "hasCredential": _build_credentials(by.post_nominals),
        "knowsAbout": by.specialty,
        "url": url,
    }


def _build_credentials(post_nominals: str) -> list[dict]:
    """A credential for each of the letters after a name, which commas separate."""
    credentials = []
    for part in post_nominals.split(","):
        name = part.strip()
        if name:
            credentials.append({"@type": "EducationalOccupationalCredential", "name": name})
    return credentials


def build_breadcrumb(trail: Trail, build_url: UrlBuilder) -> dict:
    """The breadcrumbs of a page, as it prints them."""
    items = []
    for position, (name, path) in enumerate(trail, 1):
        item = {
            "@type": "ListItem",
            "position": position,
            "name": name,
            "item": {"@type": "WebPage", "@id": build_url(path)},
        }
        items.append(item)
    return {"@type": "BreadcrumbList", "itemListElement": items}


def _build_site(build_url: UrlBuilder) -> dict:
    return {
        "@type": "WebSite",
        "@id": f"{build_url(get_path('home'))}#site",
        "name": settings.SITE_NAME,
    }


def build_site_graph() -> GraphBuilder:
    """The front page: the site itself.

    No search is offered to other programs, which would put health problems into addresses.
    """

    def build(build_url: UrlBuilder) -> list[dict]:
        site = _build_site(build_url)
        site["url"] = build_url(get_path("home"))
        site["publisher"] = _build_organization(settings.SITE_NAME)
        return [site]

    return build


def build_collection_graph(name: str, trail: Trail, path: str = "") -> GraphBuilder:
    """A list of pages; ``path`` is where this part of it is, if it is not the first."""

    def build(build_url: UrlBuilder) -> list[dict]:
        return [_build_list_page("CollectionPage", name, trail, build_url, path)]

    return build


def build_profile_graph(by: Person, trail: Trail, path: str) -> GraphBuilder:
    """The page of a clinician."""

    def build(build_url: UrlBuilder) -> list[dict]:
        page = _build_list_page("ProfilePage", by.name, trail, build_url, path)
        page["mainEntity"] = build_person(by, build_url)
        return [page]

    return build


def _build_list_page(
    type_name: str, name: str, trail: Trail, build_url: UrlBuilder, path: str
) -> dict:
    url = build_url(path or trail[-1][1])
    return {
        "@type": type_name,
        "@id": url,
        "url": url,
        "name": name,
        "isPartOf": _build_site(build_url),
        "breadcrumb": build_breadcrumb(trail, build_url),
    }
