"""Search results as visitors read them: every word from the signed document, its advice first."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Count, Max, QuerySet

from articles.care import advice as care_advice
from articles.care.advice import ShownAdvice
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
from articles.search.snippets import TextPart, build_snippet, mark_words
from articles.search.withdrawn import WithdrawnPage, find_withdrawn_pages
from articles.search.words import stem_text

PAGE_SIZE = 10


@dataclass(frozen=True)
class SearchHit:
    """One result. ``other_name`` is the other name that was asked for.

    ``is_mention``: no name of it has what was asked for; its text mentions it at best.
    ``card`` is the gravest care card of the page, and ``lesser_cards`` has the labels of its
    others. ``card_source`` is the page from which the card is, if it is another one.
    """

    title: list[TextPart]
    url: str
    kind: str
    other_name: list[TextPart]
    text: list[TextPart]
    card: ShownAdvice | None = None
    lesser_cards: tuple[str, ...] = ()
    card_source: CardSource | None = None
    shows_crisis_line: bool = False
    review_line: ReviewLine | None = None
    is_mention: bool = False


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
    public = Article.objects.public().filter(pk__any_of=articles)
    return public.select_related("live__revision").order_by()


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
    pages = {page.pk: page for page in rows}
    cards = cards_of_names.find_cards([answer.candidate for answer in answers])
    hits = []
    for answer in answers:
        candidate = answer.candidate
        if not candidate.article_id:
            hits.append(_build_name_hit(answer, query, cards.get(candidate.uuid)))
        elif candidate.article_id in pages:
            page = pages[candidate.article_id]
            hits.append(_build_page_hit(page, query, is_mention=answer.is_mention))
    return hits


def _build_page_hit(page: Article, query: SearchQuery, *, is_mention: bool) -> SearchHit:
    assert page.live  # it is public
    stems = query.stems
    document = page.live.revision.read()
    cards = care_advice.present_cards(document, for_visitors=True)
    return SearchHit(
        title=mark_words(document.title, stems),
        url=kinds.get_path(page.kind, page.live.slug),
        kind=kinds.get_label(page.kind),
        other_name=mark_words(_find_other_name(document, stems), stems),
        text=build_snippet(document, stems, query.typed_stems),
        card=cards[0] if cards else None,
        lesser_cards=tuple(card.label for card in cards[1:]),
        shows_crisis_line=document.shows_crisis_line,
        review_line=page.live.read_review_line(),
        is_mention=is_mention,
    )


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
        other_name=[],
        text=[],
        card=card.card if card else None,
        card_source=card.source if card else None,
        is_mention=answer.is_mention,
    )
