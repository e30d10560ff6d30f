"""Finding a public symptom by what somebody types, as the search does: by its title and other names as signed."""

from dataclasses import dataclass
from uuid import UUID

from articles.models import Article, SearchStart
from articles.search.find import find
from articles.search.suggest import beginning
from articles.search.words import denied, key, says_whole, stems, words

MOST = 8
IN_A_NAME = (
    0.3  # of what was typed; a page that mentions it in its text is another symptom. A code or a whole name has 1
)


@dataclass(frozen=True)
class Match:
    """A public symptom, and the other name by which it was found, if it was.

    ``exact``: that name is what was typed; ``whole``: it has each telling word of it.
    """

    title: str
    slug: str
    also: str
    exact: bool
    whole: bool


def matching(typed: str, *, named_only: bool = False) -> list[Match]:
    """The symptoms that this may mean: those whose names go on as it was typed, then what the search finds.

    With ``named_only`` each has all telling words of it.
    """
    begun = [uuid for uuid, *_ in beginning(typed)]
    answers = [one for one in find(typed, named_only=named_only).answers if one.candidate.kind == "symptom"]
    ranked = [one.candidate.uuid for one in answers if one.named >= IN_A_NAME or one.score >= 1]
    likely = list(dict.fromkeys([*begun, *ranked]))[: 4 * MOST]
    pages = _pages(likely)
    names = _names(list(pages))
    asked = stems(typed)
    found = [_match(*pages[uuid], names.get(uuid, []), asked, typed) for uuid in likely if uuid in pages]
    return [match for match in found if match.whole or not named_only][:MOST]


def _pages(uuids: list[UUID]) -> dict[UUID, tuple[str, str]]:
    pages = Article.objects.public().filter(uuid__in=uuids, kind="symptom").order_by()
    return {uuid: (title, slug) for uuid, title, slug in pages.values_list("uuid", "live__title", "live__slug")}


def _names(uuids: list[UUID]) -> dict[UUID, list[str]]:
    """The names of each symptom, its title first."""
    found: dict[UUID, list[str]] = {}
    rows = SearchStart.objects.filter(uuid__in=uuids, place=0).order_by("rank", "pk")
    for uuid, name in rows.values_list("uuid", "name"):
        found.setdefault(uuid, []).append(name)
    return found


def _match(title: str, slug: str, names: list[str], asked: list[str], typed: str) -> Match:
    begun = typed.casefold().strip()
    shared = {name: (len(set(asked) & set(stems(name))), begun in name.casefold()) for name in [title, *names]}
    best = max(shared, key=shared.get)
    has, said = set(stems(best)), words(typed)
    exact = [name for name in (title, *names) if key(stems(name)) == key(asked) and says_whole(said, name)]
    return Match(
        title=title,
        slug=slug,
        also="" if shared[best] == shared[title] else best,
        exact=bool(exact),
        whole=bool(asked) and has.issuperset(asked) and not denied(said, best),
    )
