"""Reviewers, the reviews requested of them, the ledger of their decisions, and due dates."""

from reviews.models.assignment import Absence, HandOver
from reviews.models.comment import Comment
from reviews.models.expunction import Expunction
from reviews.models.ledger import LedgerEntry, LedgerTip, PrivateField
from reviews.models.listed_page import ListedPage
from reviews.models.mail import Mail, MailItem
from reviews.models.opening import ReviewOpening
from reviews.models.planned_review import PlannedReview
from reviews.models.recall import Recall, RecalledReview
from reviews.models.receipt import FailedAttempt, SignatureDispute, SignatureReceipt
from reviews.models.reported_review import ReportedReview
from reviews.models.review import MedicalReview
from reviews.models.review_schedule import ReviewSchedule
from reviews.models.reviewer import Reviewer
from reviews.models.signed_words import KnownWord, SignedWords

__all__ = [
    "Absence",
    "Comment",
    "Expunction",
    "FailedAttempt",
    "HandOver",
    "KnownWord",
    "LedgerEntry",
    "LedgerTip",
    "ListedPage",
    "Mail",
    "MailItem",
    "MedicalReview",
    "PlannedReview",
    "PrivateField",
    "Recall",
    "RecalledReview",
    "ReportedReview",
    "ReviewOpening",
    "ReviewSchedule",
    "Reviewer",
    "SignatureDispute",
    "SignatureReceipt",
    "SignedWords",
]
