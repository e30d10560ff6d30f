"""The key that signs evidence packs: Ed25519, given by the operator, never made in silence."""

import hashlib
import os
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from django.conf import settings


class NoKey(Exception):
    """There is no key to sign with; its text says what to do, to the operator."""


def load() -> Ed25519PrivateKey:
    """The key that ``EVIDENCE_KEY`` gives: a path to a PEM file, or the PEM itself. Raises NoKey."""
    given = settings.EVIDENCE_KEY.strip()
    if not given:
        raise NoKey(
            "There is no key to sign evidence with. Make one with “manage.py make_evidence_key PATH”, "
            "keep a copy of it, and set EVIDENCE_KEY to that path."
        )
    try:
        pem = given.replace("\\n", "\n").encode() if given.startswith("-----BEGIN") else Path(given).read_bytes()
        key = serialization.load_pem_private_key(pem, password=None)
    except (OSError, ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise NoKey(f"EVIDENCE_KEY gives no key that can be read: {error}") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise NoKey("EVIDENCE_KEY gives a key of another kind. It has to be Ed25519: see make_evidence_key.")
    return key


def make(path: Path) -> Ed25519PublicKey:
    """Write a new key that its owner alone may read. Raises FileExistsError rather than write over one."""
    key = Ed25519PrivateKey.generate()
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(pem)
    return key.public_key()


def public_pem(key: Ed25519PublicKey) -> bytes:
    return key.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)


def fingerprint(key: Ed25519PublicKey) -> str:
    """SHA-256 of the 32 bytes of a public key: what auditors compare with what they were told."""
    raw = key.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    return hashlib.sha256(raw).hexdigest()
