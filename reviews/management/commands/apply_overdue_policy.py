"""Withdraw the pages whose annual review is so late that the policy of their risk says so. Run it daily."""

import sys

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from reviews import overdue


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser):
        parser.add_argument("--by", default=settings.OVERDUE_POLICY_BY, metavar="USERNAME", help=self.who.__doc__)
        parser.add_argument("--dry-run", action="store_true", help="Say what would be done, and change nothing.")

    def handle(self, *, by, dry_run, **options):
        if "withdraw" not in settings.OVERDUE_POLICY.values():
            self.stdout.write("No page is withdrawn for being late: the policy is a banner for every risk.")
            return
        who = None if dry_run else self.who(by)
        deeds = list(map(self.tell, overdue.apply(timezone.localdate(), by=who, dry_run=dry_run)))
        withdrawn = sum(deed.done == "withdrawn" for deed in deeds)
        self.stdout.write(f"{len(deeds)} pages past grace that are to be withdrawn; {withdrawn} withdrawn now.")
        if any(deed.refused for deed in deeds):
            sys.exit(1)

    def tell(self, deed: overdue.Deed) -> overdue.Deed:
        out = self.stderr if deed.refused else self.stdout
        out.write(f"{deed.title}, due {deed.next_due:%-d %B %Y}: {deed.done}")
        return deed

    def who(self, username: str):
        """The managing editor in whose name pages are withdrawn; OVERDUE_POLICY_BY if not given."""
        if not username:
            raise CommandError("Pages are withdrawn in somebody's name. Set OVERDUE_POLICY_BY, or give --by USERNAME.")
        user = get_user_model().objects.filter(username=username).first()
        if user is None:
            raise CommandError(f"There is no account “{username}”. Give a managing editor's.")
        if not user.is_active or not user.has_perm("articles.withdraw_article"):
            raise CommandError(f"“{username}” cannot withdraw pages. Give a managing editor's open account.")
        return user
