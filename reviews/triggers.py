"""The database triggers of reviews: the rules of signing that the database enforces."""

from articles.db.triggers import (
    DatabaseTrigger,
    build_append_only_triggers,
    build_no_delete_triggers,
)
from articles.models import PublicationEvent, Revision
from articles.triggers import EXPUNGING_SQL
from reviews import listed_pages, signed_words
from reviews.models import (
    Comment,
    Expunction,
    HandOver,
    LedgerEntry,
    MedicalReview,
    Reviewer,
    ReviewSchedule,
    SignatureDispute,
    SignatureReceipt,
)

# The number of the last revision of a page that somebody else than the new signer has signed.
SIGNED_BY_ANOTHER_SQL = (
    "(SELECT o.number FROM reviews_signature s JOIN articles_revision o ON o.id = s.revision_id "
    "WHERE s.article_id = NEW.article_id AND s.outcome = 'approved' AND s.by_id <> NEW.by_id "
    "ORDER BY s.sequence DESC LIMIT 1)"
)

# The outcome of the entry that a publication needs. Its review line names a reviewer if a clinician
# signed here, and none if an earlier review was recorded. No text can look like that in the JSON.
REQUIRED_OUTCOME_SQL = (
    """CASE WHEN NEW.review_line LIKE '%"reviewed_by":null%' THEN 'attested' ELSE 'approved' END"""
)


def get_expunction_triggers() -> list[DatabaseTrigger]:
    """A text is blanked only with a ledger entry, and the entry takes two people."""
    return [
        *build_no_delete_triggers(Expunction),
        DatabaseTrigger(
            "expunging_needs_entry",
            Revision._meta.db_table,
            "UPDATE",
            "revisions are added and never changed, save where the ledger says that one was "
            "expunged",
            condition=f"{EXPUNGING_SQL} AND NOT EXISTS (SELECT 1 FROM reviews_signature s "
            "WHERE s.revision_id = OLD.id AND s.outcome = 'expunged')",
            reads_other_tables=True,
        ),
        DatabaseTrigger(
            "expunging_takes_two_people",
            LedgerEntry._meta.db_table,
            "INSERT",
            "a text is expunged by one person at the request of another",
            condition="NEW.outcome = 'expunged' AND NOT EXISTS (SELECT 1 "
            "FROM reviews_expunction e WHERE e.revision_id = NEW.revision_id "
            "AND e.asked_by_id <> NEW.by_id AND e.confirmed_at IS NULL AND e.dropped_at IS NULL)",
            reads_other_tables=True,
        ),
        DatabaseTrigger(
            "expunging_line_needs_entry",
            PublicationEvent._meta.db_table,
            "INSERT",
            "that a text was expunged is an entry of the ledger first",
            condition="NEW.kind = 'expunge' AND NOT EXISTS (SELECT 1 FROM reviews_signature s "
            "WHERE s.hash = NEW.evidence AND s.article_id = NEW.article_id "
            "AND s.by_id = NEW.by_id AND s.outcome = 'expunged')",
            reads_other_tables=True,
        ),
        DatabaseTrigger(
            "expunction_stays_as_asked",
            Expunction._meta.db_table,
            "UPDATE",
            "a request to expunge stays as it was asked for, and what became of it is final",
            condition="NEW.revision_id <> OLD.revision_id OR NEW.uuid <> OLD.uuid "
            "OR NEW.reason <> OLD.reason OR NEW.legal_basis <> OLD.legal_basis "
            "OR NEW.asked_by_id <> OLD.asked_by_id OR NEW.asked_at <> OLD.asked_at "
            "OR OLD.confirmed_at IS NOT NULL OR OLD.dropped_at IS NOT NULL",
            reads_other_tables=True,  # its own columns, which a migration adds and takes away
        ),
        DatabaseTrigger(
            "expunction_is_confirmed_by_its_entry",
            Expunction._meta.db_table,
            "UPDATE",
            "a request to expunge is confirmed by the entry of the ledger over its text",
            condition="NEW.entry_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM reviews_signature s "
            "WHERE s.id = NEW.entry_id AND s.revision_id = NEW.revision_id "
            "AND s.by_id = NEW.confirmed_by_id AND s.outcome = 'expunged')",
            reads_other_tables=True,
        ),
        DatabaseTrigger(
            "expunction_starts_open",
            Expunction._meta.db_table,
            "INSERT",
            "a request to expunge is asked for before it is confirmed or dropped",
            condition="NEW.entry_id IS NOT NULL OR NEW.dropped_at IS NOT NULL",
        ),
    ]


def get_triggers() -> list[DatabaseTrigger]:
    """All triggers of the app."""
    publication = PublicationEvent._meta.db_table
    review = MedicalReview._meta.db_table
    signature = LedgerEntry._meta.db_table
    return [
        *build_append_only_triggers(LedgerEntry),
        *build_no_delete_triggers(MedicalReview),
        *get_expunction_triggers(),
        *get_comment_triggers(),
        *get_second_reading_triggers(),
        *build_append_only_triggers(HandOver),
        *build_append_only_triggers(SignatureReceipt),
        *get_dispute_triggers(),
        *listed_pages.get_triggers(),
        *signed_words.get_triggers(),
        DatabaseTrigger(
            "standing_is_made_anew",
            ReviewSchedule._meta.db_table,
            "UPDATE",
            "what the log says is projected anew, never edited",
        ),
        DatabaseTrigger(
            "publication_needs_signature",
            publication,
            "INSERT",
            "a text is published only on a positive signature over it, or on an earlier review "
            "that was recorded",
            condition="NEW.kind IN ('publish', 're-sign') AND NOT EXISTS (SELECT 1 "
            "FROM reviews_signature s WHERE s.hash = NEW.evidence "
            "AND s.article_id = NEW.article_id AND s.revision_id = NEW.revision_id "
            f"AND s.by_id = NEW.by_id AND s.outcome = {REQUIRED_OUTCOME_SQL})",
            reads_other_tables=True,
        ),
        DatabaseTrigger(
            "withdrawal_needs_entry",
            publication,
            "INSERT",
            "a withdrawal is an entry of the ledger first",
            condition="NEW.kind = 'withdraw' AND NOT EXISTS (SELECT 1 FROM reviews_signature s "
            "WHERE s.hash = NEW.evidence AND s.article_id = NEW.article_id "
            "AND s.by_id = NEW.by_id AND s.outcome = 'withdrawn')",
            reads_other_tables=True,
        ),
        DatabaseTrigger(
            "signature_is_over_own_page",
            signature,
            "INSERT",
            "a ledger entry is about a revision of its page",
            condition="NOT EXISTS (SELECT 1 FROM articles_revision r WHERE r.id = NEW.revision_id "
            "AND r.article_id = NEW.article_id) OR (NEW.review_id IS NOT NULL "
            "AND NOT EXISTS (SELECT 1 FROM reviews_medicalreview m WHERE m.id = NEW.review_id "
            "AND m.revision_id = NEW.revision_id))",
            reads_other_tables=True,
        ),
        DatabaseTrigger(
            "signature_is_by_its_reviewer",
            signature,
            "INSERT",
            "only a verified reviewer signs, and only an open review that is theirs or nobody''s",
            condition="NEW.outcome IN ('approved', 'partly') AND NOT EXISTS (SELECT 1 "
            "FROM reviews_reviewer v "
            "JOIN reviews_medicalreview m ON m.id = NEW.review_id WHERE v.user_id = NEW.by_id "
            "AND v.verified_at IS NOT NULL AND m.decided_at IS NULL AND (m.reviewer_id IS NULL "
            "OR m.reviewer_id = v.id) AND NOT EXISTS (SELECT 1 FROM reviews_signaturedispute d "
            "WHERE d.reviewer_id = v.id AND d.restored_at IS NULL))",
            reads_other_tables=True,
        ),
        DatabaseTrigger(
            "recommendation_is_by_a_reviewer",
            signature,
            "INSERT",
            "only a reviewer recommends a withdrawal, on an open review that is theirs or "
            "nobody''s",
            condition="NEW.outcome = 'unfit' AND NOT EXISTS (SELECT 1 FROM reviews_reviewer v "
            "JOIN reviews_medicalreview m ON m.id = NEW.review_id WHERE v.user_id = NEW.by_id "
            "AND m.decided_at IS NULL AND (m.reviewer_id IS NULL OR m.reviewer_id = v.id))",
            reads_other_tables=True,
        ),
        DatabaseTrigger(
            "signature_is_not_over_own_words",
            signature,
            "INSERT",
            "nobody signs words of their own that nobody else has signed",
            condition="NEW.outcome IN ('approved', 'partly') AND EXISTS (SELECT 1 "
            "FROM articles_revision r "
            "WHERE r.article_id = NEW.article_id AND (r.saved_by_id = NEW.by_id "
            "OR EXISTS (SELECT 1 FROM articles_authorship a WHERE a.revision_id = r.id "
            f"AND a.user_id = NEW.by_id)) AND r.number > COALESCE({SIGNED_BY_ANOTHER_SQL}, 0))",
            reads_other_tables=True,
        ),
        DatabaseTrigger(
            "attestation_is_of_a_page_nobody_signed",
            signature,
            "INSERT",
            "an earlier review is recorded only of a page that nobody has signed here, that was "
            "never withdrawn and is not in review",
            condition="NEW.outcome = 'attested' AND (EXISTS (SELECT 1 FROM reviews_signature s "
            "WHERE s.article_id = NEW.article_id AND s.outcome IN ('approved', 'withdrawn')) "
            "OR EXISTS (SELECT 1 FROM reviews_medicalreview m WHERE m.article_id = NEW.article_id "
            "AND m.decided_at IS NULL) OR EXISTS (SELECT 1 FROM articles_article a "
            "WHERE a.id = NEW.article_id AND a.discarded_at IS NOT NULL))",
            reads_other_tables=True,
        ),
        DatabaseTrigger(
            "reviewer_address_stays",
            Reviewer._meta.db_table,
            "UPDATE",
            "review lines lead to the address of a reviewer who has signed, so it stays",
            condition="NEW.slug <> OLD.slug AND EXISTS (SELECT 1 FROM reviews_signature s "
            "WHERE s.by_id = OLD.user_id AND s.outcome = 'approved')",
            reads_other_tables=True,
        ),
        DatabaseTrigger(
            "review_stays_on_its_revision",
            review,
            "UPDATE",
            "a review stays as it was asked for, and a decision is final",
            condition="NEW.revision_id <> OLD.revision_id OR NEW.article_id <> OLD.article_id "
            "OR NEW.uuid <> OLD.uuid OR NEW.trigger <> OLD.trigger "
            "OR NEW.requested_by_id <> OLD.requested_by_id OR NEW.note <> OLD.note "
            "OR NEW.requested_at <> OLD.requested_at OR NEW.review_months <> OLD.review_months "
            "OR NEW.correction <> OLD.correction OR NEW.override <> OLD.override "
            "OR NEW.overridden <> OLD.overridden OR COALESCE(NEW.basis_id, 0) <> "
            "COALESCE(OLD.basis_id, 0) OR COALESCE(NEW.continues_id, 0) <> "
            "COALESCE(OLD.continues_id, 0) OR OLD.decided_at IS NOT NULL",
            reads_other_tables=True,  # its own columns, which a migration adds and takes away
        ),
        DatabaseTrigger(
            "reviewer_stays_the_same_person",
            Reviewer._meta.db_table,
            "UPDATE",
            "a reviewer stays the same person",
            condition="NEW.user_id <> OLD.user_id OR NEW.uuid <> OLD.uuid",
        ),
    ]


def get_second_reading_triggers() -> list[DatabaseTrigger]:
    """A second reader reads the same text as the first, and is somebody else."""
    return [
        DatabaseTrigger(
            "second_reading_is_of_the_same_text",
            MedicalReview._meta.db_table,
            "INSERT",
            "a second reader is asked for a text that a first one has confirmed in part",
            condition="NEW.continues_id IS NOT NULL AND NOT EXISTS (SELECT 1 "
            "FROM reviews_medicalreview m WHERE m.id = NEW.continues_id "
            "AND m.revision_id = NEW.revision_id AND m.continues_id IS NULL "
            "AND m.outcome = 'partly')",
            reads_other_tables=True,
        ),
        DatabaseTrigger(
            "second_reader_is_somebody_else",
            LedgerEntry._meta.db_table,
            "INSERT",
            "a second reader is somebody else than those who have read the text before",
            condition="NEW.outcome IN ('approved', 'partly') AND EXISTS (SELECT 1 "
            "FROM reviews_medicalreview n JOIN reviews_medicalreview m "
            "ON m.id = n.continues_id OR m.continues_id = n.continues_id "
            "JOIN reviews_signature s ON s.review_id = m.id WHERE n.id = NEW.review_id "
            "AND s.outcome = 'partly' AND s.by_id = NEW.by_id)",
            reads_other_tables=True,
        ),
    ]


def get_comment_triggers() -> list[DatabaseTrigger]:
    """Comments are pinned to open reviews, stay as they were, and are answered once."""
    comment = Comment._meta.db_table
    return [
        *build_no_delete_triggers(Comment),
        DatabaseTrigger(
            "comment_is_on_an_open_review",
            comment,
            "INSERT",
            "comments are pinned while a review is open, and answered later",
            condition="NEW.answered_at IS NOT NULL OR NOT EXISTS (SELECT 1 "
            "FROM reviews_medicalreview m WHERE m.id = NEW.review_id AND m.decided_at IS NULL)",
            reads_other_tables=True,
        ),
        DatabaseTrigger(
            "comment_stays_and_is_answered_once",
            comment,
            "UPDATE",
            "a comment stays as it was pinned, and is answered once",
            condition="OLD.answered_at IS NOT NULL OR NEW.answered_at IS NULL "
            "OR NEW.review_id <> OLD.review_id OR NEW.part <> OLD.part OR NEW.label <> OLD.label "
            "OR NEW.text <> OLD.text OR NEW.by_id <> OLD.by_id OR NEW.at <> OLD.at "
            "OR NEW.id <> OLD.id",
        ),
    ]


def get_dispute_triggers() -> list[DatabaseTrigger]:
    """Who disputes a signature is its signer, and who lets them sign again is somebody else."""
    dispute = SignatureDispute._meta.db_table
    return [
        *build_no_delete_triggers(SignatureDispute),
        DatabaseTrigger(
            "dispute_is_by_its_signer",
            dispute,
            "INSERT",
            "a signature is disputed by the person in whose name it stands",
            condition="NOT EXISTS (SELECT 1 FROM reviews_signature s "
            "JOIN reviews_reviewer v ON v.user_id = s.by_id "
            "WHERE s.id = NEW.entry_id AND v.id = NEW.reviewer_id)",
            reads_other_tables=True,
        ),
        DatabaseTrigger(
            "dispute_stays_and_is_restored_once",
            dispute,
            "UPDATE",
            "a disputed signature stays as it was reported, and the right to sign is restored "
            "once, by somebody else",
            condition="OLD.restored_at IS NOT NULL OR NEW.restored_at IS NULL "
            "OR NEW.entry_id <> OLD.entry_id OR NEW.reviewer_id <> OLD.reviewer_id "
            "OR NEW.at <> OLD.at OR COALESCE(NEW.report_id, 0) <> COALESCE(OLD.report_id, 0) "
            "OR EXISTS (SELECT 1 FROM reviews_reviewer v WHERE v.id = NEW.reviewer_id "
            "AND v.user_id = NEW.restored_by_id)",
            reads_other_tables=True,
        ),
    ]
