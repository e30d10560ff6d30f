"""How often one address may send something: counted in the cache alone, under keys that mean nothing tomorrow."""

import hmac
import ipaddress
import math
import secrets

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.utils import timezone

HOUR = 3600  # seconds
A_DAY_AND_MORE = 25 * HOUR
TRIES = 3  # to count on what was dropped a moment ago


def has_room(request) -> bool:
    """Count one more thing that this visitor sends, and say whether it is within what an hour allows.

    Who is over their own limit uses up nothing of what all visitors together may send.
    """
    hour = int(timezone.now().timestamp() // HOUR)
    if _count(f"feedback:{_visitor(request)}:{hour}") > settings.FEEDBACK_AN_HOUR:
        return False
    return _count(f"feedback:all:{hour}") <= settings.FEEDBACK_AN_HOUR_IN_ALL


def said_before(request, *what: str) -> bool:
    """Whether this visitor sent the very same within the hour: a double click, or a page that was sent again."""
    return not cache.add(f"feedback:said:{_visitor(request)}:{':'.join(what)}", 1, HOUR)


def seconds_to_wait() -> int:
    return HOUR - int(timezone.now().timestamp() % HOUR)


def _count(key: str) -> float:
    """How often a key was counted, this time with it; without end where the cache keeps nothing: nobody is let
    through by a counter that was lost."""
    for _ in range(TRIES):
        cache.add(key, 0, HOUR)
        try:
            count = cache.incr(key)
        except ValueError:  # the cache dropped it in between
            continue
        cache.touch(key, HOUR)  # some caches forget, in counting, how long they were to remember
        return count
    return math.inf


def _visitor(request) -> str:
    """What stands for a visitor's address today. The salt is drawn each day, lives in the cache alone, and is lost
    with it: nobody can tell from the key whose it was, on this day or later."""
    day = timezone.now().date().isoformat()
    salt = cache.get_or_set(f"feedback:salt:{day}", lambda: secrets.token_hex(32), A_DAY_AND_MORE)
    return hmac.new(str(salt).encode(), _network(request).encode(), "sha256").hexdigest()


def _network(request) -> str:
    """The address that log-in counts by; of IPv6 the half that a household shares, as the rest changes at will."""
    try:
        address = ipaddress.ip_address(get_adapter().get_client_ip(request))
    except (PermissionDenied, ValueError):
        return "unknown"
    if address.version == 6 and address.ipv4_mapped:
        return str(address.ipv4_mapped)
    return str(ipaddress.ip_network((address, 64), strict=False)) if address.version == 6 else str(address)
