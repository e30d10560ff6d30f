"""Rebuild the lists of topics, causes, public images and safety alerts from the publication log."""

from django.core.management.base import BaseCommand

from articles.links import index
from articles.publishing import projections


class Command(BaseCommand):
    help = __doc__

    def handle(self, **options):
        projections.rebuild()
        index.rebuild()
        self.stdout.write(
            "The lists of topics, causes, public images and safety alerts are made anew from the "
            "publication log."
        )
