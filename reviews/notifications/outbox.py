"""The outbox: each mail is written, claimed, sent and marked, in this order, and none twice.

A run that is killed leaves a mail that was written, which the next run sends, or one that was
claimed and not marked. Nobody knows whether the server accepted that one, so it is listed as
unknown and left alone.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator

from django.contrib.auth import get_user_model
from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from reviews.models import Mail, MailItem
from reviews.notifications.emails import PLURAL_SUBJECTS
from reviews.notifications.pending import Notification, NotificationLine
from reviews.notifications.smtp import MailConnection, MailRefused

MAX_LINES = 100  # lines of a mail that lists pages
# Within it a mail without an answer may still be on its way.
IN_FLIGHT_PERIOD = dt.timedelta(minutes=10)
BATCH_SIZE = 500
NO_ADDRESS = "the account has no email address"
MAX_SUBJECT_LENGTH = 300
# Written in full where it happens (``signing.receipts``): never written again, merged or dropped.
QUEUED_KINDS = (Mail.MailKind.RECEIPT,)
COLLECTED_KINDS = tuple(kind for kind in Mail.MailKind if kind not in QUEUED_KINDS)


class CannotSettle(Exception):
    """A mail cannot be sent again or marked as arrived; the message tells the operator why."""


def write(
    notifications: Iterable[Notification], *, kinds: Collection[str] = COLLECTED_KINDS
) -> tuple[list[Mail], dict[str, str]]:
    """Write what people were not notified of yet, one mail a person and kind.

    ``notifications`` are all that there are of these ``kinds``. Gives the mails, and by username
    why somebody gets none. Open mails of which nothing is news any more are dropped.
    """
    wanted = defaultdict(list)
    skipped = {}
    for note in notifications:
        problem = _explain_unreachable(note.user)
        if problem:
            skipped[note.user.get_username()] = problem
        else:
            wanted[note.user.pk, note.kind].append(note)
    open_mails = Mail.objects.open().filter(kind__in=kinds)
    for recipient_and_kind in open_mails.values_list("recipient", "kind").distinct():
        wanted.setdefault(recipient_and_kind, [])
    mails = []
    for (recipient, kind), notes in sorted(wanted.items()):
        mail = _write_mail(recipient, kind, notes)
        if mail:
            mails.append(mail)
    return mails, skipped


def list_queued() -> tuple[list[Mail], dict[str, str]]:
    """The open mails that nobody writes again, each with the address that its person has now.

    By username why somebody's has to wait. A closed account is no reason: what was signed in its
    name is told all the same.
    """
    mails = []
    skipped = {}
    queued = Mail.objects.open().filter(kind__in=QUEUED_KINDS).select_related("recipient")
    for mail in queued.order_by("pk"):
        address = mail.recipient.email.strip() or mail.address
        if address != mail.address:
            Mail.objects.filter(pk=mail.pk).update(address=address)
        if address:
            mails.append(mail)
        else:
            skipped[mail.recipient.get_username()] = NO_ADDRESS
    return mails, skipped


def _explain_unreachable(user) -> str:
    if not user.is_active:
        return "the account is closed"
    if not user.email.strip():
        return NO_ADDRESS
    return ""


@transaction.atomic
def _write_mail(recipient: int, kind: str, notifications: list[Notification]) -> Mail | None:
    """Write a person's mail of a kind, or rewrite the open one, with the person's row locked."""
    users = get_user_model().objects.select_for_update(no_key=True)
    user = users.get(pk=recipient)
    mails = Mail.objects.filter(recipient=recipient, kind=kind)
    open_mails = list(mails.open().select_for_update().order_by("pk"))
    news = _select_news(notifications, mails)
    MailItem.objects.filter(mail__in=open_mails).delete()
    mail = open_mails.pop(0) if news and open_mails else Mail(recipient=user, kind=kind)
    superfluous = Mail.objects.filter(pk__in=[one.pk for one in open_mails])
    superfluous.update(dropped_at=timezone.now())
    if not news:
        return None
    mail.address = user.email.strip()
    mail.made_at = timezone.now()
    mail.subject = _build_subject(kind, news)
    mail.content = _build_sections(news)
    mail.save()
    items = []
    for note in news:
        items.append(MailItem(mail=mail, recipient=user, subject=note.subject, stage=note.stage))
    MailItem.objects.bulk_create(items, batch_size=BATCH_SIZE)
    return mail


def _select_news(notifications: list[Notification], mails) -> list[Notification]:
    """The notifications that no mail carried yet, or only at an earlier stage."""
    items = MailItem.objects.filter(mail__in=mails.possibly_delivered())
    newest_stages = dict(items.values_list("subject").annotate(Max("stage")))
    news = []
    for note in notifications:
        stage = newest_stages.get(note.subject)
        if stage is None or note.stage > stage:
            news.append(note)
    return news


def _build_subject(kind: str, notifications: list[Notification]) -> str:
    """The notification's own line, on one line, or a count of several."""
    if len(notifications) > 1:
        return PLURAL_SUBJECTS[kind].format(len(notifications))
    words = notifications[0].subject_line.split()
    return " ".join(words)[:MAX_SUBJECT_LENGTH]


def _build_sections(notifications: list[Notification]) -> list[dict]:
    """The lines under their headings, in the order of both, at most ``MAX_LINES`` of each."""
    sections: dict[str, dict] = {}
    for note in notifications:
        for line in note.lines:
            empty = {"heading": line.heading, "lines": [], "more": 0}
            section = sections.setdefault(line.heading, empty)
            if len(section["lines"]) < MAX_LINES:
                section["lines"].append(_build_line(line))
            else:
                section["more"] += 1
    return list(sections.values())


def _build_line(line: NotificationLine) -> dict:
    """A line as it is stored: with its facts and its note only where it has any."""
    stored: dict = {"title": line.title, "said": line.text, "path": line.path}
    if line.facts:
        stored["facts"] = [list(fact) for fact in line.facts]
    if line.note.strip():
        stored["note"] = line.note.strip()
    return stored


def send(mails: Iterable[Mail], connection: MailConnection) -> Iterator[Mail]:
    """Send mails and give each as it is then, without those that another run claimed.

    Raises MailServerUnavailable where the server does not answer, with the rest unsent as it was,
    and MailDeliveryUnknown where the connection broke before an answer.
    """
    for mail in mails:
        connection.open()
        claimed = _claim(Mail.objects.open().filter(pk=mail.pk))
        if claimed:
            yield _deliver(claimed, connection)


def resend(mail_id: int, connection: MailConnection) -> Mail:
    """Send a mail again of which nobody knows whether it arrived. Raises CannotSettle."""
    mail = Mail.objects.filter(pk=mail_id).first()
    if mail is None:
        raise CannotSettle(f"There is no mail {mail_id}.")
    unknown = Mail.objects.unconfirmed().filter(pk=mail_id)
    if mail.attempted_at is None or not unknown.exists():
        raise CannotSettle(f"Mail {mail_id} is not unknown. It is: {mail.state}.")
    if dt.timedelta() <= timezone.now() - mail.attempted_at < IN_FLIGHT_PERIOD:
        raise CannotSettle(
            f"Mail {mail_id} may still be on its way. "
            "Wait ten minutes, and ask its recipient first."
        )
    connection.open()
    claimed = _claim(unknown.filter(attempted_at=mail.attempted_at))
    if claimed is None:
        raise CannotSettle(f"Mail {mail_id} was sent again by somebody else at this moment.")
    return _deliver(claimed, connection)


def mark_arrived(mail_id: int) -> Mail:
    """Record of an unknown mail that its recipient has it. Raises CannotSettle."""
    if not Mail.objects.unconfirmed().filter(pk=mail_id).update(accepted_at=timezone.now()):
        raise CannotSettle(f"Mail {mail_id} is not unknown.")
    return Mail.objects.select_related("recipient").get(pk=mail_id)


def _claim(rows) -> Mail | None:
    """Mark a mail as attempted, for one run only: of two that try, one changes no row."""
    mail = rows.first()
    if mail is None or not rows.update(attempted_at=timezone.now(), refused_at=None, error=""):
        return None
    # As it was written last, perhaps by another run.
    return Mail.objects.select_related("recipient").get(pk=mail.pk)


def _deliver(mail: Mail, connection: MailConnection) -> Mail:
    try:
        connection.send(mail)
    except MailRefused as refusal:
        mail.refused_at = timezone.now()
        mail.error = str(refusal)[:1000] or "no reason given"
    else:
        mail.accepted_at = timezone.now()
    mail.save(update_fields=["accepted_at", "refused_at", "error"])
    return mail
