"""Related pages: what each public page offers to read next, stored so that no reader waits for it.

What shares facts with a page (causes, symptoms) comes before what shares a topic alone. The list of
a page is found when it is published or filed elsewhere, and again each night: pages that are
published meanwhile stand in it a day later. What is withdrawn leaves every list at once, and a
spare page of each list takes its place (ADR 75).
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from operator import attrgetter
from typing import Any
from uuid import UUID

from django.apps import AppConfig
from django.db import connections, transaction
from django.db.migrations.executor import MigrationExecutor
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet
from django.db.models.signals import post_migrate

from articles.content import kinds
from articles.content.document import Document
from articles.content.review_line import PageMetadata
from articles.db.bulk_insert import insert_rows
from articles.db.nearest import Asking, SharedRows
from articles.db.prepared import PreparedQuery
from articles.models import Article, PublicationEvent, RelatedPage, TopicEntry
from articles.names import fold
from articles.page_store import changes, subjects

MAX_SHOWN = 5
MAX_STORED = RelatedPage.MAX_POSITION
CANDIDATES_PER_TOPIC = 100
SHARES_TOPIC = 1
SHARES_FACTS = 10  # more than a topic, however many ways there are
BATCH = 200
MAX_FILED = 100  # pages filed at once, whose lists are found at once as well
FILING = PublicationEvent.EventKind.FILING


@dataclass(frozen=True)
class SignedPage:
    """A public page whose list is wanted: its key, its signed text, and the topics of it."""

    key: int
    document: Document
    topics: tuple[str, ...]


@dataclass(frozen=True)
class Candidate:
    """A public page that may stand in a list."""

    uuid: UUID
    kind: str
    sort_key: str


Ways = list[tuple[list[int], int]]  # the pages that are near in one way, and how much that counts

# The pages that are published together, whose lists are found at the end of it.
_waiting: ContextVar[list[SignedPage] | None] = ContextVar("waiting", default=None)

_candidates = PreparedQuery(
    lambda keys: (
        Article.objects.public()
        .order_by()
        .filter(pk__any_of=keys)
        .values_list("pk", "uuid", "kind", "live__sort_key")
    ),
    keys=list[int],
)
_stored = PreparedQuery(
    lambda keys: (
        RelatedPage.objects.filter(article__pk__any_of=keys)
        .order_by("article", "position")
        .values_list("article", "other")
    ),
    keys=list[int],
)


@cache
def _get_topic_rows() -> SharedRows:
    """Of each topic a limited number of entries: from the name of a page on, and from the first.

    Articles first, then the pages that share most topics. Among equals, the next ones by title and
    not the first, or each page of a topic would name the same few.
    """
    names = ", ".join(f"'{name}'" for name in kinds.get_medical_names())
    return SharedRows(
        TopicEntry,
        "slug",
        (
            "AND sort_key >= asking.name ORDER BY sort_key, article_id",
            "ORDER BY sort_key, article_id",
        ),
        limit=CANDIDATES_PER_TOPIC,
        rank=(
            "CASE WHEN page.kind = 'article' THEN 0 ELSE 1 END, COUNT(*) DESC, "
            "CASE WHEN named.sort_key > asking.name THEN 0 ELSE 1 END, named.sort_key"
        ),
        columns=("sort_key",),
        join=(
            f"JOIN {Article._meta.db_table} page "
            f"ON page.id = named.article_id AND page.kind IN ({names})"
        ),
        group=("page.kind",),
    )


def find_lists(pages: Sequence[SignedPage]) -> dict[int, list[int]]:
    """By key the ids of the related pages of each page, the nearest first and then the spare ones.

    A fixed number of queries for each kind.
    """
    ways: dict[int, Ways] = {page.key: [] for page in pages}
    by_kind = attrgetter("document.kind")
    for name, group in groupby(sorted(pages, key=by_kind), by_kind):
        same = list(group)
        shared = kinds.get(name).neighbours([page.document for page in same], MAX_STORED)
        for page, lists in zip(same, shared, strict=True):
            ways[page.key] += [(ids, SHARES_FACTS) for ids in lists]
    for page, ids in zip(pages, _get_topic_rows().find(map(_ask_topics, pages)), strict=True):
        ways[page.key].append((ids, SHARES_TOPIC))
    keys: set[int] = set()
    for found in ways.values():
        keys.update(*(ids for ids, _ in found))
    candidates: dict[int, Candidate] = {}
    for key, *values in _candidates.fetch(keys=sorted(keys)) if keys else ():
        candidates[key] = Candidate(*values)
    return {page.key: _choose(page, ways[page.key], candidates) for page in pages}


def _ask_topics(page: SignedPage) -> Asking:
    most = MAX_STORED + len(page.document.linked) + 1  # itself, and what it names
    return Asking(page.topics, fold(page.document.title)[:200], most)


def _choose(page: SignedPage, ways: Ways, candidates: dict[int, Candidate]) -> list[int]:
    """Those that are shown, and then those that come next when one of these is withdrawn.

    Without the page itself and what its text names: that is linked there.
    """
    left_out = {page.document.uuid, *page.document.linked}
    usable: Ways = []
    for ids, nearness in ways:
        others = [key for key in ids if key in candidates and candidates[key].uuid not in left_out]
        usable.append((others, nearness))
    chosen: list[int] = []
    for count in range(MAX_SHOWN, MAX_STORED + 1):
        chosen += [key for key in _rank(usable, candidates, count) if key not in chosen]
    return chosen[:MAX_STORED]


def _rank(ways: Ways, candidates: dict[int, Candidate], count: int) -> list[int]:
    """Of the first pages of each way, what shares most facts, then articles, then by title."""
    near: Counter[int] = Counter()
    for keys, nearness in ways:
        for key in keys[:count]:
            near[key] += nearness

    def get_sort_key(key: int) -> tuple[int, bool, str, int]:
        page = candidates[key]
        return -(near[key] // SHARES_FACTS), page.kind != "article", page.sort_key, key

    return sorted(near, key=get_sort_key)[:count]


def on_publish(publication: PublicationEvent, document: Document) -> None:
    """A page was signed: store its list, or wait for those that are published together with it."""
    if not kinds.get(document.kind).medical:
        return
    topics = _list_topics(publication.read_metadata())
    page = SignedPage(publication.article_id, document, topics)
    waiting = _waiting.get()
    if waiting is None:
        _store(find_lists([page]))
    else:
        waiting.append(page)


@contextmanager
def together() -> Iterator[None]:
    """Find the lists of all pages that are published meanwhile at its end, at once.

    It belongs inside the transaction that publishes them.
    """
    if _waiting.get() is not None:
        yield
        return
    token = _waiting.set([])
    try:
        yield
        pages = {page.key: page for page in _waiting.get() or ()}
    finally:
        _waiting.reset(token)
    _relate(list(pages.values()))


def on_filing(events: Iterable[PublicationEvent]) -> None:
    """Store the lists of pages that were filed elsewhere. Their other events change no list.

    Those of many pages are found at night: for each it takes longer than all else of filing, while
    nobody can sign or withdraw anything.
    """
    filed = [event.article_id for event in events if event.kind == FILING]
    if len(filed) <= MAX_FILED:
        _relate([page for page, _ in _read_pages(_select_pages().filter(pk__in=filed))])


def _relate(pages: list[SignedPage]) -> None:
    for start in range(0, len(pages), BATCH):
        _store(find_lists(pages[start : start + BATCH]))


def on_withdraw(withdrawal: PublicationEvent) -> None:
    """Take a withdrawn page out of every list; its own list goes. One statement."""
    page = withdrawal.article_id
    RelatedPage.objects.filter(Q(article=page) | Q(other=page)).delete()


def renew() -> int:
    """Store the list of each public page where it is not what it should be; gives how many.

    In batches: what is written holds the end of the log for the rows of one batch alone. A page
    that is published meanwhile is left as that stored it.
    """
    count = last = 0
    while pages := list(_read_pages(_select_pages().filter(pk__gt=last).order_by("pk")[:BATCH])):
        last = pages[-1][0].key
        lists = find_lists([page for page, _ in pages])
        differing = _find_differing(lists)
        if differing:
            read = {page.key: live for page, live in pages if page.key in differing}
            count += _store_still_public(differing, read)
    return count


@transaction.atomic
def _store_still_public(lists: dict[int, list[int]], read: dict[int, int]) -> int:
    """Store lists of pages that nobody published since they were read, of pages still public."""
    PublicationEvent.objects.lock_log_end()
    keys = set(lists).union(*lists.values())
    live = dict(Article.objects.public().filter(pk__in=keys).values_list("pk", "live"))
    current: dict[int, list[int]] = {}
    for key, others in lists.items():
        if live.get(key) == read[key]:
            current[key] = [other for other in others if other in live]
    shown = _find_differing(current, first=MAX_SHOWN)
    stored = _store(current)
    uuids = Article.objects.filter(pk__in=shown).order_by().values_list("uuid", flat=True)
    changes.announce(map(subjects.page, uuids))
    return len(stored)


def _select_pages() -> QuerySet[Article, Any]:
    pages = Article.objects.public().filter(kind__in=kinds.get_medical_names()).order_by()
    return pages.values_list("pk", "live", "live__revision__document", "live__metadata")


def _read_pages(rows: Iterable[tuple[int, int, str, str]]) -> Iterator[tuple[SignedPage, int]]:
    """Each page with the key of the event that is live."""
    for key, live, text, metadata in rows:
        topics = _list_topics(PageMetadata.model_validate_json(metadata))
        yield SignedPage(key, kinds.parse_document(text), topics), live


def _list_topics(metadata: PageMetadata) -> tuple[str, ...]:
    return tuple(dict.fromkeys(topic.slug for topic in metadata.filed_under))


def _find_differing(
    lists: dict[int, list[int]], *, first: int = MAX_STORED
) -> dict[int, list[int]]:
    """Those of some lists whose first pages are not those that are stored. One query."""
    stored: dict[int, list[int]] = {key: [] for key in lists}
    for key, other in _stored.fetch(keys=list(lists)):
        stored[key].append(other)
    return {key: others for key, others in lists.items() if stored[key][:first] != others[:first]}


def _store(lists: dict[int, list[int]]) -> Collection[int]:
    """Store lists where they differ; gives the keys of those pages. Three statements at most."""
    differing = _find_differing(lists)
    if not differing:
        return differing
    rows: list[tuple[int, int, int]] = []
    for key, others in differing.items():
        for position, other in enumerate(others, start=1):
            rows.append((key, other, position))
    RelatedPage.objects.filter(article__pk__any_of=list(differing)).delete()
    insert_rows(RelatedPage, ["article", "other", "position"], rows)
    return differing


def find_faults() -> Iterator[str]:
    """A sentence for each row that no list may have, whenever it was made."""
    public = Article.objects.public().order_by()
    medical = public.filter(kind__in=kinds.get_medical_names())
    rows = RelatedPage.objects.annotate(
        is_listed=Exists(medical.filter(pk=OuterRef("other"))),
        is_listing=Exists(medical.filter(pk=OuterRef("article"))),
    )
    wrong = Q(is_listed=False) | Q(is_listing=False) | Q(article=F("other"))
    wrong |= Q(position__lt=1) | Q(position__gt=MAX_STORED)
    fields = ("pk", "article_id", "other_id", "position")
    for pk, article, other, position in rows.filter(wrong).order_by("pk").values_list(*fields):
        yield (
            f"articles_relatedpage {pk}: page {other} stands at place {position} of the related "
            f"pages of page {article}, where it cannot stand"
        )
    for name in ("other", "position"):
        twins = RelatedPage.objects.order_by("article", name).values_list("article", name)
        for article, value in twins.annotate(count=Count("pk")).filter(count__gt=1):
            yield f"articles_relatedpage: page {article} has several rows with {name} {value}"


def install_after_migrate(app_config: AppConfig) -> None:
    """Have the lists of a site that has none stored once its tables are up to date."""
    post_migrate.connect(_fill_after, sender=app_config, dispatch_uid="related pages")


def _fill_after(using: str, plan: Sequence[Any] = (), **kwargs: Any) -> None:
    if not plan or using != "default":
        return
    executor = MigrationExecutor(connections[using])
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        return
    if not RelatedPage.objects.exists():
        renew()
