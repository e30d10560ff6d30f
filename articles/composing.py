"""From the working copy to a document and back, for the parts that every kind of page shares."""

from articles.content import AboutDocument, Advice, ArticleDocument, Document, Reference
from articles.models import Article
from articles.models import Reference as ReferenceRow


def load(pages):
    """A queryset of pages with all that ``common_parts`` reads."""
    return pages.select_related("writer").prefetch_related("references", "tag_links__tag")


def common_parts(page: Article) -> dict:
    """The fields of ``Document`` except ``kind``, from a loaded page; no query, no change."""
    return {
        "uuid": page.uuid,
        "language": page.language,
        "title": page.title,
        "headline": page.headline or page.title,
        "summary": page.summary,
        "written_by": page.writer.get_full_name() or page.writer.get_username(),
        "advice": Advice(level=page.advice_level, html=page.advice) if page.advice_level else None,
        "body": page.body,
        "references": tuple(
            Reference(title=row.title, publisher=row.publisher, url=row.url, year=row.year)
            for row in page.references.all()
        ),
        "tags": tuple(sorted(link.tag.name for link in page.tag_links.all())),
    }


def compose_article(page: Article) -> ArticleDocument:
    return ArticleDocument(**common_parts(page))


def compose_about(page: Article) -> AboutDocument:
    return AboutDocument(**common_parts(page))


def restore_common(page: Article, document: Document, *, made_headline: str) -> list[str]:
    """Write the shared parts of a document into the working copy.

    ``made_headline`` is the one that composing would make, so that it is not stored as if it had been typed.
    Returns a sentence for each thing that could not be restored.
    """
    page.title, page.summary, page.body = document.title, document.summary, document.body
    page.headline = "" if document.headline == made_headline else document.headline
    page.advice_level = document.advice.level if document.advice else ""
    page.advice = document.advice.html if document.advice else ""
    page.references.all().delete()
    ReferenceRow.objects.bulk_create(
        ReferenceRow(article_id=page.pk, position=place, **reference.model_dump())
        for place, reference in enumerate(document.references)
    )
    page.tags.set(document.tags)
    if document.written_by != (page.writer.get_full_name() or page.writer.get_username()):
        return [f"The page was written by {document.written_by}; the writer was left as it is now."]
    return []


def restore_article(page: Article, document: Document) -> list[str]:
    report = restore_common(page, document, made_headline=document.title)
    page.save()
    return report


def nobody(steps: list[tuple[Document, Document | None]]) -> list[set[int]]:
    """Authors of shared rows, for a kind of page that has none."""
    return [set() for _ in steps]
