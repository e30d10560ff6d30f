"""Search results as visitors read them: every word from the signed document, its advice first."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

from django.core.paginator import Page, Paginator
from django.db.models import Count, Max, QuerySet
from django.utils.safestring import SafeString, mark_safe

from articles.care import advice as care_advice
from articles.care.advice import ShownAdvice
from articles.care.phone_links import link_phone_numbers
from articles.content import kinds
from articles.content.document import Document
from articles.content.review_line import ReviewLine
from articles.db.prepared import PreparedQuery
from articles.models import Article, TopicEntry
from articles.search import cards_of_names
from articles.search.cards_of_names import CardSource, SourcedCard
from articles.search.matching import SearchMatches, find_matches
from articles.search.query_parser import SearchQuery
from articles.search.ranking import RankedCandidate
from articles.search.snippets import build_snippet, mark_words
from articles.search.withdrawn import WithdrawnPage, find_withdrawn_pages
from articles.search.words import stem_text

PAGE_SIZE = 10
MAX_KEPT_LINES = 500  # review lines that are kept as they were read


@dataclass(frozen=True)
class SearchHit:
    """One result, its texts as HTML. ``other_name`` is the other name that was asked for.

    ``is_mention``: no name of it has what was asked for; its text mentions it at best.
    ``card`` is the gravest care card of the page, and ``lesser_cards`` has the labels of its
    others. ``card_source`` is the page from which the card is, if it is another one.
    """

    title: SafeString
    url: str
    kind: str
    other_name: SafeString
    text: SafeString
    card: ShownAdvice | None = None
    lesser_cards: tuple[str, ...] = ()
    card_source: CardSource | None = None
    shows_crisis_line: bool = False
    review_line: ReviewLine | None = None
    is_mention: bool = False


class LivePage(NamedTuple):
    """What is read of a public page: its signed text and its review line as they are stored."""

    pk: int
    kind: str
    slug: str
    review_line: str
    document: str


@dataclass(frozen=True)
class SearchResults:
    """``topics`` has name, slug and count of each topic under which results are filed."""

    matches: SearchMatches
    page: Page
    hits: list[SearchHit]
    topics: list[Mapping[str, Any]]
    withdrawn: list[WithdrawnPage]

    @property
    def are_mentions_only(self) -> bool:
        """Whether no name has what was asked for, so that at best a text mentions it."""
        if not self.matches.candidates:
            return False
        return self.matches.candidates[0].is_mention


def _build_topics_query(articles: list[int]) -> QuerySet:
    entries = TopicEntry.objects.filter(article__pk__any_of=articles).order_by()
    topics = entries.values("slug").annotate(name=Max("name"), count=Count("id"))
    return topics.order_by("-count", "slug")


def _build_pages_query(articles: list[int]) -> QuerySet:
    public = Article.objects.public().filter(pk__any_of=articles).order_by()
    return public.values_list(
        "pk", "kind", "live__slug", "live__review_line", "live__revision__document"
    )


_topics_query = PreparedQuery(_build_topics_query, articles=list[int])
_pages_query = PreparedQuery(_build_pages_query, articles=list[int])


def search_pages(
    text: str, *, topic: str = "", number: str | int = 1, named_only: bool = False
) -> SearchResults:
    """One page of what matches a text, of one topic or of all; the last page if there are fewer.

    For ``named_only`` see ``find_matches``.
    """
    matches = find_matches(text, named_only=named_only)
    topics = _count_topics(matches.candidates)
    answers = matches.candidates
    if topic:
        answers = _select_filed(answers, topic)
    page = Paginator(answers, PAGE_SIZE).get_page(number)
    hits = _build_hits(list(page), matches.query)
    withdrawn = find_withdrawn_pages(matches.query) if page.number == 1 else []
    return SearchResults(matches, page, hits, topics, withdrawn)


def _select_filed(answers: list[RankedCandidate], topic: str) -> list[RankedCandidate]:
    """The answers that are filed under a topic."""
    entries = TopicEntry.objects.filter(slug=topic, article__in=_get_article_ids(answers))
    filed = set(entries.values_list("article", flat=True))
    return [answer for answer in answers if answer.candidate.article_id in filed]


def _get_article_ids(answers: list[RankedCandidate]) -> list[int]:
    return [answer.candidate.article_id for answer in answers if answer.candidate.article_id]


def _count_topics(answers: list[RankedCandidate]) -> list[Mapping[str, Any]]:
    if not answers:
        return []
    return _topics_query.fetch(articles=_get_article_ids(answers))


def _build_hits(answers: list[RankedCandidate], query: SearchQuery) -> list[SearchHit]:
    """The answers as visitors read them, without a page that was withdrawn a moment ago."""
    rows = _pages_query.fetch(articles=_get_article_ids(answers))
    pages = {page.pk: page for page in map(LivePage._make, rows)}
    cards = cards_of_names.find_cards([answer.candidate for answer in answers])
    hits = []
    for answer in answers:
        candidate = answer.candidate
        if not candidate.article_id:
            hits.append(_build_name_hit(answer, query, cards.get(candidate.uuid)))
        elif candidate.article_id in pages:
            hits.append(_build_page_hit(answer, query, pages[candidate.article_id]))
    return hits


def _build_page_hit(answer: RankedCandidate, query: SearchQuery, page: LivePage) -> SearchHit:
    stems = query.stems
    head = kinds.parse_head(page.document)
    cards = care_advice.present_cards(head, for_visitors=True)
    text = build_snippet(page.document, head, query, answer.candidate.text_words)
    other_name = ""
    if not stems.isdisjoint(answer.candidate.name_words.split()):
        other_name = _find_other_name(kinds.parse_shared(page.document), stems)
    return SearchHit(
        title=mark_words(head.title, stems),
        url=kinds.get_path(page.kind, page.slug),
        kind=kinds.get_label(page.kind),
        other_name=mark_words(other_name, stems),
        text=mark_safe(link_phone_numbers(text)),  # noqa: S308 - escaped before
        card=cards[0] if cards else None,
        lesser_cards=tuple(card.label for card in cards[1:]),
        shows_crisis_line=head.shows_crisis_line,
        review_line=_read_review_line(page.review_line),
        is_mention=answer.is_mention,
    )


@lru_cache(maxsize=MAX_KEPT_LINES)
def _read_review_line(text: str) -> ReviewLine:
    """The review line of a page, which is kept by its text: what is found most is found again."""
    return ReviewLine.model_validate_json(text)


def _find_other_name(document: Document, stems: frozenset[str]) -> str:
    """The name that has most of these stems, if the title has fewer; otherwise empty."""
    best = ""
    most = len(stems.intersection(stem_text(document.title)))
    for name in document.names:
        count = len(stems.intersection(stem_text(name)))
        if count > most:
            best = name
            most = count
    return best


def _build_name_hit(
    answer: RankedCandidate, query: SearchQuery, card: SourcedCard | None
) -> SearchHit:
    """A hit that has a name and an address, but no signed text of its own."""
    candidate = answer.candidate
    return SearchHit(
        title=mark_words(candidate.title, query.stems),
        url=kinds.get_path(candidate.kind, candidate.slug),
        kind=kinds.get_label(candidate.kind),
        other_name=SafeString(),
        text=SafeString(),
        card=card.card if card else None,
        card_source=card.source if card else None,
        is_mention=answer.is_mention,
    )
