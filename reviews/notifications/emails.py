"""A mail of the outbox as text and HTML, with links that lead in from outside."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse

from reviews.models import Mail

Kind = Mail.MailKind
# The subject of a mail about more than one thing.
PLURAL_SUBJECTS: dict[str, str] = {
    Kind.HARM: "{} reports that pages could harm somebody",
    Kind.DISPUTE: "{} reports of signatures that were not their signer’s",
    Kind.COPIES: "{} withdrawn pages of which copies may still be read",
    Kind.ATTEMPT: "Failed attempts to sign in {} names",
    Kind.REQUEST: "{} reviews wait for you",
    Kind.DUE: "{} pages that you reviewed last are due",
    Kind.PLANNED: "{} planned reviews wait for you",
    Kind.DECIDED: "{} of your requests were decided",
    Kind.ANSWER: "{} of your comments were answered",
    Kind.LICENCE: "Your licences",
    Kind.DIGEST: "{} digests",
}
INTRODUCTIONS: dict[str, str] = {
    Kind.HARM: "The link opens the report beside the text that the reader read. "
    "Withdraw the page first if what it says is dangerous: "
    "it can come back once it is signed again.",
    Kind.DISPUTE: "Nothing was withdrawn: the pages are as they were. "
    "The link opens each page beside the text that was signed. "
    "Withdraw it first if what it says is dangerous.",
    Kind.COPIES: "The site itself shows why these pages are gone. Copies in its CDN may still be "
    "as they were: call whoever runs the site.",
    Kind.RECEIPT: "This was signed in your name. If it was you, you do not need to do anything. "
    "If it was not you, say so now: your sessions and your right to sign end at once, "
    "and managing editors look at the pages. Opening the link changes nothing.",
    Kind.ATTEMPT: "A wrong password or code was entered where a signature was to be made. "
    "If it was you, or the person says that it was they, you do not need to do anything. "
    "If not, somebody else is signed in: the password must be changed, which ends all sessions.",
    Kind.REQUEST: "You read the text at your desk, and there you sign it or request changes.",
    Kind.DUE: "You do not need to do anything yet: the editors request the review from you, "
    "and you get its link then.",
    Kind.PLANNED: "The link leads to your desk. Opening a review there gives you the text that "
    "visitors read, and keeps it for you until you decide.",
    Kind.DECIDED: "These reviews that you requested are decided.",
    Kind.ANSWER: "The link opens the review with your comment.",
    Kind.LICENCE: "Reviews can be signed only under a licence that is recorded as valid.",
    Kind.DIGEST: "This is the status of the reviews. Each link leads to the page or the person.",
}
REASONS: dict[str, str] = {
    Kind.HARM: "you are a managing editor of {site}",
    Kind.DISPUTE: "you are a managing editor of {site}",
    Kind.COPIES: "you are a managing editor of {site}",
    Kind.RECEIPT: "somebody signed a text in your name for {site}",
    Kind.ATTEMPT: "it is your name, or you are a managing editor of {site}",
    Kind.REQUEST: "you review for {site}, and these reviews are yours or open to any reviewer",
    Kind.DUE: "you signed these pages as a whole last, and can sign them again",
    Kind.PLANNED: "you review for {site}, and these reviews are planned for you",
    Kind.DECIDED: "you requested these reviews",
    Kind.ANSWER: "you commented on these reviews",
    Kind.LICENCE: "you review for {site}",
    Kind.DIGEST: "you are a managing editor of {site}; it comes once a week",
}


# The words on the button of a mail, if one thing is in it, and if several are.
BUTTONS: dict[str, tuple[str, str]] = {
    Kind.HARM: ("Open the report", ""),
    Kind.REQUEST: ("Read and decide", "Open your desk"),
}


@dataclass(frozen=True)
class MailButton:
    """The one button of a mail. ``is_of_line``: it leads where its only line leads."""

    label: str
    path: str
    is_of_line: bool = False


def find_button(mail: Mail) -> MailButton | None:
    """The button that is stored with a mail, else the one of its kind, if it has any."""
    lines: list[dict] = []
    for section in mail.content:
        if button := section.get("button"):
            return MailButton(button["label"], button["path"])
        lines += section["lines"]
    one, several = BUTTONS.get(mail.kind, ("", ""))
    if one and len(lines) == 1 and lines[0]["path"]:
        return MailButton(one, lines[0]["path"], is_of_line=True)
    if several:
        return MailButton(several, reverse("reviews:queue"))
    return None


def build_message(mail: Mail, connection=None) -> EmailMultiAlternatives:
    """The mail as it is sent. Sent again it has the same id, so that a copy can be recognised."""
    context = {
        "mail": mail,
        "button": find_button(mail),
        "name": mail.recipient.get_full_name() or mail.recipient.get_username(),
        "introduction": INTRODUCTIONS[mail.kind],
        "reason": REASONS[mail.kind].format(site=settings.SITE_NAME),
        "site": settings.SITE_NAME,
        "site_url": settings.SITE_URL,
    }
    host = urlsplit(settings.SITE_URL).hostname
    message = EmailMultiAlternatives(
        subject=f"{settings.EMAIL_SUBJECT_PREFIX}{mail.subject}",
        body=render_to_string("reviews/mail/letter.txt", context),
        to=[mail.address],
        connection=connection,
        headers={
            "Message-ID": f"<review-mail-{mail.pk}-{int(mail.made_at.timestamp())}@{host}>",
            "Auto-Submitted": "auto-generated",
        },
    )
    message.attach_alternative(render_to_string("reviews/mail/letter.html", context), "text/html")
    return message
