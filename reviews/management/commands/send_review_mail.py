"""Send the mails about reviews that nobody was sent yet. Safe at any time and any number of times; run it hourly."""

import sys
from collections.abc import Iterable
from itertools import chain

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from reviews import notes, outbox
from reviews.digest import digest
from reviews.models import Mail
from reviews.post import Down, Lost, Post


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser):
        parser.add_argument(
            "--resend", type=int, metavar="NUMBER", help="Send one mail again that is listed as unknown, and no other."
        )
        parser.add_argument("--arrived", type=int, metavar="NUMBER", help="Keep of an unknown mail that it arrived.")

    def handle(self, *, resend, arrived, **options):
        if not settings.SITE_URL:
            raise CommandError("Set SITE_URL, such as https://example.org: the links in mails begin with it.")
        post = Post()
        try:
            if arrived is not None:
                self.tell(outbox.arrived(arrived))
                whole = True
            else:
                whole = self.again(resend, post) if resend is not None else self.run(post)
        except outbox.CannotSettle as refusal:
            raise CommandError(str(refusal)) from refusal
        finally:
            post.close()
        self.unknown()
        if not whole:
            sys.exit(1)

    def run(self, post: Post) -> bool:
        people = notes.People(timezone.localdate())
        wanted = chain.from_iterable(source(people) for source in (*notes.SOURCES, digest))
        mails, skipped = outbox.write(wanted)
        for name, why in sorted(skipped.items()):
            self.stdout.write(f"No mail for {name}: {why}.")
        return self.deliver(outbox.send(mails, post))

    def again(self, key: int, post: Post) -> bool:
        return self.deliver(outbox.resend(one, post) for one in [key])

    def deliver(self, sent: Iterable[Mail]) -> bool:
        """Tell of mails as they go; whether all of them went."""
        accepted = refused = 0
        trouble = ""
        try:
            for mail in sent:
                accepted, refused = accepted + bool(mail.accepted_at), refused + bool(mail.refused_at)
                self.tell(mail)
        except Down as down:
            trouble = f"The mail server does not answer: {down}."
        except Lost as lost:
            trouble = f"The mail server went away before it answered: {lost}."
        left = Mail.objects.open().count() - refused
        self.stdout.write(f"{accepted} mails accepted, {refused} refused, {max(0, left)} not attempted.")
        if trouble:
            self.stderr.write(f"{trouble} Nothing is lost: what did not go goes with the next run.")
        return not (trouble or refused)

    def tell(self, mail: Mail) -> None:
        out = self.stderr if mail.refused_at else self.stdout
        out.write(f"{mail} to {mail.recipient.get_username()}: {mail.state}")

    def unknown(self) -> None:
        for mail in Mail.objects.unknown().select_related("recipient").order_by("pk"):
            when = timezone.localtime(mail.attempted_at)
            self.stderr.write(
                f"Unknown: {mail} to {mail.recipient.get_username()} was handed over on {when:%-d %B %Y at %H:%M}, and "
                f"nobody knows whether it arrived. Ask. If it did: --arrived {mail.pk}. If not: --resend {mail.pk}."
            )
