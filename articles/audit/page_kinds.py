"""What the chain has of pages: their events, settings, old addresses, images, phrases, merges."""

import datetime as dt
from typing import Any

from django.db.models import Exists, F, OuterRef, QuerySet, Value
from django.db.models.functions import Concat

from articles.audit import kinds
from articles.audit.kinds import ChainedKind, Fact
from articles.models import (
    Article,
    AuditEvent,
    Image,
    MergedPage,
    PhraseEvent,
    PublicationEvent,
    PublishedImage,
    Redirect,
)

PUBLICATION = "publication"
PUBLICATION_COLUMNS = (
    "pk",
    "page_uuid",
    "revision_uuid",
    "kind",
    "evidence",
    "slug",
    "title",
    "summary",
    "review_line",
    "metadata",
    "reason",
    "successor_uuid",
    "by_id",
    "at",
)
PAGE = "page settings"
REDIRECT = "redirect"
IMAGE = "image"
PHRASE = "phrase"
MERGED_PAGE = "merged page"


def register() -> None:
    kinds.register(
        ChainedKind(PUBLICATION, get_publications, name_publication, describe_publication),
        ChainedKind(PAGE, get_pages, name_page, describe_page),
        ChainedKind(REDIRECT, get_redirects, name_redirect, describe_redirect),
        ChainedKind(IMAGE, get_images, name_image, describe_image),
        ChainedKind(PHRASE, PhraseEvent.objects.all, name_phrase, describe_phrase),
        ChainedKind(MERGED_PAGE, get_merged_pages, name_merged_page, describe_merged_page),
    )


def format_time(moment: dt.datetime) -> str:
    return moment.astimezone(dt.UTC).isoformat()


def get_publications() -> QuerySet[Any, Any]:
    """The publication log, without the texts that it shows, as named tuples: it is long."""
    log = PublicationEvent.objects.annotate(
        page_uuid=F("article__uuid"),
        revision_uuid=F("revision__uuid"),
        successor_uuid=F("successor__uuid"),
    )
    return log.values_list(*PUBLICATION_COLUMNS, named=True)


def name_publication(event: Any) -> str:
    """The number of an event is its key, which an archive keeps: it is the site revision."""
    return f"publication:{event.pk}"


def describe_publication(event: Any) -> dict[str, Fact]:
    """All that visitors read of an event beside the signed text."""
    return {
        "page": str(event.page_uuid),
        "revision": str(event.revision_uuid),
        "kind": event.kind,
        "evidence": event.evidence or "",
        "slug": event.slug,
        "title": event.title,
        "summary": event.summary,
        "review_line": event.review_line,
        "metadata": event.metadata,
        "reason": event.reason,
        "successor": str(event.successor_uuid or ""),
        "by": event.by_id,
        "at": format_time(event.at),
    }


def _is_logged(page: str) -> Exists:
    """Whether the page of a row was ever public."""
    return Exists(PublicationEvent.objects.filter(article=OuterRef(page)))


def get_pages() -> QuerySet[Any, Any]:
    """Pages that were ever public. What a draft is set to is nobody's matter but the editors'."""
    pages = Article.objects.filter(_is_logged("pk"))
    return pages.only("uuid", "kind", "language", "slug", "risk", "review_months", "discarded_at")


def name_page(page: Article) -> str:
    return f"page:{page.uuid}"


def describe_page(page: Article) -> dict[str, Fact]:
    """What is set for a page: its address, its risk, and how often it is reviewed (0: as usual)."""
    return {
        "kind": page.kind,
        "language": page.language,
        "slug": page.slug,
        "risk": page.risk,
        "review_months": page.review_months or 0,
        "discarded": page.discarded_at is not None,
    }


def get_redirects() -> QuerySet[Any, Any]:
    """Old addresses of pages that were ever public: visitors are led by no others."""
    return Redirect.objects.filter(_is_logged("article")).annotate(page_uuid=F("article__uuid"))


def name_redirect(row: Redirect) -> str:
    return f"redirect:{row.language}/{row.kind}/{row.slug}"


def describe_redirect(row: Any) -> dict[str, Fact]:
    return {"page": str(row.page_uuid)}


def get_images() -> QuerySet[Any, Any]:
    """Images on public pages, and those that were recorded on one before."""
    public = PublishedImage.objects.filter(sha256=OuterRef("sha256"))
    recorded = AuditEvent.objects.filter(kind=IMAGE, subject=OuterRef("subject"))
    named = Image.objects.annotate(subject=Concat(Value("image:"), "sha256"))
    return named.filter(Exists(public) | Exists(recorded))


def name_image(image: Image) -> str:
    return f"image:{image.sha256}"


def describe_image(image: Image) -> dict[str, Fact]:
    """What browsers learn of a file. Whoever uploaded it wrote the texts that show it."""
    return {
        "media_type": image.media_type,
        "width": image.width,
        "height": image.height,
        "length": image.length,
        "uploaded_by": image.uploaded_by_id,
        "uploaded_at": format_time(image.uploaded_at),
    }


def name_phrase(event: PhraseEvent) -> str:
    return f"phrase:{event.phrase}/{event.number}"


def describe_phrase(event: PhraseEvent) -> dict[str, Fact]:
    return {
        "action": event.action,
        **event.facts,
        "by": event.by_id,
        "at": format_time(event.at),
    }


def get_merged_pages() -> QuerySet[Any, Any]:
    return MergedPage.objects.annotate(page_uuid=F("page__uuid"), into_uuid=F("into__uuid"))


def name_merged_page(row: Any) -> str:
    return f"page:{row.page_uuid}"


def describe_merged_page(row: Any) -> dict[str, Fact]:
    return {"into": str(row.into_uuid), "by": row.by_id, "at": format_time(row.at)}
