"""The rules of the symptoms' projection that the database itself holds."""

from articles.guards import Guard
from symptoms.models import CauseAddress, PublishedCause

KEPT = ("article_id", "publication_id", "cause_uuid", "name", "slug", "sort_key")


def guards() -> list[Guard]:
    said = "what the log says is projected anew, never edited"
    return [
        Guard(
            "published_cause_is_made_anew",
            PublishedCause._meta.db_table,
            "UPDATE",
            said,
            when=" OR ".join(f"NEW.{column} <> OLD.{column}" for column in KEPT),
        ),
        Guard("cause_address_is_made_anew", CauseAddress._meta.db_table, "UPDATE", said),
    ]
