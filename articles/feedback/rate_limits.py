"""Limits how often one address may send something: counted in the database, under daily keys."""

import ipaddress

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.core.exceptions import PermissionDenied

from articles.attempts import count_attempt, note_refusal

HOUR = 3600  # seconds
# So many forms with mistakes, or of machines, may come for each message that may be sent.
TRIES_FOR_EACH = 5


class TooManyMessages(Exception):
    """The limit of an hour is reached. ``seconds_left`` is the rest of it."""

    def __init__(self, seconds_left: int):
        super().__init__()
        self.seconds_left = seconds_left


def count_try(request) -> None:
    """Count a form before anything in it is looked at. Raises TooManyMessages, CannotCount."""
    _count("feedback tried", _get_network(request), most=TRIES_FOR_EACH * settings.FEEDBACK_AN_HOUR)


def count_message(request) -> None:
    """Count one more message of this visitor. Raises TooManyMessages, CannotCount.

    Messages over a visitor's own limit do not count towards the limit of all visitors together.
    """
    _count("feedback", _get_network(request), most=settings.FEEDBACK_AN_HOUR)
    _count("feedback of all", "", most=settings.FEEDBACK_AN_HOUR_IN_ALL)


def is_repeated(request, *values: str) -> bool:
    """Whether this visitor sent the same within the hour: by a double click, or by reloading."""
    what = f"feedback said {':'.join(values)}"
    return count_attempt(what, _get_network(request), seconds=HOUR).count > 1


def _count(what: str, by: str, *, most: int) -> None:
    attempt = count_attempt(what, by, seconds=HOUR)
    if attempt.count > most:
        note_refusal("feedback")
        raise TooManyMessages(attempt.seconds_left)


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
