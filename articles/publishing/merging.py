"""Merges two pages into one: what prevents it, and how the page that is lost is retired.

The texts are merged by the app of their kind. Reviews and signatures are the matter of the reviews
app, which registers here what it has to check and to do.
"""

from collections.abc import Callable, Iterable
from contextlib import suppress

from django.contrib.auth.models import User
from django.utils import timezone

from articles.audit import recording
from articles.audit.page_kinds import MERGED_PAGE
from articles.models import Article, MergedPage, PublicationEvent
from articles.names import fold
from articles.page_store import subjects
from articles.publishing import actions
from articles.publishing.actions import ActionRefused

# Gives page id → why some of these pages must stay as they are for now.
FindObstacles = Callable[[Iterable[int]], dict[int, str]]
WithdrawMerged = Callable[..., PublicationEvent]
MAX_MERGE_STEPS = 20  # from page to page, each merged into the next

_obstacles: list[FindObstacles] = []
_withdrawals: list[WithdrawMerged] = []
# Functions that move what belongs to the lost page, such as its external ids, to the kept one. Each
# is called with the lost and the kept page, inside the transaction that merges them.
MERGE_HANDLERS: list[Callable[[Article, Article], None]] = []


class CannotMerge(ActionRefused):
    pass


def register(*, obstacle: FindObstacles, withdrawal: WithdrawMerged) -> None:
    _obstacles.append(obstacle)
    _withdrawals.append(withdrawal)


def find_obstacles(pages: Iterable[int]) -> dict[int, str]:
    """Page id → why it must stay as it is for now, for those of these pages that must."""
    page_ids = list(pages)
    obstacles: dict[int, str] = {}
    for find in _obstacles:
        for page_id, reason in find(page_ids).items():
            obstacles.setdefault(page_id, reason)
    return obstacles


def get_merge_targets(pages: Iterable[int]) -> dict[int, int]:
    """Page id → id of the page that it was merged into, for those of these pages that were."""
    return dict(MergedPage.objects.filter(page__in=list(pages)).values_list("page", "into"))


def get_merge_error(lost: Article, kept: Article, *, by: User) -> str:
    """Why a user cannot merge one page into another now; empty if they can. Both have ``live``."""
    if lost.pk == kept.pk:
        return "A page cannot be merged into itself. Choose another one."
    if lost.kind != kept.kind:
        return "These are pages of two kinds. Only pages of one kind can be merged."
    if lost.language != kept.language:
        return "These pages are in two languages. Only pages of one language can be merged."
    merged = get_merge_targets([lost.pk, kept.pk])
    for page in (lost, kept):
        if page.pk in merged:
            into = Article.objects.get(pk=merged[page.pk])
            return f"“{page}” was merged into “{into}” already."
        if page.discarded_at:
            return f"“{page}” was discarded."
    obstacles = find_obstacles([lost.pk, kept.pk])
    for page in (lost, kept):
        if page.pk in obstacles:
            return f"“{page}” {obstacles[page.pk]}"
    if lost.live_id and not by.has_perm("articles.withdraw_article"):
        return (
            f"“{lost}” is published, and merging withdraws it. Only managing editors can do that."
        )
    return ""


def lock_pages(pages: Iterable[int]) -> set[int]:
    """Lock the rows of pages until the transaction ends. Returns the ids of those that exist.

    They are locked in the order of their ids, so that two transactions cannot block each other.
    """
    page_ids = sorted(set(pages))
    rows = Article.objects.select_for_update().filter(pk__in=page_ids).order_by("pk")
    return set(rows.values_list("pk", flat=True))


def retire_page(lost: Article, kept: Article, *, by: User) -> None:
    """Retire a page in favour of the one that covers its subject.

    A published page is withdrawn as merged, a page that was never published is discarded, and one
    that was withdrawn before stays as it is. The caller has locked both rows in its transaction.
    """
    if lost.live_id:
        for withdraw in _withdrawals:
            withdraw(lost, successor=kept, by=by)
    else:
        with suppress(actions.CannotDiscard):  # it was published once, and its address shows that
            actions.discard(lost, by=by)
    MergedPage.objects.filter(into=lost.pk).update(into=kept.pk)
    MergedPage.objects.create(page_id=lost.pk, into_id=kept.pk, by=by, at=timezone.now())
    for handle_merge in MERGE_HANDLERS:
        handle_merge(lost, kept)
    recording.record(MERGED_PAGE, MergedPage.objects.filter(into=kept.pk), by=by)


def find_successor(event: PublicationEvent | None) -> Article | None:
    """The public page that covers the subject of a withdrawn one, also after further merges."""
    for _ in range(MAX_MERGE_STEPS):
        if event is None or event.successor_id is None:
            return None
        page = Article.objects.select_related("live__revision").get(pk=event.successor_id)
        subjects.name(subjects.page(page.uuid))
        if page.live:
            return page
        event = page.publications.order_by("-id").first()
    return None


def has_signed_name(page: Article, name: str) -> bool:
    """Whether the public text of a page has this name, so that a clinician has signed it."""
    if page.live is None:
        return False
    document = page.live.revision.read()
    return fold(name) in map(fold, (document.title, *document.names))
