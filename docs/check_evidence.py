"""Check an evidence pack, offline: check_evidence.py PACK.zip [--key KEY.pem] [--head N:HASH].

Needs Python 3.11 or later and the package "cryptography", and nothing else of the project. Says
what holds, what does not, and what was not checked and why. Leaves with status 0 if all of it
holds; with 1 if something does not; with 3 if nothing was found that does not hold, and not all of
it could be checked; with 2 if it was not asked rightly.
"""

import argparse
import hashlib
import json
import re
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
# What lets a text be shown: a clinician's signature, or a review in an earlier system that a
# managing editor recorded.
PUBLISHING_OUTCOMES = ("approved", "attested")
HEAD = re.compile(r"([0-9]{1,18}):([0-9a-f]{64})")
UNREADABLE = (
    KeyError,
    ValueError,
    TypeError,
    AttributeError,
    RuntimeError,
    OSError,
    zlib.error,
    zipfile.BadZipFile,
)


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


class NotChecked(str):
    """Why something was compared with nothing. All else that a check gives is a fault."""


class PackReader:
    """The files of a pack. Raises BadZipFile where one of them cannot be read."""

    def __init__(self, path: Path):
        self.zip = zipfile.ZipFile(path)
        self.names = self.zip.namelist()

    def read(self, name: str) -> bytes:
        return self.zip.read(name)

    def json(self, name: str):
        return json.loads(self.read(name))


def check_signature(pack: PackReader, pinned: Path | None) -> Iterator[str]:
    """The list was signed: with the publisher's key where one was given, else with whatever key is
    in the pack.
    """
    pem = pinned.read_bytes() if pinned else pack.read("public_key.pem")
    try:
        key = serialization.load_pem_public_key(pem)
    except UnsupportedAlgorithm as error:
        raise ValueError("the key is of a kind that is not known") from error
    if not isinstance(key, Ed25519PublicKey):
        raise ValueError("the key is not an Ed25519 key")
    raw = key.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    key_note = (
        "your own copy of the key"
        if pinned
        else "of the key in the pack, which anybody could have made"
    )
    print(f"Fingerprint of the key: {sha256(raw)}\n  ({key_note})")
    try:
        key.verify(
            bytes.fromhex(pack.read("manifest.sig").decode("ascii")), pack.read("manifest.json")
        )
    except InvalidSignature:
        yield "manifest.json is not what was signed, or another key signed it"


def check_files(pack: PackReader, manifest: dict) -> Iterator[str]:
    listed = manifest["files"]
    yield from (
        f"{name} is in the pack twice"
        for name in sorted({n for n in pack.names if pack.names.count(n) > 1})
    )
    yield from (f"{name} is missing" for name in sorted(listed.keys() - set(pack.names)))
    more = set(pack.names) - listed.keys() - UNLISTED
    yield from (f"{name} is in the pack and not in the list" for name in sorted(more))
    for name in sorted(listed.keys() & set(pack.names)):
        try:
            if sha256(pack.read(name)) != listed[name]:
                yield f"{name} was changed after the pack was made"
        except UNREADABLE:
            yield f"{name} was damaged after the pack was made"


def check_records(pack: PackReader, manifest: dict) -> Iterator[str]:
    """Each record has its hash, and each hash follows the one before it."""
    chain, inside = pack.json("chain.json"), manifest["entries"]
    if not inside:
        yield NotChecked("there is no entry in this pack")
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
    if inside and (
        head["sequence"] < inside[-1]
        or (head["sequence"] == inside[-1] and head["hash"] != hashes[-1])
    ):
        yield "the newest entry of the ledger is older than the last one in the pack, or another"


def check_texts(pack: PackReader, manifest: dict) -> Iterator[str]:
    """Each text that was signed is the text of the digest in its record, or was expunged as an
    entry says.
    """
    records = {
        sequence: pack.json(f"ledger/{sequence:08}.json") for sequence in manifest["entries"]
    }
    for sequence, record in records.items():
        if record["outcome"] not in (*PUBLISHING_OUTCOMES, "withdrawn"):
            continue
        if by := manifest["expunged"].get(record["revision"]):
            if (
                records[by]["outcome"] != "expunged"
                or records[by]["revision"] != record["revision"]
            ):
                yield f"entry {sequence}: its text is missing, and entry {by} does not expunge it"
            else:
                why = records[by]["reason"]
                yield NotChecked(
                    f"Entry {sequence}: its text was expunged by entry {by}, for this reason: {why}"
                )
        elif f"documents/{record['digest']}.json" not in pack.names:
            yield f"entry {sequence}: its text is missing"
        elif sha256(pack.read(f"documents/{record['digest']}.json")) != record["digest"]:
            yield f"entry {sequence}: its text is not the text that was signed"


def check_images(pack: PackReader, manifest: dict) -> Iterator[str]:
    """Each picture that a text shows is in the pack, and is the one of the digest that the text
    gives.
    """
    endings = {"image/png": "png", "image/jpeg": "jpg", "image/webp": "webp"}
    for name in (name for name in pack.names if name.startswith("documents/")):
        for figure in pack.json(name).get("figures", []):
            image = f"images/{figure['sha256']}.{endings[figure['media_type']]}"
            if image not in pack.names:
                yield f"{image} is missing, and {name} shows it"
            elif sha256(pack.read(image)) != figure["sha256"]:
                yield f"{image} is not the picture of its digest"


def check_publications(pack: PackReader, manifest: dict) -> Iterator[str]:
    """Each line of the publication log shows what its entry lets it show, or what the line before
    it showed.
    """
    records, before = {}, {}
    for sequence in manifest["entries"]:
        data = pack.read(f"ledger/{sequence:08}.json")
        records[sha256(data)] = json.loads(data)
    for number, text in enumerate(pack.read("publications.jsonl").splitlines(), start=1):
        line, name = json.loads(text), f"line {number} of the publication log"
        if line["evidence"] is None:
            yield from compare_with_previous(line, before.get(line["article"]), name)
        else:
            yield from compare_with_entry(line, records.get(line["evidence"]), name)
        yield from compare_with_text(pack, line, name)
        before[line["article"]] = line


def compare_with_entry(line: dict, record: dict | None, name: str) -> Iterator[str]:
    outcomes, showing = (
        {"withdraw": ("withdrawn",), "expunge": ("expunged",)},
        line["kind"] in ("publish", "re-sign"),
    )
    if record is None:
        yield f"{name}: the entry that let it happen is not in the pack"
    elif (
        record["outcome"] not in outcomes.get(line["kind"], PUBLISHING_OUTCOMES)
        or record["article"] != line["article"]
    ):
        yield f"{name}: its entry is about something else"
    elif line["kind"] == "withdraw" and record["reason"] != line["reason"]:
        yield f"{name}: it gives another reason than its entry"
    elif showing and any(record[field] != line[field] for field in ("digest", "review_line")):
        yield f"{name}: it shows another text or review line than was signed"
    elif showing and not names_reviewer_correctly(record):
        yield f"{name}: it names a reviewer who did not sign, or none where one did"


def compare_with_previous(line: dict, before: dict | None, name: str) -> Iterator[str]:
    """A line that nobody signed moves a page or its frame: its text and review line are those shown
    before it.
    """
    if before is None:
        yield NotChecked(
            f"{name}: nothing was signed for it, and the line before it is not in this pack"
        )
    elif any(before[field] != line[field] for field in ("revision", "digest", "review_line")):
        yield (
            f"{name}: it shows another text or review line than the line before it, and nothing was"
            " signed for it"
        )


def compare_with_text(pack: PackReader, line: dict, name: str) -> Iterator[str]:
    if line["title"] is None or (text := f"documents/{line['digest']}.json") not in pack.names:
        return  # a text that is missing is told with the texts
    document = pack.json(text)
    if any(line[field] != document.get(field, line[field]) for field in ("title", "summary")):
        yield f"{name}: its title or summary is not the one that was signed"


def names_reviewer_correctly(record: dict) -> bool:
    """A review line names a reviewer of this house where one signed, and only there."""
    line = record["review_line"]
    return (
        (line["reviewed_by"] is None)
        == (record["outcome"] == "attested")
        == bool(line.get("earlier"))
    )


def print_summary(pack: PackReader, manifest: dict) -> None:
    """What the pack says of itself, and what no pack can show."""
    scope, inside = manifest["scope"], manifest["entries"]
    days = f"{scope['from'] or 'the beginning'} to {scope['to'] or manifest['made_at'][:10]}"
    print(
        f"Made by {manifest['site']} at {manifest['made_at']}, about"
        f" {scope['page'] or 'all pages'}, {days}."
    )
    between = len(pack.json("chain.json")["hashes"]) - len(inside)
    print(
        f"{len(inside)} entries of the ledger; {between} between them are listed by their hash"
        " alone."
    )
    print(
        "The newest entry of the whole ledger was then"
        f" {manifest['head']['sequence']}:{manifest['head']['hash']}"
    )
    print(
        "The pages in texts/ are for reading, and were not compared with the signed texts in"
        " documents/."
    )
    print(
        "Licence numbers, and conflicts of interest that were kept private, are not here to be"
        " compared."
    )


def check_head(pack: PackReader, manifest: dict, expected: str) -> Iterator[str]:
    """A head that was kept outside is the one of this pack, or in its chain."""
    found = HEAD.fullmatch(expected.strip().lower())
    if found is None:
        raise ValueError("a head is a number, a colon and 64 digits of a hash")
    sequence, hash_ = int(found[1]), found[2]
    chain, head = pack.json("chain.json"), manifest["head"]
    known = {head["sequence"]: head["hash"]} | dict(
        enumerate(chain["hashes"], start=chain["first"])
    )
    if chain["hashes"]:
        known[chain["first"] - 1] = chain["before"]
    if sequence not in known:
        yield NotChecked(f"entry {sequence} is not in this pack, which says nothing about it")
    elif known[sequence] != hash_:
        yield f"entry {sequence} is not the one whose hash you kept"


class CheckResult:
    """How many things do not hold, and how many were not checked; says each as it is found."""

    def __init__(self):
        self.faults = self.skipped = 0

    def run(self, what: str, find: Callable[[], Iterator[str]]) -> bool:
        """Whether nothing was found that does not hold."""
        found = []
        try:
            found.extend(find())
        except UNREADABLE as error:
            found.append(f"it cannot be read ({error})")
        except IndexError:
            found.append("the chain is too short for its entries")
        skipped = [reason for reason in found if isinstance(reason, NotChecked)]
        faults = [fault for fault in found if not isinstance(fault, NotChecked)]
        for fault in faults:
            print(f"DOES NOT HOLD  {what}: {fault}")
        for reason in skipped:
            print(f"not checked    {what}: {reason}")
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


def examine(path: Path, pinned: Path | None, head: str | None) -> CheckResult:
    verdict = CheckResult()
    try:
        pack = PackReader(path)
        by = "" if pinned else ", by the key in the pack itself"
        signed = verdict.run(
            f"the signature over the list of files{by}", lambda: check_signature(pack, pinned)
        )
        manifest = pack.json("manifest.json")
        if manifest["format"] != FORMAT or manifest["version"] != 1:
            raise ValueError("it is of a format that this program does not know")
    except UNREADABLE as error:
        print(f"DOES NOT HOLD  {path} is no evidence pack that can be read: {error}")
        verdict.faults = max(verdict.faults, 1)
        return verdict
    for what, find in CHECKS.items():
        verdict.run(what, lambda find=find: find(pack, manifest))
    if head:
        verdict.run("the head that you kept", lambda: check_head(pack, manifest, head))
    if signed and not verdict.faults:
        print_summary(pack, manifest)
        if not pinned:
            print(
                "Whose key it is, the pack cannot show: compare its fingerprint with what the"
                " publisher told you,"
            )
            print("or give the publisher's key, from elsewhere, with --key.")
    return verdict


CHECKS = {
    "each file is as it was when the pack was made": check_files,
    "each entry has its hash and follows the one before it": check_records,
    "each signed text is the one of the digest in its entry": check_texts,
    "each picture is the one that the texts name": check_images,
    "each line of the publication log shows what was signed": check_publications,
}


def check(path: Path, pinned: Path | None, head: str | None) -> int:
    """The number of things that do not hold. What was not checked is said, and is none of them: see
    ``examine``.
    """
    return examine(path, pinned, head).faults


def parse_head(text: str) -> str:
    if not HEAD.fullmatch(text.strip().lower()):
        raise argparse.ArgumentTypeError(
            f"“{text}” is not a head: its number, a colon and 64 digits, as printed"
        )
    return text


def main() -> None:
    parser = argparse.ArgumentParser(description="Check an evidence pack, offline.")
    parser.add_argument("pack", type=Path)
    parser.add_argument(
        "--key", type=Path, help="the publisher's public key, from elsewhere than the pack"
    )
    parser.add_argument(
        "--head",
        metavar="SEQUENCE:HASH",
        type=parse_head,
        help="a head of the ledger that you kept",
    )
    asked = parser.parse_args()
    verdict = examine(asked.pack, asked.key, asked.head)
    print(f"\n{verdict.conclusion()}")
    sys.exit(verdict.status)


if __name__ == "__main__":
    main()
