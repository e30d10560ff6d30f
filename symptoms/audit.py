"""What the chain of events has of causes: those that were merged, whose addresses lead on."""

import datetime as dt
from typing import Any

from django.db.models import F, QuerySet

from articles.audit import kinds
from articles.audit.kinds import ChainedKind, Fact
from symptoms.models import MergedCause

MERGED_CAUSE = "merged cause"


def register() -> None:
    kinds.register(
        ChainedKind(MERGED_CAUSE, get_merged_causes, name_merged_cause, describe_merged_cause)
    )


def get_merged_causes() -> QuerySet[Any, Any]:
    return MergedCause.objects.annotate(kept_uuid=F("kept__uuid"))


def name_merged_cause(row: MergedCause) -> str:
    return f"cause:{row.uuid}"


def describe_merged_cause(row: Any) -> dict[str, Fact]:
    return {
        "into": str(row.kept_uuid),
        "name": row.name,
        "slug": row.slug,
        "by": row.by_id,
        "at": row.at.astimezone(dt.UTC).isoformat(),
    }
