"""All that a run of ``send_review_mail`` computes mails from, the most urgent first."""

from reviews.notifications.attempts import collect_attempts
from reviews.notifications.copies import collect_copies
from reviews.notifications.digest import collect_digests
from reviews.notifications.disputed import collect_disputes
from reviews.notifications.pending import (
    collect_answers,
    collect_decisions,
    collect_due_pages,
    collect_harm_reports,
    collect_licences,
)
from reviews.notifications.planned import collect_planned
from reviews.notifications.requests import collect_requests

COLLECTORS = (
    collect_harm_reports,
    collect_disputes,
    collect_copies,
    collect_attempts,
    collect_requests,
    collect_planned,
    collect_due_pages,
    collect_decisions,
    collect_answers,
    collect_licences,
    collect_digests,
)
