"""Copies in a CDN: what a response says of them, by opaque keys of its subjects (ADR 93).

A CDN may keep a page for CDN_MAX_AGE seconds, and drops it sooner where one of its keys is purged.
"""

import base64
import hashlib
import hmac
import time
from collections.abc import Iterable
from functools import lru_cache

from django.conf import settings

from articles.page_store.rendered import RenderedPage
from articles.page_store.subjects import EVERYTHING, hash_subject

PURPOSE = b"articles.page_store: a key of copies"
KEY_BYTES = 6
MAX_KEYS = 250  # of a page; one that names more goes with every change
_MANY = "many subjects"
_EVERYTHING_HASH = hash_subject(EVERYTHING)
_MANY_HASH = hash_subject(_MANY)


def build_headers(page: RenderedPage) -> dict[str, str]:
    """How long a CDN may keep a page, and by which keys it drops it; nothing where it may not.

    Only what the store of all workers keeps may be copied, and never past the moment at which the
    calendar changes it.
    """
    if not settings.PAGE_STORE or page.has_secret or not page.revision:
        return {}
    max_age = min(settings.CDN_MAX_AGE, page.expires_at - int(time.time()))
    if max_age <= 0:
        return {}
    many = len(page.subjects) > MAX_KEYS
    hashes = [_MANY_HASH] if many else page.subjects
    keys = " ".join([get_key(_EVERYTHING_HASH), *map(get_key, hashes)])
    # No stale copy, whatever the CDN is set to do where it cannot reach the site.
    return {
        "CDN-Cache-Control": f"public, max-age={max_age}, must-revalidate",
        "Surrogate-Key": keys,
    }


def get_keys(subjects: Iterable[str]) -> list[str]:
    """The keys of changed subjects: every copy that names one of them has one of these."""
    hashes = {hash_subject(subject) for subject in subjects}
    return sorted(map(get_key, hashes | {_MANY_HASH}))


@lru_cache(maxsize=65_536)
def get_key(subject: int) -> str:
    """Eight characters for the hash of a subject, which say nothing to who has no SECRET_KEY."""
    data = subject.to_bytes(8, signed=True)
    digest = hashlib.blake2b(data, key=_get_secret(), digest_size=KEY_BYTES).digest()
    return base64.urlsafe_b64encode(digest).decode()


@lru_cache(maxsize=1)
def _get_secret() -> bytes:
    secret = settings.SECRET_KEY
    secret = secret.encode() if isinstance(secret, str) else secret
    return hmac.digest(secret, PURPOSE, hashlib.sha512)
