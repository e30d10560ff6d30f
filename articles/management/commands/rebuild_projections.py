"""Rebuild the lists of topics, causes, public images and safety alerts from the publication log.

The full-text index of the engine and the index of links are rebuilt too.
"""

from django.core.management.base import BaseCommand
from django.db import connection

from articles.links import index
from articles.page_store import changes
from articles.page_store.subjects import EVERYTHING
from articles.publishing import projections
from articles.search import fulltext


class Command(BaseCommand):
    help = __doc__

    def handle(self, **options):
        fulltext.rebuild(connection)  # first: a broken one refuses every change of an entry
        projections.rebuild()
        index.rebuild()
        changes.announce([EVERYTHING])
        self.stdout.write(
            "The lists of topics, causes, public images and safety alerts are made anew from the "
            "publication log, and so are the full-text index and the index of links."
        )
