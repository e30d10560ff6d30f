"""What an import says around the text of a page: tags, and, of new pages only, filing, risk and interval."""

from django.db.models import Model
from django.utils.text import slugify
from taggit.models import Tag

from articles.fields import fold
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


def tag(records: dict[int, PageRecord], fresh: set[int]) -> None:
    """Put the tags of records in place of those that their pages had."""
    named = {pk: record.tags for pk, record in records.items() if record.tags is not None}
    if stood := [pk for pk in named if pk not in fresh]:
        ArticleTag.objects.filter(content_object__in=stood).delete()
    tags = _tags({name for names in named.values() for name in names})
    rows = {(pk, tags[name.lower()]) for pk, names in named.items() for name in names}
    ArticleTag.objects.bulk_create(
        (ArticleTag(content_object_id=pk, tag_id=tag) for pk, tag in sorted(rows)), batch_size=BATCH
    )


def _tags(names: set[str]) -> dict[str, int]:
    """Lower-case name → key of each tag; case makes no other tag. One that is not there is made, with an address."""
    if not names:
        return {}
    known = {name.lower(): pk for name, pk in Tag.objects.values_list("name", "pk")}
    for name in sorted(names):
        if name.lower() not in known:
            known[name.lower()] = _made(Tag, name)
    return known


def _made(model: type[Model], name: str) -> int:
    made = model(name=name)
    made.save()
    return made.pk
