"""What the search stores of a signed text: written with the publication log, rebuilt from it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Model

from articles.content.document import CARE_CARD_TEXTS, Document
from articles.content.languages import SOURCE_LANGUAGE
from articles.models import PublicationEvent, SearchEntry, SearchKey, SearchStart
from articles.names import fold
from articles.richtext.plaintext import extract_text
from articles.search.words import build_code_key, build_key, split_words, stem_text

MODELS = (SearchEntry, SearchKey, SearchStart)
BATCH = 200
MAX_STARTS_PER_NAME = 8
MAX_KEY_LENGTH = 400


@dataclass(frozen=True)
class SearchItem:
    """Something to find. ``slug`` is given where it is no page of its own."""

    uuid: UUID
    kind: str
    title: str
    names: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    texts: tuple[str, ...] = ()
    slug: str = ""
    article_id: int | None = None
    language: str = SOURCE_LANGUAGE


def build_item(publication: PublicationEvent, document: Document) -> SearchItem:
    """A page as it is found. Its care cards are left out: a page is not about what it warns of."""
    texts = []
    if fold(document.headline) != fold(document.title):
        texts.append(document.headline)
    texts.append(document.summary)
    for label, html in document.get_rich_texts().items():
        if label not in CARE_CARD_TEXTS:
            texts.append(extract_text(html))
    return SearchItem(
        uuid=document.uuid,
        kind=document.kind,
        title=document.title,
        names=document.names,
        codes=document.code_keys,
        texts=(*texts, *document.listed_names, *document.tags),
        article_id=publication.article_id,
        language=document.language,
    )


def on_publish(publication: PublicationEvent, document: Document) -> None:
    replace_items([build_item(publication, document)])


def on_withdraw(withdrawal: PublicationEvent) -> None:
    remove_items([withdrawal.article.uuid])


def build_all_rows() -> Iterator[Model]:
    """The rows of every live page of the publication log, one text in memory at a time."""
    live = PublicationEvent.objects.live().select_related("revision").order_by("pk")
    for publication in live.iterator(BATCH):
        yield from build_rows(build_item(publication, publication.revision.read()))


def replace_items(items: Iterable[SearchItem]) -> None:
    """Replace the rows of these items by new ones."""
    items = list(items)
    remove_items([item.uuid for item in items])
    rows: dict[type[Model], list[Model]] = {model: [] for model in MODELS}
    for item in items:
        for row in build_rows(item):
            rows[type(row)].append(row)
    for model, new in rows.items():
        model._base_manager.bulk_create(new, batch_size=500)


def remove_items(uuids: Iterable[UUID]) -> None:
    """Delete the rows of these items, so that they are no longer found."""
    uuids = list(uuids)
    for model in MODELS:
        model.objects.filter(uuid__in=uuids).delete()


def build_rows(item: SearchItem) -> Iterator[Model]:
    """The entry of an item, its keys and the starts of its names."""
    other_names = _get_other_names(item)
    yield _build_entry(item, other_names)
    yield from _build_keys(item, other_names)
    yield from _build_starts(item, item.title, SearchKey.KeyRank.TITLE)
    for name in other_names:
        yield from _build_starts(item, name, SearchKey.KeyRank.OTHER_NAME)


def _get_other_names(item: SearchItem) -> list[str]:
    """The names of an item that are neither its title nor a name before them."""
    seen = {fold(item.title)}
    names = []
    for name in item.names:
        key = fold(name)
        if key not in seen:
            seen.add(key)
            names.append(name)
    return names


def _build_entry(item: SearchItem, other_names: list[str]) -> SearchEntry:
    stems_of_names = [" ".join(stem_text(name)) for name in other_names]
    text_stems: set[str] = set()
    for text in item.texts:
        text_stems.update(stem_text(text))
    spoken: set[str] = set()
    for name in (item.title, *other_names):
        spoken.update(split_words(name))
    return SearchEntry(
        uuid=item.uuid,
        kind=item.kind,
        article_id=item.article_id,
        language=item.language,
        slug=item.slug,
        title=item.title,
        sort_key=fold(item.title)[:200],
        title_words=" ".join(stem_text(item.title)),
        name_words="\n".join(stems_of_names),
        text_words=" ".join(sorted(text_stems)),
        spoken=" ".join(sorted(spoken)),
    )


def _build_starts(item: SearchItem, name: str, rank: SearchKey.KeyRank) -> Iterator[SearchStart]:
    """A row for each word of a name, from which somebody may begin to type it."""
    words = split_words(name)
    for place in range(min(len(words), MAX_STARTS_PER_NAME)):
        start = " ".join(words[place:])[:200]
        yield SearchStart(uuid=item.uuid, start=start, name=name[:200], place=place, rank=rank)


def _build_keys(item: SearchItem, other_names: list[str]) -> Iterator[SearchKey]:
    """The whole names and codes. The title outranks a code, and a code outranks another name."""
    ranks: dict[str, SearchKey.KeyRank] = {}
    for name in other_names:
        ranks[_fold(name)] = SearchKey.KeyRank.OTHER_NAME
    for code in item.codes:
        ranks[build_code_key(code)[:MAX_KEY_LENGTH]] = SearchKey.KeyRank.CODE
    ranks[_fold(item.title)] = SearchKey.KeyRank.TITLE
    for key, rank in ranks.items():
        if key:
            yield SearchKey(uuid=item.uuid, key=key, rank=rank)


def _fold(name: str) -> str:
    return build_key(stem_text(name))[:MAX_KEY_LENGTH]
