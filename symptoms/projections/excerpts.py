"""Excerpts: the few parts of a signed page that the page of a cause shows.

A signed text is ten times as long, and reading thirty of them took most of such a page.
"""

import json
from functools import lru_cache
from typing import Any
from uuid import UUID

from articles.content.document import encode_plain
from articles.models import PublicationEvent
from symptoms.content.document import DocumentCause, SymptomDocument
from symptoms.models import PublishedExcerpt

FIELDS = (
    "advice",
    "further_advice",
    "same_for_everyone",
    "shows_crisis_line",
    "schema",
    "kind",
    "uuid",
    "language",
    "title",
    "headline",
    "phrase",
    "determiner",
)
# What an excerpt does not have, and the shape of a document asks for.
LEFT_OUT = {"summary": "", "written_by": "", "body": ""}
MAX_KEPT = 256  # excerpts in the memory of a process, each of some 5 kB


def on_publish(publication: PublicationEvent, document: SymptomDocument) -> None:
    """A symptom's page was signed: this is what pages of causes show of it now."""
    on_withdraw(publication)
    build_row(publication, document).save(force_insert=True)


def on_withdraw(publication: PublicationEvent) -> None:
    PublishedExcerpt.objects.filter(article=publication.article_id).delete()


def build_row(publication: PublicationEvent, document: SymptomDocument) -> PublishedExcerpt:
    return PublishedExcerpt(
        article_id=publication.article_id,
        revision_id=publication.revision_id,
        text=build_text(document.model_dump(mode="json", by_alias=True)),
    )


def build_text(values: dict[str, Any]) -> str:
    """The excerpt of a signed text, of which these are the values: canonical JSON.

    Its causes stand by UUID, without their groups.
    """
    excerpt = {name: values[name] for name in FIELDS if name in values}
    causes: dict[str, dict[str, Any]] = {}
    for group in values["causes"]:
        causes.update((cause["uuid"], cause) for cause in group["causes"])
    return encode_plain({"page": excerpt, "causes": causes})


@lru_cache(maxsize=MAX_KEPT)
def read(text: str, cause_uuid: UUID) -> tuple[SymptomDocument, DocumentCause]:
    """The document of an excerpt, without what is left out, and what the page says of a cause.

    Raises ValueError or LookupError where it is no excerpt of a page that names the cause.
    """
    values = json.loads(text)
    document = SymptomDocument.model_validate(values["page"] | LEFT_OUT)
    return document, DocumentCause.model_validate(values["causes"][str(cause_uuid)])
