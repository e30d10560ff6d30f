"""Withdraw the pages whose annual review is so late that the policy of their risk says so.

Run it daily.
"""

import sys

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management.base import CommandError
from django.utils import timezone

from articles.scheduled_runs import ScheduledCommand
from reviews.scheduling import overdue_policy


class Command(ScheduledCommand):
    help = __doc__

    def add_arguments(self, parser):
        parser.add_argument(
            "--by",
            default=settings.OVERDUE_POLICY_BY,
            metavar="USERNAME",
            help=self.get_editor.__doc__,
        )
        parser.add_argument(
            "--dry-run", action="store_true", help="Say what would be done, and change nothing."
        )

    def handle(self, *, by, dry_run, **options):
        if "withdraw" not in settings.OVERDUE_POLICY.values():
            self.stdout.write(
                "No page is withdrawn for being late: the policy is a banner for every risk."
            )
            return
        editor = None if dry_run else self.get_editor(by)
        results = []
        for result in overdue_policy.apply_policy(timezone.localdate(), by=editor, dry_run=dry_run):
            self.write_result(result)
            results.append(result)
        withdrawn = [result for result in results if result.result == "withdrawn"]
        self.stdout.write(
            f"{len(results)} pages past grace that are to be withdrawn; "
            f"{len(withdrawn)} withdrawn now."
        )
        if any(result.refused for result in results):
            sys.exit(1)

    def write_result(self, result: overdue_policy.OverdueResult) -> None:
        out = self.stderr if result.refused else self.stdout
        out.write(f"{result.title}, due {result.next_due:%-d %B %Y}: {result.result}")

    def get_editor(self, username: str):
        """The managing editor in whose name pages are withdrawn; OVERDUE_POLICY_BY if not given."""
        if not username:
            raise CommandError(
                "Pages are withdrawn in somebody's name. "
                "Set OVERDUE_POLICY_BY, or give --by USERNAME."
            )
        user = get_user_model().objects.filter(username=username).first()
        if user is None:
            raise CommandError(f"There is no account “{username}”. Give a managing editor's.")
        if not user.is_active or not user.has_perm("articles.withdraw_article"):
            raise CommandError(
                f"“{username}” cannot withdraw pages. Give a managing editor's open account."
            )
        return user
