"""Encodings of responses: which one a request asks for (RFC 9110), and bodies made smaller.

Only for pages without a secret: what an attacker could guess by the length of a compressed page is
on no page that is compressed (ADR 73).
"""

import gzip
import re
import zlib
from functools import lru_cache

import brotli

IDENTITY, GZIP, BROTLI = "identity", "gzip", "br"
PREFERENCE = (BROTLI, GZIP, IDENTITY)  # of those that are wanted equally
# By the encoding that is asked for, in which order kept bodies are looked for to make it.
SOURCES = {
    BROTLI: (BROTLI, GZIP, IDENTITY),
    GZIP: (GZIP, BROTLI, IDENTITY),
    IDENTITY: (IDENTITY, GZIP, BROTLI),
}
ALIASES = {"x-gzip": GZIP}  # RFC 9110, section 8.4.1.3
# A longer header, or one of more parts, is not read: the body is sent as it is.
MAX_HEADER_LENGTH = 1_000
MAX_PARTS = 50
# Of our pages, quality 11 is 10 to 15 % smaller than 5 and takes 50 times the time (ADR 73).
BROTLI_QUALITY = 5
GZIP_LEVEL = 6
CODING = re.compile(
    r"\s*([!#$%&'*+.^_`|~0-9A-Za-z-]+)\s*(?:;\s*[qQ]=(0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?)\s*)?"
)


class UnreadableBody(Exception):
    """A compressed body is damaged."""


def choose(accepted: str | None) -> str:
    """The encoding for an Accept-Encoding header; None is a request without one.

    Where nothing that is accepted can be sent, the body is sent as it is: a reader who needs help
    gets a page that their browser may read, and never 406.
    """
    if not accepted or len(accepted) > MAX_HEADER_LENGTH:
        return IDENTITY
    return _choose(accepted)


@lru_cache(maxsize=256)
def _choose(accepted: str) -> str:
    weights = _read_weights(accepted)
    wanted: dict[str, float] = {}
    for encoding in PREFERENCE:
        weight = weights.get(encoding, weights.get("*"))
        if weight:
            wanted[encoding] = weight
    # max() gives the first of those that are wanted equally.
    return max(wanted, key=wanted.__getitem__, default=IDENTITY)


def _read_weights(accepted: str) -> dict[str, float]:
    """Encoding → how much it is wanted, 0 to 1. What cannot be read is passed over.

    Of one that is named twice the smaller wish counts: what was refused is not sent.
    """
    weights: dict[str, float] = {}
    parts = accepted.split(",")
    if len(parts) > MAX_PARTS:
        return weights
    for part in parts:
        if found := CODING.fullmatch(part):
            name = found[1].lower()
            name = ALIASES.get(name, name)
            weight = float(found[2] or 1)
            weights[name] = min(weight, weights.get(name, 1.0))
    return weights


def compress(body: bytes, encoding: str) -> bytes:
    """A body in an encoding: the same bytes for the same body, whenever it is made."""
    if encoding == BROTLI:
        return brotli.compress(body, mode=brotli.MODE_TEXT, quality=BROTLI_QUALITY)
    if encoding == GZIP:
        return gzip.compress(body, compresslevel=GZIP_LEVEL, mtime=0)
    return body


def decompress(body: bytes, encoding: str) -> bytes:
    """The body as it was before. Raises UnreadableBody."""
    try:
        if encoding == BROTLI:
            return brotli.decompress(body)
        if encoding == GZIP:
            if not body:  # gzip takes it for no members at all
                raise EOFError
            return gzip.decompress(body)
    except (brotli.error, OSError, EOFError, zlib.error) as error:
        raise UnreadableBody(f"a body in the encoding {encoding} cannot be read") from error
    return body


def build_etag(plain: str, encoding: str) -> str:
    """The ETag of a body in an encoding, by that of the body as it is: other bytes, another tag."""
    if encoding == IDENTITY:
        return plain
    return f'{plain.removesuffix(chr(34))}-{encoding}"'
