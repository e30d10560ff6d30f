"""The names of public symptoms in the A–Z: titles and other names, as they were signed."""

import string
from collections.abc import Sequence

from articles.audit.chain import EventDraft
from articles.models import PublicationEvent
from articles.names import fold
from articles.page_store import subjects
from symptoms.content.document import SymptomDocument
from symptoms.models import PublishedName

KIND = "symptom"
OTHER_LETTER = "other"
MAX_LENGTH = 200


def on_publish(publication: PublicationEvent, document: SymptomDocument) -> set[str]:
    """A symptom's page was signed: these are its names now."""
    return _replace_rows(publication, build_rows(publication, document))


def on_withdraw(publication: PublicationEvent) -> set[str]:
    return _replace_rows(publication, [])


def _replace_rows(publication: PublicationEvent, rows: list[PublishedName]) -> set[str]:
    """Store the names of a page, and give the subjects that this changes."""
    own = PublishedName.objects.filter(article=publication.article_id)
    former = list(own)
    own.delete()
    PublishedName.objects.bulk_create(rows)
    return _find_changed(publication, former, rows)


def _find_changed(
    publication: PublicationEvent, former: list[PublishedName], rows: list[PublishedName]
) -> set[str]:
    """The letters under which a name changed, and whether there are other letters now.

    Under another title all of them did, as it stands beside the other names. One query at most.
    """
    before = {_describe(row) for row in former}
    after = {_describe(row) for row in rows}
    changed = before ^ after
    if any(is_title for _, _, is_title in changed):
        changed = before | after
    letters_before = {letter for letter, _, _ in before}
    letters_after = {letter for letter, _, _ in after}
    found = {subjects.letter(KIND, letter) for letter, _, _ in changed}
    if differing := letters_before ^ letters_after:
        others = PublishedName.objects.exclude(article=publication.article_id).order_by()
        keys = others.filter(letter__in=differing).values_list("letter", flat=True)
        if differing.difference(keys.distinct()):
            found.add(subjects.letters(KIND))
    return found


def _describe(row: PublishedName) -> tuple[str, str, bool]:
    return row.letter, row.name, row.is_title


def find_moved(drafts: Sequence[EventDraft]) -> set[str]:
    """The letters under which pages stand that have another address now. One query, or none.

    They are events of the publication log. What a signature changes is found as it is written.
    """
    moved = []
    for draft in drafts:
        if draft.facts["kind"] == PublicationEvent.EventKind.ADDRESS:
            moved.append(str(draft.facts["page"]))
    if not moved:
        return set()
    rows = PublishedName.objects.filter(article__uuid__in=moved).order_by()
    return {subjects.letter(KIND, key) for key in rows.values_list("letter", flat=True)}


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
