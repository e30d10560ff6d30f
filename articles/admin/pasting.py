"""Cleans what somebody pastes into a box of a form, before it stands there.

Nothing is stored and nothing is logged. The script of the form is ``static/js/form/pasting.js``.
"""

import re
import unicodedata

from django.core.exceptions import ValidationError
from django.http import HttpRequest, JsonResponse
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST
from pydantic import BaseModel, ConfigDict
from pydantic import ValidationError as NotAClipboard

from articles import fields
from articles.admin.composition import AdminView
from articles.richtext.plaintext import extract_text

MAX_BYTES = 4 * fields.MAX_RICH_TEXT_LENGTH  # of what is sent, before anything reads it
# What programs write before the items of a list where they copy it as plain text.
ITEM_MARK = re.compile(
    r"^[^\S\n]*(?:[*+·•▪◦■□➢–-]|o|\(?(?:\d{1,4}|[a-z]|[ivxlc]{1,7})[.)])[^\S\n]+",
    re.IGNORECASE | re.MULTILINE,
)
UNSEEN = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff]")


class Clipboard(BaseModel):
    """What is to be pasted. ``plain`` is given where somebody asked for the plain text."""

    model_config = ConfigDict(extra="forbid", strict=True)

    html: str
    plain: str | None = None


class CannotClean(Exception):
    """A paste is refused. The text says why, and what to do; ``status`` is that of the answer."""

    def __init__(self, reason: str, *, status: int = 400) -> None:
        super().__init__(reason)
        self.status = status


def clean_paste(page_admin, request: HttpRequest) -> JsonResponse:
    """The HTML of a clipboard as a page may carry it, and what was left out of it.

    ``plain_differs`` says that the plain text beside it is another text: with deleted or hidden
    words in it, or 10⁹ as 109.
    """
    try:
        clipboard = _read_clipboard(request)
        cleaned = _clean(clipboard.html)
    except CannotClean as refusal:
        return JsonResponse({"refused": str(refusal)}, status=refusal.status)
    answer: dict[str, object] = {"html": cleaned.html, "left_out": list(cleaned.dropped)}
    if clipboard.plain is not None:
        answer["plain_differs"] = not says_the_same(clipboard.plain, cleaned)
    return JsonResponse(answer)


def _read_clipboard(request: HttpRequest) -> Clipboard:
    """Raises CannotClean. Reads no more than is allowed, whatever the request says of its size."""
    body = request.read(MAX_BYTES + 1)
    if len(body) > MAX_BYTES:
        raise CannotClean(
            gettext("This is more than a page can carry. Paste only the part that you need."),
            status=413,
        )
    try:
        return Clipboard.model_validate_json(body)
    except NotAClipboard as error:
        raise CannotClean(
            gettext("The copied text could not be read. Copy it again, then paste it again.")
        ) from error


def _clean(html: str) -> fields.CleanedHtml:
    try:
        cleaned = fields.clean_rich_text(html)
        fields.refuse_too_long(cleaned.html)
    except ValidationError as error:
        raise CannotClean(" ".join(error.messages)) from error
    return cleaned


def says_the_same(plain: str, cleaned: fields.CleanedHtml) -> bool:
    """Whether a plain text has the words of a cleaned one, each with all its signs.

    The marks of list items make no difference, unless something was left out: a deleted number
    may look like one.
    """
    words = _list_words(extract_text(cleaned.html))
    if _list_words(plain) == words:
        return True
    has_list = "<li" in cleaned.html and not cleaned.dropped
    return has_list and _list_words(ITEM_MARK.sub("", plain)) == words


def _list_words(text: str) -> list[str]:
    return unicodedata.normalize("NFC", UNSEEN.sub("", text)).split()


VIEWS = (AdminView("paste", clean_paste, "change", (require_POST, never_cache)),)
