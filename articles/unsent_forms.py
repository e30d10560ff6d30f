"""Unsent forms: what a person typed is saved until it is sent, by person and subject.

A subject is a text such as ``review:<uuid>``; one that begins with it and a colon, such as
``review:<uuid>:decline``, belongs to it. A page carries a signed token that says who opened it, and
on which subject, so that what arrives without a session is saved for that person and nobody else.
"""

import datetime as dt
import json
import re
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass

from django.contrib.auth.models import User
from django.core import signing
from django.db import transaction
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import get_random_string
from django.utils.datastructures import MultiValueDict

from articles.models import UnsentForm

RETENTION_DAYS = 30
MAX_BYTES = 2 * 1024 * 1024  # of one form
MAX_EARLIER = 3  # forms that are kept beside the newest
MAX_FORMS = 500  # of one person; the oldest goes
TOKEN_NAME = "unsent"  # noqa: S105 - the name of the field
TOKEN_SALT = "articles.unsent_forms"  # noqa: S105
# Never saved, whatever form they are in: secrets, and what nobody types.
SECRET_NAMES = {"password", "code", "csrfmiddlewaretoken", "ticket", TOKEN_NAME}
UNTYPED_NAMES = {"about", "digest", "place"}
UNSTORABLE = re.compile("[\0\ud800-\udfff]")  # no database stores them in JSON


class FormTooLong(Exception):
    """More was typed than is saved."""


@dataclass(frozen=True)
class FormToken:
    """Who opened a page with a form, on which subject, and what was saved of it by then."""

    user_id: int
    subject: str
    page: str
    base: str


def make_token(user: User, subject: str, saved: UnsentForm | None) -> str:
    """A signed token for a page with a form, which is good for as long as forms are saved."""
    base = saved.saved_at.isoformat() if saved else ""
    return signing.dumps([user.pk, subject, get_random_string(16), base], salt=TOKEN_SALT)


def read_token(text: str) -> FormToken | None:
    """The token of a page; None for one that is forged or too old."""
    try:
        values = signing.loads(text, salt=TOKEN_SALT, max_age=dt.timedelta(days=RETENTION_DAYS))
    except signing.BadSignature:
        return None
    return FormToken(*values)


def select_fields(data: MultiValueDict[str, str]) -> dict[str, list[str]]:
    """What is saved of a form that was sent: no password, no code and no token."""
    fields = {}
    for name, values in data.lists():
        if name in SECRET_NAMES | UNTYPED_NAMES or name.endswith("password"):
            continue
        fields[name] = [UNSTORABLE.sub("\N{REPLACEMENT CHARACTER}", value) for value in values]
    return fields


def save_sent(request: HttpRequest, subject: str = "") -> bool:
    """Save a form that was sent, for whoever opened its page; whether anything was saved.

    That is the person of the token in it, signed in or not. Without a token it is who is signed in,
    on this subject. ``request.unsent_saved`` says the same to the page of an error.
    """
    saved = None
    token = read_token(request.POST.get(TOKEN_NAME, ""))
    with suppress(FormTooLong):
        if token:
            saved = save_by_token(token, request.POST)
        elif subject and request.user.is_authenticated:
            saved = save_form(request.user, subject, request.POST)
    request.unsent_saved = saved is not None  # type: ignore[attr-defined]
    return saved is not None


def save_by_token(token: FormToken, data: MultiValueDict[str, str]) -> UnsentForm | None:
    """Save a form for the person who opened its page, unless their account is closed.

    Raises FormTooLong.
    """
    user = User.objects.filter(pk=token.user_id, is_active=True).first()
    if user is None:
        return None
    return save_form(user, token.subject, data, page=token.page, base=token.base)


@transaction.atomic
def save_form(
    user: User, subject: str, data: MultiValueDict[str, str], *, page: str = "", base: str = ""
) -> UnsentForm | None:
    """Save what a person typed into a form on a page; None if there is nothing to save.

    Where something else was saved since that page was opened, on another device or in another tab,
    the newer takes its place, and the older stays beside it. Raises FormTooLong.
    """
    fields = select_fields(data)
    if len(json.dumps(fields)) > MAX_BYTES:
        raise FormTooLong(f"This is more than the {MAX_BYTES:,} bytes that can be saved.")
    now = timezone.now()
    typed = UnsentForm(user=user, subject=subject, fields=fields, page=page, saved_at=now)
    saved = _lock_form(user, subject)
    if saved is None:
        if typed.is_empty:
            return None
        values = {"fields": fields, "page": page, "saved_at": now}
        saved, created = UnsentForm.objects.get_or_create(
            user=user, subject=subject, defaults=values
        )
        if created:
            _delete_oldest(user)
            return saved
    if saved.fields == fields and page and saved.page == page:
        return saved
    earlier = [kept for kept in saved.earlier if not page or kept["page"] != page]
    seen = (page and saved.page == page) or saved.saved_at.isoformat() == base
    if not seen and saved.fields != fields and not saved.is_empty:
        earlier.insert(0, _describe(saved))
    saved.earlier = earlier[:MAX_EARLIER]
    saved.fields, saved.page, saved.saved_at = fields, page, now
    saved.save(update_fields=["fields", "page", "saved_at", "earlier"])
    return saved


def _lock_form(user: User, subject: str) -> UnsentForm | None:
    rows = UnsentForm.objects.select_for_update().filter(user=user, subject=subject)
    return rows.first()


def _describe(saved: UnsentForm) -> dict[str, object]:
    """A saved form as it stays beside a newer one."""
    at = saved.saved_at.isoformat()
    return {"fields": saved.fields, "page": saved.page, "saved_at": at}


def _delete_oldest(user: User) -> None:
    rows = UnsentForm.objects.filter(user=user).order_by("-saved_at", "-id")
    too_many = list(rows.values_list("pk", flat=True)[MAX_FORMS:])
    UnsentForm.objects.filter(pk__in=too_many).delete()


def load_form(user: User, subject: str) -> UnsentForm | None:
    """What this person typed and has not sent, if there is anything."""
    return load_forms(user, [subject]).get(subject)


def load_forms(user: User, subjects: Iterable[str]) -> dict[str, UnsentForm]:
    """By subject what this person typed and has not sent, in one query."""
    rows = UnsentForm.objects.filter(user=user, subject__in=subjects)
    return {row.subject: row for row in rows}


@transaction.atomic
def use_earlier(user: User, subject: str, key: str) -> bool:
    """Let an earlier form and the newest change places; False if there is no such form."""
    saved = _lock_form(user, subject)
    chosen = [kept for kept in saved.earlier if kept["saved_at"] == key] if saved else []
    if saved is None or not chosen:
        return False
    others = [kept for kept in saved.earlier if kept["saved_at"] != key]
    saved.earlier = [_describe(saved), *others]
    saved.fields, saved.page = chosen[0]["fields"], ""
    saved.saved_at = timezone.now()
    saved.save(update_fields=["fields", "page", "saved_at", "earlier"])
    return True


@transaction.atomic
def clear_fields(user: User, subject: str, names: Iterable[str]) -> None:
    """Delete fields of a form that were sent, and keep the rest of it."""
    saved = _lock_form(user, subject)
    if saved is None:
        return
    for name in names:
        saved.fields.pop(name, None)
    if saved.is_empty and not saved.earlier:
        saved.delete()
    else:
        saved.save(update_fields=["fields"])


def clear_form(user: User | int, subject: str) -> None:
    """Delete what this person typed on a subject and on all that belongs to it."""
    _filter_subject(subject).filter(user=user).delete()


def clear_subject(subject: str) -> None:
    """Delete what anybody typed on a subject: its text is expunged."""
    _filter_subject(subject).delete()


def _filter_subject(subject: str) -> QuerySet[UnsentForm]:
    return UnsentForm.objects.filter(Q(subject=subject) | Q(subject__startswith=f"{subject}:"))


def purge(now: dt.datetime | None = None) -> int:
    """Delete what was saved more than 30 days ago; the number of forms deleted."""
    before = (now or timezone.now()) - dt.timedelta(days=RETENTION_DAYS)
    deleted, _ = UnsentForm.objects.filter(saved_at__lt=before).delete()
    return deleted
