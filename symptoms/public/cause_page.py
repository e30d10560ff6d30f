"""The page of a cause: whom to call, what it is, and what signed pages say of it.

It has no text of its own. Every word of medicine on it stands on a signed page, which is named.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import cast

from django.conf import settings
from django.urls import reverse_lazy
from django.utils import timezone

from articles.care import advice as care_advice
from articles.care.advice import ShownAdvice
from articles.content import kinds
from articles.content.document import Document
from articles.content.review_line import ReviewLine
from articles.images import store
from articles.links.display import find_link_changes
from articles.page_store import subjects
from articles.public import breadcrumbs, pages
from articles.public.json_ld import build_advice, build_module
from articles.public.page_cache import PublicPage
from articles.search.help_box import get_topic_box
from symptoms.content.document import DocumentCause, SymptomDocument
from symptoms.models import PublishedCause
from symptoms.projections import causes as published_causes
from symptoms.projections import red_cards
from symptoms.projections.causes import Mention
from symptoms.public import json_ld

HEADING = re.compile(r"(</?h)([23])\b")
LIST_URL = cast(str, reverse_lazy("causes:index"))
LIST_TRAIL = (breadcrumbs.HOME, breadcrumbs.Breadcrumb("Causes", LIST_URL))


@dataclass(frozen=True)
class SignedSource:
    """A signed page whose words stand on the page of a cause, with who reviewed it and when.

    ``lateness`` is ``grace`` past its grace period, ``due`` past its review date, or empty.
    """

    document: Document
    url: str
    line: ReviewLine
    lateness: str
    cards: list[ShownAdvice]

    @property
    def emergency_card(self) -> ShownAdvice | None:
        return self.cards[0] if self.cards and self.cards[0].is_emergency else None


@dataclass(frozen=True)
class CauseEntry:
    """What one symptom's page says of the cause."""

    source: SignedSource
    document: SymptomDocument
    cause: DocumentCause


@dataclass(frozen=True)
class OpenCard:
    """The emergency card with which the page begins, and the page that it comes from."""

    card: ShownAdvice
    source: SignedSource


@dataclass(frozen=True)
class CauseDescriptionPage:
    """The signed article that says what the cause is."""

    source: SignedSource
    images: dict[str, str] = field(default_factory=dict)

    @property
    def body(self) -> str:
        """Its text, with headings that stand below that of the article."""
        return HEADING.sub(_lower_heading, self.source.document.body)


def _lower_heading(tag: re.Match[str]) -> str:
    return f"{tag[1]}{int(tag[2]) + 1}"


def build_page(row: PublishedCause, number: int) -> PublicPage:
    """One page of a cause. Raises EmptyPage past the last one.

    Three queries, and one more for each of: a description, links in signed texts, and whom to call
    on a page after the first. Two at most are for a signed page of the emergency that it is.
    """
    subjects.name(subjects.cause(row.cause_uuid), subjects.name_of(row.cause_uuid))
    page = published_causes.get_symptom_page(row, number)
    entries = _build_entries(page)
    description = _load_description(row)
    open_card = _choose_open_card(row, entries, number, description)
    emergency_help = get_topic_box(row.name)

    def get_url(number: int) -> str:
        return published_causes.get_url(row.slug, number)

    trail = (*LIST_TRAIL, breadcrumbs.Breadcrumb(row.name, get_url(1)))
    path = get_url(number)
    context = {
        "name": row.name,
        "breadcrumbs": trail,
        "page": page,
        "entries": entries,
        "description": description if number == 1 else None,
        "described_elsewhere": get_url(1) if description and number > 1 else "",
        "help": emergency_help,
        "open_card": None if emergency_help else open_card,
        "link_changes": find_link_changes(_list_texts(entries, description, open_card)),
        "page_urls": pages.get_adjacent_urls(page, get_url),
    }
    data = json_ld.build_cause_graph(
        row.name,
        trail,
        path,
        modules=_build_modules(open_card, description),
        symptoms=[(entry.document.title, entry.source.url) for entry in entries],
    )
    return PublicPage("symptoms/cause.html", context, data=data, path=path)


def _build_modules(
    open_card: OpenCard | None, description: CauseDescriptionPage | None
) -> list[dict]:
    """Whom to call and where it is described, for machines: in the words that were signed."""
    modules: list[dict] = []
    if open_card:
        modules.extend(build_advice(open_card.source.document))
    if description:
        document = description.source.document
        modules.append(build_module("Overview", document.headline, url=description.source.url))
    return modules


def _build_entries(mentions: Iterable[Mention]) -> list[CauseEntry]:
    """The entries of some pages, in their order. One query where a page has no excerpt."""
    mentions = list(mentions)
    entries: list[CauseEntry] = []
    read = published_causes.read_mentions(mentions)
    for mention, (document, cause) in zip(mentions, read, strict=True):
        line = ReviewLine.model_validate_json(mention.review_line)
        subjects.name(subjects.page(mention.page_uuid))
        source = _build_source(mention.risk, mention.slug, line, document)
        entries.append(CauseEntry(source, document, cause))
    return entries


def _build_source(risk: str, slug: str, line: ReviewLine, document: Document) -> SignedSource:
    return SignedSource(
        document=document,
        url=kinds.get_path(document.kind, slug),
        line=line,
        lateness=_get_lateness(line, risk),
        cards=care_advice.present_cards(document, for_visitors=True),
    )


def _get_lateness(line: ReviewLine, risk: str) -> str:
    today, grace_days = timezone.localdate(), settings.GRACE_DAYS[risk]
    subjects.expire_after(line.next_due, today=today)
    subjects.expire_after(line.get_end_of_grace(grace_days), today=today)
    if line.is_past_grace(today, grace_days):
        return "grace"
    return "due" if line.is_overdue(today) else ""


def _load_description(row: PublishedCause) -> CauseDescriptionPage | None:
    """The article that describes a cause, if visitors can read it. One query at most."""
    if row.description_uuid is None:
        return None
    subjects.name(subjects.page(row.description_uuid))
    article = published_causes.find_description(row)
    if article is None or article.live is None or article.live.revision.expunged:
        return None
    live = article.live
    document = live.revision.read()
    source = _build_source(article.risk, live.slug, live.read_review_line(), document)
    return CauseDescriptionPage(source, store.get_image_urls(document, ""))


def _choose_open_card(
    row: PublishedCause,
    entries: list[CauseEntry],
    number: int,
    description: CauseDescriptionPage | None,
) -> OpenCard | None:
    """The emergency card of the description; else of the gravest page that is alarmed by it.

    Of those pages one whose card names the cause comes first.
    """
    if description and description.source.emergency_card:
        return OpenCard(description.source.emergency_card, description.source)
    gravest = entries
    if number > 1:
        gravest = _build_entries(published_causes.list_gravest_mentions(row))
    chosen = None
    for entry in gravest[: published_causes.MAX_GRAVEST_ROWS]:
        card = entry.source.emergency_card
        if card and _names(card, entry.cause):
            return OpenCard(card, entry.source)
        if card and not chosen and entry.cause.seriousness:
            chosen = OpenCard(card, entry.source)
    return chosen


def _names(card: ShownAdvice, cause: DocumentCause) -> bool:
    return red_cards.is_named(cause.name, red_cards.read_emergency_cards([card]))


def _list_texts(
    entries: Iterable[CauseEntry],
    description: CauseDescriptionPage | None,
    open_card: OpenCard | None,
) -> list[str]:
    """The signed texts on the page, as HTML."""
    texts: list[str] = []
    for entry in entries:
        texts.append(entry.cause.html)
        texts.extend(card.html for card in entry.source.cards)
    if description:
        texts.extend(description.source.document.get_rich_texts().values())
    if open_card:
        texts.append(open_card.card.html)
    return texts
