"""What is kept of a signed text so that it is found, written with the publication log and made anew from it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Model

from articles.content import ADVICE, Document
from articles.fields import fold
from articles.lines import plain
from articles.models import Publication, SearchEntry, SearchKey, SearchStart
from articles.search.words import code_key, key, stems, words

MODELS = (SearchEntry, SearchKey, SearchStart)
BATCH = 200
STARTS_A_NAME = 8


@dataclass(frozen=True)
class Item:
    """Something to be found. ``slug`` is given where it has no page of its own kind."""

    uuid: UUID
    kind: str
    title: str
    names: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    texts: tuple[str, ...] = ()
    slug: str = ""
    article_id: int | None = None


def item(publication: Publication, document: Document) -> Item:
    """A page as it is found. Its advice is no part of that: what it warns of is not what it is about."""
    texts = [html for label, html in document.rich_texts().items() if label != ADVICE]
    headline = () if fold(document.headline) == fold(document.title) else (document.headline,)
    return Item(
        uuid=document.uuid,
        kind=document.kind,
        title=document.title,
        names=document.names,
        codes=document.coded,
        texts=(*headline, document.summary, *map(plain, texts), *document.named, *document.tags),
        article_id=publication.article_id,
    )


def show(publication: Publication, document: Document) -> None:
    put([item(publication, document)])


def hide(withdrawal: Publication) -> None:
    take([withdrawal.article.uuid])


def rows() -> Iterator[Model]:
    """All that the log says of pages, one text in memory at a time."""
    live = Publication.objects.live().select_related("revision").order_by("pk")
    for publication in live.iterator(BATCH):
        yield from rows_of(item(publication, publication.revision.read()))


def put(items: Iterable[Item]) -> None:
    """Have these found as they are now, and no longer as they were."""
    items = list(items)
    take([one.uuid for one in items])
    made = [row for one in items for row in rows_of(one)]
    for model in MODELS:
        model.objects.bulk_create([row for row in made if type(row) is model], batch_size=500)


def take(uuids: Iterable[UUID]) -> None:
    """Have these found no more."""
    for model in MODELS:
        model.objects.filter(uuid__in=list(uuids)).delete()


def rows_of(one: Item) -> Iterator[Model]:
    names = {fold(name): name for name in reversed((one.title, *one.names))}
    names.pop(fold(one.title), None)
    others = list(reversed(names.values()))
    yield SearchEntry(
        uuid=one.uuid,
        kind=one.kind,
        article_id=one.article_id,
        slug=one.slug,
        title=one.title,
        sort_key=fold(one.title)[:200],
        title_words=" ".join(stems(one.title)),
        name_words="\n".join(" ".join(stems(name)) for name in others),
        text_words=" ".join(sorted({stem for text in one.texts for stem in stems(text)})),
        spoken=" ".join(sorted({word for name in (one.title, *others) for word in words(name)})),
    )
    yield from _keys(one, others)
    for rank, name in [(SearchKey.Rank.TITLE, one.title), *((SearchKey.Rank.OTHER_NAME, name) for name in others)]:
        spoken = words(name)
        for place in range(min(len(spoken), STARTS_A_NAME)):
            start = " ".join(spoken[place:])[:200]
            yield SearchStart(uuid=one.uuid, start=start, name=name[:200], place=place, rank=rank)


def _keys(one: Item, others: list[str]) -> Iterator[SearchKey]:
    found = {key(stems(name))[:400]: SearchKey.Rank.OTHER_NAME for name in others}
    found |= {code_key(code)[:400]: SearchKey.Rank.CODE for code in one.codes if code_key(code)}
    found |= {key(stems(one.title))[:400]: SearchKey.Rank.TITLE}
    for name, rank in found.items():
        if name:
            yield SearchKey(uuid=one.uuid, key=name, rank=rank)
