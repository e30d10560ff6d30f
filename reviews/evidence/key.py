"""The key that signs evidence packs: Ed25519, given by the operator, never made by itself."""

import hashlib
import os
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from django.conf import settings


class MissingEvidenceKey(Exception):
    """There is no key to sign with; the message tells the operator what to do."""


def load_key() -> Ed25519PrivateKey:
    """The key that ``EVIDENCE_KEY`` gives: a path to a PEM file, or the PEM itself.

    Raises MissingEvidenceKey.
    """
    given = settings.EVIDENCE_KEY.strip()
    if not given:
        raise MissingEvidenceKey(
            "There is no key to sign evidence with. "
            "Make one with “manage.py make_evidence_key PATH”, "
            "keep a copy of it, and set EVIDENCE_KEY to that path."
        )
    try:
        key = serialization.load_pem_private_key(_read_pem(given), password=None)
    except (OSError, ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise MissingEvidenceKey(f"EVIDENCE_KEY gives no key that can be read: {error}") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise MissingEvidenceKey(
            "EVIDENCE_KEY gives a key of another kind. It has to be Ed25519: see make_evidence_key."
        )
    return key


def _read_pem(given: str) -> bytes:
    if given.startswith("-----BEGIN"):
        return given.replace("\\n", "\n").encode()
    return Path(given).read_bytes()


def create_key(path: Path) -> Ed25519PublicKey:
    """Write a new key that its owner alone may read. Raises FileExistsError if there is a file."""
    key = Ed25519PrivateKey.generate()
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(pem)
    return key.public_key()


def encode_public_key(key: Ed25519PublicKey) -> bytes:
    return key.public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )


def get_fingerprint(key: Ed25519PublicKey) -> str:
    """SHA-256 of the 32 bytes of a public key, which auditors compare with the published one."""
    raw = key.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    return hashlib.sha256(raw).hexdigest()
