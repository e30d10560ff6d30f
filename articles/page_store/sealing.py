"""The seal of a stored page: a MAC that only this site can make.

Whoever can write to the table, but does not know SECRET_KEY, cannot put words on a page.
"""

import hashlib
import hmac
from functools import lru_cache

from django.conf import settings

PURPOSE = b"articles.page_store: a rendered page"
MAC_BYTES = 32


def seal(fields: list[str | int], *parts: bytes) -> bytes:
    """The MAC over the fields and parts, by the present key."""
    return _compute(_derive_key(settings.SECRET_KEY), fields, parts)


def is_sealed(mac: bytes, fields: list[str | int], *parts: bytes) -> bool:
    """Whether a MAC was made over these by the present key or by one of the earlier ones."""
    for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS):
        if hmac.compare_digest(mac, _compute(_derive_key(secret), fields, parts)):
            return True
    return False


@lru_cache(maxsize=8)
def _derive_key(secret: str | bytes) -> bytes:
    secret = secret.encode() if isinstance(secret, str) else secret
    return hmac.digest(secret, PURPOSE, hashlib.sha512)


def _compute(key: bytes, fields: list[str | int], parts: tuple[bytes, ...]) -> bytes:
    # Each length comes before its bytes, so that nothing can move from one part into another.
    head = repr(fields).encode()
    mac = hashlib.blake2b(key=key, digest_size=MAC_BYTES)
    mac.update(b"%d:" % len(head))
    mac.update(head)
    for part in parts:
        mac.update(b"%d:" % len(part))
        mac.update(part)
    return mac.digest()
