"""The causes that the signed pages name for several symptoms, in an order that is always the same.

Nothing here judges: pages are counted and labels are compared, in the same way for everybody.
ADR 61 has the reasons.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from math import ceil
from uuid import UUID

from django.db.models import Case, Count, Exists, F, Max, Min, OuterRef, Q, QuerySet, Value, When

from articles.care import advice as care_advice
from articles.content.paths import get_path
from articles.db.prepared import PreparedQuery
from articles.models import Article
from symptoms.content import cause_pages
from symptoms.content.document import DocumentCause
from symptoms.finder.selection import ChosenSymptom
from symptoms.models import PublishedCause
from symptoms.projections import causes, red_cards

CAUSES_PER_PAGE = 20
MAX_GRAVE_CAUSES = 100  # that must not be missed, on the first list
# A page's labels as one number, the gravest highest and, of equal ones, the most common.
GRAVITY_STEP = 10
LOWEST_LIFE_THREATENING = (
    PublishedCause.Gravity.LIFE_THREATENING * GRAVITY_STEP - PublishedCause.Rarity.NOT_GIVEN
)

# By UUID a cause, and the address of the page of causes that names it.
NumberedCauses = dict[UUID, tuple[DocumentCause, str]]


def compute_grade(gravity: int, rarity: int) -> int:
    """Both labels that one page gives a cause, as one number."""
    return gravity * GRAVITY_STEP - rarity


@dataclass(frozen=True)
class CauseMention:
    """What one chosen page says of a cause."""

    symptom: ChosenSymptom
    cause: DocumentCause
    address: str  # of the page of causes that names it

    @property
    def url(self) -> str:
        return f"{self.address}#cause-{self.cause.slug}"

    @property
    def grade(self) -> int:
        return compute_grade(
            causes.GRAVITY_BY_LABEL[self.cause.seriousness],
            causes.RARITY_BY_LABEL[self.cause.frequency],
        )


@dataclass(frozen=True)
class RankedCause:
    """A cause under the name it was signed with last, and the chosen pages that name it.

    The first of ``mentions`` is by the page whose labels decided its place.
    """

    uuid: UUID
    name: str
    url: str
    mentions: list[CauseMention]


@dataclass(frozen=True)
class RankedGroup:
    """Causes that must not be missed, or causes that explain as many of the chosen symptoms."""

    causes: list[RankedCause]
    explains: int = 0

    @property
    def must_not_be_missed(self) -> bool:
        return self.explains == 0


@dataclass(frozen=True)
class CauseRanking:
    """One page of the ranked causes, of which ``grave`` must not be missed, on whatever page."""

    groups: list[RankedGroup]
    total: int
    grave: int
    number: int
    links: dict[UUID, str]

    @property
    def num_pages(self) -> int:
        return count_pages(self.total, self.grave)

    @property
    def previous_number(self) -> int | None:
        if self.number == 1:
            return None
        return self.number - 1

    @property
    def next_number(self) -> int | None:
        if self.number >= self.num_pages:
            return None
        return self.number + 1


def rank_causes(symptom_ids: Iterable[int], alarming: Iterable[UUID] = ()) -> QuerySet:
    """Causes that these pages name: those that one of them calls life-threatening come first.

    ``alarming`` are further causes that must not be missed. Then come those named by most; of
    equals the gravest, by the labels of one page each; then by name. What all of these pages
    call a catch-all stands last, of all that must not be missed and of those that explain as
    many. ``grave`` is 1 for those that must not be missed.
    """
    rows = PublishedCause.objects.filter(article__pk__any_of=list(symptom_ids)).order_by()
    ranks = rows.values("cause_uuid").annotate(
        explains=Count("article"),
        grade=Max(F("gravity") * GRAVITY_STEP - F("rarity")),
        first=Min("name_key"),
        last=Min(Case(When(catch_all=True, then=1), default=0)),
    )
    is_grave = Q(grade__gte=LOWEST_LIFE_THREATENING) | Q(cause_uuid__any_of=list(alarming))
    ranks = ranks.annotate(grave=Case(When(is_grave, then=1), default=0))
    grave_last = Case(When(grave=1, last=1, then=1), default=0)
    return ranks.order_by(
        "-grave", grave_last, "-explains", "last", "-grade", "first", "cause_uuid"
    )


def _build_ranks_query(symptom_ids: list[int], alarming: list[UUID], start: int) -> QuerySet:
    rows = rank_causes(symptom_ids, alarming).values_list("cause_uuid", "explains", "grave")
    return rows[start : start + MAX_GRAVE_CAUSES]


_ranks_query = PreparedQuery(
    _build_ranks_query, symptom_ids=list[int], alarming=list[UUID], start=int
)


def count_pages(total: int, grave: int) -> int:
    """How many lists so many causes take: the first has all that must not be missed."""
    return 1 + ceil(max(total - _get_first_size(grave), 0) / CAUSES_PER_PAGE)


def _get_first_size(grave: int) -> int:
    return min(max(grave, CAUSES_PER_PAGE), MAX_GRAVE_CAUSES)


def _get_slice(number: int, grave: int) -> slice:
    """The places of the causes of one list."""
    first = _get_first_size(grave)
    if number == 1:
        return slice(0, first)
    start = first + (number - 2) * CAUSES_PER_PAGE
    return slice(start, start + CAUSES_PER_PAGE)


def get_cause_ranking(
    symptoms: list[ChosenSymptom], number: int, linked_uuids: Iterable[UUID]
) -> CauseRanking:
    """One page of the ranked causes. A number past the last page gives the last. Two queries.

    ``links`` of it has the addresses of these causes, and of the symptoms ``linked_uuids``, that
    have a public page.
    """
    numbered = [(symptom, _number_causes(symptom)) for symptom in symptoms]
    total = len(set().union(*(causes_of_page for _, causes_of_page in numbered)))
    alarming = set().union(*(_find_alarming(*named) for named in numbered))
    grave = len(alarming.union(*(_find_grave(causes_of_page) for _, causes_of_page in numbered)))
    number = min(number, count_pages(total, grave))
    places = _get_slice(number, grave)
    rows = _ranks_query.fetch(
        symptom_ids=[symptom.pk for symptom in symptoms],
        alarming=list(alarming),
        start=places.start,
    )
    ranks = rows[: places.stop - places.start]
    names, links = _load_names_and_links([uuid for uuid, *_ in ranks], linked_uuids)
    groups: dict[int, RankedGroup] = {}
    for uuid, explains, is_grave in ranks:
        mentions = _collect_mentions(uuid, numbered)
        if not mentions:  # a page was signed again between two queries
            continue
        name = names.get(uuid) or mentions[0].cause.name
        cause = RankedCause(uuid, name, links.get(uuid, ""), mentions)
        group = RankedGroup([], 0 if is_grave else explains)
        groups.setdefault(group.explains, group).causes.append(cause)
    return CauseRanking(list(groups.values()), total, grave, number, links)


def _number_causes(symptom: ChosenSymptom) -> NumberedCauses:
    """The causes of a chosen symptom, each with the address of the page of causes that names it."""
    numbered: NumberedCauses = {}
    address = ""
    for place, cause in enumerate(symptom.document.all_causes):
        if place % cause_pages.CAUSES_PER_PAGE == 0:
            number = place // cause_pages.CAUSES_PER_PAGE + 1
            address = cause_pages.get_url(symptom.slug, number)
        numbered[cause.uuid] = (cause, address)
    return numbered


def _find_grave(numbered: NumberedCauses) -> set[UUID]:
    """The causes that a page calls life-threatening."""
    label = PublishedCause.Gravity.LIFE_THREATENING.label
    return {uuid for uuid, (cause, _) in numbered.items() if cause.seriousness == label}


def _find_alarming(symptom: ChosenSymptom, numbered: NumberedCauses) -> set[UUID]:
    """The causes that a page calls serious and names in its emergency card."""
    cards = care_advice.present_cards(symptom.document, for_visitors=True)
    sentences = red_cards.read_emergency_cards(cards)
    label = PublishedCause.Gravity.SERIOUS.label
    found: set[UUID] = set()
    for uuid, (cause, _) in numbered.items():
        if cause.seriousness == label and red_cards.is_named(cause.name, sentences):
            found.add(uuid)
    return found


def _collect_mentions(
    uuid: UUID, numbered: list[tuple[ChosenSymptom, NumberedCauses]]
) -> list[CauseMention]:
    """What each chosen page that names a cause says of it, the gravest first."""
    mentions: list[CauseMention] = []
    for symptom, causes_of_page in numbered:
        if uuid in causes_of_page:
            mentions.append(CauseMention(symptom, *causes_of_page[uuid]))
    return sorted(mentions, key=lambda mention: -mention.grade)


def _load_names_and_links(
    cause_uuids: list[UUID], symptom_uuids: Iterable[UUID]
) -> tuple[dict[UUID, str], dict[UUID, str]]:
    """The names under which causes were signed last, and the addresses of public pages. One query.

    The addresses are those of the causes and of the symptoms.
    """
    rows = _names_query.fetch(causes=cause_uuids, symptoms=list(symptom_uuids))
    names: dict[UUID, str] = {}
    links: dict[UUID, str] = {}
    for is_cause, uuid, name, slug, page in rows:
        if is_cause:
            names[uuid] = name
        if page and is_cause:
            links[uuid] = causes.get_url(slug)
        elif page:
            links[uuid] = get_path("symptoms:symptom", slug)
    return names, links


def _build_names_query(causes: list[UUID], symptoms: list[UUID]) -> QuerySet:
    has_page = Exists(PublishedCause.objects.authoritative().filter(pk=OuterRef("pk")))
    latest = PublishedCause.objects.filter(cause_uuid__any_of=causes, latest=True).order_by()
    cause_rows = latest.annotate(cause=Value(1), page=has_page)
    public = Article.objects.public().filter(kind="symptom", uuid__any_of=symptoms)
    symptom_rows = public.order_by().annotate(cause=Value(0), page=Value(True))
    return cause_rows.values_list("cause", "cause_uuid", "name", "slug", "page").union(
        symptom_rows.values_list("cause", "uuid", "live__title", "live__slug", "page"), all=True
    )


_names_query = PreparedQuery(_build_names_query, causes=list[UUID], symptoms=list[UUID])
