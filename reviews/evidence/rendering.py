"""A signed text as a page that opens anywhere: it contains its styles and loads nothing."""

from functools import cache
from pathlib import Path

from django.contrib.staticfiles import finders
from django.template.loader import render_to_string

from articles.content import kinds
from articles.images import store
from articles.models import PublicationEvent
from reviews.models import LedgerEntry
from reviews.signing import ledger
from reviews.signing.statements import build_statement


def render_text(
    entry: LedgerEntry, record: ledger.LedgerRecord, publication: PublicationEvent | None
) -> bytes:
    """The text that an entry signed, with its review line and the metadata of its publication."""
    document = entry.revision.read()
    kind = kinds.get(document.kind)
    has_causes = bool(getattr(document, "causes", ()))
    images = {}
    for figure in document.figures:
        images[figure.sha256] = f"../images/{store.get_file_name(figure)}"
    context = {
        "document": document,
        "line": record.review_line,
        "metadata": publication.read_metadata() if publication else None,
        "links": {},
        "images": images,
        "state": "evidence",
        "page_template": kind.partial,
        "causes_template": kind.causes_partial if has_causes else None,
        "entry": entry,
        "record": record,
        "statement": build_statement(entry.record),
        "stylesheet": _read_stylesheet(),
    }
    return render_to_string("reviews/evidence/text.html", context).encode()


def render_expunged_text(entry: LedgerEntry, record: ledger.LedgerRecord) -> bytes:
    """The page in place of an expunged text: that it was expunged, and what is left of it."""
    context = {
        "entry": entry,
        "record": record,
        "statement": build_statement(entry.record),
        "stylesheet": _read_stylesheet(),
    }
    return render_to_string("reviews/evidence/gone.html", context).encode()


@cache
def _read_stylesheet() -> str:
    path = finders.find("css/site.css")
    assert path  # it is ours
    return Path(path).read_text()
