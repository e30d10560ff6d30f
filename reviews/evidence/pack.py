"""Write an evidence pack: a ZIP of records, texts, pages and the chain, listed and signed."""

import datetime as dt
import hashlib
import zipfile
from collections.abc import Iterator
from typing import Any, BinaryIO

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings
from django.template.loader import render_to_string

from articles.content.document import Document, canonicalize, digest
from articles.event_log import Event, log
from articles.images import store
from articles.models import PublicationEvent
from reviews import verification
from reviews.evidence import key as keys
from reviews.evidence import rendering
from reviews.evidence.scope import EvidenceScope
from reviews.models import LedgerEntry
from reviews.signing import ledger
from reviews.verification.batching import iter_batches

FORMAT = "countersign-evidence"
OUTCOMES_WITH_TEXT = (
    *LedgerEntry.POSITIVE,
    LedgerEntry.EntryOutcome.PARTLY,
    LedgerEntry.EntryOutcome.WITHDRAWN,
)
README_TEMPLATE = "reviews/evidence/readme.txt"
# What no pack proves. The pack says so itself, in the words of the program that checks it.
LIMITS = (
    "that every entry about its pages is in it: entries between those in the pack, and after them,"
    " are listed by their hash alone, or not at all. The ledger itself shows that.",
    "the address, topics and copyright notice in publications.jsonl, and the names of persons"
    " there: nobody signs them. The chain of events beside the ledger has them.",
    "the pages in texts/: they are for reading, and were not compared with documents/.",
    "licence numbers, and private conflicts of interest: the entries have their salted hashes.",
    "that the person named in an entry made it, and not somebody with their password or with the"
    " publisher's database: signers have no keys of their own.",
)
# The oldest date that a ZIP can store: the same data gives the same file.
ZIP_EPOCH = (1980, 1, 1, 0, 0, 0)
UNIX = 3  # the system that a file was made on, in a ZIP's numbers
FILE_MODE = 0o644 << 16


class CannotExportEvidence(Exception):
    """Something is not as it was signed, so it cannot be vouched for; the message says what."""


class EvidencePack:
    """A ZIP that is being written, with the SHA-256 of each file in it so far."""

    def __init__(self, out: BinaryIO) -> None:
        self.zip = zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED)
        self.files: dict[str, str] = {}

    def add(self, name: str, data: bytes) -> None:
        self.add_chunks(name, [data])

    def add_chunks(self, name: str, chunks: list[bytes] | Iterator[bytes]) -> None:
        info = zipfile.ZipInfo(name, ZIP_EPOCH)
        info.compress_type = zipfile.ZIP_DEFLATED
        info.create_system = UNIX
        info.external_attr = FILE_MODE
        sha = hashlib.sha256()
        with self.zip.open(info, "w", force_zip64=True) as file:
            for chunk in chunks:
                sha.update(chunk)
                file.write(chunk)
        self.files[name] = sha.hexdigest()


def write_pack(
    out: BinaryIO,
    scope: EvidenceScope,
    *,
    made_at: dt.datetime,
    key: Ed25519PrivateKey | None = None,
) -> int:
    """Write the pack of a scope and give the number of entries in it.

    Raises MissingEvidenceKey and CannotExportEvidence.
    """
    try:
        count = _write_files(out, scope, made_at, key or keys.load_key())
    except ValueError as error:
        raise CannotExportEvidence(
            "A row that should be in the pack cannot be read. Run “manage.py verify_ledger”."
        ) from error
    log(Event.EXPORT, kind="evidence", rows=count)
    return count


def _write_files(
    out: BinaryIO, scope: EvidenceScope, made_at: dt.datetime, key: Ed25519PrivateKey
) -> int:
    pack = EvidencePack(out)
    with pack.zip:
        readme = render_to_string(README_TEMPLATE, {"site": settings.SITE_NAME, "limits": LIMITS})
        pack.add("README.txt", readme.encode())
        pack.add("public_key.pem", keys.encode_public_key(key.public_key()))
        sequences, expunged = _add_entries(pack, scope)
        pack.add("chain.json", canonicalize(_build_chain(sequences)))
        pack.add_chunks("publications.jsonl", _iter_publications(scope))
        sequence, tip = verification.get_head()
        manifest = {
            "format": FORMAT,
            "version": 1,
            "site": settings.SITE_NAME,
            "build": settings.BUILD,
            "made_at": made_at.isoformat(),
            "scope": scope.to_dict(),
            "entries": sequences,
            "expunged": expunged,
            "head": {"sequence": sequence, "hash": tip},
            "limits": LIMITS,
            "files": dict(pack.files),
        }
        text = canonicalize(manifest)
        pack.add("manifest.json", text)
        pack.add("manifest.sig", key.sign(text).hex().encode())
    return len(sequences)


def _add_entries(pack: EvidencePack, scope: EvidenceScope) -> tuple[list[int], dict[str, int]]:
    """Add each entry with its text.

    Gives the sequences, and by the UUID of a revision the entry that expunged it.
    """
    sequences = []
    expunged = {}
    entries = scope.entries().select_related("revision")
    for batch in iter_batches(entries):
        lines = PublicationEvent.objects.filter(evidence__in=[entry.hash for entry in batch])
        publications = {line.evidence: line for line in lines}
        for entry in batch:
            sequences.append(entry.sequence)
            _add_record(pack, entry)
            if entry.outcome == LedgerEntry.EntryOutcome.EXPUNGED:
                expunged[str(entry.revision.uuid)] = entry.sequence
            elif entry.outcome in OUTCOMES_WITH_TEXT:
                _add_text(pack, entry, publications.get(entry.hash))
    return sequences, expunged


def _add_record(pack: EvidencePack, entry: LedgerEntry) -> None:
    record = entry.record.encode(errors="surrogatepass")
    if digest(record) != entry.hash:
        raise CannotExportEvidence(
            f"Entry {entry.sequence} is not as it was hashed. Run “manage.py verify_ledger”."
        )
    pack.add(f"ledger/{entry.sequence:08}.json", record)


def _add_text(pack: EvidencePack, entry: LedgerEntry, publication: PublicationEvent | None) -> None:
    """Add the text of an entry as it was signed, and as a page to read."""
    record = ledger.read_record(entry)
    page_name = f"texts/{entry.sequence:08}.html"
    if entry.revision.expunged:
        pack.add(page_name, rendering.render_expunged_text(entry, record))
        return
    text = entry.revision.document.encode(errors="surrogatepass")
    if not digest(text) == entry.revision.digest == record.digest:
        raise CannotExportEvidence(
            f"The text of entry {entry.sequence} is not as it was signed. "
            "Run “manage.py verify_ledger”."
        )
    document_name = f"documents/{record.digest}.json"
    if document_name not in pack.files:
        pack.add(document_name, text)
        _add_images(pack, entry.revision.read())
    if entry.outcome in LedgerEntry.POSITIVE:
        pack.add(page_name, rendering.render_text(entry, record, publication))


def _add_images(pack: EvidencePack, document: Document) -> None:
    for figure in document.figures:
        name = f"images/{store.get_file_name(figure)}"
        if name in pack.files:
            continue
        try:
            pack.add(name, store.read_image(figure))
        except store.UnreadableImage as error:
            raise CannotExportEvidence(
                f"An image cannot be put in: {error}. Run “manage.py verify_ledger”."
            ) from error


def _build_chain(sequences: list[int]) -> dict[str, Any]:
    """The hashes from the first entry to the last, and the hash before them.

    Each entry follows the one before it. Raises CannotExportEvidence where one does not.
    """
    if not sequences:
        return {"first": 0, "before": ledger.GENESIS_HASH, "hashes": []}
    first = sequences[0]
    entries = LedgerEntry.objects.filter(sequence__gte=first, sequence__lte=sequences[-1])
    rows = entries.in_order().values_list("sequence", "previous_hash", "hash")
    before = None
    hashes: list[str] = []
    for expected, (sequence, previous_hash, own_hash) in enumerate(rows.iterator(), start=first):
        is_linked = not hashes or previous_hash == hashes[-1]
        if sequence != expected or not is_linked:
            raise CannotExportEvidence(
                f"The chain is broken at entry {expected}. Run “manage.py verify_ledger”."
            )
        if before is None:
            before = previous_hash
        hashes.append(own_hash)
    return {"first": first, "before": before, "hashes": hashes}


def _iter_publications(scope: EvidenceScope) -> Iterator[bytes]:
    """The lines of the publication log, one JSON object a line."""
    events = scope.publications().select_related("article", "revision", "by")
    for batch in iter_batches(events):
        for publication in batch:
            yield canonicalize(_serialize_publication(publication)) + b"\n"


def _serialize_publication(publication: PublicationEvent) -> dict[str, Any]:
    """A line of the log, without the title and the summary of an expunged text."""
    expunged = publication.revision.expunged
    return {
        "article": str(publication.article.uuid),
        "kind": publication.kind,
        "at": publication.at.isoformat(),
        "by": publication.by.get_full_name() or publication.by.get_username(),
        "evidence": publication.evidence,
        "revision": str(publication.revision.uuid),
        "revision_number": publication.revision.number,
        "digest": publication.revision.digest,
        "slug": publication.slug,
        "title": None if expunged else publication.title,
        "summary": None if expunged else publication.summary,
        "review_line": publication.read_review_line().model_dump(mode="json"),
        "frame": publication.read_metadata().model_dump(mode="json"),
        "reason": publication.reason,
    }
