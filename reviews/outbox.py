"""The outbox: each mail is written, claimed, sent and marked, in this order, and nothing is told twice.

A run that is killed leaves a mail that was written (the next run sends it) or one that was claimed and not marked:
whether the server took that one nobody knows, so it is listed as unknown and left alone.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator

from django.contrib.auth import get_user_model
from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from reviews.letters import MANY
from reviews.models import Mail, MailItem
from reviews.notes import Note
from reviews.post import Post, Refused

SHOWN = 100  # lines of a mail that lists pages
IN_FLIGHT = dt.timedelta(minutes=10)  # within which a mail without an answer may still be on its way
BATCH = 500


class CannotSettle(Exception):
    pass


def write(notes: Iterable[Note]) -> tuple[list[Mail], dict[str, str]]:
    """Write what nobody was told yet, one mail a person and kind; and say why somebody gets none.

    Open mails of which nothing holds any more are dropped.
    """
    wanted, skipped = defaultdict(list), {}
    for note in notes:
        if why_not := _unreachable(note.user):
            skipped[note.user.get_username()] = why_not
        else:
            wanted[note.user.pk, note.kind].append(note)
    for open_one in Mail.objects.open().values_list("recipient", "kind").distinct():
        wanted.setdefault(open_one, [])
    written = [_write(*who_and_kind, told) for who_and_kind, told in sorted(wanted.items())]
    return [mail for mail in written if mail], skipped


def _unreachable(user) -> str:
    if not user.is_active:
        return "the account is closed"
    return "" if user.email.strip() else "the account has no address"


@transaction.atomic
def _write(recipient: int, kind: str, wanted: list[Note]) -> Mail | None:
    """Write a person's mail of a kind, or write it anew where it did not go yet; with the person's row held."""
    users = get_user_model().objects.select_for_update(no_key=True)
    user, mails = users.get(pk=recipient), Mail.objects.filter(recipient=recipient, kind=kind)
    waiting = list(mails.open().select_for_update().order_by("pk"))
    told = MailItem.objects.filter(mail__in=mails.settled()).values_list("subject").annotate(Max("stage"))
    told = dict(told)
    news = [note for note in wanted if note.subject not in told or note.stage > told[note.subject]]
    MailItem.objects.filter(mail__in=waiting).delete()
    mail = waiting.pop(0) if news and waiting else Mail(recipient=user, kind=kind)
    Mail.objects.filter(pk__in=[one.pk for one in waiting]).update(dropped_at=timezone.now())
    if not news:
        return None
    mail.address, mail.made_at = user.email.strip(), timezone.now()
    mail.subject = " ".join(news[0].alone.split() if len(news) == 1 else [MANY[kind].format(len(news))])[:300]
    mail.content = _sections(news)
    mail.save()
    items = (MailItem(mail=mail, recipient=user, subject=note.subject, stage=note.stage) for note in news)
    MailItem.objects.bulk_create(items, batch_size=BATCH)
    return mail


def _sections(notes: list[Note]) -> list[dict]:
    """The lines of notes under their headings, in the order of both, and no more of them than somebody reads."""
    sections = {}
    for line in (line for note in notes for line in note.lines):
        section = sections.setdefault(line.heading, {"heading": line.heading, "lines": [], "more": 0})
        if len(section["lines"]) < SHOWN:
            section["lines"].append({"title": line.title, "said": line.said, "path": line.path})
        else:
            section["more"] += 1
    return list(sections.values())


def send(mails: Iterable[Mail], post: Post) -> Iterator[Mail]:
    """Send mails, and give each as it stands afterwards; one that another run claimed is left out.

    Raises Down where the mail server is not there, with everything unsent as it was, and Lost where it went away
    before it answered.
    """
    for mail in mails:
        post.open()
        if claimed := _claim(Mail.objects.open().filter(pk=mail.pk)):
            yield _deliver(claimed, post)


def resend(key: int, post: Post) -> Mail:
    """Send a mail again of which nobody knows whether it arrived. Raises CannotSettle, in words for the operator."""
    mail = Mail.objects.filter(pk=key).first()
    if mail is None:
        raise CannotSettle(f"There is no mail {key}.")
    unknown = Mail.objects.unknown().filter(pk=key)
    if not unknown.exists():
        raise CannotSettle(f"Mail {key} is not unknown. It is: {mail.state}.")
    if dt.timedelta() <= timezone.now() - mail.attempted_at < IN_FLIGHT:
        raise CannotSettle(f"Mail {key} may still be on its way. Wait ten minutes, and ask its recipient first.")
    post.open()
    claimed = _claim(unknown.filter(attempted_at=mail.attempted_at))
    if claimed is None:
        raise CannotSettle(f"Mail {key} was sent again by somebody else at this moment.")
    return _deliver(claimed, post)


def arrived(key: int) -> Mail:
    """Keep of a mail that was unknown that its recipient has it. Raises CannotSettle."""
    if not Mail.objects.unknown().filter(pk=key).update(accepted_at=timezone.now()):
        raise CannotSettle(f"Mail {key} is not unknown.")
    return Mail.objects.select_related("recipient").get(pk=key)


def _claim(rows) -> Mail | None:
    """Mark a mail as attempted, for one run only: of two that try, the other one changes no row."""
    mail, now = rows.select_related("recipient").first(), timezone.now()
    if mail is None or not rows.update(attempted_at=now, refused_at=None, error=""):
        return None
    return Mail.objects.select_related("recipient").get(pk=mail.pk)  # as written last, perhaps by another run


def _deliver(mail: Mail, post: Post) -> Mail:
    try:
        post.send(mail)
    except Refused as refusal:
        mail.refused_at, mail.error = timezone.now(), str(refusal)[:1000] or "no reason given"
    else:
        mail.accepted_at = timezone.now()
    mail.save(update_fields=["accepted_at", "refused_at", "error"])
    return mail
