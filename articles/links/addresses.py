"""What a link in a text may lead to: the web, an e-mail address, a telephone, a page of this site.

It looks at the address alone and makes no query. Whether there is such a page, ``pages`` finds.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from ipaddress import ip_address
from urllib.parse import parse_qsl, unquote, urlsplit, urlunsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator, validate_email
from django.urls import Resolver404, resolve, reverse

from articles.content import kinds
from articles.models import Article

MAX_LENGTH = 2000
UNSAFE_CHARACTER = re.compile(
    r"[\x00-\x20\x7f-\xa0\u1680\u2000-\u200f\u2028-\u202f\u205f-\u2064"
    r"\u2066-\u206f\u3000\ufeff\\<>\"]"
)
SCHEME = re.compile(r"([a-zA-Z][a-zA-Z0-9+.-]*):")
HOST_LIKE = re.compile(r"(?:www\.|[-\w]+(?:\.[-\w]+)*\.(?:com|org|net|gov|edu|int|eu|uk)\b)[^@]*$")
PHONE = re.compile(r"\+?[0-9]{3,15}(?:;ext=[0-9]{1,8})?")
PHONE_SEPARATORS = re.compile(r"[\s\-.()/\u2010-\u2015]")
MAIL_PARAMETERS = {"subject", "body"}
STAFF_AREAS = {
    "admin": "the admin",
    "desk": "the desk of reviewers",
    "accounts": "accounts",
    "api": "the API",
    "connect": "the API",
}
AREAS_WITHOUT_PAGES = {"feedback", "healthz", "images", "metrics", "static"}
PRIVATE_HOST = re.compile(
    r"(^|\.)(localhost|local|localdomain|internal|intranet|lan|home|corp|private|invalid"
    r"|home\.arpa|onion|test)$"
)
_validate_web_address = URLValidator(schemes=["http", "https"])


class InvalidLink(ValueError):
    """An address that no link may have. The message goes on from “The link …”."""


class LinkKind(StrEnum):
    """What a link leads to."""

    WEB = "web"
    MAIL = "mail"
    PHONE = "phone"
    PAGE = "page"  # of this site
    ANCHOR = "anchor"  # of the same page


@dataclass(frozen=True)
class LinkAddress:
    """An address that a link may have, as it is stored."""

    kind: LinkKind
    href: str


@dataclass(frozen=True)
class PagePath:
    """The kind and slug of a page, as a path of this site names it, and what follows them."""

    kind: str
    slug: str
    rest: str = ""


def parse_address(href: str) -> LinkAddress:
    """The address of a link, as it is to be stored. Raises InvalidLink, which says what to do."""
    href = href.strip()
    if not href:
        raise InvalidLink("has no address. Choose where it leads, or remove it.")
    if len(href) > MAX_LENGTH:
        raise InvalidLink(f"has an address of more than {MAX_LENGTH:,} characters.")
    if href.startswith("#"):
        return LinkAddress(LinkKind.ANCHOR, _check_anchor(href))
    if href.startswith("/") and not href.startswith(("//", "/\\")):
        return _parse_path(href)
    scheme = SCHEME.match(href)
    if not scheme or "/" in href[: scheme.end()]:
        raise InvalidLink(_describe_relative(href))
    match scheme[1].lower():
        case "http" | "https":
            return _parse_web(href)
        case "mailto":
            return LinkAddress(LinkKind.MAIL, _parse_mail(href[scheme.end() :]))
        case "tel":
            return LinkAddress(LinkKind.PHONE, _parse_phone(href[scheme.end() :]))
        case other if "." in other or href[scheme.end() :].split("/")[0].isdigit():
            raise InvalidLink(_describe_relative(href))
        case other:
            raise InvalidLink(
                f"begins with “{other}:”, which a page cannot open. A link leads to a page of this "
                "site, a web address (https://…), an e-mail address or a telephone number."
            )


def _describe_relative(href: str) -> str:
    if href.startswith(("//", "/\\")) or HOST_LIKE.match(href):
        return f"is no full address. Write https:// first: https://{href.lstrip('/')[:200]}"
    if "@" in href:
        return "is no full address. For an e-mail address, write mailto: first."
    return (
        "is no full address. Choose a page of this site, or write a path such as "
        "/symptoms/headache/ or a web address that begins with https://."
    )


def _check_characters(text: str) -> None:
    """Raise InvalidLink for a blank, or a sign that browsers read in different ways."""
    found = UNSAFE_CHARACTER.search(text)
    if found is None:
        return
    if found[0].isspace():
        raise InvalidLink("has a blank in its address. Copy the address again, whole.")
    name = found[0] if found[0].isprintable() else f"U+{ord(found[0]):04X}"
    raise InvalidLink(f"has the sign {name} in its address, which does not belong there.")


def _check_anchor(href: str) -> str:
    if len(href) == 1:
        raise InvalidLink("is “#” alone, which leads nowhere. Name a section of the page.")
    _check_characters(href)
    return href


# Pages of this site


def _parse_path(href: str) -> LinkAddress:
    """The path of a page that visitors can ask for. Raises InvalidLink."""
    _check_characters(href)
    parts = urlsplit(href)
    segments = unquote(parts.path).split("/")
    if ".." in segments or "." in segments or "" in segments[1:-1]:
        raise InvalidLink("has a path that goes back or has an empty part. Choose the page again.")
    area = segments[1].lower()
    if area in STAFF_AREAS:
        raise InvalidLink(
            f"leads into {STAFF_AREAS[area]}, which visitors cannot open. "
            "Link to the page as visitors see it."
        )
    if area in AREAS_WITHOUT_PAGES:
        raise InvalidLink("leads to no page that visitors read. Choose a page of this site.")
    path = _complete_path(parts.path)
    return LinkAddress(LinkKind.PAGE, urlunsplit(("", "", path, parts.query, parts.fragment)))


def _complete_path(path: str) -> str:
    """A path as the site answers it: one without its last slash gets it. Raises InvalidLink."""
    for candidate in (path, f"{path}/"):
        try:
            resolve(candidate)
        except Resolver404:
            continue
        return candidate
    raise InvalidLink("leads to no page of this site. Choose a page, or copy its address again.")


@cache
def _get_page_pattern() -> tuple[re.Pattern[str], dict[str, str]]:
    """What finds the paths of pages, and the kind of page by the beginning of its path."""
    prefixes = {}
    url_names = {kind.name: kind.url_name for kind in kinds.get_all()}
    for name, target in kinds.get_link_targets().items():
        url_names[name] = target.url_name
    for name, url_name in url_names.items():
        prefixes[reverse(url_name, args=["-"]).removesuffix("-/")] = name
    choices = "|".join(map(re.escape, prefixes))
    return re.compile(rf"({choices})([-\w]+)/(.*)", re.ASCII | re.DOTALL), prefixes


def split_path(href: str) -> PagePath | None:
    """The page that a path of this site names; None if it is none of a kind."""
    pattern, prefixes = _get_page_pattern()
    found = pattern.fullmatch(href)
    if found is None or found[2] in Article.RESERVED_SLUGS:
        return None
    return PagePath(prefixes[found[1]], found[2], found[3])


def strip_own_origin(href: str) -> str | None:
    """The path of an absolute address of this site; None if it is one of another."""
    if not settings.SITE_URL:
        return None
    own, other = urlsplit(settings.SITE_URL), urlsplit(href)
    if (own.hostname, own.port) != (other.hostname, other.port):
        return None
    base = own.path.rstrip("/")
    if base and not f"{other.path}/".startswith(f"{base}/"):
        return None
    path = other.path.removeprefix(base) or "/"
    return urlunsplit(("", "", path, other.query, other.fragment))


# Elsewhere


def _parse_web(href: str) -> LinkAddress:
    _check_characters(href)
    try:
        parts = urlsplit(href)
        host, port = parts.hostname or "", parts.port
        path = strip_own_origin(href)
    except ValueError as error:
        raise InvalidLink("has no web address that browsers can read. Copy it again.") from error
    if not host:
        raise InvalidLink("names no site. Copy the whole address, as https://www.who.int/page.")
    if "@" in parts.netloc:
        raise InvalidLink(
            "has a name or password before an @ in its address, which hides where it leads. "
            "Take it out."
        )
    if path is not None:
        return _parse_path(path)
    ascii_host = encode_host(host)
    check_host(ascii_host)
    if not host.isascii():
        # As browsers ask for it: so letters that look like others are seen.
        netloc = ascii_host if port is None else f"{ascii_host}:{port}"
        href = urlunsplit(parts._replace(netloc=netloc))
    scheme, _, rest = href.partition(":")
    href = f"{scheme.lower()}:{rest}"
    try:
        _validate_web_address(href)
    except ValidationError as error:
        raise InvalidLink(
            "has no web address that browsers can open. Open it in a browser and copy it again."
        ) from error
    return LinkAddress(LinkKind.WEB, href)


def encode_host(host: str) -> str:
    """The name of a host in ASCII letters, as it is looked up. Raises InvalidLink."""
    if host.isascii():
        return host.removesuffix(".")
    try:
        return host.encode("idna").decode().removesuffix(".")
    except UnicodeError as error:
        raise InvalidLink(f"names the site {host}, which cannot be looked up.") from error


def check_host(host: str) -> None:
    """Raise InvalidLink for a host that only some network has, or that is none."""
    try:
        address = ip_address(host)
    except ValueError:
        has_name = "." in host and not host.rsplit(".", 1)[1].isdigit()
        is_private = not has_name or PRIVATE_HOST.search(host) is not None
    else:
        is_private = not address.is_global or address.is_multicast
    if is_private:
        raise InvalidLink(
            f"names {host}, which readers cannot reach. For a page of this site, choose it."
        )


def _parse_mail(text: str) -> str:
    address, _, query = text.partition("?")
    address = unquote(address).strip()
    if re.search(r"[,;]", address):
        raise InvalidLink("names several e-mail addresses. Give one.")
    try:
        validate_email(address)
    except ValidationError as error:
        raise InvalidLink(
            f"has no e-mail address that mail can reach: “{address[:100]}”. "
            "Write it as mailto:name@example.org."
        ) from error
    _check_characters(query)
    others = {name.lower() for name, _ in parse_qsl(query, keep_blank_values=True)}
    if others - MAIL_PARAMETERS:
        raise InvalidLink("may give a subject and a text beside the e-mail address, nothing else.")
    return f"mailto:{address}?{query}" if query else f"mailto:{address}"


def _parse_phone(text: str) -> str:
    text = unquote(text).strip()
    if text.startswith("+") and re.search(r"\(\s*0\s*\)", text):
        raise InvalidLink(
            "has a telephone number with (0) after the code of a country, which nobody dials. "
            "Leave it out."
        )
    number, extension, rest = text.partition(";")
    number = PHONE_SEPARATORS.sub("", number) + extension + rest
    if not PHONE.fullmatch(number):
        raise InvalidLink(
            f"has no telephone number that can be dialled: “{text[:50]}”. "
            "Write its digits, as tel:+442079460000."
        )
    return f"tel:{number}"
