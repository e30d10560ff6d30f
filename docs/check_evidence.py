"""Check an evidence pack, offline: check_evidence.py PACK.zip [--key KEY.pem] [--head N:HASH].

Needs Python 3.11 or later and the package "cryptography", and nothing else of the project. Says
what holds, what does not, and what was not checked and why. What it could not compare with
anything, and what it does not know, it never reports as correct. Leaves with status 0 if all of it
holds; with 1 if something does not; with 3 if nothing was found that does not hold, and not all of
it could be checked; with 2 if it was called wrongly.
"""

import argparse
import hashlib
import json
import re
import sys
import zipfile
from collections.abc import Callable, Iterator
from datetime import datetime
from functools import cached_property
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

FORMAT = "countersign-evidence"
VERSION = 1  # of the pack; of a record and of a text too
UNLISTED = {"manifest.json", "manifest.sig"}  # the list itself, and the signature over it
MAX_FILE_BYTES = 1 << 28
# As “verify_ledger” prints it to be kept: number and hash of the newest entry and, by builds that
# have a chain of events, of the newest event.
HEAD = re.compile(
    r"(?P<entry>[0-9]{1,18}):(?P<entry_hash>[0-9a-f]{64})"
    r"(?:,(?P<event>[0-9]{1,18}):(?P<event_hash>[0-9a-f]{64}))?"
)
HASH = re.compile(r"[0-9a-f]{64}")

# What lets a text be shown: a clinician's signature, or a review in an earlier system that a
# managing editor recorded.
PUBLISHING_OUTCOMES = ("approved", "attested")
TEXT_OUTCOMES = (*PUBLISHING_OUTCOMES, "withdrawn")
# Decisions without a text in the pack: nothing was published or withdrawn by them.
OTHER_OUTCOMES = ("changes", "declined", "unfit", "cancelled", "expunged", "partly")
# Each kind of line of the publication log that an entry allows, and the outcomes that do.
SIGNED_KINDS = {
    "publish": PUBLISHING_OUTCOMES,
    "re-sign": PUBLISHING_OUTCOMES,
    "withdraw": ("withdrawn",),
    "expunge": ("expunged",),
}
# Each kind that nobody signs, and what it may change.
UNSIGNED_KINDS = {"address": "slug", "notice": "frame", "filing": "frame"}
RECORD_FIELDS = {
    "version",
    "sequence",
    "previous_hash",
    "outcome",
    "meaning",
    "comment",
    "override",
    "review",
    "trigger",
    "article",
    "revision",
    "revision_number",
    "digest",
    "actor",
    "conflicts",
    "conflicts_hash",
    "checklist",
    "opened_at",
    "at",
    "authentication",
    "review_line",
    "next_due_rule",
    "reason",
    "successor",
    "legal_basis",
    "asked_by",
    "asked_at",
    "evidence_note",
    "stated_due",
    "provenance",
    "build",
    "events",
    "asked",
    "asked_over",
    "earlier_readings",
    "reading_time_hash",
    "together",
}
IMAGE_ENDINGS = {"image/png": "png", "image/jpeg": "jpg", "image/webp": "webp"}
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


class UnreadablePack(ValueError):
    """Something in the pack is missing, or is not of the shape that it should have."""


class NotChecked(str):
    """Why something was compared with nothing. All else that a check gives is a fault."""


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def escape(text: object) -> str:
    """A text of a pack on one line: nothing in it can look like a line of this program."""
    return "".join(
        letter if letter.isprintable() else ascii(letter)[1:-1] for letter in str(text)[:2000]
    )


def report(text: str) -> None:
    print(escape(text))


def build_object(pairs: list[tuple[str, object]]) -> dict:
    """A JSON object. One with the same name twice says two things, and is none."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise UnreadablePack("it gives one name two values")
    return found


class PackReader:
    """The files of a pack. Raises UnreadablePack and what ``zipfile`` and ``json`` raise."""

    def __init__(self, path: Path):
        self.zip = zipfile.ZipFile(path)
        self.names = self.zip.namelist()

    def read(self, name: str) -> bytes:
        if name not in self.names:
            raise UnreadablePack(f"{name} is not in the pack")
        if self.zip.getinfo(name).file_size > MAX_FILE_BYTES:
            raise UnreadablePack(f"{name} is larger than any file of a pack")
        return self.zip.read(name)

    def json(self, name: str):
        try:
            return json.loads(self.read(name), object_pairs_hook=build_object)
        except (ValueError, RecursionError) as error:
            if isinstance(error, UnreadablePack) and name in str(error):
                raise
            raise UnreadablePack(f"{name} cannot be read as JSON ({error})") from error

    def read_object(self, name: str, shape: dict[str, type | tuple]) -> dict:
        """An object with these fields, each of its type. It may have more."""
        found = self.json(name)
        if not isinstance(found, dict):
            raise UnreadablePack(f"{name} is not a JSON object")
        for field, kind in shape.items():
            kinds = kind if isinstance(kind, tuple) else (kind,)
            if type(found.get(field)) not in kinds:
                raise UnreadablePack(f"{name} has no “{field}” of the shape that it should have")
        return found

    @cached_property
    def manifest(self) -> dict:
        return self.read_object("manifest.json", MANIFEST_SHAPE)

    @cached_property
    def chain(self) -> dict:
        chain = self.read_object("chain.json", {"first": int, "before": str, "hashes": list})
        if not all(is_hash(value) for value in (chain["before"], *chain["hashes"])):
            raise UnreadablePack("chain.json has something else than hashes")
        return chain

    @cached_property
    def records(self) -> dict[int, dict]:
        """Each entry of the list by its number, as far as this program knows its shape."""
        found = {}
        for sequence in self.manifest["entries"]:
            record = self.read_object(get_record_name(sequence), {"version": int})
            if record["version"] == VERSION:
                found[sequence] = self.read_object(get_record_name(sequence), RECORD_SHAPE)
        return found

    @property
    def unknown(self) -> list[int]:
        """The entries whose records this program cannot read."""
        return [number for number in self.manifest["entries"] if number not in self.records]

    def list_documents(self) -> list[str]:
        return [name for name in dict.fromkeys(self.names) if name.startswith("documents/")]


MANIFEST_SHAPE = {
    "site": str,
    "made_at": str,
    "scope": dict,
    "entries": list,
    "expunged": dict,
    "head": dict,
    "files": dict,
}
RECORD_SHAPE = {
    "sequence": int,
    "previous_hash": str,
    "outcome": str,
    "article": str,
    "revision": str,
    "revision_number": int,
    "digest": str,
    "at": str,
    "reason": str,
    "review_line": (dict, type(None)),
}
LINE_SHAPE = {
    "article": str,
    "kind": str,
    "at": str,
    "evidence": (str, type(None)),
    "revision": str,
    "revision_number": int,
    "digest": str,
    "slug": str,
    "title": (str, type(None)),
    "summary": (str, type(None)),
    "review_line": dict,
    "frame": dict,
    "reason": str,
}


def is_hash(value: object) -> bool:
    return isinstance(value, str) and bool(HASH.fullmatch(value))


def get_record_name(sequence: int) -> str:
    return f"ledger/{sequence:08}.json"


def check_manifest(manifest: dict) -> None:
    """Raises UnreadablePack where the list is not of the shape that this program reads."""
    entries, head, scope = manifest["entries"], manifest["head"], manifest["scope"]
    if not all(type(entry) is int and 0 < entry < 10**18 for entry in entries):
        raise UnreadablePack("manifest.json lists an entry that is no number")
    if entries != sorted(set(entries)):
        raise UnreadablePack("manifest.json does not list its entries in order, each once")
    if type(head.get("sequence")) is not int or not is_hash(head.get("hash")):
        raise UnreadablePack("manifest.json does not name the newest entry of the ledger")
    if not all(is_hash(value) for value in manifest["files"].values()):
        raise UnreadablePack("manifest.json lists a file without its SHA-256")
    if not all(type(entry) is int for entry in manifest["expunged"].values()):
        raise UnreadablePack("manifest.json does not say which entry expunged a text")
    for field in ("article", "page", "from", "to"):
        if not isinstance(scope.get(field), str | None):
            raise UnreadablePack("manifest.json does not say what the pack is about")


def load_public_key(pem: bytes) -> Ed25519PublicKey:
    """Raises ValueError unless it is the public half of an Ed25519 key."""
    try:
        key = serialization.load_pem_public_key(pem)
    except Exception as error:  # one exception of its own for each kind of damage
        raise ValueError("it is not a public key in the form of PEM") from error
    if not isinstance(key, Ed25519PublicKey):
        raise ValueError("it is not an Ed25519 key")
    return key


def check_signature(pack: PackReader, pinned: Path | None) -> Iterator[str]:
    """The list was signed with the publisher's key, which the reader has from elsewhere."""
    try:
        key = load_public_key(pinned.read_bytes() if pinned else pack.read("public_key.pem"))
    except (OSError, ValueError) as error:
        whose = "the key that you gave" if pinned else "the key in the pack"
        yield NotChecked(f"{whose} cannot be used: {error}")
        return
    raw = key.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    key_note = (
        "your own copy of the key"
        if pinned
        else "of the key in the pack, which anybody could have made"
    )
    print(f"Fingerprint of the key: {sha256(raw)}\n  ({key_note})")
    signature = pack.read("manifest.sig")
    try:
        key.verify(bytes.fromhex(signature.decode("ascii")), pack.read("manifest.json"))
    except InvalidSignature:
        yield "manifest.json is not what was signed, or another key signed it"
        return
    except ValueError:
        yield "manifest.sig is no signature in hexadecimal digits"
        return
    if not pinned:
        yield NotChecked(
            "it fits the key in the pack, which anybody could have made; give the publisher's key,"
            " from elsewhere, with --key"
        )


def check_files(pack: PackReader) -> Iterator[str]:
    listed = pack.manifest["files"]
    if not listed:
        yield NotChecked("the list names no file")
    for name in sorted({name for name in pack.names if pack.names.count(name) > 1}):
        yield f"{name} is in the pack twice"
    yield from (f"{name} is missing" for name in sorted(listed.keys() - set(pack.names)))
    more = set(pack.names) - listed.keys() - UNLISTED
    yield from (f"{name} is in the pack and not in the list" for name in sorted(more))
    for name in sorted(listed.keys() & set(pack.names)):
        try:
            if sha256(pack.read(name)) != listed[name]:
                yield f"{name} was changed after the pack was made"
        except Exception:  # a compressed file can be damaged in many ways
            yield f"{name} was damaged after the pack was made"


def check_records(pack: PackReader) -> Iterator[str]:
    """Each record has its hash, and each hash follows the one before it."""
    inside, chain = pack.manifest["entries"], pack.chain
    files = {name for name in pack.names if name.startswith("ledger/")}
    for name in sorted(files - {get_record_name(sequence) for sequence in inside}):
        yield f"{name} is in the pack, and the list of entries does not name it"
    if not inside:
        yield NotChecked("there is no entry in this pack")
        return
    first, hashes = chain["first"], [chain["before"], *chain["hashes"]]
    if (inside[0], inside[-1]) != (first, first + len(chain["hashes"]) - 1):
        yield "the chain does not reach from the first entry in the pack to the last"
        return
    for sequence in inside:
        place = sequence - first + 1
        yield from check_record(pack, sequence, hashes[place - 1], hashes[place])
    head = pack.manifest["head"]
    if head["sequence"] < inside[-1] or (
        head["sequence"] == inside[-1] and head["hash"] != hashes[-1]
    ):
        yield "the newest entry of the ledger is older than the last one in the pack, or another"


def check_record(pack: PackReader, sequence: int, before: str, own: str) -> Iterator[str]:
    name, record = f"entry {sequence}", pack.records.get(sequence)
    if sha256(pack.read(get_record_name(sequence))) != own:
        yield f"{name}: its record does not have the hash that the chain gives it"
    if record is None:
        yield NotChecked(f"{name}: its record is of a version that this program does not know")
        return
    if record["sequence"] != sequence or record["previous_hash"] != before:
        yield f"{name}: it does not follow the entry before it"
    if pack.manifest["scope"].get("article") not in (None, record["article"]):
        yield f"{name}: it is about another page than the pack"
    if record["outcome"] not in (*TEXT_OUTCOMES, *OTHER_OUTCOMES):
        yield NotChecked(f"{name}: this program does not know the outcome “{record['outcome']}”")
    if unknown := sorted(record.keys() - RECORD_FIELDS):
        fields = ", ".join(f"“{field}”" for field in unknown)
        yield NotChecked(f"{name}: this program does not know what its record says in {fields}")


def check_texts(pack: PackReader) -> Iterator[str]:
    """Each text that was signed is the text of the digest in its record, or was expunged as an
    entry says.
    """
    yield from explain_unknown_records(pack)
    signed = {n: record for n, record in pack.records.items() if record["outcome"] in TEXT_OUTCOMES}
    if not signed:
        yield NotChecked("no entry in this pack signs or withdraws a text")
    for sequence, record in signed.items():
        name = f"documents/{record['digest']}.json"
        if name in pack.names:
            if sha256(pack.read(name)) != record["digest"]:
                yield f"entry {sequence}: its text is not the text that was signed"
        elif record["revision"] in pack.manifest["expunged"]:
            yield explain_expunged_text(pack, sequence, record)
        else:
            yield f"entry {sequence}: its text is missing"
    named = {f"documents/{record['digest']}.json" for record in signed.values()}
    for name in pack.list_documents():
        if name not in named:
            yield NotChecked(f"{name}: no entry in this pack signs it")


def explain_unknown_records(pack: PackReader) -> Iterator[str]:
    known = (*TEXT_OUTCOMES, *OTHER_OUTCOMES)
    others = [n for n, record in pack.records.items() if record["outcome"] not in known]
    for sequence in sorted([*pack.unknown, *others]):
        yield NotChecked(f"entry {sequence}: this program does not know what it decides")


def explain_expunged_text(pack: PackReader, sequence: int, record: dict) -> str:
    by = pack.manifest["expunged"][record["revision"]]
    expunging = pack.records.get(by)
    if expunging is None:
        return NotChecked(
            f"entry {sequence}: its text is not in the pack, nor is entry {by}, which is to have"
            " expunged it"
        )
    if expunging["outcome"] != "expunged" or expunging["revision"] != record["revision"]:
        return f"entry {sequence}: its text is missing, and entry {by} does not expunge it"
    why = expunging["reason"]
    return NotChecked(
        f"Entry {sequence}: its text was expunged by entry {by}, for this reason: {why}"
    )


def check_images(pack: PackReader) -> Iterator[str]:
    """Each picture that a text shows is the one of the digest that the text gives."""
    documents = pack.list_documents()
    if not documents:
        yield NotChecked("there is no text in this pack")
    shown = set()
    for name in documents:
        document = pack.read_object(name, {"schema": int})
        figures = document.get("figures", [])
        if document["schema"] != VERSION or not is_list_of_figures(figures):
            yield NotChecked(f"{name} is of a shape that this program does not know")
            continue
        for figure in figures:
            shown.add(figure["sha256"])
            yield from check_image(pack, figure, name)
    for name in dict.fromkeys(pack.names):
        if name.startswith("images/") and name[7:].partition(".")[0] not in shown:
            yield NotChecked(f"{name}: no text in this pack shows it")


def is_list_of_figures(figures: object) -> bool:
    return isinstance(figures, list) and all(
        isinstance(figure, dict) and is_hash(figure.get("sha256")) for figure in figures
    )


def check_image(pack: PackReader, figure: dict, document: str) -> Iterator[str]:
    digest = figure["sha256"]
    images = [name for name in set(pack.names) if name.startswith(f"images/{digest}.")]
    if not images:
        ending = IMAGE_ENDINGS.get(str(figure.get("media_type")), "*")
        yield NotChecked(f"images/{digest}.{ending} is missing, and {document} shows it")
    for image in sorted(images):
        if sha256(pack.read(image)) != digest:
            yield f"{image} is not the picture of its digest"


def check_publications(pack: PackReader) -> Iterator[str]:
    """Each line of the publication log shows what its entry lets it show, or what the line before
    it showed.
    """
    yield from explain_unknown_records(pack)
    hashes = {sha256(pack.read(get_record_name(n))): n for n in pack.manifest["entries"]}
    waiting = {n for n, record in pack.records.items() if record["outcome"] in TEXT_OUTCOMES}
    before, seen = {}, set()
    lines = pack.read("publications.jsonl").splitlines()
    if not lines:
        yield NotChecked("there is no line in this pack")
    for number, text in enumerate(lines, start=1):
        name = f"line {number} of the publication log"
        line = read_line(text, name)
        if line["evidence"] in seen:
            yield f"{name}: another line names the same entry"
        seen.update([line["evidence"]] if line["evidence"] else [])
        sequence = hashes.get(line["evidence"])
        yield from check_line(pack, line, before.get(line["article"]), sequence, name)
        before[line["article"]] = line
        waiting.discard(sequence)
    for number in sorted(waiting):
        yield NotChecked(f"entry {number}: no line of the publication log in this pack shows it")


def read_line(text: bytes, name: str) -> dict:
    try:
        line = json.loads(text, object_pairs_hook=build_object)
    except (ValueError, RecursionError) as error:
        raise UnreadablePack(f"{name} cannot be read as JSON ({error})") from error
    for field, kind in LINE_SHAPE.items():
        kinds = kind if isinstance(kind, tuple) else (kind,)
        if not isinstance(line, dict) or type(line.get(field)) not in kinds:
            raise UnreadablePack(f"{name} has no “{field}” of the shape that it should have")
    return line


def check_line(
    pack: PackReader, line: dict, before: dict | None, sequence: int | None, name: str
) -> Iterator[str]:
    if line["kind"] not in (*SIGNED_KINDS, *UNSIGNED_KINDS):
        yield NotChecked(f"{name}: this program does not know the kind “{line['kind']}”")
    elif (line["kind"] in SIGNED_KINDS) != (line["evidence"] is not None):
        yield f"{name}: a line of its kind has an entry or has none, and this is not so here"
    elif line["kind"] in UNSIGNED_KINDS:
        yield from compare_with_previous(line, before, UNSIGNED_KINDS[line["kind"]], name)
    elif sequence is None:
        yield f"{name}: the entry that let it happen is not in the pack"
    elif sequence in pack.records:
        yield from compare_with_entry(line, pack.records[sequence], name)
    if line["kind"] in ("withdraw", "expunge"):
        yield from compare_with_previous(line, before, "", name)
    yield from compare_with_text(pack, line, name)


def compare_with_entry(line: dict, record: dict, name: str) -> Iterator[str]:
    kind = line["kind"]
    if record["outcome"] not in SIGNED_KINDS[kind] or record["article"] != line["article"]:
        yield f"{name}: its entry is about something else"
        return
    if not is_same_moment(line["at"], record["at"]):
        yield f"{name}: it is of another moment than its entry"
    if kind == "withdraw" and record["reason"] != line["reason"]:
        yield f"{name}: it gives another reason than its entry"
    if kind == "expunge":
        return  # its entry is about an older text; what it shows is compared with the line before
    if any(record[field] != line[field] for field in ("digest", "revision", "revision_number")):
        yield f"{name}: it shows another text or review line than was signed"
    elif kind == "withdraw":
        return
    elif record["review_line"] != line["review_line"]:
        yield f"{name}: it shows another text or review line than was signed"
    elif not names_reviewer_correctly(record):
        yield f"{name}: it names a reviewer who did not sign, or none where one did"


def is_same_moment(one: str, other: str) -> bool:
    try:
        return datetime.fromisoformat(one) == datetime.fromisoformat(other)
    except ValueError:
        return False


def compare_with_previous(
    line: dict, before: dict | None, may_change: str, name: str
) -> Iterator[str]:
    """A line that shows no new text: all but what its kind may change was shown before it."""
    if before is None:
        yield NotChecked(
            f"{name}: it shows no new text, and the line before it is not in this pack"
        )
        return
    if any(before[field] != line[field] for field in ("revision", "digest", "review_line")):
        yield (
            f"{name}: it shows another text or review line than the line before it, and nothing was"
            " signed for it"
        )
    called = {"slug": "address", "frame": "topics or copyright notice"}
    for field, words in called.items():
        if field != may_change and before[field] != line[field]:
            yield f"{name}: it changes the {words}, which a line of its kind does not"


def compare_with_text(pack: PackReader, line: dict, name: str) -> Iterator[str]:
    text = f"documents/{line['digest']}.json"
    if text not in pack.names:
        return  # a text that is missing is reported with the texts
    document = pack.read_object(text, {"title": str, "summary": str})
    if any(line[field] != document[field] for field in ("title", "summary")):
        yield f"{name}: its title or summary is not the one that was signed"


def names_reviewer_correctly(record: dict) -> bool:
    """A review line names a reviewer of this publisher where one signed, and only there."""
    line = record["review_line"] or {}
    attested = record["outcome"] == "attested"
    return (line.get("reviewed_by") is None) == attested == bool(line.get("earlier"))


def check_head(pack: PackReader, expected: str) -> Iterator[str]:
    """A head that was kept outside is an entry of this pack, or the entry before one of them."""
    found = HEAD.fullmatch(expected.strip().lower())
    if found is None:
        yield NotChecked("what you gave is no head: its number, a colon and 64 digits of a hash")
        return
    sequence, hash_ = int(found["entry"]), found["entry_hash"]
    stated = list_stated_hashes(pack)
    if sequence not in stated:
        yield NotChecked(f"entry {sequence} is not in this pack, which says nothing about it")
    elif hash_ not in stated[sequence] or len(stated[sequence]) > 1:
        yield f"entry {sequence} is not the one whose hash you kept"
    elif not {sequence, sequence + 1} & set(pack.records):
        yield NotChecked(
            f"the publisher states the same hash of entry {sequence}, and no entry in this pack"
            " shows it"
        )
    if found["event"]:
        yield from check_event(pack, int(found["event"]), found["event_hash"])


def check_event(pack: PackReader, number: int, hash_: str) -> Iterator[str]:
    """Entries name the newest event of their moment. The events themselves are in no pack."""
    named = set()
    for record in pack.records.values():
        events = record.get("events")
        if isinstance(events, dict) and events.get("size") == number:
            named.add(events.get("hash"))
    if not named:
        yield NotChecked(f"event {number} is named by no entry in this pack")
    elif named != {hash_}:
        yield f"event {number} is not the one whose hash you kept"


def list_stated_hashes(pack: PackReader) -> dict[int, set[str]]:
    """By number, each hash that the pack gives an entry: in its chain, and as the newest."""
    chain, head = pack.chain, pack.manifest["head"]
    stated = {n: {hash_} for n, hash_ in enumerate(chain["hashes"], start=chain["first"])}
    if chain["hashes"]:
        stated[chain["first"] - 1] = {chain["before"]}
    stated.setdefault(head["sequence"], set()).add(head["hash"])
    return stated


class CheckResult:
    """How many things do not hold, and how many were not checked; says each as it is found."""

    def __init__(self):
        self.faults = self.skipped = 0

    def run(self, what: str, find: Callable[[], Iterator[str]]) -> bool:
        """Whether nothing was found that does not hold."""
        found = []
        try:
            for finding in find():
                found.append(finding)
        except UnreadablePack as error:
            found.append(str(error))
        except Exception as error:  # a damaged file can fail in any way, and never holds
            found.append(f"it cannot be read ({error or type(error).__name__})")
        skipped = [reason for reason in found if isinstance(reason, NotChecked)]
        faults = [fault for fault in found if not isinstance(fault, NotChecked)]
        for fault in faults:
            print(f"DOES NOT HOLD  {what}: {escape(fault)}")
        for reason in skipped:
            print(f"not checked    {what}: {escape(reason)}")
        if not found:
            print(f"holds          {what}")
        self.faults += len(faults)
        self.skipped += len(skipped)
        return not faults

    @property
    def status(self) -> int:
        return 1 if self.faults else 3 if self.skipped else 0

    def conclusion(self) -> str:
        if self.faults:
            found = (
                "1 thing does not hold" if self.faults == 1 else f"{self.faults} things do not hold"
            )
            return f"{found}. Do not rely on this pack."
        if self.skipped:
            found = (
                "1 thing was not checked"
                if self.skipped == 1
                else f"{self.skipped} things were not checked"
            )
            return f"What was checked holds. {found}: see above why."
        return "All of it holds."


def print_summary(pack: PackReader, *, pinned: bool) -> None:
    """What the pack says of itself, and what no pack can show."""
    manifest = pack.manifest
    scope, inside, head = manifest["scope"], manifest["entries"], manifest["head"]
    first_day, last_day = scope.get("from"), scope.get("to")
    days = f"{first_day or 'the beginning'} to {last_day or manifest['made_at'][:10]}"
    report(
        f"Made by {manifest['site']} at {manifest['made_at']}, about"
        f" {scope.get('page') or 'all pages'}, {days}."
    )
    between = len(pack.chain["hashes"]) - len(inside)
    report(
        f"{len(inside)} entries of the ledger; {between} between them are listed by their hash"
        " alone."
    )
    report(f"The newest entry of the whole ledger was then {head['sequence']}:{head['hash']}")
    report("This pack cannot show:")
    for limit in LIMITS:
        report(f"- {limit}")
    if not pinned:
        report(
            "Whose key it is, the pack cannot show: compare its fingerprint with what the"
            " publisher told you, or give the publisher's key, from elsewhere, with --key."
        )


def open_pack(path: Path, result: CheckResult) -> PackReader | None:
    """The pack, if its list can be read; else None, after a line that says why."""
    try:
        pack = PackReader(path)
        header = pack.read_object("manifest.json", {"format": str, "version": int})
        if header["format"] != FORMAT:
            raise UnreadablePack(f"its format is “{header['format']}”")
        if header["version"] != VERSION:
            result.skipped += 1
            print(
                "not checked    the pack: it is of version"
                f" {header['version']}, which this program does not know; take a newer one"
            )
            return None
        check_manifest(pack.manifest)
    except Exception as error:  # whatever a file that is no pack can raise
        print(f"DOES NOT HOLD  {escape(path)} is no evidence pack that can be read:", escape(error))
        result.faults += 1
        return None
    return pack


def examine(path: Path, pinned: Path | None, head: str | list[str] | None) -> CheckResult:
    result = CheckResult()
    pack = open_pack(path, result)
    if pack is None:
        return result
    by = "" if pinned else ", by the key in the pack itself"
    result.run(f"the signature over the list of files{by}", lambda: check_signature(pack, pinned))
    for what, find in CHECKS.items():
        result.run(what, lambda find=find: find(pack))
    for kept in [head] if isinstance(head, str) else head or []:
        result.run("the head that you kept", lambda kept=kept: check_head(pack, kept))
    if not result.faults:
        print_summary(pack, pinned=bool(pinned))
    return result


CHECKS = {
    "each file is as the list says": check_files,
    "each entry has its hash and follows the one before it": check_records,
    "each signed text is the one of the digest in its entry": check_texts,
    "each picture is the one that the texts name": check_images,
    "each line of the publication log shows what was signed": check_publications,
}


def check(path: Path, pinned: Path | None, head: str | list[str] | None) -> int:
    """The number of things that do not hold. What was not checked is said, and is none of them: see
    ``examine``.
    """
    return examine(path, pinned, head).faults


def parse_file(text: str) -> Path:
    path = Path(text)
    if not path.is_file():
        raise argparse.ArgumentTypeError(f"there is no file {escape(text)}")
    return path


def parse_key(text: str) -> Path:
    path = parse_file(text)
    try:
        load_public_key(path.read_bytes())
    except (OSError, ValueError) as error:
        raise argparse.ArgumentTypeError(f"{escape(text)} cannot be used: {error}") from error
    return path


def parse_head(text: str) -> str:
    if not HEAD.fullmatch(text.strip().lower()):
        raise argparse.ArgumentTypeError(
            f"“{escape(text)}” is not a head: its number, a colon and 64 digits, as printed"
        )
    return text


def main() -> None:
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="backslashreplace")  # a terminal that cannot show a letter
    parser = argparse.ArgumentParser(description="Check an evidence pack, offline.")
    parser.add_argument("pack", type=parse_file)
    parser.add_argument(
        "--key", type=parse_key, help="the publisher's public key, from elsewhere than the pack"
    )
    parser.add_argument(
        "--head",
        metavar="SEQUENCE:HASH",
        type=parse_head,
        action="append",
        help="a head of the ledger that you kept, as it was printed (any number of times)",
    )
    asked = parser.parse_args()
    result = examine(asked.pack, asked.key, asked.head)
    print(f"\n{result.conclusion()}")
    sys.exit(result.status)


if __name__ == "__main__":
    main()
