"""What database and commands give: texts, ledger, site, archive, evidence, records."""

import gzip
import hashlib
import html
import json
import re
import tarfile
import zipfile
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

from django.core.management import call_command
from django.test import override_settings

from tests.golden import looks, names, project, runs, schema

MACHINES = re.compile(rb'<script type="application/ld\+json"[^>]*>(.*?)</script>', re.DOTALL)
PAGES = (
    "/symptoms/facial-twitches/",
    "/symptoms/facial-spasms/",
    "/symptoms/three-texts/",
    "/symptoms/golden-ache/",
)
DAYS = ("2026-11-01", "2026-11-30")


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def plain(key) -> str:
    """A UUID as each engine stores it, in one form."""
    return str(key).replace("-", "")


def ledger() -> list:
    """Each entry: its place, its hash, the one before it, and the SHA-256 of its stored record."""
    rows = schema.ask(
        "SELECT sequence, outcome, previous_hash, hash, record FROM reviews_signature ORDER BY"
        " sequence"
    )
    return [[*rest, sha256(record.encode(errors="surrogatepass"))] for *rest, record in rows]


def revisions() -> dict:
    """Of each revision: its number, its digest, and the SHA-256 of its stored bytes."""
    rows = schema.ask("SELECT uuid, number, digest, document FROM articles_revision")
    return {
        plain(key): [number, digest, sha256(document.encode(errors="surrogatepass"))]
        for key, number, digest, document in rows
    }


def compositions() -> dict:
    """What the working copy of each page makes when it is composed by this build."""
    rows = schema.ask("SELECT id, uuid FROM articles_article")
    return {plain(key): sha256(project.composed(pk)) for pk, key in rows}


def latest_texts() -> dict:
    """Of each page, the SHA-256 of its latest text."""
    rows = schema.ask(
        "SELECT a.uuid, r.document FROM articles_article a JOIN articles_revision r"
        " ON r.article_id = a.id WHERE r.number ="
        " (SELECT max(number) FROM articles_revision WHERE article_id = a.id)"
    )
    return {plain(key): sha256(document.encode()) for key, document in rows}


def save_all_again() -> None:
    """Save every row that has texts as it is read."""
    project.save_all()


def site(out: Path) -> dict:
    """Each file of the site as plain files; and apart, of each page, its JSON-LD."""
    call_command("export_site", out, no_progress=True, stdout=StringIO(), stderr=StringIO())
    result: dict = {"files": {}, "signed": {}, "json_ld": {}}
    for name, data in files(out):
        if name == "manifest.json":
            continue
        if name.endswith("/signed.json"):
            result["signed"][name] = sha256(data)
        else:
            result["files"][name] = (
                "looks may change" if name.startswith("static/") else sha256(data)
            )
        if found := MACHINES.findall(data):
            result["json_ld"][name] = [
                sha256(canonical(names.with_old_crumbs(json.loads(html.unescape(text.decode())))))
                for text in found
            ]
    return result


def files(root: Path) -> Iterator[tuple[str, bytes]]:
    for path in sorted(root.rglob("*")):
        if path.is_file():
            yield path.relative_to(root).as_posix(), path.read_bytes()


def canonical(value) -> bytes:
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()


def archive(out: Path) -> dict:
    """The manifest of an archive that is written now, and the SHA-256 of each file's lines."""
    call_command(
        "export_archive",
        out,
        with_private=True,
        no_progress=True,
        stdout=StringIO(),
        stderr=StringIO(),
    )
    manifest = json.loads((out / "manifest.json").read_bytes())
    result = {
        name: manifest[name]
        for name in ("format", "head", "images_missing", "private", "site_revision")
    }
    return result | {
        "files": {
            name: lines(name, data)
            for name, data in files(out)
            if name != "manifest.json" and name not in names.ADDED_FILES
        }
    }


def lines(name: str, data: bytes) -> str:
    if not name.endswith(".gz"):
        return sha256(data)
    text = gzip.decompress(data)
    if name.startswith(("groups.", "people.")):
        text = b"".join(
            canonical(with_old_rights(json.loads(line))) + b"\n" for line in text.splitlines()
        )
    file = name.partition(".")[0]
    if file in names.ADDED_KEYS:
        text = b"".join(
            canonical(names.without_added_keys(file, json.loads(line))) + b"\n"
            for line in text.splitlines()
        )
    if file in names.KEYS_OF_NAMES:
        text = b"".join(
            canonical(names.with_old_key(file, json.loads(line))) + b"\n"
            for line in text.splitlines()
        )
    return f"{len(text.splitlines())} lines, {sha256(text)}"


def with_old_rights(line: dict) -> dict:
    """A line of a group or of a person, with its rights in the names of build 978f4c9."""
    pairs = (right.split(".", 1) for right in line["rights"])
    return line | {
        "rights": sorted(
            f"{app}.{names.old_codename(app, codename)}"
            for app, codename in pairs
            if not names.is_added_permission(app, codename)
        )
    }


def evidence(work: Path) -> dict:
    """What is in evidence packs, save for the signature, which hangs on the key."""
    key = work / "key.pem"
    call_command("make_evidence_key", key, stdout=StringIO())
    scopes = {page: {"page": page} for page in PAGES}
    scopes["days"] = {"first": DAYS[0], "last": DAYS[1]}
    with override_settings(EVIDENCE_KEY=str(key)):
        return {
            name: pack(work / f"pack-{place}.zip", **how)
            for place, (name, how) in enumerate(scopes.items())
        }


def pack(out: Path, *, page=None, first=None, last=None) -> dict:
    how = {"page": page, "from": first, "to": last, "out": out}
    arguments = [f"--{name}={value}" for name, value in how.items() if value]
    call_command("export_evidence", *arguments, stdout=StringIO())
    result = {}
    with zipfile.ZipFile(out) as packed:
        for name in packed.namelist():
            result[name] = sha256(packed.read(name))
            if name.endswith(".html"):
                result[name] = evidence_page(result[name], packed.read(name))
        manifest = json.loads(packed.read("manifest.json"))
        readme, _, _ = packed.read("README.txt").partition(names.ADDED_TO_README)
    result["README.txt"] = sha256(readme)
    for name in ("manifest.json", "manifest.sig", "public_key.pem"):
        result[name] = "is there"
    return result | {
        "manifest": {
            name: manifest[name]
            for name in sorted(manifest.keys() - {"files", "made_at"} - names.ADDED_MANIFEST_FIELDS)
        }
    }


def evidence_page(digest: str, page: bytes) -> str:
    """The SHA-256 of a page of evidence; of build 978f4c9's where it says the same as that one.

    The pages of that build are kept under theirs, so that nobody can rewrite one of them.
    """
    with tarfile.open(runs.KEPT / "evidence_pages.tar.xz") as tar:
        for member in tar:
            old = tar.extractfile(member).read()
            if sha256(old) == member.name and looks.says_the_same(old, page):
                return member.name
    return digest


def content(out: Path) -> dict:
    """The records that other systems get, each by its own SHA-256."""
    call_command("export_content", out, no_progress=True, stderr=StringIO())
    written = [json.loads(line) for line in out.read_bytes().splitlines()]
    records = [names.without_added_fields(record) for record in written]
    return {
        f"{place} {one['type']}": [sorted(one), sha256(canonical(one))]
        for place, one in enumerate(records)
    }
