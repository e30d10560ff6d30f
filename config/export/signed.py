"""A signed document as a file for programs: the document, who signed it, and all that is needed to check its digest."""

import json

from django.conf import settings

from articles import kinds
from articles.content import canonical, digest
from articles.models import Publication
from config.export.printing import Answer
from reviews import ledger
from reviews.models import Signature

NAME = "signed.json"  # no slug has a dot, so no page has this address
FORMAT = "countersign-signed-page"


class Broken(Exception):
    """A stored text is not the one that was signed."""


def address(path: str) -> str:
    return path + NAME


def statement(live: int, path: str) -> Answer:
    """The document of a live publication. It stands here in canonical form, so its digest is that of its bytes here.

    A review that was recorded from an earlier system is told apart from the signatures: it is none.
    Of a ledger entry only what pages print of it is told, and its hash: comments and conflicts are not for everybody.
    """
    line = Publication.objects.select_related("revision").get(pk=live)
    text, frame = line.revision.document, line.read_frame()
    document = json.loads(text)
    if canonical(document) != text.encode() or digest(text.encode()) != line.revision.digest:
        raise Broken("the stored text is not the one of its digest; run “manage.py verify_ledger”")
    entries = list(_entries(line))
    said = {
        "format": FORMAT,
        "version": 1,
        "url": settings.SITE_URL + kinds.path(document["kind"], line.slug),
        "document": document,
        "revision": {"uuid": str(line.revision.uuid), "number": line.revision.number, "digest": line.revision.digest},
        "review_line": line.read_review_line().model_dump(mode="json"),
        "frame": frame.model_dump(mode="json"),
        "signatures": [_told(entry) for entry in entries if entry.outcome == Signature.Outcome.APPROVED],
    }
    if attested := [_told(entry) for entry in entries if entry.outcome == Signature.Outcome.ATTESTED]:
        said["recorded_from_a_previous_system"] = attested
    return Answer(200, canonical(said))


def _entries(line: Publication):
    return Signature.objects.positive().filter(revision=line.revision_id).in_order()


def _told(entry: Signature) -> dict:
    record = ledger.read(entry)
    return {
        "sequence": entry.sequence,
        "hash": entry.hash,
        "meaning": record.meaning,
        "trigger": record.trigger,
        "at": record.at.isoformat(),
        "by": record.actor.as_printed().model_dump(mode="json"),
        "digest": record.digest,
    }
