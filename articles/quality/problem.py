"""What a check finds: something to mend, why it matters and how to mend it."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

from articles.content import Document
from articles.diff import paragraphs
from articles.lines import plain as words_of
from articles.models import Article


@dataclass(frozen=True)
class Problem:
    """Something to mend: what is wrong, how to mend it, and whether it stops a request for review."""

    message: str
    fix: str
    blocking: bool = False
    reason: str = ""


Find = Callable[[Article, Document], Iterable[Problem]]


@dataclass(frozen=True)
class Check:
    """One check: what finds problems in a composed page, the reason why they are ones, and whether any can block."""

    find: Find
    reason: str
    stops: bool = False

    def __call__(self, page: Article, document: Document) -> Iterable[Problem]:
        for problem in self.find(page, document):
            if problem.blocking and not self.stops:
                raise TypeError(f"{self.find.__name__} blocks a review: declare it with stops=True.")
            yield replace(problem, reason=self.reason)


def check(reason: str, *, stops: bool = False) -> Callable[[Find], Check]:
    """Make a check of a function that takes a page with its composed document and yields problems."""
    return lambda find: Check(find, reason, stops)


def plain(document: Document) -> dict[str, list[str]]:
    """Label → lines of plain text of each rich text on the page, in reading order, and of what pictures say last."""
    texts = document.rich_texts() | document.figure_texts()
    return {label: paragraphs(html, links=False) for label, html in texts.items()}


def every_text(document: Document) -> Iterator[tuple[str, str]]:
    """Every line of plain text on the page, with the name of its part: rich texts, names, titles."""
    for label, texts in document.line_texts().items():
        for text in texts:
            yield label, text
    for label, html in (document.rich_texts() | document.figure_texts()).items():
        for line in words_of(html).splitlines():
            yield label, line
