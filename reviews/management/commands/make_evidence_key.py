"""Make the key that signs evidence packs: a new file that its owner alone may read."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from reviews.evidence import key as keys


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser):
        parser.add_argument(
            "path", type=Path, help="where to write it; outside the checkout and its backups"
        )

    def handle(self, *, path, **options):
        try:
            public = keys.create_key(path)
        except FileExistsError as error:
            raise CommandError(f"{path} is there already, and was left alone.") from error
        except OSError as error:
            raise CommandError(f"The key cannot be written to {path}: {error.strerror}.") from error
        self.stdout.write(
            f"The key is in {path}. Set EVIDENCE_KEY to that path, and keep a copy in a safe place."
        )
        self.stdout.write(
            f"Its fingerprint, to publish where auditors find it: {keys.get_fingerprint(public)}"
        )
