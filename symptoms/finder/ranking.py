"""What the signed pages say of several symptoms: when to call for help, then causes in order.

Nothing here judges: pages are counted and labels are compared, in the same way for everybody.
ADR 26 has the reasons.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from math import ceil
from operator import attrgetter
from uuid import UUID

from django.conf import settings
from django.db.models import Count, Exists, Max, Min, OuterRef, QuerySet, Subquery, Value
from django.urls import reverse

from articles.care import advice as care_advice
from articles.care.advice import ShownAdvice
from articles.content.document import Advice
from articles.content.languages import SOURCE_LANGUAGE
from articles.content.review_line import ReviewLine
from articles.models import Article, PublicationEvent, Redirect
from symptoms.content import cause_pages
from symptoms.content.document import (
    DocumentCause,
    DocumentRelatedSymptom,
    SymptomDocument,
    read_symptom,
)
from symptoms.models import PublishedCause
from symptoms.projections import causes

URGENCY_ORDER = ("emergency", "urgent", "routine")
CAUSES_PER_PAGE = 20

# By UUID a cause, and the number of the page of causes that names it.
NumberedCauses = dict[UUID, tuple[DocumentCause, int]]


@dataclass(frozen=True)
class ChosenSymptom:
    """A symptom that a visitor chose, as its page was signed."""

    pk: int
    slug: str
    document: SymptomDocument
    line: ReviewLine
    risk: str

    @property
    def url(self) -> str:
        return reverse("symptoms:symptom", args=[self.slug])

    def get_emergency_symptoms(self) -> list[DocumentRelatedSymptom]:
        """The symptoms that its page names among those that need emergency care."""
        found: list[DocumentRelatedSymptom] = []
        for group in self.document.related:
            if group.serious:
                found.extend(group.symptoms)
        return found

    def get_lateness(self, today: dt.date) -> str:
        """How late its review is: ``grace`` past the grace period, ``due`` past the date, or ""."""
        if self.line.is_past_grace(today, settings.GRACE_DAYS[self.risk]):
            return "grace"
        if self.line.is_overdue(today):
            return "due"
        return ""


@dataclass(frozen=True)
class SymptomSelection:
    """What the slugs of an address name: public symptoms, withdrawn pages, and unknown slugs."""

    symptoms: list[ChosenSymptom] = field(default_factory=list)
    withdrawn: list[dict] = field(default_factory=list)
    unknown: int = 0

    @property
    def slugs(self) -> list[str]:
        return [symptom.slug for symptom in self.symptoms]


def load_selection(slugs: list[str]) -> SymptomSelection:
    """The symptoms at these current or former slugs, each once and in order. Two queries."""
    if not slugs:
        return SymptomSelection()
    current_slugs = _get_current_slugs(slugs)
    pages = _load_pages([*slugs, *current_slugs.values()])
    found: dict[int, tuple[Article, str]] = {}
    unknown = 0
    for slug in slugs:
        page, title = pages.get(slug) or pages.get(current_slugs.get(slug, "")) or (None, None)
        if page and title:
            found[page.pk] = (page, title)
        else:
            unknown += 1
    symptoms: list[ChosenSymptom] = []
    withdrawn: list[dict] = []
    for page, title in found.values():
        if page.live:
            symptoms.append(_build_chosen_symptom(page.pk, page.risk, page.live))
        else:
            url = reverse("symptoms:symptom", args=[page.slug])
            withdrawn.append({"title": title, "url": url})
    return SymptomSelection(symptoms, withdrawn, unknown)


def _get_current_slugs(slugs: list[str]) -> dict[str, str]:
    """Former slug → current slug, of those slugs that are former ones."""
    rows = Redirect.objects.filter(kind="symptom", language=SOURCE_LANGUAGE, slug__in=slugs)
    return dict(rows.values_list("slug", "article__slug"))


def _load_pages(slugs: list[str]) -> dict[str, tuple[Article, str | None]]:
    """Slug → page, each with the title it was published under last; None for never published."""
    events = PublicationEvent.objects.filter(article=OuterRef("pk")).order_by("-id")
    rows = Article.objects.active().filter(kind="symptom", language=SOURCE_LANGUAGE, slug__in=slugs)
    rows = rows.select_related("live__revision")
    rows = rows.annotate(last_title=Subquery(events.values("title")[:1]))
    return {row.slug: (row, row.last_title) for row in rows}


def _build_chosen_symptom(pk: int, risk: str, live: PublicationEvent) -> ChosenSymptom:
    return ChosenSymptom(
        pk=pk,
        slug=live.slug,
        document=read_symptom(live.revision),
        line=live.read_review_line(),
        risk=risk,
    )


@dataclass(frozen=True)
class AdviceGroup:
    """Emergency advice, with the chosen symptoms whose pages give exactly this advice."""

    advice: Advice
    symptoms: list[ChosenSymptom]

    @cached_property
    def displayed(self) -> ShownAdvice:
        return care_advice.present_for_visitors(self.advice)

    @property
    def urgency(self) -> int:
        """Its place in the order of levels, as visitors are shown them: 0 is the most urgent."""
        return URGENCY_ORDER.index(self.displayed.level)


def group_advice(symptoms: list[ChosenSymptom]) -> list[AdviceGroup]:
    """The advice of every chosen symptom, the most urgent first."""
    symptoms_by_advice: dict[Advice, list[ChosenSymptom]] = {}
    for symptom in symptoms:
        advice = symptom.document.advice
        if advice:
            symptoms_by_advice.setdefault(advice, []).append(symptom)
    groups = [AdviceGroup(advice, those) for advice, those in symptoms_by_advice.items()]
    return sorted(groups, key=attrgetter("urgency"))


@dataclass(frozen=True)
class EmergencySymptom:
    """A symptom that signed pages name among those that need emergency care.

    ``named_by`` are the chosen symptoms whose pages do.
    """

    uuid: UUID
    name: str
    named_by: list[ChosenSymptom]


def find_emergency_symptoms(
    symptoms: list[ChosenSymptom],
) -> tuple[list[EmergencySymptom], list[EmergencySymptom]]:
    """What the pages of the chosen symptoms name as serious.

    The first list has those that were chosen too, the second has what to watch out for.
    """
    found: dict[UUID, EmergencySymptom] = {}
    for symptom in symptoms:
        for other in symptom.get_emergency_symptoms():
            emergency = found.setdefault(other.uuid, EmergencySymptom(other.uuid, other.name, []))
            emergency.named_by.append(symptom)
    chosen_uuids = {symptom.document.uuid for symptom in symptoms}
    chosen: list[EmergencySymptom] = []
    others: list[EmergencySymptom] = []
    for emergency in found.values():
        if emergency.uuid in chosen_uuids:
            chosen.append(emergency)
        else:
            others.append(emergency)
    return chosen, others


@dataclass(frozen=True)
class CauseMention:
    """What one chosen page says of a cause."""

    symptom: ChosenSymptom
    cause: DocumentCause
    number: int  # of the page of causes that names it

    @property
    def url(self) -> str:
        return f"{cause_pages.get_url(self.symptom.slug, self.number)}#cause-{self.cause.slug}"


@dataclass(frozen=True)
class RankedCause:
    """A cause under the name it was signed with last, and the chosen pages that name it."""

    uuid: UUID
    name: str
    url: str
    mentions: list[CauseMention]


@dataclass(frozen=True)
class CauseRanking:
    """One page of the ranked causes.

    ``groups`` has the number of chosen symptoms and the causes that explain so many, most first.
    """

    groups: list[tuple[int, list[RankedCause]]]
    total: int
    number: int
    links: dict[UUID, str]

    @property
    def num_pages(self) -> int:
        return ceil(self.total / CAUSES_PER_PAGE)

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


def rank_causes(symptom_ids: Iterable[int]) -> QuerySet:
    """Causes that these pages name: first those named by most; of these the gravest; then common.

    So a serious cause never stands below one that is only common and is named by no more pages.
    Where pages differ, the gravest and the most common label counts. Equals stand by name.
    """
    rows = PublishedCause.objects.filter(article__in=list(symptom_ids)).order_by()
    ranks = rows.values("cause_uuid").annotate(
        explains=Count("article"),
        gravest=Max("gravity"),
        commonest=Min("rarity"),
        first=Min("name_key"),
    )
    return ranks.order_by("-explains", "-gravest", "commonest", "first", "cause_uuid")


def get_cause_ranking(
    symptoms: list[ChosenSymptom], number: int, linked_uuids: Iterable[UUID]
) -> CauseRanking:
    """One page of the ranked causes. A number past the last page gives the last. Two queries.

    ``links`` of it has the addresses of these causes, and of the symptoms ``linked_uuids``, that
    have a public page.
    """
    numbered = [(symptom, _number_causes(symptom)) for symptom in symptoms]
    total = len(set().union(*(causes_of_page for _, causes_of_page in numbered)))
    number = min(number, max(ceil(total / CAUSES_PER_PAGE), 1))
    start = (number - 1) * CAUSES_PER_PAGE
    rows = rank_causes(symptom.pk for symptom in symptoms).values_list("cause_uuid", "explains")
    ranks = list(rows[start : start + CAUSES_PER_PAGE])
    names, links = _load_names_and_links([uuid for uuid, _ in ranks], linked_uuids)
    groups: dict[int, list[RankedCause]] = {}
    for uuid, explains in ranks:
        mentions = _collect_mentions(uuid, numbered)
        if not mentions:  # a page was signed again between two queries
            continue
        name = names.get(uuid) or mentions[0].cause.name
        cause = RankedCause(uuid, name, links.get(uuid, ""), mentions)
        groups.setdefault(explains, []).append(cause)
    return CauseRanking(list(groups.items()), total, number, links)


def _number_causes(symptom: ChosenSymptom) -> NumberedCauses:
    """The causes of a chosen symptom, each with the number of the page of causes that names it."""
    numbered: NumberedCauses = {}
    for place, cause in enumerate(symptom.document.all_causes):
        numbered[cause.uuid] = (cause, place // cause_pages.CAUSES_PER_PAGE + 1)
    return numbered


def _collect_mentions(
    uuid: UUID, numbered: list[tuple[ChosenSymptom, NumberedCauses]]
) -> list[CauseMention]:
    """What each chosen page that names a cause says of it."""
    mentions: list[CauseMention] = []
    for symptom, causes_of_page in numbered:
        if uuid in causes_of_page:
            cause, number = causes_of_page[uuid]
            mentions.append(CauseMention(symptom, cause, number))
    return mentions


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
            links[uuid] = reverse("symptoms:symptom", args=[slug])
    return names, links
