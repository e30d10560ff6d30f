"""What comes out of an uploaded picture: what it says it is, upright, small, and with nothing but its pixels."""

from dataclasses import dataclass
from io import BytesIO
from pathlib import PurePath

from PIL import Image, ImageCms, ImageOps

FORMATS = {"PNG": "image/png", "JPEG": "image/jpeg", "WEBP": "image/webp"}
CALLED = {".png": "PNG", ".jpg": "JPEG", ".jpeg": "JPEG", ".jfif": "JPEG", ".webp": "WEBP"}
LARGEST = 12 * 1024 * 1024  # bytes of an upload
MOST_PIXELS = 50_000_000  # what a telephone takes; unpacked it is 200 MB
WIDEST, TALLEST = 1600, 3200  # pixels of what is stored
MOST_STORED = 2 * 1024 * 1024  # bytes: a reader's telephone has to load it
HOW = {
    "PNG": {"optimize": True},
    "JPEG": {"quality": 85, "optimize": True, "progressive": True},
    "WEBP": {"quality": 85, "method": 4},
}


class Unusable(Exception):
    """A file that no page can carry; its text says why and what to do, to the person who chose it."""


@dataclass(frozen=True)
class Picture:
    """What will be stored."""

    data: bytes
    media_type: str
    width: int
    height: int


def prepare(name: str, data: bytes) -> Picture:
    """Read an uploaded file and write it anew. Raises Unusable."""
    if len(data) > LARGEST:
        raise Unusable(too_large(name, len(data)))
    expected = CALLED.get(PurePath(name).suffix.lower())
    if expected is None:
        raise Unusable(f"“{name}” is not called a PNG, JPEG or WebP. Save it as one of these, and choose that file.")
    kind, image = _read(name, data)
    if kind != expected:
        raise Unusable(f"“{name}” is called a {expected} but is a {kind}. Save it anew as one or the other.")
    image = _plain(image)
    image.thumbnail((WIDEST, TALLEST), Image.Resampling.LANCZOS)
    image.info = {}  # what Pillow would write beside the pixels
    out = BytesIO()
    image.save(out, kind, **HOW[kind])
    if out.tell() > MOST_STORED:
        raise Unusable(
            f"“{name}” would take {_megabytes(out.tell())} on the page; {_megabytes(MOST_STORED)} is the most. "
            "A photograph is far smaller as JPEG."
        )
    return Picture(out.getvalue(), FORMATS[kind], *image.size)


def too_large(name: str, length: int) -> str:
    return f"“{name}” has {_megabytes(length)}; {_megabytes(LARGEST)} is the most. Make it smaller and try again."


def _megabytes(length: int) -> str:
    return f"{length / 1024 / 1024:.1f} MB"


def _read(name: str, data: bytes) -> tuple[str, Image.Image]:
    """The pixels of a file. Its size stands in its first bytes, so that a bomb is refused before it is unpacked."""
    try:
        image = Image.open(BytesIO(data), formats=list(FORMATS))
        pixels, moves = image.width * image.height, getattr(image, "n_frames", 1) > 1
        if pixels <= MOST_PIXELS and not moves:
            image.load()
    except Image.DecompressionBombError:
        pixels, moves = MOST_PIXELS + 1, False
    except Exception as error:  # a broken file makes a decoder fail in any way
        raise Unusable(
            f"“{name}” cannot be read as a PNG, JPEG or WebP. It may be damaged, or of another kind."
        ) from error
    if pixels > MOST_PIXELS:
        raise Unusable(
            f"“{name}” has too many pixels: {MOST_PIXELS // 1_000_000} million is the most. Make it smaller."
        )
    if moves:
        raise Unusable(f"“{name}” moves. Choose a picture that stands still.")
    return image.format, image


def _plain(image: Image.Image) -> Image.Image:
    """Upright, in the colours of the web, in a mode that its format holds and that can be made smaller."""
    image = ImageOps.exif_transpose(image)
    if image.mode == "P" and "transparency" not in image.info and image.width <= WIDEST and image.height <= TALLEST:
        return image  # a drawing of few colours stays small
    transparent = "A" in image.getbands() or "transparency" in image.info
    if image.mode.startswith("I"):  # 16 bits of grey
        image = image.convert("I").point(lambda value: value / 256).convert("L")
    grey = image.mode in ("1", "L", "LA")
    profile = image.info.get("icc_profile")
    if profile and image.mode in ("RGB", "RGBA", "CMYK"):
        image = _in_srgb(image, profile)
    return image.convert(("LA" if transparent else "L") if grey else ("RGBA" if transparent else "RGB"))


def _in_srgb(image: Image.Image, profile: bytes) -> Image.Image:
    """A rash keeps its colour when the profile that the camera wrote is dropped."""
    try:
        source = ImageCms.ImageCmsProfile(BytesIO(profile))
        mode = "RGBA" if image.mode == "RGBA" else "RGB"
        return ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB"), outputMode=mode)
    except (ImageCms.PyCMSError, OSError, ValueError):
        return image  # of a profile that nobody can read its picture is taken as it is
