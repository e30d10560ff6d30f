"""A signed text as a page that opens anywhere: its look is in it, and it loads nothing from elsewhere."""

from functools import cache
from pathlib import Path

from django.contrib.staticfiles import finders
from django.template.loader import render_to_string

from articles import images, kinds
from articles.models import Publication
from reviews import ledger
from reviews.models import Signature


def page(entry: Signature, record: ledger.Record, shown: Publication | None) -> bytes:
    """What an entry signed, with the review line that the signature made and the frame of its publication."""
    document = entry.revision.read()
    kind = kinds.get(document.kind)
    context = {
        "document": document,
        "line": record.review_line,
        "frame": shown.read_frame() if shown else None,
        "links": {},
        "images": {figure.sha256: f"../images/{images.file_name(figure)}" for figure in document.figures},
        "state": "evidence",
        "page_template": kind.partial,
        "causes_template": kind.causes_partial if getattr(document, "causes", ()) else None,
        "entry": entry,
        "record": record,
        "look": _look(),
    }
    return render_to_string("reviews/evidence/text.html", context).encode()


def gone(entry: Signature, record: ledger.Record) -> bytes:
    """In place of a text that was expunged: that it was, and what stays of it."""
    context = {"entry": entry, "record": record, "look": _look()}
    return render_to_string("reviews/evidence/gone.html", context).encode()


@cache
def _look() -> str:
    return Path(finders.find("css/site.css")).read_text()
