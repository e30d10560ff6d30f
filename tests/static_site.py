"""Copies of the site in plain files: made by the command, and read as a crawler would."""

import hashlib
import json
from html.parser import HTMLParser
from io import StringIO
from pathlib import Path
from urllib.parse import unquote, urlsplit

from django.core.management import call_command

SITE_URL = "https://symptoms.example.org"


def export_site(directory: Path, **options) -> str:
    """Run the command; gives what it said."""
    output = StringIO()
    call_command(
        "export_site", str(directory), **{"site_url": SITE_URL, "stdout": output} | options
    )
    return output.getvalue().strip()


def list_files(directory: Path) -> set[str]:
    return {str(path.relative_to(directory)) for path in directory.rglob("*") if path.is_file()}


def read_manifest(directory: Path) -> dict:
    return json.loads((directory / "manifest.json").read_bytes())


def compute_digests(directory: Path) -> dict[str, dict]:
    """What a manifest should say of the files that are there."""
    digests = {}
    for name in list_files(directory) - {"manifest.json"}:
        data = (directory / name).read_bytes()
        digests[name] = {"sha256": hashlib.sha256(data).hexdigest(), "size": len(data)}
    return digests


class LinkParser(HTMLParser):
    """Every address that a page leads to or loads, and every place in it that an address can
    name.
    """

    def __init__(self, text: str):
        super().__init__()
        self.addresses, self.anchors = [], {""}
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        self.addresses += [
            attributes[name]
            for name in ("href", "src", "action", "data-suggest")
            if attributes.get(name)
        ]
        self.anchors.add(attributes.get("id", ""))


def find_broken_links(directory: Path) -> list[str]:
    """Addresses of this site, in any page of a copy, at which the copy has nothing."""
    pages = {
        name: LinkParser((directory / name).read_text())
        for name in list_files(directory)
        if name.endswith(".html")
    }
    broken = []
    for name, page in pages.items():
        for address in page.addresses:
            if not _resolves(directory, pages, name, address):
                broken.append(f"{name} → {address}")
    return broken


def _resolves(directory: Path, pages: dict[str, LinkParser], name: str, address: str) -> bool:
    asked = urlsplit(address.removeprefix(SITE_URL))
    if asked.scheme or asked.netloc:
        return True
    path = unquote(asked.path).lstrip("/") if asked.path else name
    target = path or "index.html"
    target = f"{target}index.html" if target.endswith("/") else target
    found = (directory / target).is_file()
    return found and (target not in pages or asked.fragment in pages[target].anchors)
