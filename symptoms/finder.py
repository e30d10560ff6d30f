"""What the signed pages say of several symptoms together: when to call for help first, then causes in a fixed order.

Nothing here judges: pages are counted and labels are compared, the same way for everybody. ADR 26 has the reasons.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from uuid import UUID

from django.conf import settings
from django.db.models import Count, Exists, Max, Min, OuterRef, QuerySet, Subquery, Value
from django.urls import reverse

from articles import care_advice
from articles.care_advice import ShownAdvice
from articles.content import Advice
from articles.imprint import ReviewLine
from articles.models import Article, Publication, Redirect
from symptoms import cause_pages, causes
from symptoms.content import Cause, Related, SymptomDocument
from symptoms.models import PublishedCause

URGENCY = ("emergency", "urgent", "routine")
CAUSES_A_LIST = 20


@dataclass(frozen=True)
class Chosen:
    """A symptom that a visitor chose, as its page was signed."""

    pk: int
    slug: str
    document: SymptomDocument
    line: ReviewLine
    risk: str

    @property
    def url(self) -> str:
        return reverse("symptoms:symptom", args=[self.slug])

    def causes(self) -> dict[UUID, Cause]:
        return {cause.uuid: cause for group in self.document.causes for cause in group.causes}

    def serious(self) -> tuple[Related, ...]:
        """The symptoms that its page names among those that need emergency care."""
        return tuple(other for group in self.document.related if group.serious for other in group.symptoms)

    def late(self, today: dt.date) -> str:
        """How late its review is, as its page says itself: ``grace`` past all patience, ``due`` past the date."""
        if self.line.past_grace(today, settings.GRACE_DAYS[self.risk]):
            return "grace"
        return "due" if self.line.overdue(today) else ""


@dataclass(frozen=True)
class Choice:
    """What an address names: the symptoms that are public, those withdrawn since, and how many it got wrong."""

    symptoms: list[Chosen] = field(default_factory=list)
    withdrawn: list[dict] = field(default_factory=list)
    unknown: int = 0

    @property
    def slugs(self) -> list[str]:
        return [symptom.slug for symptom in self.symptoms]


def choose(slugs: list[str]) -> Choice:
    """The symptoms at these addresses, of today or of old, each once and in order. Two queries."""
    if not slugs:
        return Choice()
    moved = dict(
        Redirect.objects.filter(kind="symptom", language="en", slug__in=slugs).values_list("slug", "article__slug")
    )
    newest = Publication.objects.filter(article=OuterRef("pk")).order_by("-id").values("title")[:1]
    rows = Article.objects.kept().filter(kind="symptom", language="en", slug__in=[*slugs, *moved.values()])
    pages = {row.slug: row for row in rows.select_related("live__revision").annotate(last_title=Subquery(newest))}
    asked = {slug: pages.get(slug) or pages.get(moved.get(slug, "")) for slug in slugs}
    found = {page.pk: page for page in asked.values() if page and page.last_title}
    return Choice(
        symptoms=[_chosen(page) for page in found.values() if page.live],
        withdrawn=[
            {"title": page.last_title, "url": reverse("symptoms:symptom", args=[page.slug])}
            for page in found.values()
            if not page.live
        ],
        unknown=sum(page is None or not page.last_title for page in asked.values()),
    )


def _chosen(page: Article) -> Chosen:
    document, line = page.live.revision.read(), page.live.read_review_line()
    return Chosen(pk=page.pk, slug=page.live.slug, document=document, line=line, risk=page.risk)


@dataclass(frozen=True)
class Call:
    """Emergency advice of one or, where it is the same to the letter, of several chosen symptoms."""

    advice: Advice
    symptoms: list[Chosen]

    @cached_property
    def shown(self) -> ShownAdvice:
        return care_advice.for_visitors(self.advice)


def calls(symptoms: list[Chosen]) -> list[Call]:
    """The advice of every chosen symptom, the most urgent first, by the level at which visitors are shown it."""
    same: dict[Advice, list[Chosen]] = {}
    for symptom in symptoms:
        if symptom.document.advice:
            same.setdefault(symptom.document.advice, []).append(symptom)
    found = (Call(advice, those) for advice, those in same.items())
    return sorted(found, key=lambda call: URGENCY.index(call.shown.level))


@dataclass(frozen=True)
class Alarm:
    """A symptom that signed pages name among those that need emergency care, with the chosen ones whose pages do."""

    uuid: UUID
    name: str
    with_: list[Chosen]


def alarms(symptoms: list[Chosen]) -> tuple[list[Alarm], list[Alarm]]:
    """What the chosen symptoms' pages name as serious: first what was chosen too, then what to watch out for."""
    found: dict[UUID, Alarm] = {}
    for symptom in symptoms:
        for other in symptom.serious():
            found.setdefault(other.uuid, Alarm(other.uuid, other.name, [])).with_.append(symptom)
    chosen = {symptom.document.uuid for symptom in symptoms}
    return [a for a in found.values() if a.uuid in chosen], [a for a in found.values() if a.uuid not in chosen]


@dataclass(frozen=True)
class Named:
    """What one chosen page says of a cause."""

    symptom: Chosen
    cause: Cause
    number: int  # of the page of causes that says it

    @property
    def url(self) -> str:
        return f"{cause_pages.address(self.symptom.slug, self.number)}#cause-{self.cause.slug}"


@dataclass(frozen=True)
class Explanation:
    """A cause, under the name it was signed with last, and the chosen symptoms whose pages name it."""

    uuid: UUID
    name: str
    url: str
    named: list[Named]


@dataclass(frozen=True)
class Causes:
    """One list of causes in their order. ``groups`` has those that explain equally many together, most first."""

    groups: list[tuple[int, list[Explanation]]]
    total: int
    number: int
    links: dict[UUID, str]

    @property
    def lists(self) -> int:
        return -(-self.total // CAUSES_A_LIST)

    @property
    def before(self) -> int | None:
        return self.number - 1 if self.number > 1 else None

    @property
    def after(self) -> int | None:
        return self.number + 1 if self.number < self.lists else None


def ranked(pks: Iterable[int]) -> QuerySet:
    """Causes that these pages name: first those named by most; of these the gravest; of these the most common.

    So a serious cause never stands below one that is only common and is named by no more pages. Where pages differ,
    the gravest and the most common label counts. Equals stand in the order of their names.
    """
    rows = PublishedCause.objects.filter(article__in=list(pks)).order_by().values("cause_uuid")
    ranks = rows.annotate(
        explains=Count("article"),
        gravest=Max("gravity"),
        commonest=Min("rarity"),
        first=Min("name_key"),
    )
    return ranks.order_by("-explains", "-gravest", "commonest", "first", "cause_uuid")


def explanations(symptoms: list[Chosen], number: int, watched: Iterable[UUID]) -> Causes:
    """One list of the causes, with addresses of those and of ``watched`` symptoms that have a page. Two queries."""
    named = [(symptom, _numbered(symptom)) for symptom in symptoms]
    total = len({uuid for _, those in named for uuid in those})
    number = min(number, max(-(-total // CAUSES_A_LIST), 1))
    order = ranked(symptom.pk for symptom in symptoms).values_list("cause_uuid", "explains")
    order = list(order[(number - 1) * CAUSES_A_LIST : number * CAUSES_A_LIST])
    names, links = _public([uuid for uuid, _ in order], watched)
    groups: dict[int, list[Explanation]] = {}
    for uuid, explains in order:
        saying = [Named(symptom, *those[uuid]) for symptom, those in named if uuid in those]
        if saying:  # a page that was signed anew between two queries may name it no more
            name = names.get(uuid) or saying[0].cause.name
            groups.setdefault(explains, []).append(Explanation(uuid, name, links.get(uuid, ""), saying))
    return Causes(list(groups.items()), total, number, links)


def _numbered(symptom: Chosen) -> dict[UUID, tuple[Cause, int]]:
    """The causes of a chosen symptom, each with the number of the page that says more of it."""
    a_page = cause_pages.CAUSES_A_PAGE
    return {uuid: (cause, place // a_page + 1) for place, (uuid, cause) in enumerate(symptom.causes().items())}


def _public(uuids: list[UUID], watched: Iterable[UUID]) -> tuple[dict[UUID, str], dict[UUID, str]]:
    """The names under which causes were signed last; and the addresses of those and of symptoms that have a page."""
    shown = Exists(PublishedCause.objects.naming().filter(pk=OuterRef("pk")))
    named = PublishedCause.objects.filter(cause_uuid__in=uuids, latest=True).order_by()
    pages = Article.objects.public().order_by().filter(kind="symptom", uuid__in=list(watched))
    rows = named.annotate(cause=Value(1), page=shown).values_list("cause", "cause_uuid", "name", "slug", "page")
    others = pages.annotate(cause=Value(0), page=Value(True))
    names, links = {}, {}
    for cause, uuid, name, slug, page in rows.union(
        others.values_list("cause", "uuid", "live__title", "live__slug", "page"), all=True
    ):
        if cause:
            names[uuid] = name
        if page:
            links[uuid] = causes.address(slug) if cause else reverse("symptoms:symptom", args=[slug])
    return names, links
