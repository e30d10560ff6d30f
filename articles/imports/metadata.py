"""What an import sets beside the text: tags, and for new pages topics, risk and review interval."""

from collections.abc import Mapping

from taggit.models import Tag

from articles.imports.records import PageRecord
from articles.imports.related_rows import PrefetchedName, PrefetchedTagLink, RelatedRows
from articles.models import Article, ArticleTag, Topic
from articles.names import fold, normalize_name
from articles.publishing import slugs as publishing_slugs
from articles.publishing import tags as publishing_tags

BATCH = 1000


def set_initial_metadata(page: Article, record: PageRecord) -> None:
    """Set the risk and the interval of a new page. Later they are the editors' alone."""
    page.risk = record.risk or page.risk
    page.review_months = record.review_months


def file_new_pages(records: Mapping[int, PageRecord]) -> None:
    """File new pages under their topics; a topic that does not exist is created."""
    names: set[str] = set()
    for record in records.values():
        names.update(record.topics or ())
    if not names:
        return
    topics = _get_or_create_topics(names)
    pairs = set()
    for pk, record in records.items():
        for name in record.topics or ():
            pairs.add((pk, topics[fold(name)]))
    through = Article.topics.through
    through.objects.bulk_create(
        [through(article_id=pk, topic_id=topic) for pk, topic in sorted(pairs)],
        batch_size=BATCH,
        ignore_conflicts=True,
    )


def _get_or_create_topics(names: set[str]) -> dict[str, int]:
    """Name key → primary key of each topic. A topic of another name has an address of its own."""
    topics = Topic.objects.order_by("-pk").values_list("name", "pk")
    known = {fold(name): pk for name, pk in topics}
    new: dict[str, str] = {}
    for name in sorted(names, reverse=True):
        if fold(name) not in known:
            new[fold(name)] = normalize_name(name)
    wanted = [publishing_slugs.make_slug(name, "topic") for name in new.values()]
    slugs = publishing_slugs.assign_free_slugs(
        wanted, publishing_slugs.find_taken_topic_slugs, publishing_slugs.MAX_TOPIC_SLUG_LENGTH
    )
    for (key, name), slug in zip(new.items(), slugs, strict=True):
        known[key] = Topic.objects.create(name=name, slug=slug).pk
    return known


def replace_tags(records: Mapping[int, PageRecord], related_rows: RelatedRows) -> None:
    """Put the tags of records in place of those of their pages."""
    names: set[str] = set()
    keys_by_page: dict[int, set[str] | None] = {}
    for pk, record in records.items():
        if record.tags is None:
            keys_by_page[pk] = None
            continue
        names.update(record.tags)
        keys_by_page[pk] = {fold(name) for name in record.tags}
    tags = _get_or_create_tags(names)
    related_rows.replace(
        ArticleTag,
        ["content_object", "tag"],
        keys_by_page,
        lambda pk, place, key: (pk, tags[key].pk),
    )
    links_by_page = {}
    for pk, keys in keys_by_page.items():
        links_by_page[pk] = [
            PrefetchedTagLink(PrefetchedName(tags[key].name)) for key in keys or ()
        ]
    related_rows.set_prefetched("tag_links", links_by_page)


def _get_or_create_tags(names: set[str]) -> dict[str, Tag]:
    """Name key → tag. A tag that does not exist is created."""
    if not names:
        return {}
    known = publishing_tags.find_tags()
    for name in sorted(names):
        key = fold(name)
        if key not in known:
            known[key] = Tag.objects.create(name=normalize_name(name))
    return known
