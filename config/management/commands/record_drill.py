"""Record that a backup of this site was restored beside it: a restore drill.

Give the line that “restore” printed. It is compared with the ledger here, so that a drill with the
backup of another site is none.
"""

from django.core.management.base import BaseCommand, CommandError

from articles.scheduled_runs import RESTORE_DRILL, record_run
from reviews.verification import heads


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser):
        parser.add_argument("head", metavar="NUMBER:HASH,NUMBER:HASH", help="what restore printed")

    def handle(self, *, head, **options):
        try:
            restored = heads.parse_heads(head)
        except heads.NotAHead as error:
            raise CommandError(str(error)) from error
        if faults := list(heads.explain_lost_heads(restored)):
            raise CommandError(f"Not recorded: {'; '.join(faults)}.")
        record_run(RESTORE_DRILL)
        self.stdout.write("The restore drill is recorded.")
