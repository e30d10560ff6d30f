"""The fingerprint: the build and each setting that public pages print."""

import hashlib
import json

from django.conf import settings
from django.contrib.staticfiles.storage import staticfiles_storage

# What public views, their templates and the context processors read, and how dates are written.
PRINTED_SETTINGS = (
    "BUILD",
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
    # Of the addresses of style sheets and scripts, which have their hashes in their names.
    values["static files"] = getattr(staticfiles_storage, "manifest_hash", "")
    text = json.dumps(values, sort_keys=True, default=str)
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()
