"""Rules of publication in the database: append-only history, and a pointer that follows it."""

from articles.content.document import EXPUNGED
from articles.db.triggers import DatabaseTrigger, build_append_only_triggers, build_only_changes_sql
from articles.models import (
    Article,
    AuditEvent,
    AuditPrivateValue,
    Authorship,
    HarmDecision,
    Image,
    PhraseEvent,
    PublicationEvent,
    PublishedEmergency,
    PublishedImage,
    Revision,
    SafetyAlert,
    SearchEntry,
    SearchKey,
    SearchStart,
    TopicEntry,
)

# The newest event of a page decides: it is live, unless it is a withdrawal, and it has the address.
NEWEST_SLUG_SQL = (
    "(SELECT p.slug FROM articles_publication p "
    "WHERE p.article_id = NEW.id ORDER BY p.id DESC LIMIT 1)"
)
LIVE_EVENT_SQL = (
    "(SELECT p.id FROM articles_publication p "
    "WHERE p.article_id = NEW.id AND p.kind <> 'withdraw' AND p.id = "
    "(SELECT MAX(n.id) FROM articles_publication n WHERE n.article_id = NEW.id))"
)
# The one change of a revision: its text is replaced by the mark of expunged texts.
EXPUNGING_SQL = f"NEW.document = '{EXPUNGED}' AND OLD.document <> NEW.document"


# Tables that are rebuilt from the log. The trigger names are those of the first release.
PROJECTIONS = {
    "topic_entry_is_made_anew": TopicEntry,
    "published_image_is_made_anew": PublishedImage,
    "safety_alert_is_made_anew": SafetyAlert,
    "published_emergency_is_made_anew": PublishedEmergency,
    "search_entry_is_made_anew": SearchEntry,
    "search_key_is_made_anew": SearchKey,
    "search_start_is_made_anew": SearchStart,
}


def build_triggers() -> list[DatabaseTrigger]:
    """All triggers on the tables of this app."""
    return [
        *_build_history_triggers(),
        *_build_projection_triggers(),
        *_build_article_triggers(),
        *_build_publication_triggers(),
    ]


def _build_history_triggers() -> list[DatabaseTrigger]:
    publication = PublicationEvent._meta.db_table
    return [
        *build_append_only_triggers(
            Revision, unless=f"{EXPUNGING_SQL} AND {build_only_changes_sql(Revision, 'document')}"
        ),
        DatabaseTrigger(
            "revision_in_use_keeps_its_text",
            Revision._meta.db_table,
            "UPDATE",
            "neither the text that visitors read nor the latest text of a page is expunged",
            condition=f"{EXPUNGING_SQL} AND (NOT EXISTS (SELECT 1 FROM articles_revision r "
            "WHERE r.article_id = OLD.article_id AND r.number > OLD.number) "
            "OR EXISTS (SELECT 1 FROM articles_article a "
            "JOIN articles_publication p ON p.id = a.live_id WHERE p.revision_id = OLD.id))",
            reads_other_tables=True,
        ),
        DatabaseTrigger(
            "publication_shows_a_text",
            publication,
            "INSERT",
            "a text that was expunged is not published",
            condition="EXISTS (SELECT 1 FROM articles_revision r WHERE r.id = NEW.revision_id "
            f"AND r.document = '{EXPUNGED}')",
            reads_other_tables=True,
        ),
        *build_append_only_triggers(Authorship),
        *build_append_only_triggers(PublicationEvent),
        *build_append_only_triggers(Image),
        *build_append_only_triggers(HarmDecision),
        *build_append_only_triggers(AuditEvent),
        *_build_private_value_triggers(),
        *_build_phrase_triggers(),
    ]


def _build_private_value_triggers() -> list[DatabaseTrigger]:
    """A private value of the chain stays as it is until it is erased."""
    table = AuditPrivateValue._meta.db_table
    message = "a private value of the chain is erased, never changed"
    return [DatabaseTrigger(f"{table}_no_update", table, "UPDATE", message)]


def _build_phrase_triggers() -> list[DatabaseTrigger]:
    """The log of the table of phrases: each event follows the one before it."""
    table = PhraseEvent._meta.db_table
    return [
        *build_append_only_triggers(PhraseEvent),
        DatabaseTrigger(
            "phrase_event_follows_the_last",
            table,
            "INSERT",
            "an event of a phrase follows the one before it, and nothing follows its removal",
            condition="NEW.number > 1 AND NOT EXISTS (SELECT 1 FROM articles_phraseevent e "
            "WHERE e.phrase = NEW.phrase AND e.number = NEW.number - 1 "
            "AND e.action <> 'remove')",
            reads_other_tables=True,
        ),
    ]


def _build_projection_triggers() -> list[DatabaseTrigger]:
    message = "what the log says is projected anew, never edited"
    triggers = []
    for name, model in PROJECTIONS.items():
        triggers.append(DatabaseTrigger(name, model._meta.db_table, "UPDATE", message))
    return triggers


def _build_article_triggers() -> list[DatabaseTrigger]:
    article = Article._meta.db_table
    return [
        DatabaseTrigger(
            "article_live_is_newest_publication",
            article,
            "UPDATE",
            "what is live follows the newest publication, and nothing else",
            condition=f"COALESCE(NEW.live_id, 0) <> COALESCE({LIVE_EVENT_SQL}, 0)",
            reads_other_tables=True,
        ),
        DatabaseTrigger(
            "article_address_is_as_published",
            article,
            "UPDATE",
            "a published address changes through the publication log only",
            condition=f"NEW.slug <> COALESCE({NEWEST_SLUG_SQL}, NEW.slug)",
            reads_other_tables=True,
        ),
        DatabaseTrigger(
            "article_kind_and_language_stay",
            article,
            "UPDATE",
            "the kind and the language of a page never change",
            condition="NEW.kind <> OLD.kind OR NEW.language <> OLD.language",
        ),
        DatabaseTrigger(
            "article_starts_unpublished",
            article,
            "INSERT",
            "a page starts as a draft",
            condition="NEW.live_id IS NOT NULL OR EXISTS "
            "(SELECT 1 FROM articles_publication p WHERE p.article_id = NEW.id)",
            reads_other_tables=True,
        ),
    ]


def _build_publication_triggers() -> list[DatabaseTrigger]:
    """Triggers on new events. Column frame holds the page metadata."""
    publication = PublicationEvent._meta.db_table
    return [
        DatabaseTrigger(
            "publication_shows_own_revision",
            publication,
            "INSERT",
            "a publication shows a revision of its own page",
            condition="NOT EXISTS (SELECT 1 FROM articles_revision r WHERE r.id = NEW.revision_id "
            "AND r.article_id = NEW.article_id)",
            reads_other_tables=True,
        ),
        DatabaseTrigger(
            "publication_frame_keeps_the_text",
            publication,
            "INSERT",
            "what was not signed now carries on, to the letter, what is live",
            condition="NEW.kind NOT IN ('publish', 're-sign') AND NOT EXISTS "
            "(SELECT 1 FROM articles_article a "
            "JOIN articles_publication p ON p.id = a.live_id WHERE a.id = NEW.article_id "
            "AND p.revision_id = NEW.revision_id AND p.review_line = NEW.review_line "
            "AND p.title = NEW.title AND p.sort_key = NEW.sort_key AND p.summary = NEW.summary "
            "AND (p.slug = NEW.slug OR NEW.kind = 'address') "
            "AND (p.frame = NEW.frame OR NEW.kind IN ('notice', 'filing')))",
            reads_other_tables=True,
        ),
    ]
