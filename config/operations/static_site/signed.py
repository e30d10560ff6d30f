"""A signed document as a file for programs.

The document, who signed it, and all that is needed to check its digest.
"""

import json

from django.conf import settings

from articles.content import kinds
from articles.content.document import canonicalize, digest
from articles.models import PublicationEvent
from config.operations.static_site.rendering import ExportedResponse
from reviews.models import LedgerEntry
from reviews.signing import ledger

FILE_NAME = "signed.json"  # no slug has a dot, so no page has this address
FORMAT = "countersign-signed-page"


class AlteredDocument(Exception):
    """A stored text is not the one that was signed."""


def build_path(path: str) -> str:
    return path + FILE_NAME


def build_signed_document(publication_id: int, path: str) -> ExportedResponse:
    """The document of a live publication, in canonical form: its digest is that of its bytes here.

    A review that was recorded from an earlier system is listed apart from the signatures. A ledger
    entry is given with its hash and with what pages print of it: comments and conflicts are
    private. Raises AlteredDocument.
    """
    line = PublicationEvent.objects.select_related("revision").get(pk=publication_id)
    text = line.revision.document
    document = json.loads(text)
    if canonicalize(document) != text.encode() or digest(text.encode()) != line.revision.digest:
        raise AlteredDocument(
            "the stored text is not the one of its digest; run “manage.py verify_ledger”"
        )
    entries = list(_get_entries(line))
    facts = {
        "format": FORMAT,
        "version": 1,
        "url": settings.SITE_URL + kinds.get_path(document["kind"], line.slug),
        "document": document,
        "revision": {
            "uuid": str(line.revision.uuid),
            "number": line.revision.number,
            "digest": line.revision.digest,
        },
        "review_line": line.read_review_line().model_dump(mode="json"),
        "frame": line.read_metadata().model_dump(mode="json"),
        "signatures": _describe_entries(entries, LedgerEntry.EntryOutcome.APPROVED),
    }
    attested = _describe_entries(entries, LedgerEntry.EntryOutcome.ATTESTED)
    if attested:
        facts["recorded_from_a_previous_system"] = attested
    return ExportedResponse(200, canonicalize(facts))


def _get_entries(publication: PublicationEvent):
    return LedgerEntry.objects.positive().filter(revision=publication.revision_id).in_order()


def _describe_entries(entries: list[LedgerEntry], outcome: str) -> list[dict]:
    return [_describe_entry(entry) for entry in entries if entry.outcome == outcome]


def _describe_entry(entry: LedgerEntry) -> dict:
    record = ledger.read_record(entry)
    return {
        "sequence": entry.sequence,
        "hash": entry.hash,
        "meaning": record.meaning,
        "trigger": record.trigger,
        "at": record.at.isoformat(),
        "by": record.actor.to_person().model_dump(mode="json"),
        "digest": record.digest,
    }
