"""The mark on a page that could not be compared with the changes of the site.

It goes into finished bytes, below the care cards: nothing stands before what to do (ADR 74).
"""

import datetime as dt

from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _

# Templates of pages with care cards have this after the cards. Signed texts hold no comments.
PLACE = b"<!--below cards-->"
HEADING_END = b"</h1>"


def insert_mark(body: bytes, since: dt.datetime) -> bytes | None:
    """A page of HTML with the mark below its cards, or below its heading where it has no cards.

    None where it has no place for it: such a page is not shown.
    """
    mark = _build_mark(since).encode()
    for place in (PLACE, HEADING_END):
        start = body.find(place)
        if start >= 0:
            end = start + len(place)
            return body[:end] + mark + body[end:]
    return None


def _build_mark(since: dt.datetime) -> str:
    local = timezone.localtime(since)
    return format_html(
        '<p class="late">{} <time datetime="{}">{}</time>. {}</p>',
        _("This page could not be checked for changes since"),
        local.isoformat(timespec="seconds"),
        f"{local:%H:%M %Z}",
        _(
            "It may have been changed or withdrawn since. Do not put off calling for help because "
            "of this."
        ),
    )
