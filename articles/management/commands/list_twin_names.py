"""List names that are there twice, or that are not in their normal form. Changes nothing."""

from django.core.management.base import BaseCommand

from articles.reports import twin_names


class Command(BaseCommand):
    help = __doc__

    def handle(self, **options):
        found = twin_names.find_all()
        for finding in found:
            self.stdout.write(str(finding))
        self.stdout.write(f"{len(found):,} found. Nothing was changed.")
