"""The numbers of the site, and the links that dial them, write to them or open their chat.

They are those of the settings, the same in every language.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

from django.conf import settings

from articles.care.phone_numbers import extract_digits


@dataclass(frozen=True)
class ContactWay:
    """One way to reach somebody: what to do, the number or name that is shown, and its link."""

    verb: str
    shown: str
    url: str


def build_phone_url(number: str) -> str:
    """The link that dials a number."""
    return f"tel:{re.sub(r'[^0-9+]', '', number)}"


def build_text_url(number: str) -> str:
    """The link that begins a text message to a number."""
    return f"sms:{re.sub(r'[^0-9+]', '', number)}"


def get_emergency_way() -> ContactWay:
    number = settings.EMERGENCY_NUMBER
    return ContactWay("Call", number, build_phone_url(number))


def get_poison_way() -> ContactWay | None:
    """How to reach the poison line; None where the site has none."""
    number = settings.POISON_LINE
    return ContactWay("Call", number, build_phone_url(number)) if number else None


def get_crisis_ways() -> list[ContactWay]:
    """The ways to reach the crisis line: call, text and chat, where it has them.

    A site without a crisis line gives its emergency number.
    """
    ways = []
    if settings.CRISIS_LINE:
        url = build_phone_url(settings.CRISIS_LINE)
        ways.append(ContactWay("Call", settings.CRISIS_LINE, url))
    if settings.CRISIS_TEXT:
        url = build_text_url(settings.CRISIS_TEXT)
        ways.append(ContactWay("Text", settings.CRISIS_TEXT, url))
    if settings.CRISIS_CHAT:
        ways.append(ContactWay("Chat", "online", settings.CRISIS_CHAT))
    return ways or [get_emergency_way()]


def get_dialled_numbers() -> dict[str, str]:
    """Digits → link, for each number that a text may tell people to call or to text."""
    called = settings.EMERGENCY_NUMBER, settings.CRISIS_LINE, settings.POISON_LINE
    return dict(_build_dialled_numbers(called, settings.CRISIS_TEXT))


@lru_cache(maxsize=10)
def _build_dialled_numbers(called: tuple[str, ...], written: str) -> dict[str, str]:
    links: dict[str, str] = {}
    for number in called:
        if digits := extract_digits(number):
            links.setdefault(digits, build_phone_url(number))
    if digits := extract_digits(written):
        links.setdefault(digits, build_text_url(written))
    return links


def get_outside_words() -> str:
    """What people in other countries are told below the first number."""
    if settings.NUMBERS_COUNTRY:
        return f"Outside {settings.NUMBERS_COUNTRY}: call your local emergency number."
    return "In another country: call your local emergency number."
