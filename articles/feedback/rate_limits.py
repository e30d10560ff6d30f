"""Limits how often one address may send something: counted in the cache, under daily keys."""

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
SALT_LIFETIME = 25 * HOUR
MAX_ATTEMPTS = 3  # to count on what was dropped a moment ago


def allow_request(request) -> bool:
    """Count one more request of this visitor. Whether it is within the limits of an hour.

    Requests over a visitor's own limit do not count towards the limit of all visitors together.
    """
    hour = int(timezone.now().timestamp() // HOUR)
    if _increment(f"feedback:{_hash_visitor(request)}:{hour}") > settings.FEEDBACK_AN_HOUR:
        return False
    return _increment(f"feedback:all:{hour}") <= settings.FEEDBACK_AN_HOUR_IN_ALL


def is_repeated(request, *values: str) -> bool:
    """Whether this visitor sent the same within the hour: by a double click, or by reloading."""
    return not cache.add(f"feedback:said:{_hash_visitor(request)}:{':'.join(values)}", 1, HOUR)


def get_retry_after() -> int:
    return HOUR - int(timezone.now().timestamp() % HOUR)


def _increment(key: str) -> float:
    """Count a key and give its count; infinity if the cache loses it, which allows nothing."""
    for _ in range(MAX_ATTEMPTS):
        cache.add(key, 0, HOUR)
        try:
            count = cache.incr(key)
        except ValueError:  # the cache dropped it in between
            continue
        cache.touch(key, HOUR)  # some caches lose the expiry when they count
        return count
    return math.inf


def _hash_visitor(request) -> str:
    """A hash that stands for a visitor's address today.

    The salt is new each day and only in the cache, so nobody can find out the address of a key.
    """
    day = timezone.now().date().isoformat()
    salt = cache.get_or_set(f"feedback:salt:{day}", lambda: secrets.token_hex(32), SALT_LIFETIME)
    return hmac.new(str(salt).encode(), _get_network(request).encode(), "sha256").hexdigest()


def _get_network(request) -> str:
    """The address that log-in counts by; of IPv6 the network, as the rest changes at will."""
    try:
        address = ipaddress.ip_address(get_adapter().get_client_ip(request))
    except (PermissionDenied, ValueError):
        return "unknown"
    if address.version == 4:
        return str(address)
    if address.ipv4_mapped:
        return str(address.ipv4_mapped)
    return str(ipaddress.ip_network((address, 64), strict=False))
