"""What the rich text of a page may carry: elements, their attributes and the values of these."""

import re

from articles.richtext.tables import SPANS, TABLE_TAGS

RAISED_TAGS = {"sub", "sup"}
ALLOWED_TAGS = {
    "p",
    "br",
    "strong",
    "em",
    *RAISED_TAGS,
    "h2",
    "h3",
    "ul",
    "ol",
    "li",
    "blockquote",
    "a",
    *TABLE_TAGS,
}
ALLOWED_ATTRIBUTES = {
    "a": {"href"},
    "ol": {"start", "type"},
    "td": set(SPANS),
    "th": {*SPANS, "scope"},
}
URL_SCHEMES = {"http", "https", "mailto", "tel"}
NUMBERING_STYLES = {"a", "A", "i", "I"}  # the values of a list's type; without one it has figures
FIRST_NUMBER = 1
LAST_START = 9999
SPAN_COUNT = re.compile(r"[0-9]{1,2}")
START = re.compile(r"[2-9]|[1-9][0-9]{1,3}")
# As browsers read it: what comes after the digits is nothing to them.
WRITTEN_START = re.compile(r"[ \t\n\f\r]*\+?0*([0-9]{1,9})")


def is_allowed(tag: str, name: str, value: str) -> bool:
    """Whether a page may carry an attribute with this value, as it is saved here."""
    if name not in ALLOWED_ATTRIBUTES.get(tag, ()):
        return False
    if name == "href":
        return True
    if name == "scope":
        return value in ("col", "row")
    if name == "type":
        return value in NUMBERING_STYLES
    if name == "start":
        return START.fullmatch(value) is not None
    return SPAN_COUNT.fullmatch(value) is not None


def tidy_attribute(tag: str, name: str, value: str) -> str | None:
    """The value of an attribute of rich text as it is saved; None where it is not saved.

    A list that begins with 1 or counts in figures does not say so, as that is what lists do. The
    form is that of ``attribute_filter`` of nh3.
    """
    if tag != "ol":
        return value
    if name == "start":
        value = _read_start(value)
    return value if is_allowed(tag, name, value) else None


def _read_start(value: str) -> str:
    """The number that a browser reads in the ``start`` of a list; empty if it reads none."""
    found = WRITTEN_START.match(value)
    return str(int(found[1])) if found else ""
