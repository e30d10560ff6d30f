"""The table of phrases by which emergencies are recognised: its actions, and what it says now.

Every change is an event that is added to a log; the newest event of a phrase is how it is now. The
phrases of the text files are no part of it, and nobody can remove them.
"""

import logging
from dataclasses import dataclass

from django.contrib.auth.models import User
from django.db import DatabaseError, InterfaceError, connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from articles.audit import recording
from articles.audit.page_kinds import PHRASE
from articles.db.prepared import PreparedQuery
from articles.models import PhraseEvent
from articles.names import fold
from articles.page_store import outage
from articles.publishing.actions import ActionRefused

logger = logging.getLogger(__name__)


class CannotChangePhrases(ActionRefused):
    """The phrase is in the table already, or somebody changed or removed it meanwhile."""


@dataclass(frozen=True)
class TablePhrase:
    """A phrase as the search takes it: the text, and what it means."""

    text: str
    meaning: str
    subject: str
    language: str


@transaction.atomic
def add_phrase(*, text: str, meaning: str, subject: str, language: str, by: User) -> PhraseEvent:
    """Add a phrase to the table. Raises CannotChangePhrases if it is there."""
    lock_table()
    event = PhraseEvent(
        action=PhraseEvent.PhraseAction.ADD,
        text=text,
        meaning=meaning,
        subject=subject,
        language=language,
        by=by,
        at=timezone.now(),
    )
    return _append(event)


@transaction.atomic
def change_phrase(
    event: PhraseEvent, *, text: str, meaning: str, subject: str, language: str, by: User
) -> PhraseEvent:
    """Change a phrase that is as ``event`` says. Returns that event if nothing is changed.

    Raises CannotChangePhrases.
    """
    lock_table()
    _require_newest(event)
    changed = {"text": text, "meaning": meaning, "subject": subject, "language": language}
    if changed == PhraseEvent.objects.get(pk=event.pk).facts:
        return event
    return _append(_build_next(event, PhraseEvent.PhraseAction.CHANGE, by, **changed))


@transaction.atomic
def remove_phrase(event: PhraseEvent, *, by: User) -> PhraseEvent:
    """Take a phrase out of the table. What it was stays in the log. Raises CannotChangePhrases."""
    lock_table()
    _require_newest(event)
    removal = _build_next(event, PhraseEvent.PhraseAction.REMOVE, by, **event.facts)
    return _save(removal)


def lock_table() -> None:
    """Lock the table until the transaction ends. SQLite has one writer at a time, and needs none.

    Whoever reads goes on reading.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"LOCK TABLE {PhraseEvent._meta.db_table} IN SHARE ROW EXCLUSIVE MODE")


def find_same_text(text: str, language: str) -> PhraseEvent | None:
    """The phrase of the table that is this text, whatever its capitals and accents."""
    key = fold(text)
    for event in PhraseEvent.objects.current().filter(language=language):
        if fold(event.text) == key:
            return event
    return None


def get_newest(event: PhraseEvent) -> PhraseEvent:
    """The newest event of the phrase of an event."""
    return PhraseEvent.objects.filter(phrase=event.phrase).order_by("-number")[0]


def describe_change(event: PhraseEvent) -> str:
    """Who did what to a phrase, for somebody who had it open meanwhile."""
    who = event.by.get_full_name() or event.by.get_username()
    if event.action == PhraseEvent.PhraseAction.REMOVE:
        return _("%(who)s removed this phrase after you opened it.") % {"who": who}
    return _(
        "%(who)s changed this phrase after you opened it: it is now “%(text)s” (%(meaning)s)."
    ) % {
        "who": who,
        "text": event.text,
        "meaning": event.get_meaning_display(),
    }


def _require_newest(event: PhraseEvent) -> None:
    newest = get_newest(event)
    if newest.pk != event.pk or newest.action == PhraseEvent.PhraseAction.REMOVE:
        raise CannotChangePhrases(describe_change(newest))


def _append(event: PhraseEvent) -> PhraseEvent:
    same = find_same_text(event.text, event.language)
    if same and same.phrase != event.phrase:
        raise CannotChangePhrases(describe_same_text(same))
    return _save(event)


def _save(event: PhraseEvent) -> PhraseEvent:
    event.save(force_insert=True)
    recording.record(PHRASE, [event], by=event.by, at=event.at)
    return event


def describe_same_text(event: PhraseEvent) -> str:
    return _("“%(text)s” is in the table already (%(meaning)s). Change that one.") % {
        "text": event.text,
        "meaning": event.get_meaning_display(),
    }


def _build_next(event: PhraseEvent, action: str, by: User, **facts: str) -> PhraseEvent:
    return PhraseEvent(
        phrase=event.phrase,
        number=event.number + 1,
        action=action,
        by=by,
        at=timezone.now(),
        **facts,
    )


# What the search reads

# By the newest event of the table, its phrases; one entry.
_newest_query = PreparedQuery(
    lambda: PhraseEvent.objects.order_by("-pk").values_list("pk", "phrase", "at")[:1]
)
_loaded: dict[tuple[object, ...], tuple[TablePhrase, ...]] = {}


def load_phrases() -> tuple[TablePhrase, ...]:
    """The phrases of the table. One query by a key, and one more after a change.

    Where the table cannot be read, those that were read last, or none: the search goes on with the
    phrases of the text files.
    """
    try:
        outage.require_database()
        newest = _newest_query.first()
        if newest is None:
            return ()
        if newest not in _loaded:
            phrases = _read_table()
            _loaded.clear()
            _loaded[newest] = phrases
        return _loaded[newest]
    except outage.DatabaseUnreachable:
        return next(iter(_loaded.values()), ())
    except (DatabaseError, InterfaceError) as error:
        outage.note_wait(error)
        logger.error("The table of phrases cannot be read; emergencies are found without it.")
        return next(iter(_loaded.values()), ())


def _read_table() -> tuple[TablePhrase, ...]:
    rows = PhraseEvent.objects.current().order_by("pk")
    return tuple(TablePhrase(**event.facts) for event in rows)


def clear_cache() -> None:
    """Forget what was read, for tests."""
    _loaded.clear()
