"""The kinds of page. Each registers here, so that code for all pages needs to know none of them."""

import json
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Generic, TypeVar
from uuid import UUID

from django.db.models import Model, QuerySet
from pydantic import ValidationError

from articles.content import paths
from articles.content.blocks import Block
from articles.content.document import EXPUNGED, SCHEMA_VERSION, Document, DocumentHead

# Documents in the memory of a process, each of some 70 kB.
MAX_SHARED = 128
PageT = TypeVar("PageT", bound=Model)
DocumentT = TypeVar("DocumentT", bound=Document)
# New documents of one kind, each with the one before it.
DocumentPairs = Sequence[tuple[DocumentT, DocumentT | None]]


class UnknownDocument(ValueError):
    """A stored document is of a kind or schema that this build cannot read."""


class ExpungedDocument(UnknownDocument):
    """The text was blanked for good, by order of a court or to protect somebody."""


def ignore_expunged(document: Document) -> None:
    """The default of ``Projection.on_expunge``: older texts have no rows."""


def find_no_excess(document: Document) -> str:
    """The ``find_excess`` of projections that can store any document."""
    return ""


def get_no_part(document: Document, number: int) -> dict[str, Any]:
    """The default of ``PageKind.part``: documents of this kind are shown on one page."""
    return {}


def find_no_neighbours(documents: Sequence[Document], most: int) -> list[list[list[int]]]:
    """The default of ``PageKind.neighbours``: pages of this kind share topics alone."""
    return [[] for _ in documents]


def list_linked(document: Document) -> set[UUID]:
    """The default of ``PageKind.links``: the pages that a document names."""
    return document.linked


def get_default_figure_places() -> dict[str, str]:
    return {"overview": "After the text"}


@dataclass(frozen=True)
class Projection(Generic[DocumentT]):
    """Tables beside the publication log, so that lists need not read every document.

    ``on_publish`` is called with a signed publication and its document, and ``on_withdraw`` with a
    withdrawal: both in its transaction, while the end of the log is locked. ``on_expunge`` is
    called with an older text that was expunged, in that transaction. Each gives the subjects of
    public pages that its rows changed (``articles.page_store.subjects``), beside what the event
    itself changes. ``build_rows`` gives all rows
    that the tables of ``models`` should have, from the log alone. ``find_excess`` says why they
    cannot store a document, or nothing.
    """

    models: tuple[type[Model], ...]
    on_publish: Callable[[Any, DocumentT], Collection[str] | None]
    on_withdraw: Callable[[Any], Collection[str] | None]
    build_rows: Callable[[], Iterable[Model]]
    on_expunge: Callable[[DocumentT], Collection[str] | None] = ignore_expunged
    find_excess: Callable[[DocumentT], str] = find_no_excess


@dataclass(frozen=True)
class PageKind(Generic[PageT, DocumentT]):
    """One kind of page: the model of its working copies, and its document.

    ``load`` prepares a queryset of its model so that ``compose`` needs no further query.
    ``restore`` writes a document back into the working copy and returns a sentence for each thing
    that it could not restore.
    ``authors`` takes several new documents and gives for each the ids of users whose words in
    shared rows it brings in, in a fixed number of queries.
    ``links`` gives the UUIDs of all that a document names and that may have a public address.
    ``list_page`` is the title of the list of its pages and the URL name of it.
    ``json_ld`` gives the structured data of a public page beyond the common part.
    ``figure_places`` are the places where a picture can stand, with their labels for editors, in
    the order of the page. A picture of any other place stands at the first.
    ``part`` gives templates one part, by number, of a document that is too long for one page.
    ``section_anchors`` are those of the sections that its pages can have; where there are none,
    the headings of the overview have anchors.
    ``neighbours`` takes documents, and how many pages are wanted. For each it gives lists of ids of
    public pages that share facts with it, the nearest first, in a fixed number of queries; the page
    itself, and what it names, may be among them. These are related before those that share a topic
    alone.
    A kind that is not ``medical`` describes the site itself: its pages need no sources and no
    topic, and they are neither among the latest reviews nor among related pages.
    """

    name: str
    model: type[PageT]
    document: type[DocumentT]
    url_name: str
    template: str
    partial: str
    load: Callable[[QuerySet[PageT]], QuerySet[PageT]]
    compose: Callable[[PageT], DocumentT]
    restore: Callable[[PageT, DocumentT], list[str]]
    blocks: Callable[[DocumentT], Iterable[Block]]
    authors: Callable[[DocumentPairs[DocumentT]], list[set[int]]]
    links: Callable[[DocumentT], set[UUID]] = list_linked
    checks: tuple[Any, ...] = ()
    projection: Projection[DocumentT] | None = None
    causes_partial: str = ""
    list_page: tuple[str, str] | None = None
    json_ld: Callable[[Any], Any] | None = None
    figure_places: dict[str, str] = field(default_factory=get_default_figure_places)
    medical: bool = True
    part: Callable[[DocumentT, int], dict[str, Any]] = get_no_part
    section_anchors: frozenset[str] = frozenset()
    neighbours: Callable[[Sequence[DocumentT], int], list[list[list[int]]]] = find_no_neighbours


@dataclass(frozen=True)
class LinkTarget:
    """Something with a public address that is no page, such as a cause.

    ``readable`` gives querysets with the slugs that visitors can open now, and ``known`` with those
    that they may open once more is signed. ``links`` gives, of some UUIDs that documents name, rows
    of UUID, name of the target and slug of those that visitors can open: by ``any_of`` alone, as
    the query is prepared.
    """

    url_name: str
    readable: Callable[[], Sequence[QuerySet[Any]]]
    known: Callable[[], Sequence[QuerySet[Any]]]
    links: Callable[[list[UUID]], QuerySet[Any, Any]] | None = None


_kinds: dict[str, PageKind[Any, Any]] = {}
_link_targets: dict[str, LinkTarget] = {}
_url_names: dict[str, str] = {}
_labels: dict[str, str] = {}


def register(kind: PageKind[Any, Any]) -> None:
    _kinds[kind.name] = kind
    _url_names[kind.name] = kind.url_name
    _labels[kind.name] = kind.model._meta.verbose_name.capitalize()


def register_link_target(name: str, target: LinkTarget, *, label: str) -> None:
    """Register something with a public address that is no page.

    Links use this name, and lists show ``label`` beside what it is called.
    """
    _link_targets[name] = target
    _url_names[name] = target.url_name
    _labels[name] = label


def get_link_targets() -> dict[str, LinkTarget]:
    return dict(_link_targets)


def get(name: str) -> PageKind[Any, Any]:
    return _kinds[name]


def get_for_model(model: type[Model]) -> PageKind[Any, Any]:
    """The kind whose working copies are rows of this model. Raises LookupError if none is."""
    for kind in _kinds.values():
        if kind.model is model:
            return kind
    raise LookupError(f"no kind of page has the model {model.__name__}")


def get_path(name: str, slug: str) -> str:
    """The public path of a page of a kind, or of a link target."""
    return paths.get_path(_url_names[name], slug)


def get_label(name: str) -> str:
    """What lists call something of a kind, or a link target."""
    return _labels[name]


def get_all() -> list[PageKind[Any, Any]]:
    return list(_kinds.values())


def get_medical_names() -> list[str]:
    """The names of the kinds with medical content, and not about the site."""
    return [kind.name for kind in _kinds.values() if kind.medical]


@lru_cache(maxsize=MAX_SHARED)
def parse_shared(text: str) -> Document:
    """The same of a page in a list: most of its pages were there when it was shown last.

    A document never changes, and is found by its whole text.
    """
    return parse_document(text)


def parse_head(text: str) -> DocumentHead:
    """What a list shows of a stored document. Raises as ``parse_document`` does."""
    try:
        head = DocumentHead.model_validate_json(text)
    except ValidationError:
        parse_document(text)  # which says what it is
        raise
    if head.kind not in _kinds:
        raise UnknownDocument(f"kind {head.kind!r}")
    return head


def parse_document(text: str) -> Document:
    """Parse the stored text of a document of any kind.

    Raises ExpungedDocument if it was blanked, and UnknownDocument if this build does not know its
    kind or its schema.
    """
    if text == EXPUNGED:
        raise ExpungedDocument("the text was expunged")
    values = json.loads(text)
    if not isinstance(values, dict):
        raise UnknownDocument("not an object")
    kind, schema = values.get("kind"), values.get("schema")
    if schema != SCHEMA_VERSION or kind not in _kinds:
        raise UnknownDocument(f"kind {kind!r}, schema {schema!r}")
    document_class: type[Document] = _kinds[kind].document
    return document_class.model_validate(values)
