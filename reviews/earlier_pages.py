"""Which page a cell of a sheet means: its number, its UUID, its id where it came from, its address, or its title."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit
from uuid import UUID

from django.conf import settings
from django.db.models import Q
from django.urls import Resolver404, resolve

from articles import kinds
from articles.fields import fold
from articles.forms import as_key
from articles.models import Article, Origin, Redirect

NOT_FOUND = "No page has this number, address or title."
ELSEWHERE = "This is an address of another site. Give the page’s address here, its number or its title."


@dataclass
class Known:
    """The pages that some cells may mean, by all that names them."""

    keys: set[int] = field(default_factory=set)
    uuids: dict[UUID, int] = field(default_factory=dict)
    addresses: dict[tuple[str, str], int] = field(default_factory=dict)
    ids: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    titles: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    paths: dict[int, str] = field(default_factory=dict)


def find(names: Iterable[str]) -> dict[str, int | str]:
    """Cell → the key of its page, or why there is none: three queries, however many cells there are."""
    names = set(names)
    asked = {name: _address(name) for name in names if _looks_like_address(name)}
    known = _known(names, {address for address in asked.values() if address})
    return {name: _which(name, asked, known) for name in names}


def _looks_like_address(name: str) -> bool:
    return name.startswith(("/", "http://", "https://"))


def _address(name: str) -> tuple[str, str] | None:
    """Kind and slug of an address of this site, with or without its host."""
    parts = urlsplit(name)
    if parts.netloc and parts.netloc != urlsplit(settings.SITE_URL).netloc:
        return None
    path = unquote(parts.path)
    try:
        match = resolve(path if path.endswith("/") else f"{path}/")
    except Resolver404:
        return None
    kind = next((kind for kind in kinds.every() if kind.url_name == match.view_name), None)
    return (kind.name, match.kwargs["slug"]) if kind else None


def _known(names: set[str], addresses: set[tuple[str, str]]) -> Known:
    keys = {key for name in names if (key := as_key(name)) is not None}
    uuids = {uuid for name in names if (uuid := _uuid(name))}
    wanted = Q(pk__in=keys) | Q(uuid__in=uuids) | Q(sort_key__in={_folded(name) for name in names})
    wanted |= Q(slug__in={slug for _, slug in addresses})
    known = Known()
    for page in Article.objects.kept().filter(wanted).only("uuid", "kind", "slug", "sort_key").order_by("pk"):
        known.keys.add(page.pk)
        known.uuids[page.uuid] = page.pk
        known.addresses[page.kind, page.slug] = page.pk
        known.titles[page.sort_key].append(page.pk)
        known.paths[page.pk] = page.path
    old = Redirect.objects.filter(slug__in={slug for _, slug in addresses}, article__discarded_at__isnull=True)
    for kind, slug, key in old.values_list("kind", "slug", "article"):
        known.addresses.setdefault((kind, slug), key)
    came = Origin.objects.filter(key__in=names, article__discarded_at__isnull=True).select_related("article")
    for origin in came:
        known.ids[origin.key].add(origin.article_id)
        known.paths[origin.article_id] = origin.article.path
    return known


def _which(name: str, asked: dict, known: Known) -> int | str:
    if name in asked:
        if asked[name] is None and urlsplit(name).netloc:
            return ELSEWHERE
        return known.addresses.get(asked[name], NOT_FOUND)
    if (uuid := _uuid(name)) in known.uuids:
        return known.uuids[uuid]
    meant = known.ids.get(name, set()) | ({as_key(name)} & known.keys)
    if not meant:
        meant = set(known.titles.get(_folded(name), []))
    if len(meant) > 1:
        paths = ", ".join(known.paths[key] for key in sorted(meant)[:5])
        return f"{len(meant)} pages have this number, id or title: {paths}. Give the address of the one that is meant."
    return meant.pop() if meant else NOT_FOUND


def _uuid(name: str) -> UUID | None:
    try:
        return UUID(name)
    except ValueError:
        return None


def _folded(name: str) -> str:
    return fold(name)[:200]
