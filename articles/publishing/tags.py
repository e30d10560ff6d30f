"""Tags by their names: one tag for a name, whatever signs it is typed with."""

from collections.abc import Collection, Iterable

from taggit.models import Tag

from articles.names import fold, normalize_name


def find_tags() -> dict[str, Tag]:
    """Every tag by the key of its name; of two that are one name, the older."""
    return {fold(tag.name): tag for tag in Tag.objects.order_by("-pk")}


def choose_names(typed: Iterable[str], own: Collection[str]) -> list[str]:
    """The names of the tags that somebody means, each once.

    Those that the page has stay as they are, another one is the tag of that name if there is one,
    and a new one gets its normal form. One query, where a name is not among the page's ``own``.
    """
    names = dict.fromkeys(typed)
    kept = [name for name in names if name in own]
    others = [name for name in names if name not in own]
    if not others:
        return kept
    known = {key: tag.name for key, tag in find_tags().items()}
    known.update((fold(name), name) for name in own)
    chosen = dict.fromkeys(kept)
    for name in others:
        key = fold(name)
        if key:
            chosen[known.setdefault(key, normalize_name(name))] = None
    return list(chosen)
