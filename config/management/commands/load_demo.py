"""Load the demonstration if it is not there yet, and say where to look and how to sign in."""

import environ
from django.core.management.base import BaseCommand, CommandError

from config.operations.demo import loader

PRINTED_PATHS = [
    ("The site", "/"),
    ("Facial spasms", "/symptoms/facial-spasms/"),
    ("Editors", "/admin/"),
    ("Reviewers", "/desk/"),
]
ACCOUNTS = [
    ("ann", "editor: writes, and requests reviews"),
    ("ravi", "reviewer: signs"),
    ("morgan", "managing editor: withdraws, verifies reviewers, updates the copyright year"),
]


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser):
        parser.add_argument(
            "--port", default="8000", help="The port that the printed addresses name."
        )

    def handle(self, *, port, **options):
        password = environ.Env()("DEMO_PASSWORD", default="")
        if not password:
            raise CommandError("DEMO_PASSWORD is not set. Run this through `make demo`, or set it.")
        if not loader.is_loaded():
            loader.load(password=password)
        self.stdout.write("")
        for name, path in PRINTED_PATHS:
            self.stdout.write(f"  {name:<14} http://127.0.0.1:{port}{path}")
        self.stdout.write(
            f"\n  Log in at http://127.0.0.1:{port}/accounts/login/ with the password {password}"
        )
        for username, role in ACCOUNTS:
            self.stdout.write(f"  {username:<14} {role}")
        self.stdout.write("")
