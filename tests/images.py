"""Pictures of the tests: made on the spot, uploaded as an editor would, and put on pages."""

from io import BytesIO

from django.core.files.storage import storages
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image as Pixels

from articles import images
from articles.actions import record_revision
from articles.models import Article, Figure, Image

ALT = "Two lines that meet at a corner of the eye."


def drawn(kind: str = "PNG", *, size=(60, 40), colour="navy", mode: str = "RGB", **how) -> bytes:
    """The bytes of a picture; each colour and each size is another one."""
    out = BytesIO()
    Pixels.new(mode, size, colour).save(out, kind, **how)
    return out.getvalue()


def sent(name: str = "eye.png", data: bytes | None = None) -> SimpleUploadedFile:
    """A picture as a browser sends it."""
    return SimpleUploadedFile(name, drawn() if data is None else data, "application/octet-stream")


def keep(by, *, name: str = "eye.png", **how) -> Image:
    return images.keep(sent(name, drawn(**how)), by=by)


def add_figure(page: Article, *, by, image: Image | None = None, **said) -> Figure:
    """A picture on a page, in a new revision."""
    values = {"alt": ALT, "caption": "Where the lids meet.", "credit": "Drawn for this test."} | said
    figure = Figure.objects.create(article_id=page.pk, image=image or keep(by), **values)
    record_revision(page, by=by)
    return figure


def address(image) -> str:
    return f"/images/{images.file_name(image)}"


def staff_address(image) -> str:
    return f"/desk{address(image)}"


def path(image) -> str:
    return storages["images"].path(images.file_name(image))
