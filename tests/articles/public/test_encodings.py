"""Which encoding a request gets (RFC 9110, section 12.5.3), and what is sent in it."""

import gzip

import brotli
import pytest

from articles.public import encodings
from articles.public.encodings import BROTLI, GZIP, IDENTITY, UnreadableBody

BODY = b"What causes facial spasms? Call 911. " * 200


@pytest.mark.parametrize(
    ("accepted", "expected"),
    [
        # What browsers and programs send.
        ("gzip, deflate, br, zstd", BROTLI),
        ("gzip, deflate", GZIP),
        ("gzip", GZIP),
        ("x-gzip", GZIP),
        ("br", BROTLI),
        ("deflate", IDENTITY),
        ("identity", IDENTITY),
        ("*", BROTLI),
        (None, IDENTITY),
        ("", IDENTITY),
        # How much each is wanted.
        ("br;q=0.5, gzip;q=0.8", GZIP),
        ("br;q=0.8, gzip;q=0.8", BROTLI),
        ("gzip;q=0.2", GZIP),
        ("identity, gzip;q=0.5", IDENTITY),
        ("identity;q=0.5, *;q=0.1", IDENTITY),
        ("br;q=0", IDENTITY),
        ("br;q=0.000, gzip;q=1.000", GZIP),
        ("*;q=0", IDENTITY),
        ("gzip;q=0, *", BROTLI),
        ("br;q=0, *;q=0.3", GZIP),
        # Nothing that is accepted can be sent: a reader gets the page all the same.
        ("identity;q=0", IDENTITY),
        ("identity;q=0, *;q=0", IDENTITY),
        ("identity;q=0, zstd", IDENTITY),
        ("identity;q=0, *", BROTLI),
        # Capitals and spaces.
        ("GZIP", GZIP),
        ("  Br ; Q=0.7 ,\tgzip;q=0.6", BROTLI),
        (",, ,gzip,", GZIP),
        # What is refused once is not sent.
        ("br, br;q=0, gzip", GZIP),
        # What cannot be read is passed over.
        ("br;q=high, gzip", GZIP),
        ("br;q=2, gzip", GZIP),
        ("br;q=-1, gzip", GZIP),
        ("br;q=, gzip", GZIP),
        ("br;q=0.1234, gzip", GZIP),
        ("br;level=5, gzip", GZIP),
        ("br gzip", IDENTITY),
        ("brotli", IDENTITY),
        ("\x00br, gzip", GZIP),
        ("ｂｒ, gzip", GZIP),
        # Nor is a header that is longer than any browser sends.
        ("gzip, " * 1000 + "br", IDENTITY),
        (",".join(f"a{number}" for number in range(51)) + ",br", IDENTITY),
        ("gzip" + " " * 5000, IDENTITY),
    ],
)
def test_a_request_gets_the_encoding_that_it_wants_most(accepted, expected):
    assert encodings.choose(accepted) == expected


def test_a_body_comes_back_as_it_was():
    for encoding in (BROTLI, GZIP, IDENTITY):
        made = encodings.compress(BODY, encoding)
        assert encodings.decompress(made, encoding) == BODY
        assert encodings.decompress(encodings.compress(b"", encoding), encoding) == b""
    assert brotli.decompress(encodings.compress(BODY, BROTLI)) == BODY
    assert gzip.decompress(encodings.compress(BODY, GZIP)) == BODY


def test_the_same_body_is_compressed_to_the_same_bytes_at_any_time(time_machine):
    time_machine.move_to("2026-03-01")
    first = {encoding: encodings.compress(BODY, encoding) for encoding in (BROTLI, GZIP)}
    time_machine.move_to("2027-08-09")
    for encoding, made in first.items():
        assert encodings.compress(BODY, encoding) == made
        assert len(made) < len(BODY) / 10


@pytest.mark.parametrize("encoding", [BROTLI, GZIP])
def test_a_damaged_body_is_refused(encoding):
    made = encodings.compress(BODY, encoding)
    for damaged in (made[:-4], b"\x00" + made[1:], b"", BODY[:50]):
        with pytest.raises(UnreadableBody, match=encoding):
            encodings.decompress(damaged, encoding)


def test_each_encoding_has_an_etag_of_its_own():
    tags = {encodings.build_etag('"abc"', encoding) for encoding in (BROTLI, GZIP, IDENTITY)}
    assert tags == {'"abc"', '"abc-br"', '"abc-gzip"'}
