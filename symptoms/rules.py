"""The rules of the symptoms' projection that the database itself holds."""

from articles.guards import Guard
from symptoms.models import CauseAddress, PublishedCause, PublishedRelation

KEPT = ("article_id", "publication_id", "cause_uuid", "name", "slug", "name_key", "sort_key", "gravity", "rarity")


def guards() -> list[Guard]:
    said = "what the log says is projected anew, never edited"
    return [
        Guard(
            "published_cause_is_made_anew",
            PublishedCause._meta.db_table,
            "UPDATE",
            said,
            when=" OR ".join(f"NEW.{column} <> OLD.{column}" for column in KEPT),
            reads=True,  # stands aside in migrations: it names columns that come and go with them
        ),
        Guard("published_relation_is_made_anew", PublishedRelation._meta.db_table, "UPDATE", said),
        Guard("cause_address_is_made_anew", CauseAddress._meta.db_table, "UPDATE", said),
    ]
