"""Who signed: reviewers, the reviews they are asked for, the ledger of what they decided, and what is due."""

from reviews.models.carrying import Absence, HandOver
from reviews.models.comment import Comment
from reviews.models.expunction import Expunction
from reviews.models.ledger import LedgerTip, PrivateField, Signature
from reviews.models.mail import Mail, MailItem
from reviews.models.recall import Recall, RecalledReview
from reviews.models.reported import ReportedReview
from reviews.models.review import MedicalReview
from reviews.models.reviewer import Reviewer
from reviews.models.standing import Standing

__all__ = [
    "Absence",
    "Comment",
    "Expunction",
    "HandOver",
    "LedgerTip",
    "Mail",
    "MailItem",
    "MedicalReview",
    "PrivateField",
    "Recall",
    "RecalledReview",
    "ReportedReview",
    "Reviewer",
    "Signature",
    "Standing",
]
