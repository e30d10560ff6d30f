"""Problems of live pages that would block a signature today."""

from collections.abc import Iterator
from dataclasses import dataclass

from articles.content import kinds
from articles.models import Article
from articles.quality import find_blocking_problems
from articles.quality.base import Problem


@dataclass(frozen=True)
class LiveProblem:
    """A problem of a text that visitors read, and the address of the page."""

    path: str
    problem: Problem


def find_live_problems() -> Iterator[LiveProblem]:
    """Every blocking problem of every public page, page by page, one text in memory at a time."""
    for key, kind in Article.objects.public().order_by("pk").values_list("pk", "kind"):
        pages = kinds.get(kind).model.objects.public()
        page = pages.select_related("live__revision", "notice").filter(pk=key).first()
        if page is None or page.live.revision.expunged:
            continue  # withdrawn or expunged meanwhile
        for problem in find_blocking_problems(page, page.live.revision.read()):
            yield LiveProblem(page.path, problem)
