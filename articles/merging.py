"""One page in place of two: what stands in the way of it, and how the page that is lost leaves.

What the two say is known to the rooms of their kinds; who is asked and what is signed, to the room that reviews. That
room says here what it has to say.
"""

from collections.abc import Callable, Iterable
from contextlib import suppress

from django.contrib.auth.models import AbstractUser
from django.utils import timezone

from articles import actions
from articles.actions import Refused
from articles.fields import fold
from articles.models import Article, MergedPage, Publication

# By key, why some of these pages must stay as they are for now.
Obstacle = Callable[[Iterable[int]], dict[int, str]]
Withdrawal = Callable[..., Publication]
LONGEST_WAY = 20  # from page to page, each merged into the next

_obstacles: list[Obstacle] = []
_withdrawals: list[Withdrawal] = []
# What hangs on a page and moves along to the one that takes its place, such as the ids it was imported under: each
# takes the lost page and the kept one, inside the transaction that merges them.
TAKES_ALONG: list[Callable[[Article, Article], None]] = []


class CannotMerge(Refused):
    pass


class Moved(Refused):
    """What would be done is not what was looked at any more."""

    def __init__(self):
        super().__init__("Somebody changed something meanwhile. Nothing was done. Look at it anew, then confirm.")


def register(*, obstacle: Obstacle, withdrawal: Withdrawal) -> None:
    _obstacles.append(obstacle)
    _withdrawals.append(withdrawal)


def obstacles(pages: Iterable[int]) -> dict[int, str]:
    """By key, why some of these pages must stay as they are for now; those that need not are not in it."""
    keys, found = list(pages), {}
    for obstacle in _obstacles:
        found = obstacle(keys) | found
    return found


def merged_into(pages: Iterable[int]) -> dict[int, int]:
    """By key, the page into which each of these was merged."""
    return dict(MergedPage.objects.filter(page__in=list(pages)).values_list("page", "into"))


def why_not(lost: Article, kept: Article, *, by: AbstractUser) -> str:
    """Why somebody cannot merge one page into another now; empty where they can. Both carry what is live."""
    if lost.pk == kept.pk:
        return "A page cannot be merged into itself. Choose another one."
    if lost.kind != kept.kind:
        return "These are pages of two kinds. Only pages of one kind can be merged."
    if lost.language != kept.language:
        return "These pages are in two languages. Only pages of one language can be merged."
    merged = merged_into([lost.pk, kept.pk])
    for page in (lost, kept):
        if page.pk in merged:
            into = Article.objects.get(pk=merged[page.pk])
            return f"“{page}” was merged into “{into}” already."
        if page.discarded_at:
            return f"“{page}” was discarded."
    held = obstacles([lost.pk, kept.pk])
    for page in (lost, kept):
        if page.pk in held:
            return f"“{page}” {held[page.pk]}"
    if lost.live_id and not by.has_perm("articles.withdraw_article"):
        return f"“{lost}” is published, and merging withdraws it. Only managing editors can do that."
    return ""


def hold(pages: Iterable[int]) -> set[int]:
    """Hold the rows of pages until the transaction ends, in the one order that nobody blocks another by."""
    keys = sorted(set(pages))
    return set(Article.objects.select_for_update().filter(pk__in=keys).order_by("pk").values_list("pk", flat=True))


def retire(lost: Article, kept: Article, *, by: AbstractUser) -> None:
    """Take a page out of the way of the one that covers its subject, by the rules of the house.

    Published, it is withdrawn as merged; never published, it is discarded; withdrawn before, it stays as it is. The
    caller's transaction holds both rows.
    """
    if lost.live_id:
        for withdraw in _withdrawals:
            withdraw(lost, successor=kept, by=by)
    else:
        with suppress(actions.CannotDiscard):  # it was published once, and says so at its address
            actions.discard(lost, by=by)
    MergedPage.objects.filter(into=lost.pk).update(into=kept.pk)
    MergedPage.objects.create(page_id=lost.pk, into_id=kept.pk, by=by, at=timezone.now())
    for take_along in TAKES_ALONG:
        take_along(lost, kept)


def successor(line: Publication) -> Article | None:
    """The public page that covers the subject of one that was withdrawn; through pages that were merged on."""
    for _ in range(LONGEST_WAY):
        if line is None or line.successor_id is None:
            return None
        page = Article.objects.select_related("live__revision").get(pk=line.successor_id)
        if page.live:
            return page
        line = page.publications.order_by("-id").first()
    return None


def answers_to(page: Article, name: str) -> bool:
    """Whether the text that visitors read of a page has this name among its own: then a clinician has signed it."""
    document = page.live.revision.read()
    return fold(name) in {fold(known) for known in (document.title, *document.names)}
