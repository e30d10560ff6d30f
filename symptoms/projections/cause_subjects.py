"""What a publication changes of causes: their names, addresses and lists, and who names them."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q

from articles.page_store import subjects
from symptoms.models import CauseAddress, PublishedCause
from symptoms.projections.names import find_letter

KIND = "cause"


@dataclass(frozen=True)
class CauseName:
    """A public cause as it was signed last."""

    name: str
    slug: str
    letter: str
    description: UUID | None


@dataclass(frozen=True)
class CauseState:
    """What visitors read of some causes at a moment.

    ``public`` has the causes that a page names, with the address signed last, ``listed`` those of
    them that have a page at it, and ``mentions`` what one page says of those that it names.
    """

    public: dict[UUID, str]
    listed: dict[UUID, CauseName]
    mentions: dict[UUID, tuple[int, int, str]]


def load_state(article: int, uuids: Iterable[UUID] = (), slugs: Iterable[str] = ()) -> CauseState:
    """The state of the causes that a page names, of further ones, and of those at some addresses.

    Two queries.
    """
    mentions: dict[UUID, tuple[int, int, str]] = {}
    own = PublishedCause.objects.filter(article=article).order_by()
    for row in own.only("cause_uuid", "gravity", "rarity", "sort_key"):
        mentions[row.cause_uuid] = (row.gravity, row.rarity, row.sort_key)
    keys = {*uuids, *mentions}
    # Of a cause that a page names no more, a page that was signed earlier gives the address.
    signed = PublishedCause.objects.filter(cause_uuid__in=keys).order_by().values("slug")
    wanted = Q(cause_uuid__in=keys) | Q(slug__in=set(slugs)) | Q(slug__in=signed)
    latest = PublishedCause.objects.filter(wanted, latest=True).order_by("publication_id")
    by_slug = {row.slug: row for row in latest}  # the one that was signed last
    public = {row.cause_uuid: row.slug for row in latest}
    listed: dict[UUID, CauseName] = {}
    for row in by_slug.values():
        key = find_letter(row.name_key)
        listed[row.cause_uuid] = CauseName(row.name, row.slug, key, row.description_uuid)
    return CauseState(public, listed, mentions)


def find_changed(before: CauseState, after: CauseState) -> set[str]:
    """The subjects in which two states differ. One query at most."""
    changed: set[str] = set()
    for uuid in before.listed.keys() | after.listed.keys():
        changed.update(_compare_names(uuid, before.listed.get(uuid), after.listed.get(uuid)))
    for uuid in before.mentions.keys() | after.mentions.keys():
        if before.mentions.get(uuid) != after.mentions.get(uuid):
            changed.add(subjects.cause(uuid))
    moved: set[UUID] = set()
    for uuid in before.public.keys() | after.public.keys():
        if before.public.get(uuid) != after.public.get(uuid):
            moved.add(uuid)
    if moved:
        addresses = CauseAddress.objects.filter(cause_uuid__in=moved)
        changed.update(subjects.link(KIND, row.slug) for row in addresses)
    return changed


def _compare_names(uuid: UUID, old: CauseName | None, new: CauseName | None) -> Iterable[str]:
    if old == new:
        return
    names = [name for name in (old, new) if name]
    if len(names) == 2 and (names[0].name, names[0].slug) == (names[1].name, names[1].slug):
        yield subjects.cause(uuid)  # it is described elsewhere
        return
    yield subjects.name_of(uuid)
    yield subjects.page_list(KIND)
    keys = {name.letter for name in names}
    for key in keys:
        yield subjects.letter(KIND, key)
    if len(names) == 1 or len(keys) > 1:
        yield subjects.letters(KIND)
