"""List names that are there twice, or that are not in their normal form. Changes nothing."""

from itertools import chain

from django.core.management.base import BaseCommand

from articles.reports import twin_names


class Command(BaseCommand):
    help = __doc__

    def handle(self, **options):
        count = 0
        for finding in chain(twin_names.find_twins(), twin_names.find_other_forms()):
            count += 1
            self.stdout.write(str(finding))
        self.stdout.write(f"{count:,} found. Nothing was changed.")
