"""The deeds that touch words shared by several pages."""

from django.contrib.auth.models import AbstractUser
from django.db import transaction

from articles.actions import record_revisions
from articles.models import Article
from symptoms.models import Cause, Symptom


@transaction.atomic
def record_cause(cause: Cause, *, by: AbstractUser) -> int:
    """Record a saved cause in every page that names it. Returns how many pages now wait for a signature.

    The one who changed its name or address becomes an author of it, and of each page's new revision.
    """
    cause.authors.add(by)
    pages = Symptom.objects.kept().filter(symptom_causes__cause=cause)
    latest = record_revisions(pages, by=by)
    return len(latest) - Article.objects.filter(live__revision__in=latest).count()
