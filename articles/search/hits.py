"""Answers as visitors read them: every word from the document that was signed, its advice first."""

from dataclasses import dataclass

from django.core.paginator import Page, Paginator
from django.db.models import Count, Max

from articles import care_advice, kinds
from articles.care_advice import ShownAdvice
from articles.imprint import ReviewLine
from articles.models import Article, TopicEntry
from articles.search.find import Found, find
from articles.search.ranking import Answer
from articles.search.snippets import Part, marked, snippet
from articles.search.words import stems

HITS_A_PAGE = 10
IN_A_NAME = 0.3  # of what was asked, by what it tells


@dataclass(frozen=True)
class Hit:
    """One answer. ``also`` is the other name that was asked for."""

    title: list[Part]
    url: str
    kind: str
    also: list[Part]
    advice: ShownAdvice | None
    text: list[Part]
    line: ReviewLine | None


@dataclass(frozen=True)
class Results:
    """``topics`` has name, slug and count of each topic under which answers are filed."""

    found: Found
    page: Page
    hits: list[Hit]
    topics: list[dict]

    @property
    def in_passing(self) -> bool:
        """Whether no name has what was asked, so that at best a text mentions it."""
        best = self.found.answers[:1]
        return bool(best) and best[0].named < IN_A_NAME and best[0].score < 1


def look_for(text: str, *, topic: str = "", number: str | int = 1, named_only: bool = False) -> Results:
    """One page of what answers a text, of one topic or of all; past the last page, the last. See ``find``."""
    found = find(text, named_only=named_only)
    topics = _topics(found.answers)
    answers = found.answers
    if topic:
        filed = set(
            TopicEntry.objects.filter(slug=topic, article__in=_pages(answers)).values_list("article", flat=True)
        )
        answers = [answer for answer in answers if answer.candidate.article_id in filed]
    page = Paginator(answers, HITS_A_PAGE).get_page(number)
    return Results(found, page, _hits(list(page), found.question.stems), topics)


def _pages(answers: list[Answer]) -> list[int]:
    return [answer.candidate.article_id for answer in answers if answer.candidate.article_id]


def _topics(answers: list[Answer]) -> list[dict]:
    rows = TopicEntry.objects.filter(article__in=_pages(answers)).order_by().values("slug")
    return list(rows.annotate(name=Max("name"), count=Count("id")).order_by("-count", "slug")) if answers else []


def _hits(answers: list[Answer], asked: frozenset[str]) -> list[Hit]:
    """What visitors can read now; a page that was withdrawn this moment is left out."""
    pages = Article.objects.public().select_related("live__revision").order_by()
    live = {page.pk: page for page in pages.filter(pk__in=_pages(answers))}
    return [
        _page(live[answer.candidate.article_id], asked) if answer.candidate.article_id else _name(answer, asked)
        for answer in answers
        if answer.candidate.article_id in live or not answer.candidate.article_id
    ]


def _page(page: Article, asked: frozenset[str]) -> Hit:
    document = page.live.revision.read()
    return Hit(
        title=marked(document.title, asked),
        url=kinds.path(page.kind, page.live.slug),
        kind=kinds.told(page.kind),
        also=marked(_other_name(document, asked), asked),
        advice=care_advice.for_visitors(document.advice) if document.advice else None,
        text=snippet(document, asked),
        line=page.live.read_review_line(),
    )


def _other_name(document, asked: frozenset[str]) -> str:
    """The name that has more of what was asked than the title."""
    has = {name: len(asked.intersection(stems(name))) for name in (document.title, *document.names)}
    best = max(has, key=has.get)
    return best if has[best] > has[document.title] else ""


def _name(answer: Answer, asked: frozenset[str]) -> Hit:
    one = answer.candidate
    title = marked(one.title, asked)
    return Hit(title, kinds.path(one.kind, one.slug), kinds.told(one.kind), [], None, [], None)
