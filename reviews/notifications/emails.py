"""A mail of the outbox as text and HTML, with links that lead in from outside."""

from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string

from reviews.models import Mail

Kind = Mail.MailKind
# The subject of a mail about more than one thing.
PLURAL_SUBJECTS: dict[str, str] = {
    Kind.HARM: "{} reports that pages could harm somebody",
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
    Kind.REQUEST: "The link opens the text to read, and there you sign it or request changes.",
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
    Kind.REQUEST: "you review for {site}, and these reviews are yours or open to any reviewer",
    Kind.DUE: "you signed these pages as a whole last, and can sign them again",
    Kind.PLANNED: "you review for {site}, and these reviews are planned for you",
    Kind.DECIDED: "you requested these reviews",
    Kind.ANSWER: "you commented on these reviews",
    Kind.LICENCE: "you review for {site}",
    Kind.DIGEST: "you are a managing editor of {site}; it comes once a week",
}


def build_message(mail: Mail, connection=None) -> EmailMultiAlternatives:
    """The mail as it is sent. Sent again it has the same id, so that a copy can be recognised."""
    context = {
        "mail": mail,
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
