"""An uploaded picture becomes upright and small, of the format it claims, without metadata."""

import struct
import zlib
from io import BytesIO

import pytest
from PIL import Image, ImageCms
from PIL.PngImagePlugin import PngInfo

from articles.images import processing
from tests.factories import draw_picture

PLACE = "51.5007 N, 0.1246 W"


def prepare_image(name: str, data: bytes) -> Image.Image:
    return Image.open(BytesIO(processing.process_upload(name, data).data))


def assert_refused(name: str, data: bytes) -> str:
    with pytest.raises(processing.UnusableImage) as refusal:
        processing.process_upload(name, data)
    return str(refusal.value)


@pytest.mark.parametrize(
    ("name", "kind", "media_type"),
    [
        ("a.png", "PNG", "image/png"),
        ("a.JPG", "JPEG", "image/jpeg"),
        ("a.webp", "WEBP", "image/webp"),
    ],
)
def test_the_three_kinds_are_taken(name, kind, media_type):
    picture = processing.process_upload(name, draw_picture(kind))
    assert (picture.media_type, picture.width, picture.height) == (media_type, 60, 40)
    assert Image.open(BytesIO(picture.data)).format == kind


def test_where_it_was_taken_and_with_what_is_gone():
    exif = Image.Exif()
    exif[0x010E], exif[0x010F] = PLACE, "A camera"
    text = PngInfo()
    text.add_text("Location", PLACE)
    for name, data in {
        "a.jpg": draw_picture(
            "JPEG", exif=exif, comment=PLACE.encode(), xmp=f"<x>{PLACE}</x>".encode()
        ),
        "a.png": draw_picture("PNG", exif=exif, pnginfo=text),
        "a.webp": draw_picture("WEBP", exif=exif, xmp=f"<x>{PLACE}</x>".encode()),
    }.items():
        assert PLACE.encode() in data  # it could have stayed
        kept = processing.process_upload(name, data).data
        assert PLACE.encode() not in kept
        assert b"A camera" not in kept
        assert not Image.open(BytesIO(kept)).getexif()


def test_a_picture_taken_sideways_stands_upright():
    exif = Image.Exif()
    exif[0x0112] = 6
    assert prepare_image("a.jpg", draw_picture("JPEG", size=(60, 40), exif=exif)).size == (40, 60)


def test_a_wide_picture_is_made_as_wide_as_a_page_needs():
    assert prepare_image("a.jpg", draw_picture("JPEG", size=(4000, 1000))).size == (1600, 400)
    assert prepare_image("a.png", draw_picture("PNG", size=(100, 6400))).size == (50, 3200)
    assert prepare_image(
        "a.png", draw_picture("PNG", size=(3200, 100), mode="P", colour=3)
    ).size == (
        1600,
        50,
    )


def test_colours_of_another_profile_are_those_of_the_web():
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    kept = prepare_image("a.png", draw_picture("PNG", colour=(200, 30, 40), icc_profile=profile))
    assert "icc_profile" not in kept.info
    assert all(abs(a - b) < 3 for a, b in zip(kept.getpixel((5, 5)), (200, 30, 40), strict=True))
    assert prepare_image("a.jpg", draw_picture("JPEG", icc_profile=b"no profile at all")).size == (
        60,
        40,
    )


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_every_sort_of_png_is_taken(mode):
    colour = {"LA": (90, 90), "RGB": (1, 2, 3), "RGBA": (1, 2, 3, 90), "I;16": 40_000}.get(mode, 1)
    kept = prepare_image("a.png", draw_picture("PNG", mode=mode, colour=colour))
    assert kept.size == (60, 40)
    assert ("A" in kept.getbands()) == mode.endswith("A")
    if mode == "I;16":
        assert kept.getpixel((0, 0)) in (155, 156, 157)


def test_a_printers_picture_is_taken():
    assert (
        prepare_image("a.jpg", draw_picture("JPEG", mode="CMYK", colour=(0, 255, 255, 0))).mode
        == "RGB"
    )


def test_the_same_file_gives_the_same_bytes():
    data = draw_picture("JPEG", size=(2000, 900))
    assert processing.process_upload("a.jpg", data) == processing.process_upload("b.jpeg", data)


def test_what_is_no_picture_is_refused_in_words():
    svg = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
    assert "is not called a PNG, JPEG or WebP" in assert_refused("a.svg", svg)
    assert "cannot be read" in assert_refused("a.png", svg)
    assert "cannot be read" in assert_refused("a.jpg", b"")
    assert "cannot be read" in assert_refused("a.png", draw_picture("PNG")[:60])
    assert "cannot be read" in assert_refused("a.png", draw_picture("GIF"))
    assert "is called a PNG but is a JPEG" in assert_refused("a.png", draw_picture("JPEG"))


def test_what_is_too_large_is_refused_in_words(monkeypatch):
    monkeypatch.setattr(processing, "MAX_UPLOAD_SIZE", 100)
    assert "is the most" in assert_refused(
        "a.png", draw_picture("PNG", size=(200, 200)) + b" " * 100
    )


def test_what_would_be_too_heavy_for_a_reader_is_refused(monkeypatch):
    monkeypatch.setattr(processing, "MAX_STORED_SIZE", 50)
    assert "A photograph is far smaller as JPEG" in assert_refused("a.png", draw_picture("PNG"))


def make_bomb(width: int, height: int) -> bytes:
    """A PNG that says of itself how large it is, and has next to nothing in it."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        )

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(b"\0" * 1000))
        + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize("side", [8_000, 11_000, 60_000])
def test_a_bomb_is_refused_before_it_is_unpacked(side):
    assert "has too many pixels: 50 million is the most" in assert_refused(
        "a.png", make_bomb(side, side)
    )


def test_what_moves_is_refused():
    out = BytesIO()
    frames = [Image.new("RGB", (20, 20), colour) for colour in ("red", "blue")]
    frames[0].save(out, "WEBP", save_all=True, append_images=frames[1:])
    assert "moves" in assert_refused("a.webp", out.getvalue())
