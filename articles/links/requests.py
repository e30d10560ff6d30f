"""Asks other sites whether an address still answers: only public ones, by the address looked up.

A name is looked up once, and the connection goes to what was found, so that no answer of a name
server leads into a network of our own. Bodies are not read.
"""

import http.client
import socket
import ssl
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import quote, urljoin, urlsplit

from django.conf import settings

from articles.links.addresses import InvalidLink, encode_host

TIMEOUT = 10  # seconds
MAX_REDIRECTS = 5
MAX_ROBOTS_BYTES = 500_000
REDIRECTS = {301, 302, 303, 307, 308}
# What says that a program may not look, not that the page is gone.
UNDECIDED = {401, 403, 407, 408, 425, 429, 451, 503, 999}
GET_INSTEAD = {400, 403, 404, 405, 406, 410, 500, 501, 503}
SAFE_IN_URL = "!#$%&'()*+,/:;=?@[]~"


class CannotAsk(Exception):
    """An address that does not answer, or that must not be asked. The message says why."""


@dataclass(frozen=True)
class Answer:
    """What a site answered: its status, and how many seconds it asks to be left alone."""

    status: int
    retry_after: int = 0
    location: str = ""
    body: bytes = b""

    @property
    def is_fine(self) -> bool:
        return 200 <= self.status < 300

    @property
    def is_undecided(self) -> bool:
        return self.status in UNDECIDED

    @property
    def text(self) -> str:
        words = http.client.responses.get(self.status, "")
        return f"{self.status} {words}".strip()


class _PinnedConnection(http.client.HTTPConnection):
    """A connection to an address that was looked up and found to be public."""

    def __init__(self, host: str, port: int, address: tuple, *, secure: bool) -> None:
        super().__init__(host, port, timeout=TIMEOUT)
        self.address = address
        self.secure = secure

    def connect(self) -> None:
        family, kind, protocol, _, target = self.address
        connection = socket.socket(family, kind, protocol)
        try:
            connection.settimeout(TIMEOUT)
            connection.connect(target)
            if self.secure:
                context = ssl.create_default_context()
                connection = context.wrap_socket(connection, server_hostname=self.host)
        except BaseException:
            connection.close()
            raise
        self.sock = connection


def get_user_agent() -> str:
    """How the program names itself: the site, and where to read who it is."""
    site = f"; +{settings.SITE_URL}/" if settings.SITE_URL else ""
    return f"Countersign link check (1 request at a time{site})"


def find_answer(url: str) -> Answer:
    """The last answer, after redirects: HEAD first, GET where a site does not know that.

    Raises CannotAsk.
    """
    for _ in range(MAX_REDIRECTS + 1):
        answer = _ask(url, "HEAD")
        if answer.status in GET_INSTEAD:
            answer = _ask(url, "GET")
        if answer.status not in REDIRECTS or not answer.location:
            return answer
        url = urljoin(url, answer.location)
    raise CannotAsk(f"more than {MAX_REDIRECTS} redirects")


def read_robots(origin: str) -> str:
    """The robots.txt of a site; empty where it has none that can be read."""
    url = f"{origin}/robots.txt"
    try:
        for _ in range(MAX_REDIRECTS + 1):
            answer = _ask(url, "GET", max_bytes=MAX_ROBOTS_BYTES)
            if answer.status not in REDIRECTS or not answer.location:
                return answer.body.decode("utf-8", "replace") if answer.is_fine else ""
            url = urljoin(url, answer.location)
    except CannotAsk:
        return ""
    return ""


def _ask(url: str, method: str, *, max_bytes: int = 0) -> Answer:
    """One request. Raises CannotAsk."""
    parts, host, port = _split_url(url)
    secure = parts.scheme == "https"
    connection = _PinnedConnection(host, port, _look_up(host, port), secure=secure)
    target = quote(parts.path or "/", safe=SAFE_IN_URL)
    if parts.query:
        target += f"?{quote(parts.query, safe=SAFE_IN_URL)}"
    headers = {"User-Agent": get_user_agent(), "Accept": "*/*", "Connection": "close"}
    if port != (443 if secure else 80):
        headers["Host"] = f"{host}:{port}"
    try:
        connection.request(method, target, headers=headers)
        response = connection.getresponse()
        return Answer(
            response.status,
            retry_after=_parse_seconds(response.headers.get("Retry-After", "")),
            location=response.headers.get("Location", ""),
            body=response.read(max_bytes) if max_bytes else b"",
        )
    except ssl.SSLCertVerificationError as error:
        raise CannotAsk(f"its certificate is not valid ({error.verify_message})") from error
    except TimeoutError as error:
        raise CannotAsk(f"no answer within {TIMEOUT} seconds") from error
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise CannotAsk("the connection failed") from error
    finally:
        connection.close()


def _split_url(url: str) -> tuple:
    """The parts of a web address, its host in ASCII and its port. Raises CannotAsk."""
    try:
        parts = urlsplit(url)
        host, port = encode_host(parts.hostname or ""), parts.port
    except (ValueError, InvalidLink) as error:
        raise CannotAsk("the address cannot be read") from error
    if parts.scheme not in ("http", "https") or not host:
        raise CannotAsk(f"a redirect to {parts.scheme or 'no'} address, which is not followed")
    return parts, host, port or (443 if parts.scheme == "https" else 80)


def _look_up(host: str, port: int) -> tuple:
    """The first address of a host, if all of them are public. Raises CannotAsk."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise CannotAsk("there is no such site") from error
    for *_, target in found:
        if not _is_public(str(target[0])):
            raise CannotAsk("the site has an address of a private network, which is not asked")
    return found[0]


def _is_public(text: str) -> bool:
    if settings.LINK_CHECK_PRIVATE_NETWORKS:
        return True
    address = ip_address(text.partition("%")[0])
    inner = getattr(address, "ipv4_mapped", None) or getattr(address, "sixtofour", None)
    return all(each.is_global and not each.is_multicast for each in (address, inner) if each)


def _parse_seconds(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 7 else 0
