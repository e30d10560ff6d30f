"""The triggers with which the database itself protects the projections of symptoms."""

from articles.db.triggers import DatabaseTrigger
from symptoms.models import (
    CauseAddress,
    PublishedCause,
    PublishedExcerpt,
    PublishedName,
    PublishedRelation,
)

IMMUTABLE_COLUMNS = (
    "article_id",
    "publication_id",
    "cause_uuid",
    "name",
    "slug",
    "name_key",
    "sort_key",
    "gravity",
    "rarity",
)


def get_triggers() -> list[DatabaseTrigger]:
    message = "what the log says is projected anew, never edited"
    changes = [f"NEW.{column} <> OLD.{column}" for column in IMMUTABLE_COLUMNS]
    describing = [f"COALESCE(CAST({row}.description_uuid AS TEXT), '')" for row in ("NEW", "OLD")]
    facts = ["NEW.catch_all <> OLD.catch_all", " <> ".join(describing)]
    return [
        DatabaseTrigger(
            "published_cause_is_made_anew",
            PublishedCause._meta.db_table,
            "UPDATE",
            message,
            condition=" OR ".join(changes),
            reads_other_tables=True,  # absent in migrations, which add and remove its columns
        ),
        DatabaseTrigger(
            "published_cause_facts_are_made_anew",
            PublishedCause._meta.db_table,
            "UPDATE",
            message,
            condition=" OR ".join(facts),
            reads_other_tables=True,  # as above
        ),
        DatabaseTrigger(
            "published_relation_is_made_anew", PublishedRelation._meta.db_table, "UPDATE", message
        ),
        DatabaseTrigger(
            "published_name_is_made_anew", PublishedName._meta.db_table, "UPDATE", message
        ),
        DatabaseTrigger(
            "published_excerpt_is_made_anew", PublishedExcerpt._meta.db_table, "UPDATE", message
        ),
        DatabaseTrigger(
            "cause_address_is_made_anew", CauseAddress._meta.db_table, "UPDATE", message
        ),
    ]
