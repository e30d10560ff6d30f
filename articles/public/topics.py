"""Topics on the public site: the pages that are filed under one, by their published metadata."""

from django.core.paginator import Page, Paginator
from django.db.models import Count, Max

from articles.content import kinds
from articles.content.paths import get_numbered_path
from articles.db.prepared import PreparedList, PreparedQuery
from articles.models import TopicEntry
from articles.names import fold
from articles.page_store import subjects
from articles.public.breadcrumbs import HOME, Breadcrumb

ENTRIES_PER_PAGE = 100
TOPICS_PER_PAGE = 300
ENTRY_FIELDS = (
    "article__kind",
    "article__live__title",
    "article__live__slug",
    "article__live__summary",
)

_entries = PreparedList(
    lambda slug: TopicEntry.objects.filter(slug=slug).order_by("sort_key", "article_id"),
    lambda rows: rows.values_list(*ENTRY_FIELDS),
    per_page=ENTRIES_PER_PAGE,
    slug=str,
)
# Each topic by its names, with the number of its pages under each, the newest name last.
_topics_query = PreparedQuery(
    lambda: (
        TopicEntry.objects.order_by()
        .values("slug", "name")
        .annotate(count=Count("id"), newest=Max("publication"))
        .order_by("newest")
        .values_list("slug", "name", "count")
    )
)
_name_query = PreparedQuery(
    lambda slug: (
        TopicEntry.objects.filter(slug=slug)
        .order_by("-publication_id")
        .values_list("name", flat=True)[:1]
    ),
    slug=str,
)


def get_topic_url(slug: str, number: int = 1) -> str:
    return get_numbered_path("articles:topic", slug, number=number)


def get_list_url(number: int = 1) -> str:
    """The address of the list of topics."""
    return get_numbered_path("articles:topics", number=number)


def build_list_trail() -> tuple[Breadcrumb, ...]:
    return HOME, Breadcrumb("Topics", get_list_url())


def get_topics_page(number: int) -> Page:
    """One page of the topics. Raises EmptyPage past the last."""
    return Paginator(list_topics(), TOPICS_PER_PAGE).page(number)


def list_topics() -> list[dict]:
    """Each topic with a public page, by its newest name, with the number of its pages."""
    subjects.name(subjects.TOPICS)
    topics: dict[str, dict] = {}
    for slug, name, count in _topics_query.fetch():
        if slug in topics:  # under an earlier name
            count += topics[slug]["count"]
        topics[slug] = {"name": name, "url": get_topic_url(slug), "count": count}
    return sorted(topics.values(), key=lambda topic: fold(topic["name"]))


def find_topic(slug: str) -> str | None:
    """The name of a topic, by its newest entry."""
    subjects.name(subjects.topic(slug))
    name: str | None = _name_query.first(slug=slug)
    return name


def get_entries_page(slug: str, number: int) -> Page:
    """One page of the pages filed under a topic, by title. Raises EmptyPage past the last."""
    return _entries.get_page(number, slug=slug)


def build_entry(kind: str, title: str, slug: str, summary: str) -> dict:
    return {
        "title": title,
        "url": kinds.get_path(kind, slug),
        "summary": summary,
        "kind": kind,
    }
