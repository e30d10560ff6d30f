"""Actions on words that several pages share."""

from django.contrib.auth.models import User
from django.db import transaction

from articles.audit import recording
from articles.models import Article
from articles.publishing.actions import record_revisions
from symptoms.audit import MERGED_CAUSE, name_merged_cause
from symptoms.models import Cause, Symptom


@transaction.atomic
def delete_cause(cause: Cause, *, by: User) -> None:
    """Delete a cause that no page names, with the causes that were merged into it."""
    merged = [name_merged_cause(row) for row in cause.merged.all()]
    cause.delete()
    recording.record_removed(MERGED_CAUSE, merged, by=by)


@transaction.atomic
def record_cause(cause: Cause, *, by: User) -> int:
    """Record a saved cause in every page that names it.

    Whoever changed its name or address becomes an author of it, and of each page's new revision.
    Returns how many pages now wait for a signature.
    """
    cause.authors.add(by)
    pages = Symptom.objects.active().filter(symptom_causes__cause=cause)
    latest = record_revisions(pages, by=by)
    return len(latest) - Article.objects.filter(live__revision__in=latest).count()
