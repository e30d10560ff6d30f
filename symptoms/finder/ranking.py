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

# By UUID a cause, and the number of the page of causes that names it.
NumberedCauses = dict[UUID, tuple[DocumentCause, int]]


def compute_grade(gravity: int, rarity: int) -> int:
    """Both labels that one page gives a cause, as one number."""
    return gravity * GRAVITY_STEP - rarity


@dataclass(frozen=True)
class CauseMention:
    """What one chosen page says of a cause."""

    symptom: ChosenSymptom
    cause: DocumentCause
    number: int  # of the page of causes that names it

    @property
    def url(self) -> str:
        return f"{cause_pages.get_url(self.symptom.slug, self.number)}#cause-{self.cause.slug}"

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
    rows = PublishedCause.objects.filter(article__in=list(symptom_ids)).order_by()
    ranks = rows.values("cause_uuid").annotate(
        explains=Count("article"),
        grade=Max(F("gravity") * GRAVITY_STEP - F("rarity")),
        first=Min("name_key"),
        last=Min(Case(When(catch_all=True, then=1), default=0)),
    )
    is_grave = Q(grade__gte=LOWEST_LIFE_THREATENING) | Q(cause_uuid__in=list(alarming))
    ranks = ranks.annotate(grave=Case(When(is_grave, then=1), default=0))
    grave_last = Case(When(grave=1, last=1, then=1), default=0)
    return ranks.order_by(
        "-grave", grave_last, "-explains", "last", "-grade", "first", "cause_uuid"
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
    rows = rank_causes((symptom.pk for symptom in symptoms), alarming)
    ranks = list(rows.values_list("cause_uuid", "explains", "grave")[_get_slice(number, grave)])
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
    """The causes of a chosen symptom, each with the number of the page of causes that names it."""
    numbered: NumberedCauses = {}
    for place, cause in enumerate(symptom.document.all_causes):
        numbered[cause.uuid] = (cause, place // cause_pages.CAUSES_PER_PAGE + 1)
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
            cause, number = causes_of_page[uuid]
            mentions.append(CauseMention(symptom, cause, number))
    return sorted(mentions, key=lambda mention: -mention.grade)


def _load_names_and_links(
    cause_uuids: list[UUID], symptom_uuids: Iterable[UUID]
) -> tuple[dict[UUID, str], dict[UUID, str]]:
    """The names under which causes were signed last, and the addresses of public pages. One query.

    The addresses are those of the causes and of the symptoms.
    """
    has_page = Exists(PublishedCause.objects.authoritative().filter(pk=OuterRef("pk")))
    latest = PublishedCause.objects.filter(cause_uuid__in=cause_uuids, latest=True).order_by()
    cause_rows = latest.annotate(cause=Value(1), page=has_page)
    public = Article.objects.public().filter(kind="symptom", uuid__in=list(symptom_uuids))
    symptom_rows = public.order_by().annotate(cause=Value(0), page=Value(True))
    rows = cause_rows.values_list("cause", "cause_uuid", "name", "slug", "page").union(
        symptom_rows.values_list("cause", "uuid", "live__title", "live__slug", "page"), all=True
    )
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
