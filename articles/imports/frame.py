"""What an import says around the text of a page: tags, and, of new pages only, filing, risk and interval."""

from django.utils.text import slugify
from taggit.models import Tag

from articles.fields import fold
from articles.imports.hanging import Hanging, Named, TagLink
from articles.imports.records import PageRecord
from articles.models import Article, ArticleTag, Topic

BATCH = 1000


def begin(page: Article, record: PageRecord) -> None:
    """The frame is the editors' once the page is there."""
    page.risk = record.risk or page.risk
    page.review_months = record.review_months


def file_new(records: dict[int, PageRecord]) -> None:
    """File new pages under the topics that they name; a topic that is not there is made."""
    named = {pk: record.topics for pk, record in records.items() if record.topics}
    if not named:
        return
    topics = _topics({name for names in named.values() for name in names})
    filing = Article.topics.through
    rows = {(pk, topics[fold(name)]) for pk, names in named.items() for name in names}
    filing.objects.bulk_create(
        (filing(article_id=pk, topic_id=topic) for pk, topic in sorted(rows)), batch_size=BATCH, ignore_conflicts=True
    )


def _topics(names: set[str]) -> dict[str, int]:
    """Folded name → key of each topic. Names that make one address are one topic."""
    known = {topic.sort_key: topic.pk for topic in Topic.objects.all()}
    for name in sorted(names):
        if fold(name) not in known:
            slug = slugify(name)[:100] or "topic"
            topic, _ = Topic.objects.get_or_create(slug=slug, defaults={"name": name})
            known[fold(name)] = topic.pk
    return known


def tag(records: dict[int, PageRecord], hanging: Hanging) -> None:
    """Put the tags of records in place of those that their pages had."""
    said = {pk: record.tags for pk, record in records.items()}
    tags = _tags({name for names in said.values() for name in names or ()})
    named = {pk: None if names is None else {name.lower() for name in names} for pk, names in said.items()}
    hanging.put(ArticleTag, ["content_object", "tag"], named, lambda pk, place, name: (pk, tags[name].pk))
    links = {pk: [TagLink(Named(tags[name].name)) for name in names or ()] for pk, names in named.items()}
    hanging.keep("tag_links", links)


def _tags(names: set[str]) -> dict[str, Tag]:
    """Lower-case name → tag; case makes no other tag. One that is not there is made, with an address."""
    if not names:
        return {}
    known = {tag.name.lower(): tag for tag in Tag.objects.all()}
    for name in sorted(names):
        if name.lower() not in known:
            known[name.lower()] = Tag.objects.create(name=name)
    return known
