"""The fingerprint: the build and each setting that public pages print.

A build that nobody named, or whose files were edited, is told by the files themselves.
"""

import hashlib
import json
from functools import cache
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.storage import staticfiles_storage

# What public views, their templates and the context processors read, and how dates are written.
PRINTED_SETTINGS = (
    "BUILD",
    "CDN_MAX_AGE",
    "COUNTERSIGN_DEMO",
    "CRISIS_CHAT",
    "CRISIS_LINE",
    "CRISIS_TEXT",
    "EMERGENCY_NUMBER",
    "FINDER",
    "GRACE_DAYS",
    "LANGUAGE_CODE",
    "NUMBERS_COUNTRY",
    "POISON_LINE",
    "SECURITY_CONTACT",
    "SECURITY_POLICY",
    "SITE_NAME",
    "SITE_URL",
    "STATIC_EXPORT",
    "STATIC_URL",
    "TIME_ZONE",
)
# Of these the pages are made, beside the libraries that requirements.txt names.
SOURCE_PLACES = ("articles", "config", "locale", "reviews", "symptoms", "templates")
SOURCE_SUFFIXES = {".atom", ".html", ".mo", ".py", ".txt", ".xml"}
_fingerprint: str = ""


def get_fingerprint() -> str:
    """32 digits, computed once in a process: settings do not change while it runs."""
    global _fingerprint
    if not _fingerprint:
        _fingerprint = compute_fingerprint()
    return _fingerprint


def forget_fingerprint() -> None:
    global _fingerprint
    _fingerprint = ""


def compute_fingerprint() -> str:
    values: dict[str, object] = {name: getattr(settings, name) for name in PRINTED_SETTINGS}
    values["sources"] = hash_sources()
    # Of the addresses of style sheets and scripts, which have their hashes in their names.
    values["static files"] = getattr(staticfiles_storage, "manifest_hash", "")
    text = json.dumps(values, sort_keys=True, default=str)
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


@cache
def hash_sources() -> str:
    """The digest of templates and modules, read once in a process."""
    base = Path(settings.BASE_DIR)
    digest = hashlib.blake2b((base / "requirements.txt").read_bytes(), digest_size=16)
    for place in SOURCE_PLACES:
        for path in sorted((base / place).rglob("*")):
            if path.suffix in SOURCE_SUFFIXES:
                data = path.read_bytes()
                digest.update(f"{path.relative_to(base)}:{len(data)}:".encode())
                digest.update(data)
    return digest.hexdigest()
