"""Packs that were damaged, forged or made by other builds: a clear line, never “holds”."""

import io
import json
import runpy
import sys
import warnings
import zipfile
from collections.abc import Callable, Iterator
from itertools import cycle
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from articles.content.document import canonicalize, digest
from reviews.evidence.key import encode_public_key
from reviews.evidence.pack import LIMITS
from reviews.signing.ledger import LedgerRecord

ROOT = Path(__file__).resolve().parents[3]
CHECKER = runpy.run_path(str(ROOT / "docs" / "check_evidence.py"))
FIXTURES = ROOT / "tests" / "fixtures" / "evidence"
KEY = Ed25519PrivateKey.from_private_bytes(bytes(32))
Files = dict[str, bytes]
STARTS = (
    "holds          ",
    "not checked    ",
    "DOES NOT HOLD  ",
    "Fingerprint of the key: ",
    "  (",
    "Made by ",
    "The newest entry ",
    "This pack cannot show:",
    "- ",
    "What was checked holds. ",
    "All of it holds.",
    "Whose key it is",
)


@pytest.fixture(scope="module")
def files() -> Files:
    """The files of a pack of an earlier build: eight decisions, a picture, an expunged text."""
    with zipfile.ZipFile(FIXTURES / "build_576a0b7.zip") as pack:
        return {name: pack.read(name) for name in pack.namelist()}


@pytest.fixture
def check(tmp_path, capsys, monkeypatch) -> Callable[..., tuple[int, str]]:
    """Run the checker as from a shell; gives its status, and what it printed."""

    def run(pack: bytes | Path, *options: str) -> tuple[int, str]:
        path = pack
        if isinstance(pack, bytes):
            path = tmp_path / "pack.zip"
            path.write_bytes(pack)
        monkeypatch.setattr(sys, "argv", ["check_evidence.py", str(path), *options])
        with pytest.raises(SystemExit) as left:
            CHECKER["main"]()
        printed = capsys.readouterr()
        return left.value.code, printed.out + printed.err

    return run


@pytest.fixture
def pinned(tmp_path) -> tuple[str, str]:
    path = tmp_path / "publisher.pem"
    path.write_bytes(encode_public_key(KEY.public_key()))
    return "--key", str(path)


def write_zip(files: Files) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as pack:
        for name, data in files.items():
            pack.writestr(name, data)
    return out.getvalue()


def sign(files: Files, /, **changed) -> bytes:
    """A pack of these files that the publisher itself lists and signs."""
    manifest = json.loads(files["manifest.json"])
    others = files.keys() - {"manifest.json", "manifest.sig"}
    manifest["files"] = {name: digest(files[name]) for name in others}
    text = json.dumps(manifest | changed).encode()
    signature = KEY.sign(text).hex().encode()
    return write_zip(files | {"manifest.json": text, "manifest.sig": signature})


def change(files: Files, name: str, **values) -> Files:
    """The files with other values in one of them."""
    return files | {name: canonicalize(json.loads(files[name]) | values)}


def change_line(files: Files, place: int, **values) -> Files:
    lines = files["publications.jsonl"].splitlines()
    lines[place] = canonicalize(json.loads(lines[place]) | values)
    return files | {"publications.jsonl": b"\n".join(lines)}


def leave_out(files: Files, *beginnings: str) -> Files:
    return {name: data for name, data in files.items() if not name.startswith(beginnings)}


def write_file_twice(files: Files) -> bytes:
    out = io.BytesIO(sign(files))
    with warnings.catch_warnings(), zipfile.ZipFile(out, "a") as pack:
        warnings.simplefilter("ignore")
        pack.writestr("chain.json", files["chain.json"])
    return out.getvalue()


def get_part(files: Files, beginning: str) -> str:
    return min(name for name in files if name.startswith(beginning))


def build_hostile_packs(files: Files) -> Iterator[tuple[str, bytes, int, str]]:
    """What was done, the pack, the status that is right, and words of the line that says so."""
    whole, record = sign(files), "ledger/00000006.json"
    document, image = get_part(files, "documents/"), get_part(files, "images/")
    values = json.loads(files[record])
    yield "empty", b"", 1, "is no evidence pack that can be read"
    yield "no ZIP", b"%PDF-1.7 not a pack", 1, "is no evidence pack that can be read"
    yield "cut", whole[: len(whole) // 2], 1, "is no evidence pack that can be read"
    yield "no file", write_zip({}), 1, "manifest.json is not in the pack"
    yield "a file twice", write_file_twice(files), 1, "chain.json is in the pack twice"
    yield "another format", sign(files, format="ledger-dump"), 1, "its format is “ledger-dump”"
    yield "a later version", sign(files, version=2), 3, "it is of version 2"
    yield "a version that is none", sign(files, version="1"), 1, "no “version” of the shape"
    yield "lists nothing", sign(files, files={}), 1, "is in the pack and not in the list"
    nothing = leave_out(files, *(name for name in files if not name.startswith("manifest")))
    yield "has and lists nothing", sign(nothing), 1, "the list names no file"
    yield "a list for an object", write_zip(files | {"manifest.json": b"[]"}), 1, "JSON object"
    deep = b"[" * 100_000
    yield "endless brackets", write_zip(files | {"manifest.json": deep}), 1, "cannot be read"
    twice = files["manifest.json"].replace(b'{"', b'{"version":1,"', 1)
    yield "a name twice", write_zip(files | {"manifest.json": twice}), 1, "one name two values"
    yield "entries are words", sign(files, entries=["1"]), 1, "an entry that is no number"
    yield "an entry twice", sign(files, entries=[1, 1]), 1, "in order, each once"
    yield "head is a number", sign(files, head=9), 1, "no “head” of the shape"
    yield "head without a hash", sign(files, head={"sequence": 9}), 1, "the newest entry"
    yield "an older head", sign(files, head={"sequence": 3, "hash": "e" * 64}), 1, "older than"
    yield "scope is a number", sign(files, scope={"page": 7}), 1, "what the pack is about"
    other = {"article": "00000000-0000-4000-8000-000000000000"}
    yield "another page", sign(files, scope=other), 1, "entry 1: it is about another page"
    yield "hash of a file", sign(files, files={"README.txt": 1}), 1, "without its SHA-256"
    empty = leave_out(files, "ledger/", "documents/", "images/", "texts/")
    empty |= {
        "chain.json": canonicalize({"first": 0, "before": "0" * 64, "hashes": []}),
        "publications.jsonl": b"",
    }
    yield "an empty ledger", sign(empty, entries=[], expunged={}), 3, "no entry in this pack"
    unnamed = sign(files, entries=list(range(1, 9)))
    yield "an entry not named", unnamed, 1, "ledger/00000009.json is in the pack, and the list"
    yield "an entry too many", sign(files, entries=list(range(1, 11))), 1, "00000010.json is not"
    chain = json.loads(files["chain.json"])
    short = change(files, "chain.json", hashes=chain["hashes"][:4])
    yield "a short chain", sign(short), 1, "does not reach from the first entry"
    wrong = change(files, "chain.json", hashes=[*chain["hashes"][:-1], 7])
    yield "a chain of numbers", sign(wrong), 1, "something else than hashes"
    yield "no chain", sign(leave_out(files, "chain.json")), 1, "chain.json is not in the pack"
    yield "a record is a list", sign(files | {record: b"[]"}), 1, "is not a JSON object"
    yield "a record is no JSON", sign(files | {record: b"\xff"}), 1, "cannot be read as JSON"
    yield "a record without its text", sign(change(files, record, digest=None)), 1, "“digest”"
    yield "no texts", sign(leave_out(files, "documents/")), 1, "entry 6: its text is missing"
    gone = sign(files, expunged={values["revision"]: 99})
    yield "expunged and there", gone, 1, "entry 2: its text is missing"
    blamed = sign(leave_out(files, document), expunged={values["revision"]: 6})
    yield "expunged by a signature", blamed, 1, "its text is missing"
    yield "a text of a later shape", sign(change(files, document, schema=2)), 1, "not the text"
    yield "no image", sign(leave_out(files, image)), 3, f"{image} is missing, and documents/"
    yield "another image", sign(files | {image: b"GIF89a"}), 1, "not the picture of its digest"
    more = files | {"images/" + "e" * 64 + ".png": b"", "documents/" + "e" * 64 + ".json": b"{}"}
    yield "more texts and images", sign(more), 1, "no entry in this pack signs it"
    yield "no log", sign(files | {"publications.jsonl": b""}), 3, "no line in this pack"
    yield "no file of the log", sign(leave_out(files, "publ")), 1, "publications.jsonl is not in"
    yield "a line is no JSON", sign(files | {"publications.jsonl": b"{"}), 1, "line 1 of the"
    yield "a line is a list", sign(files | {"publications.jsonl": b"[]"}), 1, "line 1 of the"
    for kind, status, words in (
        ("translate", 3, "does not know the kind “translate”"),
        ("notice", 1, "has an entry or has none"),
        ("withdraw", 1, "its entry is about something else"),
    ):
        yield f"a line of {kind}", sign(change_line(files, 0, kind=kind)), status, words
    moment = "2001-01-01T00:00:00+00:00"
    yield "another moment", sign(change_line(files, 0, at=moment)), 1, "another moment than"
    yield "no moment", sign(change_line(files, 0, at="then")), 1, "another moment than"
    yield "no title", sign(change_line(files, 0, title=None)), 1, "its title or summary is not"
    line = json.loads(files["publications.jsonl"].splitlines()[1])
    reused = sign(change_line(files, 0, evidence=line["evidence"]))
    yield "an entry for two lines", reused, 1, "another line names the same entry"
    lines = files["publications.jsonl"].splitlines()
    hidden = sign(files | {"publications.jsonl": b"\n".join(lines[:-1])})
    yield "the withdrawal left out", hidden, 3, "entry 9: no line of the publication log"
    moved = [number for number, text in enumerate(lines) if b'"kind":"address"' in text]
    frame = sign(change_line(files, moved[0], frame={"copyright": "Forged"}))
    yield "an address with a notice", frame, 1, "it changes the topics or copyright notice"


def test_a_hostile_pack_gets_a_clear_line_and_the_right_status(files, check, pinned):
    assert check(sign(files), *pinned)[0] == 3  # of one text that was expunged
    for what, pack, expected, words in build_hostile_packs(files):
        status, printed = check(pack, *pinned)
        assert status == expected, f"{what}: {printed}"
        assert words in printed, f"{what}: {printed}"
        assert "Traceback" not in printed, what
        assert "All of it holds" not in printed, what


def build_unknown_records(files: Files) -> Iterator[tuple[str, str, Files]]:
    """What the newest record has that the program cannot know, and the pack with a whole chain."""
    name = "ledger/00000009.json"
    for words, values in (
        ("of a version that this program does not know", {"version": 2}),
        ("does not know the outcome “translated”", {"outcome": "translated"}),
        ("does not know what its record says in “witness”", {"witness": "Olga"}),
    ):
        changed = change(files, name, **values)
        hashes = json.loads(files["chain.json"])["hashes"]
        own = digest(changed[name])
        changed = change(changed, "chain.json", hashes=[*hashes[:-1], own])
        place = files["publications.jsonl"].count(b"\n") - 1
        yield words, own, change_line(changed, place, evidence=own)


def test_what_a_record_says_and_the_program_does_not_know_is_not_checked(files, check, pinned):
    for words, own, changed in build_unknown_records(files):
        status, printed = check(sign(changed, head={"sequence": 9, "hash": own}), *pinned)
        assert words in printed
        assert "holds          each entry" not in printed
        assert status == (1 if "outcome" in words else 3), printed


def test_every_field_of_a_record_is_known_to_the_program():
    assert set(LedgerRecord.model_fields) <= CHECKER["RECORD_FIELDS"]


def test_the_pack_says_what_it_cannot_prove_in_the_words_of_the_program():
    assert CHECKER["LIMITS"] == LIMITS


def list_places(value: object) -> Iterator[tuple]:
    """The way to each value inside a JSON value."""
    steps = value.items() if isinstance(value, dict) else enumerate(value)
    for step, inner in steps:
        yield (step,)
        if isinstance(inner, dict | list):
            yield from ((step, *more) for more in list_places(inner))


def replace_at(value: object, place: tuple, new: object) -> object:
    copied = json.loads(json.dumps(value))
    parent = copied
    for step in place[:-1]:
        parent = parent[step]
    parent[place[-1]] = new
    return copied


def test_no_value_anywhere_makes_it_fail_or_print_lines_of_its_own(files, check, pinned):
    forged = "\x1b[2K\rholds\nholds          each signed text \ud800"
    values = cycle([None, [], {}, "", -1, True, 1.5, forged, 10**30, [None]])
    for name in ("manifest.json", "chain.json", "ledger/00000009.json"):
        parsed = json.loads(files[name])
        for place in list_places(parsed):
            changed = replace_at(parsed, place, next(values))
            text = json.dumps(changed).encode()
            if name == "manifest.json":
                signature = KEY.sign(text).hex().encode()
                pack = write_zip(files | {name: text, "manifest.sig": signature})
            else:
                pack = sign(files | {name: text})
            status, printed = check(pack, *pinned)
            assert status in (1, 3), (name, place)
            for line in filter(None, printed.splitlines()):
                assert line.startswith(STARTS) or line[0].isdigit(), (name, place, line)


def test_without_the_publishers_key_nothing_is_said_to_be_the_publishers(files, check, pinned):
    status, printed = check(sign(files | {"public_key.pem": encode_public_key(KEY.public_key())}))
    assert status == 3
    assert "not checked    the signature over the list of files" in printed
    assert "holds          the signature" not in printed
    status, printed = check(sign(files), *pinned)
    assert "holds          the signature" in printed


def test_a_key_of_another_kind_in_the_pack_is_not_used(files, check):
    rsa_key = rsa.generate_private_key(65537, 2048).public_key()
    for pem in (encode_public_key(rsa_key), b"", b"no key", b"-----BEGIN PUBLIC KEY-----\n"):
        status, printed = check(sign(files | {"public_key.pem": pem}))
        assert status == 3
        assert "the key in the pack cannot be used" in printed
        assert "holds          the signature" not in printed


def test_a_key_that_is_none_is_a_mistake_of_who_calls(files, check, tmp_path):
    private = KEY.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    curve = encode_public_key(ec.generate_private_key(ec.SECP256R1()).public_key())
    path = tmp_path / "wrong.pem"
    for data in (private, curve, b"", b"\xff\xfe"):
        path.write_bytes(data)
        status, printed = check(sign(files), "--key", str(path))
        assert (status, "cannot be used" in printed) == (2, True)
    assert check(sign(files), "--key", str(tmp_path / "none.pem"))[0] == 2
    assert check(tmp_path / "none.zip")[0] == 2


def test_a_kept_head_holds_only_where_an_entry_of_the_pack_shows_it(files, check, pinned):
    hashes = json.loads(files["chain.json"])["hashes"]
    gap = sign(
        leave_out(files, "ledger/00000003", "ledger/00000004"), entries=[1, 2, 5, 6, 7, 8, 9]
    )
    for number, status in ((3, "not checked"), (4, "holds      "), (2, "holds      ")):
        _, printed = check(gap, *pinned, "--head", f"{number}:{hashes[number - 1]}")
        assert f"{status}    the head that you kept" in printed
    for number in (3, 4):
        _, printed = check(gap, *pinned, "--head", f"{number}:{'e' * 64}")
        assert f"entry {number} is not the one whose hash you kept" in printed
    later = sign(files, head={"sequence": 40, "hash": "a" * 64})
    _, printed = check(later, *pinned, "--head", f"40:{'a' * 64}")
    assert "not checked    the head that you kept: the publisher states the same hash" in printed
    assert "DOES NOT HOLD  the head" in check(later, *pinned, "--head", f"40:{'b' * 64}")[1]
    assert "says nothing about it" in check(later, *pinned, "--head", f"39:{'b' * 64}")[1]


def test_the_event_of_a_kept_head_is_compared_with_what_entries_name(files, check, pinned):
    """A head is given as it was printed, with the newest event behind a comma, or several times."""
    name, hashes = "ledger/00000009.json", json.loads(files["chain.json"])["hashes"]
    changed = change(files, name, events={"size": 40, "hash": "c" * 64})
    own = digest(changed[name])
    changed = change(changed, "chain.json", hashes=[*hashes[:-1], own])
    place = files["publications.jsonl"].count(b"\n") - 1
    pack = sign(change_line(changed, place, evidence=own), head={"sequence": 9, "hash": own})
    for event, words in (
        (f"40:{'c' * 64}", "holds          the head that you kept"),
        (f"40:{'d' * 64}", "the head that you kept: event 40 is not the one whose hash you kept"),
        (f"39:{'c' * 64}", "the head that you kept: event 39 is named by no entry in this pack"),
    ):
        printed = check(pack, *pinned, "--head", f"9:{own},{event}", "--head", f"8:{hashes[7]}")[1]
        assert words in printed
        assert printed.count("the head that you kept") == 2


def test_packs_of_earlier_builds_can_be_checked(check):
    for path in sorted(FIXTURES.glob("*.zip")):
        status, printed = check(path, "--key", str(path.with_suffix(".pem")))
        assert status == 3
        assert "DOES NOT HOLD" not in printed
        assert printed.count("\nnot checked") == 1  # the text that was expunged
        assert printed.count("holds          ") == 5
