"""Finding the page that a cell means, by number, UUID, external id, address or title."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit
from uuid import UUID

from django.conf import settings
from django.db.models import Q
from django.urls import Resolver404, resolve

from articles.admin.forms import parse_key
from articles.content import kinds
from articles.models import Article, ExternalId, Redirect
from articles.names import fold

NOT_FOUND_MESSAGE = "No page has this number, URL or title."
OTHER_SITE_MESSAGE = (
    "This is a URL of another site. Enter the page’s URL here, its number or its title."
)
MAX_NAMED_PATHS = 5  # in a message


@dataclass
class PageIndex:
    """Page ids by everything that a cell may name a page with."""

    page_ids: set[int] = field(default_factory=set)
    uuids: dict[UUID, int] = field(default_factory=dict)
    addresses: dict[tuple[str, str], int] = field(default_factory=dict)
    external_ids: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    titles: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    paths: dict[int, str] = field(default_factory=dict)


def find_pages(names: Iterable[str]) -> dict[str, int | str]:
    """Cell → the id of its page, or a message why there is none, in three queries."""
    names = set(names)
    addresses = {name: _parse_address(name) for name in names if _looks_like_address(name)}
    index = _build_index(names, addresses.values())
    return {name: _resolve_name(name, addresses, index) for name in names}


def _looks_like_address(name: str) -> bool:
    return name.startswith(("/", "http://", "https://"))


def _parse_address(name: str) -> tuple[str, str] | None:
    """Kind and slug of an address of this site, with or without its host, else None."""
    parts = urlsplit(name)
    if parts.netloc and parts.netloc != urlsplit(settings.SITE_URL).netloc:
        return None
    path = unquote(parts.path)
    try:
        match = resolve(path if path.endswith("/") else f"{path}/")
    except Resolver404:
        return None
    for kind in kinds.get_all():
        if kind.url_name == match.view_name:
            return kind.name, match.kwargs["slug"]
    return None


def _build_index(names: set[str], addresses: Iterable[tuple[str, str] | None]) -> PageIndex:
    slugs = {address[1] for address in addresses if address}
    index = PageIndex()
    for page in _get_named_pages(names, slugs):
        index.page_ids.add(page.pk)
        index.uuids[page.uuid] = page.pk
        index.addresses[page.kind, page.slug] = page.pk
        index.titles[page.sort_key].append(page.pk)
        index.paths[page.pk] = page.path
    redirects = Redirect.objects.filter(slug__in=slugs, article__discarded_at__isnull=True)
    for kind, slug, page_id in redirects.values_list("kind", "slug", "article"):
        index.addresses.setdefault((kind, slug), page_id)
    external_ids = ExternalId.objects.filter(key__in=names, article__discarded_at__isnull=True)
    for external_id in external_ids.select_related("article"):
        index.external_ids[external_id.key].add(external_id.article_id)
        index.paths[external_id.article_id] = external_id.article.path
    return index


def _get_named_pages(names: set[str], slugs: set[str]):
    """The pages that have one of the names as number, UUID or title, or one of the slugs."""
    page_ids = set()
    uuids = set()
    sort_keys = set()
    for name in names:
        page_ids.add(parse_key(name))
        uuids.add(_parse_uuid(name))
        sort_keys.add(_fold_title(name))
    wanted = (
        Q(pk__in=page_ids - {None})
        | Q(uuid__in=uuids - {None})
        | Q(sort_key__in=sort_keys)
        | Q(slug__in=slugs)
    )
    pages = Article.objects.active().filter(wanted)
    return pages.only("uuid", "kind", "slug", "sort_key").order_by("pk")


def _resolve_name(name: str, addresses: dict, index: PageIndex) -> int | str:
    if name in addresses:
        return _resolve_address(name, addresses[name], index)
    uuid = _parse_uuid(name)
    if uuid in index.uuids:
        return index.uuids[uuid]
    matches = set(index.external_ids.get(name, ()))
    page_id = parse_key(name)
    if page_id in index.page_ids:
        matches.add(page_id)
    if not matches:
        matches.update(index.titles.get(_fold_title(name), ()))
    if not matches:
        return NOT_FOUND_MESSAGE
    if len(matches) == 1:
        return matches.pop()
    paths = ", ".join(index.paths[page_id] for page_id in sorted(matches)[:MAX_NAMED_PATHS])
    return (
        f"{len(matches)} pages have this number, id or title: {paths}. "
        "Enter the URL of the right one."
    )


def _resolve_address(name: str, address: tuple[str, str] | None, index: PageIndex) -> int | str:
    if address is None:
        return OTHER_SITE_MESSAGE if urlsplit(name).netloc else NOT_FOUND_MESSAGE
    return index.addresses.get(address, NOT_FOUND_MESSAGE)


def _parse_uuid(name: str) -> UUID | None:
    try:
        return UUID(name)
    except ValueError:
        return None


def _fold_title(name: str) -> str:
    return fold(name)[:200]
