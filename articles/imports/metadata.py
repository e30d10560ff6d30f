"""What an import sets beside the text: tags, and for new pages topics, risk and review interval."""

from collections.abc import Mapping

from django.utils.text import slugify
from taggit.models import Tag

from articles.fields import fold
from articles.imports.records import PageRecord
from articles.imports.related_rows import PrefetchedName, PrefetchedTagLink, RelatedRows
from articles.models import Article, ArticleTag, Topic

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
    """Folded name → key of each topic. Names that make one address are one topic."""
    known = {topic.sort_key: topic.pk for topic in Topic.objects.all()}
    for name in sorted(names):
        if fold(name) not in known:
            slug = slugify(name)[:100] or "topic"
            topic, _ = Topic.objects.get_or_create(slug=slug, defaults={"name": name})
            known[fold(name)] = topic.pk
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
        keys_by_page[pk] = {name.lower() for name in record.tags}
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
    """Lower-case name → tag, whatever the case. A tag that does not exist is created."""
    if not names:
        return {}
    known = {tag.name.lower(): tag for tag in Tag.objects.all()}
    for name in sorted(names):
        if name.lower() not in known:
            known[name.lower()] = Tag.objects.create(name=name)
    return known
