"""What events of pages change for visitors: their subjects, by the kind of event."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, Max, Min, OuterRef, Subquery

from articles.audit import kinds, page_kinds, state
from articles.audit.chain import EventDraft
from articles.content.review_line import PageMetadata
from articles.models import PublicationEvent, Redirect, TopicEntry
from articles.page_store import subjects
from articles.public.footer import LABELS

# What visitors read of a page's settings, beside its address, which a publication changes.
PUBLIC_SETTINGS = ("risk",)


def register() -> None:
    subjects.register(page_kinds.PUBLICATION, find_published)
    subjects.register(page_kinds.PAGE, find_set)
    subjects.register(page_kinds.REDIRECT, find_redirected)
    subjects.register(page_kinds.PHRASE, find_phrases)
    # Visitors load images by their own address, and follow merged pages by the publication log.
    subjects.register(page_kinds.IMAGE, subjects.find_none)
    subjects.register(page_kinds.MERGED_PAGE, subjects.find_none)
    subjects.register(kinds.BASELINE, subjects.find_none)


@dataclass(frozen=True)
class VisibleState:
    """A page as an event of the publication log leaves it for lists and for links to it."""

    public: bool
    slug: str
    title: str
    summary: str
    topics: dict[str, str]  # slug → name


def _build_state(event: PublicationEvent) -> VisibleState:
    metadata = PageMetadata.model_validate_json(event.metadata)
    public = event.kind != PublicationEvent.EventKind.WITHDRAW
    topics = {topic.slug: topic.name for topic in metadata.filed_under} if public else {}
    return VisibleState(public, event.slug, event.title, event.summary, topics)


def find_published(drafts: Sequence[EventDraft]) -> Iterable[str]:
    """What events of the publication log change. Four queries, however many events."""
    keys = [int(draft.subject.partition(":")[2]) for draft in drafts]
    events = _load_events(keys)
    before = PublicationEvent.objects.in_bulk([event.before for event in events if event.before])
    changed: set[str] = set()
    topics: Counter[str] = Counter()  # how many pages more than before are filed under each
    moved: list[int] = []
    for event in events:
        new = _build_state(event)
        last = before.get(event.before)
        old = _build_state(last) if last else None
        changed.update(_compare(event, old, new))
        topics.update(dict.fromkeys(new.topics, 1))
        topics.subtract(dict.fromkeys(old.topics if old else (), 1))
        if old and old.slug != new.slug:
            moved.append(event.article_id)
    changed.update(_find_changed_topics(topics))
    if moved:
        for row in Redirect.objects.filter(article__in=moved):
            changed.add(subjects.link(row.kind, row.slug))
    return changed


def _load_events(keys: list[int]) -> list[Any]:
    """These events, each with the key of the one before it of its page."""
    earlier = PublicationEvent.objects.filter(article=OuterRef("article"), pk__lt=OuterRef("pk"))
    events = PublicationEvent.objects.filter(pk__in=keys).order_by("pk")
    return list(
        events.annotate(
            page_uuid=F("article__uuid"),
            page_kind=F("article__kind"),
            before=Subquery(earlier.order_by("-pk").values("pk")[:1]),
        )
    )


def _compare(event: Any, old: VisibleState | None, new: VisibleState) -> Iterator[str]:
    """What one event changes."""
    kind = event.page_kind
    yield subjects.PUBLICATIONS
    yield subjects.page(event.page_uuid)
    if event.kind in PublicationEvent.SIGNED_KINDS or not new.public:
        yield subjects.SIGNATURES
    if old is None:
        yield subjects.link(kind, new.slug)  # it led nowhere before
    was_public = old is not None and old.public
    is_named = was_public != new.public or _differ(old, new, "slug", "title")
    if is_named:
        yield subjects.name_of(event.page_uuid)
        if kind == "about" and LABELS.keys() & {new.slug, old.slug if old else ""}:
            yield subjects.FOOTER
    if old and old.slug != new.slug:
        yield subjects.link(kind, old.slug)
        yield subjects.link(kind, new.slug)
    former = old.topics if old else {}
    if is_named or _differ(old, new, "summary"):
        yield subjects.page_list(kind)
        yield from map(subjects.topic, former.keys() | new.topics.keys())
    if former != new.topics:
        yield subjects.TOPICS
        for slug, _ in former.items() ^ new.topics.items():
            yield subjects.topic(slug)


def _differ(old: VisibleState | None, new: VisibleState, *names: str) -> bool:
    return any(getattr(old, name, None) != getattr(new, name) for name in names)


def _find_changed_topics(added: Mapping[str, int]) -> Iterator[str]:
    """Topics that came or went, as links lead to them, and those that may have another name.

    ``added`` says how many pages more each has than before. Where pages have a topic under several
    names, the newest event of a page decides. One query, or none.
    """
    if not added:
        return
    rows = TopicEntry.objects.filter(slug__in=added).order_by().values("slug")
    rows = rows.annotate(count=Count("pk"), first=Min("name"), last=Max("name"))
    counts = dict.fromkeys(added, 0)
    for slug, count, first, last in rows.values_list("slug", "count", "first", "last"):
        counts[slug] = count
        if first != last:
            yield subjects.topic(slug)
            yield subjects.TOPICS
    for slug, count in counts.items():
        if (count == 0) != (count == added[slug]):
            yield subjects.link("topic", slug)


def find_set(drafts: Sequence[EventDraft]) -> Iterator[str]:
    """The pages of which a setting that visitors read is another one than before. One query."""
    names = [draft.subject for draft in drafts]
    newest = state.load_newest(kinds.get(page_kinds.PAGE), names)
    for draft in drafts:
        before = newest.get(draft.subject)
        if before is None or draft.removed:
            continue  # the publication says it all
        facts = before.record.facts
        if any(facts.get(name) != draft.facts.get(name) for name in PUBLIC_SETTINGS):
            yield subjects.page(draft.subject.partition(":")[2])


def find_redirected(drafts: Sequence[EventDraft]) -> Iterator[str]:
    """Old addresses that lead somewhere else now, or nowhere."""
    for draft in drafts:
        _language, kind, slug = draft.subject.partition(":")[2].split("/")
        yield subjects.link(kind, slug)


def find_phrases(drafts: Sequence[EventDraft]) -> Iterator[str]:
    yield subjects.PHRASES
