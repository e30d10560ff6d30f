"""Check an evidence pack, offline: python check_evidence.py PACK.zip [--key public_key.pem] [--head SEQUENCE:HASH].

Needs Python 3.11 or later and the package "cryptography", and nothing else of the project. Says what holds and what
does not, and leaves with status 0 if all holds, else with 1.
"""

import argparse
import hashlib
import json
import sys
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

FORMAT = "countersign-evidence"
UNLISTED = {"manifest.json", "manifest.sig"}  # the list itself, and the signature over it
# What lets a text be shown: a clinician's signature, or a review in an earlier system that a managing editor recorded.
SHOWN = ("approved", "attested")
UNREADABLE = (KeyError, ValueError, TypeError, AttributeError, RuntimeError, OSError, zlib.error, zipfile.BadZipFile)


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


class Pack:
    """The files of a pack. Raises BadZipFile where one of them cannot be read."""

    def __init__(self, path: Path):
        self.zip = zipfile.ZipFile(path)
        self.names = self.zip.namelist()

    def read(self, name: str) -> bytes:
        return self.zip.read(name)

    def json(self, name: str):
        return json.loads(self.read(name))


def check_signature(pack: Pack, pinned: Path | None) -> Iterator[str]:
    pem = pinned.read_bytes() if pinned else pack.read("public_key.pem")
    try:
        key = serialization.load_pem_public_key(pem)
    except UnsupportedAlgorithm as error:
        raise ValueError("the key is of a kind that is not known") from error
    if not isinstance(key, Ed25519PublicKey):
        raise ValueError("the key is not an Ed25519 key")
    raw = key.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    told = "your own copy of the key" if pinned else "the key in the pack: compare it with what the publisher told you"
    print(f"Fingerprint of the key: {sha256(raw)}\n  ({told})")
    try:
        key.verify(bytes.fromhex(pack.read("manifest.sig").decode("ascii")), pack.read("manifest.json"))
    except InvalidSignature:
        yield "manifest.json is not what was signed, or another key signed it"


def check_files(pack: Pack, manifest: dict) -> Iterator[str]:
    listed = manifest["files"]
    yield from (f"{name} is in the pack twice" for name in sorted({n for n in pack.names if pack.names.count(n) > 1}))
    yield from (f"{name} is missing" for name in sorted(listed.keys() - set(pack.names)))
    more = set(pack.names) - listed.keys() - UNLISTED
    yield from (f"{name} is in the pack and not in the list" for name in sorted(more))
    for name in sorted(listed.keys() & set(pack.names)):
        try:
            if sha256(pack.read(name)) != listed[name]:
                yield f"{name} was changed after the pack was made"
        except UNREADABLE:
            yield f"{name} was damaged after the pack was made"


def check_records(pack: Pack, manifest: dict) -> Iterator[str]:
    """Each record has its hash, and each hash follows the one before it."""
    chain, inside = pack.json("chain.json"), manifest["entries"]
    first, hashes = chain["first"], [chain["before"], *chain["hashes"]]
    if inside and (inside[0], inside[-1]) != (first, first + len(chain["hashes"]) - 1):
        yield "the chain does not reach from the first entry in the pack to the last"
    for sequence in inside:
        name = f"entry {sequence}"
        data = pack.read(f"ledger/{sequence:08}.json")
        record, place = json.loads(data), sequence - first + 1
        if sha256(data) != hashes[place]:
            yield f"{name}: its record does not have the hash that the chain gives it"
        if record["sequence"] != sequence or record["previous_hash"] != hashes[place - 1]:
            yield f"{name}: it does not follow the entry before it"
    head = manifest["head"]
    if inside and (head["sequence"] < inside[-1] or (head["sequence"] == inside[-1] and head["hash"] != hashes[-1])):
        yield "the newest entry of the ledger is older than the last one in the pack, or another"


def check_texts(pack: Pack, manifest: dict) -> Iterator[str]:
    """Each text that was signed is the text of the digest in its record, or was expunged as an entry says."""
    records = {sequence: pack.json(f"ledger/{sequence:08}.json") for sequence in manifest["entries"]}
    for sequence, record in records.items():
        if record["outcome"] not in (*SHOWN, "withdrawn"):
            continue
        if by := manifest["expunged"].get(record["revision"]):
            if records[by]["outcome"] != "expunged" or records[by]["revision"] != record["revision"]:
                yield f"entry {sequence}: its text is missing, and entry {by} does not expunge it"
            elif record["outcome"] in SHOWN:
                why = records[by]["reason"]
                print(f"Entry {sequence}: its text was expunged by entry {by}, for this reason: {why}")
        elif f"documents/{record['digest']}.json" not in pack.names:
            yield f"entry {sequence}: its text is missing"
        elif sha256(pack.read(f"documents/{record['digest']}.json")) != record["digest"]:
            yield f"entry {sequence}: its text is not the text that was signed"


def check_images(pack: Pack, manifest: dict) -> Iterator[str]:
    """Each picture that a text shows is in the pack, and is the one of the digest that the text gives."""
    endings = {"image/png": "png", "image/jpeg": "jpg", "image/webp": "webp"}
    for name in (name for name in pack.names if name.startswith("documents/")):
        for figure in pack.json(name).get("figures", []):
            image = f"images/{figure['sha256']}.{endings[figure['media_type']]}"
            if image not in pack.names:
                yield f"{image} is missing, and {name} shows it"
            elif sha256(pack.read(image)) != figure["sha256"]:
                yield f"{image} is not the picture of its digest"


def check_publications(pack: Pack, manifest: dict) -> Iterator[str]:
    """Each line of the publication log shows what its entry lets it show."""
    records = {}
    for sequence in manifest["entries"]:
        data = pack.read(f"ledger/{sequence:08}.json")
        records[sha256(data)] = json.loads(data)
    for number, text in enumerate(pack.read("publications.jsonl").splitlines(), start=1):
        line, outcomes = json.loads(text), {"withdraw": ("withdrawn",), "expunge": ("expunged",)}
        if line["evidence"] is None:
            continue
        record, name = records.get(line["evidence"]), f"line {number} of the publication log"
        if record is None:
            yield f"{name}: the entry that let it happen is not in the pack"
        elif record["outcome"] not in outcomes.get(line["kind"], SHOWN) or record["article"] != line["article"]:
            yield f"{name}: its entry is about something else"
        elif line["kind"] == "withdraw" and record["reason"] != line["reason"]:
            yield f"{name}: it gives another reason than its entry"
        elif line["kind"] in ("publish", "re-sign") and any(record[f] != line[f] for f in ("digest", "review_line")):
            yield f"{name}: it shows another text or review line than was signed"
        elif line["kind"] in ("publish", "re-sign") and not named_rightly(record):
            yield f"{name}: it names a reviewer who did not sign, or none where one did"


def named_rightly(record: dict) -> bool:
    """A review line names a reviewer of this house where one signed, and only there."""
    line = record["review_line"]
    return (line["reviewed_by"] is None) == (record["outcome"] == "attested") == bool(line.get("earlier"))


def tell(pack: Pack, manifest: dict) -> None:
    scope, inside = manifest["scope"], manifest["entries"]
    days = f"{scope['from'] or 'the beginning'} to {scope['to'] or manifest['made_at'][:10]}"
    print(f"Made by {manifest['site']} at {manifest['made_at']}, about {scope['page'] or 'all pages'}, {days}.")
    between = len(pack.json("chain.json")["hashes"]) - len(inside)
    print(f"{len(inside)} entries of the ledger; {between} between them are listed by their hash alone.")
    print(f"The newest entry of the whole ledger was then {manifest['head']['sequence']}:{manifest['head']['hash']}")


def check_head(pack: Pack, manifest: dict, kept: str) -> Iterator[str]:
    """A head that was kept outside is the one of this pack, or in its chain."""
    sequence, _, hash_ = kept.partition(":")
    chain, head = pack.json("chain.json"), manifest["head"]
    known = dict(enumerate(chain["hashes"], start=chain["first"])) | {head["sequence"]: head["hash"]}
    if int(sequence) not in known:
        print(f"Entry {sequence} is not in this pack, so the head that you kept says nothing about it.")
    elif known[int(sequence)] != hash_:
        yield f"entry {sequence} is not the one whose hash you kept"


def check(path: Path, pinned: Path | None, head: str | None) -> int:
    """The number of things that do not hold."""
    faults = 0

    def run(what: str, find: Callable[[], Iterator[str]]) -> bool:
        nonlocal faults
        found = []
        try:
            found.extend(find())
        except UNREADABLE as error:
            found.append(f"it cannot be read ({error})")
        except IndexError:
            found.append("the chain is too short for its entries")
        for fault in found:
            print(f"DOES NOT HOLD  {what}: {fault}")
        if not found:
            print(f"holds          {what}")
        faults += len(found)
        return not found

    try:
        pack = Pack(path)
        signed = run("the signature over the list of files", lambda: check_signature(pack, pinned))
        manifest = pack.json("manifest.json")
        if manifest["format"] != FORMAT or manifest["version"] != 1:
            raise ValueError("it is of a format that this program does not know")
    except UNREADABLE as error:
        print(f"DOES NOT HOLD  {path} is no evidence pack that can be read: {error}")
        return max(faults, 1)
    run("each file is as it was when the pack was made", lambda: check_files(pack, manifest))
    run("each entry has its hash and follows the one before it", lambda: check_records(pack, manifest))
    run("each signed text is the one of the digest in its entry", lambda: check_texts(pack, manifest))
    run("each picture is the one that the texts name", lambda: check_images(pack, manifest))
    run("each line of the publication log shows what was signed", lambda: check_publications(pack, manifest))
    if head:
        run("the head that you kept", lambda: check_head(pack, manifest, head))
    if signed and not faults:
        tell(pack, manifest)
    return faults


def main() -> None:
    parser = argparse.ArgumentParser(description="Check an evidence pack, offline.")
    parser.add_argument("pack", type=Path)
    parser.add_argument("--key", type=Path, help="the publisher's public key, from elsewhere than the pack")
    parser.add_argument("--head", metavar="SEQUENCE:HASH", help="a head of the ledger that you kept")
    asked = parser.parse_args()
    faults = check(asked.pack, asked.key, asked.head)
    found = "1 thing does not hold" if faults == 1 else f"{faults} things do not hold"
    print(f"\n{found}. Do not rely on this pack." if faults else "\nAll of it holds.")
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()
