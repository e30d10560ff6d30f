"""What blocks a signature today and is live already: the checks over all that visitors read."""

from collections.abc import Iterator
from dataclasses import dataclass

from articles import kinds
from articles.models import Article
from articles.quality import blocking
from articles.quality.problem import Problem


@dataclass(frozen=True)
class LiveProblem:
    """A problem of a text that visitors read, and the address where they do."""

    path: str
    problem: Problem


def live_problems() -> Iterator[LiveProblem]:
    """Every blocking problem of every public page, page by page, one text in memory at a time."""
    for key, kind in Article.objects.public().order_by("pk").values_list("pk", "kind"):
        pages = kinds.get(kind).model.objects.public()
        page = pages.select_related("live__revision", "notice").filter(pk=key).first()
        if page is None or page.live.revision.expunged:
            continue  # it went meanwhile
        for problem in blocking(page, page.live.revision.read()):
            yield LiveProblem(page.path, problem)
