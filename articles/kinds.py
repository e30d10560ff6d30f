"""The kinds of page: each registers here, so that the ground shows, diffs and checks what it does not know."""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.urls import reverse

from articles.content import EXPUNGED, SCHEMA, Document

if TYPE_CHECKING:
    from django.db.models import Model, QuerySet

    from articles.diff import Block
    from articles.json_ld import Shown, Subject
    from articles.models import Publication


class UnknownDocument(ValueError):
    """A stored document is of a kind or schema that this build cannot read."""


class Expunged(UnknownDocument):
    """The text was blanked for good, by order of a court or to protect somebody: nobody can read it."""


def nothing(document: Document) -> None:
    """For a projection that keeps nothing of texts of old."""


@dataclass(frozen=True)
class Projection:
    """What is kept beside the log so that lists need not read every document.

    ``show`` takes a signed publication with its document, ``hide`` a withdrawal: both in its transaction, with the
    end of the log held. ``rows`` gives all that there should be in the tables of ``models``, from the log alone.
    ``forget`` takes a text of old that was expunged a moment ago, in its transaction too.
    """

    models: tuple[type["Model"], ...]
    show: Callable[["Publication", Document], None]
    hide: Callable[["Publication"], None]
    rows: Callable[[], Iterable["Model"]]
    forget: Callable[[Document], None] = nothing


@dataclass(frozen=True)
class Kind:
    """One kind of page.

    ``load`` prepares a queryset of its model so that ``compose`` asks the database nothing more;
    ``restore`` writes a document back into the working copy and returns what it could not restore, a sentence
    each; ``authors`` names, for each of several new documents with the one before it, the ids of users whose words
    in shared rows it brings in, in a fixed number of queries; ``links`` gives querysets that find what a document names
    and visitors can read, as rows of UUID, kind (or place) and slug, so that one query can ask for all.
    ``listed`` is what the list of its pages is called, and the name of its address, for the way back to it;
    ``json_ld`` says what a public page of it tells machines beyond the common part. ``places`` are those where a
    picture can stand, with what editors call them, in the order of the page; a picture of any other place stands at
    the first. ``part`` gives templates one part, by number, of a document that is too long for one page. One that is
    not ``medical`` speaks of the house: it rests on no source, needs no topic, and is neither
    news among the latest reviews nor related to what one reads of an illness.
    """

    name: str
    model: Any
    document: type[Document]
    url_name: str
    template: str
    partial: str
    load: Callable[["QuerySet"], "QuerySet"]
    compose: Callable[[Any], Document]
    restore: Callable[[Any, Document], list[str]]
    blocks: Callable[[Document], Iterable["Block"]]
    authors: Callable[[list[tuple[Document, Document | None]]], list[set[int]]]
    links: Callable[[Document], list["QuerySet"]]
    checks: tuple[Callable, ...] = ()
    projection: Projection | None = None
    causes_partial: str = ""
    listed: tuple[str, str] | None = None
    json_ld: Callable[["Shown"], "Subject"] | None = None
    places: dict[str, str] = field(default_factory=lambda: {"overview": "After the text"})
    medical: bool = True
    part: Callable[[Document, int], dict] = lambda document, number: {}


_kinds: dict[str, Kind] = {}
_places: dict[str, str] = {}
_told: dict[str, str] = {}


def register(kind: Kind) -> None:
    _kinds[kind.name] = kind
    _places[kind.name] = kind.url_name
    _told[kind.name] = kind.model._meta.verbose_name.capitalize()


def register_place(name: str, url_name: str, *, told: str) -> None:
    """What has a public address and is no page, such as a cause: links lead to it by this name.

    ``told`` is what a list says of it beside its name.
    """
    _places[name], _told[name] = url_name, told


def get(name: str) -> Kind:
    return _kinds[name]


def of(model: type) -> Kind:
    """The kind whose working copies are rows of this model."""
    return next(kind for kind in _kinds.values() if kind.model is model)


def path(name: str, slug: str) -> str:
    """The public path of a page of a kind, or of a place."""
    return reverse(_places[name], args=[slug])


def told(name: str) -> str:
    """What a list says that something is."""
    return _told[name]


def every() -> list[Kind]:
    return list(_kinds.values())


def medical() -> list[str]:
    """The names of the kinds that speak of health and not of the house."""
    return [kind.name for kind in _kinds.values() if kind.medical]


def read(text: str) -> Document:
    """Parse the stored text of a document, whichever kind it is.

    Raises Expunged where it was blanked, and UnknownDocument where this build knows neither its kind nor its schema.
    """
    if text == EXPUNGED:
        raise Expunged("the text was expunged")
    values = json.loads(text)
    if not isinstance(values, dict):
        raise UnknownDocument("not an object")
    if values.get("schema") != SCHEMA or values.get("kind") not in _kinds:
        raise UnknownDocument(f"kind {values.get('kind')!r}, schema {values.get('schema')!r}")
    return _kinds[values["kind"]].document.model_validate(values)
