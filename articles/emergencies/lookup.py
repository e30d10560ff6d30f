"""What the signed pages say to do in an emergency, by its subject.

A page that is withdrawn, past its grace period or was never signed says nothing.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from uuid import UUID

from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone

from articles.care.emergencies import EMERGENCIES
from articles.content import kinds
from articles.content.review_line import ReviewLine
from articles.db.prepared import PreparedQuery
from articles.emergencies.projection import read_emergency
from articles.models import Article, PublishedEmergency
from articles.page_store import subjects

MAX_ANSWERS = 3  # emergencies that one answer is about


@dataclass(frozen=True)
class SignedLink:
    """A public page: its name, as the page that leads to it was signed, and its address."""

    name: str
    url: str


@dataclass(frozen=True)
class EmergencyAnswer:
    """What is known of one emergency. Without a page there is only its name."""

    subject: str
    name: str
    act: str = ""
    page: SignedLink | None = None
    next_page: SignedLink | None = None
    review_line: ReviewLine | None = None

    @property
    def has_signed_words(self) -> bool:
        return self.page is not None


def find_answers(
    subjects: Iterable[str], *, withheld: Collection[str] = ()
) -> list[EmergencyAnswer]:
    """The answers for the gravest of some emergencies, in their order. Two queries at most.

    Of the ``withheld`` ones no act is told: it could do harm to whom it is asked for.
    """
    wanted = choose_gravest(subjects)
    pages = _load_pages(wanted)
    next_pages = _load_next_pages(pages.values())
    answers = []
    for subject in wanted:
        row = pages.get(subject)
        answer = _build_answer(row, next_pages) if row else build_bare_answer(subject)
        answers.append(replace(answer, act="") if subject in withheld else answer)
    return answers


def choose_gravest(subjects: Iterable[str]) -> list[str]:
    """Those of some emergencies that one answer is about, the gravest first."""
    named = set(subjects)
    return [subject for subject in EMERGENCIES if subject in named][:MAX_ANSWERS]


def list_current() -> list[tuple[EmergencyAnswer, Article, Article | None]]:
    """Each emergency that has signed words now, in order, with its page and the page to go on with.

    Two queries.
    """
    pages = _load_pages(list(EMERGENCIES))
    next_pages = _load_next_pages(pages.values())
    found = []
    for subject in EMERGENCIES:
        if row := pages.get(subject):
            answer = _build_answer(row, next_pages)
            next_page = next_pages.get(row.next_uuid) if answer.next_page else None
            found.append((answer, row.article, next_page))
    return found


def list_without_page() -> list[str]:
    """The names of emergencies for which visitors read no page now, in order. One query."""
    rows = PublishedEmergency.objects.select_related("article__live")
    answered = {row.subject for row in rows if _is_current(row.article)}
    return [name for subject, name in EMERGENCIES.items() if subject not in answered]


def build_bare_answer(subject: str) -> EmergencyAnswer:
    """The answer for an emergency for which there are no signed words."""
    return EmergencyAnswer(subject, EMERGENCIES[subject])


def _build_emergencies_query(names: list[str]) -> QuerySet:
    rows = PublishedEmergency.objects.filter(subject__any_of=names).order_by()
    return rows.select_related("article__live__revision")


def _build_next_pages_query(uuids: list[UUID]) -> QuerySet:
    pages = Article.objects.public().filter(uuid__any_of=uuids)
    return pages.select_related("live").order_by()


_emergencies_query = PreparedQuery(_build_emergencies_query, names=list[str])
_next_pages_query = PreparedQuery(_build_next_pages_query, uuids=list[UUID])


def _load_pages(names: list[str]) -> dict[str, PublishedEmergency]:
    if not names:
        return {}
    subjects.name(*map(subjects.emergency, names))
    rows = _emergencies_query.fetch(names=names)
    return {row.subject: row for row in rows if _is_current(row.article)}


def _load_next_pages(rows: Iterable[PublishedEmergency]) -> dict[object, Article]:
    uuids = {row.next_uuid for row in rows if row.next_uuid}
    if not uuids:
        return {}
    subjects.name(*map(subjects.name_of, uuids))
    pages = _next_pages_query.fetch(uuids=list(uuids))
    return {page.uuid: page for page in pages if _is_current(page)}


def _is_current(page: Article) -> bool:
    """Whether a page is public, and not past its grace period."""
    subjects.name(subjects.page(page.uuid))
    if page.live is None:
        return False
    today, grace_days = timezone.localdate(), settings.GRACE_DAYS[page.risk]
    line = page.live.read_review_line()
    subjects.expire_after(line.get_end_of_grace(grace_days), today=today)
    return not line.is_past_grace(today, grace_days)


def _build_answer(row: PublishedEmergency, next_pages: dict[object, Article]) -> EmergencyAnswer:
    live = row.article.live
    assert live  # it is current
    document = read_emergency(live.revision)
    next_link = None
    following = next_pages.get(row.next_uuid)
    if following and following.live and document.next_page:
        url = kinds.get_path(following.kind, following.live.slug)
        next_link = SignedLink(document.next_page.name, url)
    return EmergencyAnswer(
        subject=row.subject,
        name=EMERGENCIES[row.subject],
        act=document.act,
        page=SignedLink(document.title, kinds.get_path("emergency", live.slug)),
        next_page=next_link,
        review_line=live.read_review_line(),
    )
