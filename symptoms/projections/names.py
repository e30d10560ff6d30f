"""The names of public symptoms in the A–Z: titles and other names, as they were signed."""

import string

from articles.models import PublicationEvent
from articles.names import fold
from symptoms.content.document import SymptomDocument
from symptoms.models import PublishedName

OTHER_LETTER = "other"
MAX_LENGTH = 200


def on_publish(publication: PublicationEvent, document: SymptomDocument) -> None:
    """A symptom's page was signed: these are its names now."""
    on_withdraw(publication)
    PublishedName.objects.bulk_create(build_rows(publication, document))


def on_withdraw(publication: PublicationEvent) -> None:
    PublishedName.objects.filter(article=publication.article_id).delete()


def build_rows(publication: PublicationEvent, document: SymptomDocument) -> list[PublishedName]:
    """The rows of one page. A name that differs in capitals, accents or signs alone stands once."""
    names: dict[str, str] = {}
    for name in (document.title, *document.other_names):
        names.setdefault(fold(name)[:MAX_LENGTH], name)
    rows: list[PublishedName] = []
    for key, name in names.items():
        row = PublishedName(
            article_id=publication.article_id,
            publication_id=publication.pk,
            name=name,
            sort_key=key,
            letter=find_letter(key),
            is_title=not rows,
        )
        rows.append(row)
    return rows


def find_letter(sort_key: str) -> str:
    """The letter of the A–Z that a folded name is listed under."""
    first = sort_key[:1]
    return first if first and first in string.ascii_lowercase else OTHER_LETTER
