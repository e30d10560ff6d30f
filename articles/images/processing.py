"""Processes an uploaded picture: checks its format, makes it upright and small, drops metadata."""

from dataclasses import dataclass
from io import BytesIO
from pathlib import PurePath
from typing import Any

from PIL import Image, ImageCms, ImageOps

FORMATS = {"PNG": "image/png", "JPEG": "image/jpeg", "WEBP": "image/webp"}
FORMAT_BY_SUFFIX = {
    ".png": "PNG",
    ".jpg": "JPEG",
    ".jpeg": "JPEG",
    ".jfif": "JPEG",
    ".webp": "WEBP",
}
MAX_UPLOAD_SIZE = 12 * 1024 * 1024  # bytes of an upload
MAX_PIXELS = 50_000_000  # as a telephone takes; decoded it is 200 MB
MAX_WIDTH, MAX_HEIGHT = 1600, 3200  # pixels of what is stored
MAX_STORED_SIZE = 2 * 1024 * 1024  # bytes: a visitor's telephone has to load it
SAVE_OPTIONS: dict[str, dict[str, Any]] = {
    "PNG": {"optimize": True},
    "JPEG": {"quality": 85, "optimize": True, "progressive": True},
    "WEBP": {"quality": 85, "method": 4},
}


class UnusableImage(Exception):
    """A file that no page can carry. The message says why and what to do, to who uploaded it."""


@dataclass(frozen=True)
class ProcessedImage:
    """A picture as it will be stored."""

    data: bytes
    media_type: str
    width: int
    height: int


def process_upload(name: str, data: bytes) -> ProcessedImage:
    """Read an uploaded file and encode it again. Raises UnusableImage."""
    if len(data) > MAX_UPLOAD_SIZE:
        raise UnusableImage(format_too_large(name, len(data)))
    expected = FORMAT_BY_SUFFIX.get(PurePath(name).suffix.lower())
    if expected is None:
        raise UnusableImage(
            f"“{name}” is not called a PNG, JPEG or WebP. "
            "Save it as one of these, and choose that file."
        )
    kind, image = _open_image(name, data)
    if kind != expected:
        raise UnusableImage(
            f"“{name}” is called a {expected} but is a {kind}. Save it again as one or the other."
        )
    image = _normalize(image)
    image.thumbnail((MAX_WIDTH, MAX_HEIGHT), Image.Resampling.LANCZOS)
    image.info = {}  # metadata that Pillow would write
    out = BytesIO()
    image.save(out, kind, **SAVE_OPTIONS[kind])
    if out.tell() > MAX_STORED_SIZE:
        raise UnusableImage(
            f"“{name}” would take {_format_megabytes(out.tell())} on the page; "
            f"{_format_megabytes(MAX_STORED_SIZE)} is the most. "
            "A photograph is far smaller as JPEG."
        )
    return ProcessedImage(out.getvalue(), FORMATS[kind], *image.size)


def format_too_large(name: str, length: int) -> str:
    return (
        f"“{name}” has {_format_megabytes(length)}; "
        f"{_format_megabytes(MAX_UPLOAD_SIZE)} is the most. Make it smaller and try again."
    )


def _format_megabytes(length: int) -> str:
    return f"{length / 1024 / 1024:.1f} MB"


def _open_image(name: str, data: bytes) -> tuple[str, Image.Image]:
    """The format and the pixels of a file. Raises UnusableImage.

    The size is read from the first bytes, so that a decompression bomb is never decoded.
    """
    try:
        image = Image.open(BytesIO(data), formats=list(FORMATS))
        pixels = image.width * image.height
        is_animated = getattr(image, "n_frames", 1) > 1
        if pixels <= MAX_PIXELS and not is_animated:
            image.load()
    except Image.DecompressionBombError:
        pixels = MAX_PIXELS + 1
        is_animated = False
    except Exception as error:  # a broken file makes a decoder fail in any way
        raise UnusableImage(
            f"“{name}” cannot be read as a PNG, JPEG or WebP. "
            "It may be damaged, or of another kind."
        ) from error
    if pixels > MAX_PIXELS:
        raise UnusableImage(
            f"“{name}” has too many pixels: {MAX_PIXELS // 1_000_000} million is the most. "
            "Make it smaller."
        )
    if is_animated:
        raise UnusableImage(f"“{name}” moves. Choose a picture that is not animated.")
    assert image.format  # as it was read from a file
    return image.format, image


def _normalize(image: Image.Image) -> Image.Image:
    """The picture upright, in sRGB, and in a mode that its format has and that can be resized."""
    image = ImageOps.exif_transpose(image)
    is_small = image.width <= MAX_WIDTH and image.height <= MAX_HEIGHT
    if image.mode == "P" and "transparency" not in image.info and is_small:
        return image  # a drawing of few colours stays small
    transparent = "A" in image.getbands() or "transparency" in image.info
    if image.mode.startswith("I"):  # 16 bits of grey
        image = image.convert("I").point(lambda value: value / 256).convert("L")
    mode = "L" if image.mode in ("1", "L", "LA") else "RGB"
    profile = image.info.get("icc_profile")
    if profile and image.mode in ("RGB", "RGBA", "CMYK"):
        image = _convert_to_srgb(image, profile)
    if transparent:
        mode += "A"
    return image.convert(mode)


def _convert_to_srgb(image: Image.Image, profile: bytes) -> Image.Image:
    """Apply the camera's colour profile, so that a rash keeps its colour when it is dropped."""
    try:
        source = ImageCms.ImageCmsProfile(BytesIO(profile))
        mode = "RGBA" if image.mode == "RGBA" else "RGB"
        converted = ImageCms.profileToProfile(
            image, source, ImageCms.createProfile("sRGB"), outputMode=mode
        )
    except (ImageCms.PyCMSError, OSError, ValueError):
        return image  # if the profile cannot be read, the picture stays as it is
    assert converted  # as it is not done in place
    return converted
