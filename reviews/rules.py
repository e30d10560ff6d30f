"""The rules of signing that the database itself holds."""

from articles.guards import Guard, append_only
from articles.models import Publication
from reviews.models import MedicalReview, Reviewer, Signature


def guards() -> list[Guard]:
    publication, review = Publication._meta.db_table, MedicalReview._meta.db_table
    signature = Signature._meta.db_table
    return [
        *append_only(Signature),
        Guard(
            "publication_needs_signature",
            publication,
            "INSERT",
            "a text is published only on a positive signature over it",
            when="NEW.kind IN ('publish', 're-sign') AND NOT EXISTS (SELECT 1 FROM reviews_signature s "
            "WHERE s.hash = NEW.evidence AND s.article_id = NEW.article_id AND s.revision_id = NEW.revision_id "
            "AND s.outcome = 'approved')",
            reads=True,
        ),
        Guard(
            "withdrawal_needs_entry",
            publication,
            "INSERT",
            "a withdrawal is an entry of the ledger first",
            when="NEW.kind = 'withdraw' AND NOT EXISTS (SELECT 1 FROM reviews_signature s "
            "WHERE s.hash = NEW.evidence AND s.article_id = NEW.article_id AND s.outcome = 'withdrawn')",
            reads=True,
        ),
        Guard(
            "signature_is_over_own_page",
            signature,
            "INSERT",
            "a ledger entry is about a revision of its page",
            when="NOT EXISTS (SELECT 1 FROM articles_revision r WHERE r.id = NEW.revision_id "
            "AND r.article_id = NEW.article_id) OR (NEW.review_id IS NOT NULL AND NOT EXISTS (SELECT 1 "
            "FROM reviews_medicalreview m WHERE m.id = NEW.review_id AND m.revision_id = NEW.revision_id))",
            reads=True,
        ),
        Guard(
            "signature_is_not_over_own_words",
            signature,
            "INSERT",
            "nobody signs a text with words of their own",
            when="NEW.outcome = 'approved' AND EXISTS (SELECT 1 FROM articles_authorship a "
            "WHERE a.revision_id = NEW.revision_id AND a.user_id = NEW.by_id)",
            reads=True,
        ),
        Guard(
            "reviewer_address_stays",
            Reviewer._meta.db_table,
            "UPDATE",
            "review lines lead to the address of a reviewer who has signed, so it stays",
            when="NEW.slug <> OLD.slug AND EXISTS (SELECT 1 FROM reviews_signature s "
            "WHERE s.by_id = OLD.user_id AND s.outcome = 'approved')",
            reads=True,
        ),
        Guard(
            "review_stays_on_its_revision",
            review,
            "UPDATE",
            "a review never moves to another text, and a decision is final",
            when="NEW.revision_id <> OLD.revision_id OR NEW.article_id <> OLD.article_id OR OLD.decided_at IS NOT NULL",
        ),
    ]
