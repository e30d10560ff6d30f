"""Which published texts a check would keep from review, for the few rows that somebody looks at."""

from collections.abc import Iterable

from articles import quality
from articles.content import kinds
from articles.models import Article
from reviews.models import LedgerEntry
from reviews.signing import unchanged_texts


def find_blocked(page_ids: Iterable[int]) -> dict[int, str]:
    """Page → the first problem that stops the review of its published text.

    None of a page that was signed here, as long as unchanged texts may be reviewed all the same.
    """
    live = Article.objects.filter(pk__in=list(page_ids), live__isnull=False)
    if unchanged_texts.is_window_open():
        live = live.exclude(pk__in=LedgerEntry.objects.signed().values("article"))
    names = dict(live.values_list("pk", "kind"))
    blocked = {}
    for name in sorted(set(names.values())):
        kind = kinds.get(name)
        keys = [key for key in names if names[key] == name]
        pages = kind.load(kind.model.objects.filter(pk__in=keys)).select_related(
            "notice", "live__revision"
        )
        for page in pages.prefetch_related("topics"):
            problems = quality.find_blocking_problems(page, page.live.revision.read())
            if problems:
                blocked[page.pk] = problems[0].message
    return blocked
