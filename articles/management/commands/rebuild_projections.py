"""Rebuild the lists of topics, causes, public images and safety alerts from the publication log.

The full-text index of the engine, the index of links and the related pages are rebuilt too.
"""

from django.core.management.base import BaseCommand
from django.db import connection

from articles.links import index
from articles.publishing import projections, related_pages
from articles.search import fulltext


class Command(BaseCommand):
    help = __doc__

    def handle(self, **options):
        fulltext.rebuild(connection)  # first: a broken one refuses every change of an entry
        projections.rebuild()
        index.rebuild()
        related_pages.renew()
        self.stdout.write(
            "The lists of topics, causes, public images and safety alerts are made anew from the "
            "publication log, and so are the full-text index, the index of links and the related "
            "pages."
        )
