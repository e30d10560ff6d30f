"""Writing an evidence pack: a ZIP of records, texts, pages and the chain between them, listed and signed."""

import hashlib
import zipfile
from collections.abc import Iterator
from typing import BinaryIO

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings

from articles import images
from articles.content import Document, canonical, digest
from articles.models import Publication
from reviews import ledger, verification
from reviews.evidence import key as keys
from reviews.evidence import texts
from reviews.evidence.scope import Scope
from reviews.models import Signature
from reviews.verification.batches import batches

FORMAT = "countersign-evidence"
SHOWS_A_TEXT = (*Signature.POSITIVE, Signature.Outcome.WITHDRAWN)
NEVER = (1980, 1, 1, 0, 0, 0)  # the oldest moment that a ZIP can tell: the same data gives the same file
README = """\
An evidence pack of {site}: what was signed, by whom, when, and what visitors were shown.

texts/          each signed text as a page to read, with its review line, and each whose review in an earlier
                system was recorded; opens in any browser
ledger/         the entries of the ledger, as they were hashed; one JSON file each
documents/      the signed texts, byte for byte as they were signed, named by their digest (SHA-256)
images/         the pictures of these texts, each named by the SHA-256 of its bytes, as the texts name it
publications.jsonl   the publication log: a line each time that what visitors saw changed
chain.json      the hashes of all entries from the first to the last one here, in order
manifest.json   what is in this pack, with the SHA-256 of each file, and the newest entry of the whole ledger
manifest.sig    the Ed25519 signature over the bytes of manifest.json, in hexadecimal
public_key.pem  the key to check it with; compare its fingerprint with the one the publisher gave you

To check it you need Python, its "cryptography" package, and check_evidence.py from the project's docs:

    python check_evidence.py THIS_FILE.zip --key PUBLISHERS_KEY.pem

It says of each thing whether it holds, does not hold, or was not checked and why. Without --key it can show that
the pack is whole in itself, and not who made it.

Licence numbers, and conflicts of interest that their reviewers keep private, are in no pack: the ledger has
their salted hashes only. docs/ledger.md of the project explains every field.
"""


class Broken(Exception):
    """Something is not as it was signed, so there is nothing to vouch for; its text says what."""


class Pack:
    """A ZIP under way, which remembers the SHA-256 of each file in it."""

    def __init__(self, out: BinaryIO):
        self.zip = zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED)
        self.files: dict[str, str] = {}

    def add(self, name: str, data: bytes) -> None:
        self.stream(name, [data])

    def stream(self, name: str, chunks: list[bytes] | Iterator[bytes]) -> None:
        info, sha = zipfile.ZipInfo(name, NEVER), hashlib.sha256()
        info.compress_type, info.create_system, info.external_attr = zipfile.ZIP_DEFLATED, 3, 0o644 << 16
        with self.zip.open(info, "w", force_zip64=True) as file:
            for chunk in chunks:
                sha.update(chunk)
                file.write(chunk)
        self.files[name] = sha.hexdigest()


def write(out: BinaryIO, scope: Scope, *, made_at, key: Ed25519PrivateKey | None = None) -> int:
    """Write the pack of a scope; gives the number of entries in it. Raises NoKey and Broken."""
    try:
        return _write(out, scope, made_at, key or keys.load())
    except ValueError as error:
        raise Broken("A row that should be in the pack cannot be read. Run “manage.py verify_ledger”.") from error


def _write(out: BinaryIO, scope: Scope, made_at, key: Ed25519PrivateKey) -> int:
    pack = Pack(out)
    with pack.zip:
        pack.add("README.txt", README.format(site=settings.SITE_NAME).encode())
        pack.add("public_key.pem", keys.public_pem(key.public_key()))
        sequences, expunged = _add_entries(pack, scope)
        pack.add("chain.json", canonical(_chain(sequences)))
        pack.stream("publications.jsonl", _publications(scope))
        sequence, tip = verification.head()
        manifest = {
            "format": FORMAT,
            "version": 1,
            "site": settings.SITE_NAME,
            "build": settings.BUILD,
            "made_at": made_at.isoformat(),
            "scope": scope.as_told(),
            "entries": sequences,
            "expunged": expunged,
            "head": {"sequence": sequence, "hash": tip},
            "files": dict(pack.files),
        }
        text = canonical(manifest)
        pack.add("manifest.json", text)
        pack.add("manifest.sig", key.sign(text).hex().encode())
    return len(sequences)


def _add_entries(pack: Pack, scope: Scope) -> tuple[list[int], dict[str, int]]:
    """Add each entry with its text. Gives the sequences, and which entry expunged which revision."""
    sequences, expunged = [], {}
    for batch in batches(scope.entries().select_related("revision"), lambda number: None):
        lines = Publication.objects.filter(evidence__in=[entry.hash for entry in batch])
        shown = {line.evidence: line for line in lines}
        for entry in batch:
            sequences.append(entry.sequence)
            record = entry.record.encode(errors="surrogatepass")
            if digest(record) != entry.hash:
                raise Broken(f"Entry {entry.sequence} is not as it was hashed. Run “manage.py verify_ledger”.")
            pack.add(f"ledger/{entry.sequence:08}.json", record)
            if entry.outcome == Signature.Outcome.EXPUNGED:
                expunged[str(entry.revision.uuid)] = entry.sequence
            elif entry.outcome in SHOWS_A_TEXT:
                _add_text(pack, entry, shown.get(entry.hash))
    return sequences, expunged


def _add_text(pack: Pack, entry: Signature, shown: Publication | None) -> None:
    if entry.revision.expunged:
        pack.add(f"texts/{entry.sequence:08}.html", texts.gone(entry, ledger.read(entry)))
        return
    text, record = entry.revision.document.encode(errors="surrogatepass"), ledger.read(entry)
    if not digest(text) == entry.revision.digest == record.digest:
        raise Broken(f"The text of entry {entry.sequence} is not as it was signed. Run “manage.py verify_ledger”.")
    if (name := f"documents/{record.digest}.json") not in pack.files:
        pack.add(name, text)
        _add_images(pack, entry.revision.read())
    if entry.outcome in Signature.POSITIVE:
        pack.add(f"texts/{entry.sequence:08}.html", texts.page(entry, record, shown))


def _add_images(pack: Pack, document: Document) -> None:
    for figure in document.figures:
        if (name := f"images/{images.file_name(figure)}") not in pack.files:
            try:
                pack.add(name, images.read(figure))
            except images.Unreadable as error:
                raise Broken(f"An image cannot be put in: {error}. Run “manage.py verify_ledger”.") from error


def _chain(sequences: list[int]) -> dict:
    """The hashes from the first entry to the last, with the one before them: each follows the one before it."""
    if not sequences:
        return {"first": 0, "before": ledger.GENESIS, "hashes": []}
    first, last = sequences[0], sequences[-1]
    rows = Signature.objects.filter(sequence__gte=first, sequence__lte=last).in_order()
    before, previous, hashes = None, None, []
    for place, (sequence, follows, own) in enumerate(
        rows.values_list("sequence", "previous_hash", "hash").iterator(), start=first
    ):
        if sequence != place or previous not in (None, follows):
            raise Broken(f"The chain is broken at entry {place}. Run “manage.py verify_ledger”.")
        before, previous = before or follows, own
        hashes.append(own)
    return {"first": first, "before": before, "hashes": hashes}


def _publications(scope: Scope) -> Iterator[bytes]:
    """The lines of the publication log, one JSON object a line."""
    for batch in batches(scope.publications().select_related("article", "revision", "by"), lambda number: None):
        for line in batch:
            yield canonical(_told(line)) + b"\n"


def _told(line: Publication) -> dict:
    """A line of the log. The title and the summary of a text that was expunged are left out."""
    gone = line.revision.expunged
    return {
        "article": str(line.article.uuid),
        "kind": line.kind,
        "at": line.at.isoformat(),
        "by": line.by.get_full_name() or line.by.get_username(),
        "evidence": line.evidence,
        "revision": str(line.revision.uuid),
        "revision_number": line.revision.number,
        "digest": line.revision.digest,
        "slug": line.slug,
        "title": None if gone else line.title,
        "summary": None if gone else line.summary,
        "review_line": line.read_review_line().model_dump(mode="json"),
        "frame": line.read_frame().model_dump(mode="json"),
        "reason": line.reason,
    }
