"""Receipts: each signature is told to the person in whose name it stands (ADR 69).

The mail is written in the transaction of the signature, whoever calls ``sign_off``: a signature
without its receipt does not exist. The receipt is the alarm for one that was added by the action
itself, in somebody's name, which no chain can tell from a true one.
"""

from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils import timezone

from reviews.models import LedgerEntry, Mail, SignatureReceipt
from reviews.signing import ledger

HEADING = "Signed in your name"
DISPUTE_LABEL = "This was not me"
# Signatures of one sign-in that a mail lists before the next one begins.
MAX_SIGNATURES = 50
METHODS = {
    "session": "signed in, without the password again",
    "password": "password",
    "password+totp": "password and authenticator code",
    "password+recovery code": "password and recovery code",
}


def queue(entry: LedgerEntry, *, sign_in: UUID | None = None) -> SignatureReceipt:
    """Write the mail that tells the signer of their signature, in the caller's transaction.

    Signatures of one sign-in that follow each other before the mail went are listed in one mail,
    each with all its facts. ``sign_in`` is None where the caller knows no session: such a signature
    has a mail of its own.
    """
    line = _build_line(entry)
    mail = _lock_open_mail(entry, sign_in)
    if mail is None:
        mail = _create_mail(entry, line)
    else:
        lines = [*mail.content[0]["lines"], line]
        mail.content[0]["lines"] = lines
        mail.subject = f"{len(lines)} texts were signed in your name"
        mail.save(update_fields=["content", "subject"])
    return SignatureReceipt.objects.create(entry=entry, sign_in=sign_in, mail=mail)


def _lock_open_mail(entry: LedgerEntry, sign_in: UUID | None) -> Mail | None:
    """The mail of this sign-in that nobody has sent yet, its row locked; None if there is none."""
    if sign_in is None:
        return None
    unsent = Mail.objects.filter(
        kind=Mail.MailKind.RECEIPT, recipient=entry.by_id, attempted_at__isnull=True
    )
    receipts = SignatureReceipt.objects.filter(sign_in=sign_in).values("mail")
    mail = unsent.filter(pk__in=receipts).select_for_update().order_by("-pk").first()
    if mail is None or len(mail.content[0]["lines"]) >= MAX_SIGNATURES:
        return None
    return mail


def _create_mail(entry: LedgerEntry, line: dict[str, Any]) -> Mail:
    assert entry.review  # a signature decides one
    button = {"label": DISPUTE_LABEL, "path": reverse("reviews:not_me", args=[entry.review.uuid])}
    section = {"heading": HEADING, "lines": [line], "more": 0, "button": button}
    return Mail.objects.create(
        kind=Mail.MailKind.RECEIPT,
        recipient=entry.by,
        address=entry.by.email.strip(),
        subject=f"Signed in your name: {line['title']}"[:300],
        content=[section],
        made_at=timezone.now(),
    )


def _build_line(entry: LedgerEntry) -> dict[str, Any]:
    """What was signed, as the ledger has it."""
    record = ledger.read_record(entry)
    signed_at = timezone.localtime(entry.at)
    facts = [
        ["Outcome", entry.get_outcome_display()],
        ["Signed", f"{signed_at:%-d %B %Y at %H:%M:%S %Z}"],
        ["It says", record.meaning],
        ["Revision", str(record.revision_number)],
        ["Digest", record.digest],
        ["Confirmed with", METHODS.get(record.authentication, record.authentication)],
        ["Ledger entry", str(entry.sequence)],
    ]
    title = " ".join(entry.revision.title.split())
    return {"title": title, "said": "", "path": "", "facts": facts}
