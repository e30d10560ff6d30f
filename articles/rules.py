"""The rules of publication that the database itself holds: append-only history, one honest pointer to it."""

from articles.content import EXPUNGED
from articles.guards import Guard, append_only, only_changes
from articles.models import (
    Article,
    Authorship,
    Image,
    Publication,
    PublishedImage,
    Revision,
    SearchEntry,
    SearchKey,
    SearchStart,
    TopicEntry,
)

# The newest line of the log decides: what is live is that line, unless it says withdrawn; and the address is its.
NEWEST = "(SELECT p.{} FROM articles_publication p WHERE p.article_id = NEW.id ORDER BY p.id DESC LIMIT 1)"
LIVE = (
    "(SELECT p.id FROM articles_publication p WHERE p.article_id = NEW.id AND p.kind <> 'withdraw' AND p.id = "
    "(SELECT MAX(n.id) FROM articles_publication n WHERE n.article_id = NEW.id))"
)
# The one change of a revision: its text gives way to the mark that it was expunged, and everything else stays.
BLANKED = f"NEW.document = '{EXPUNGED}' AND OLD.document <> NEW.document"


def guards() -> list[Guard]:
    article, publication = Article._meta.db_table, Publication._meta.db_table
    return [
        *append_only(Revision, unless=f"{BLANKED} AND {only_changes(Revision, 'document')}"),
        Guard(
            "revision_in_use_keeps_its_text",
            Revision._meta.db_table,
            "UPDATE",
            "neither the text that visitors read nor the latest text of a page is expunged",
            when=f"{BLANKED} AND (NOT EXISTS (SELECT 1 FROM articles_revision r WHERE r.article_id = OLD.article_id "
            "AND r.number > OLD.number) OR EXISTS (SELECT 1 FROM articles_article a JOIN articles_publication p "
            "ON p.id = a.live_id WHERE p.revision_id = OLD.id))",
            reads=True,
        ),
        Guard(
            "publication_shows_a_text",
            publication,
            "INSERT",
            "a text that was expunged is not published",
            when="EXISTS (SELECT 1 FROM articles_revision r WHERE r.id = NEW.revision_id "
            f"AND r.document = '{EXPUNGED}')",
            reads=True,
        ),
        *append_only(Authorship),
        *append_only(Publication),
        *append_only(Image),
        *(
            Guard(
                f"{name}_is_made_anew",
                model._meta.db_table,
                "UPDATE",
                "what the log says is projected anew, never edited",
            )
            for name, model in (
                ("topic_entry", TopicEntry),
                ("published_image", PublishedImage),
                ("search_entry", SearchEntry),
                ("search_key", SearchKey),
                ("search_start", SearchStart),
            )
        ),
        Guard(
            "article_live_is_newest_publication",
            article,
            "UPDATE",
            "what is live follows the newest publication, and nothing else",
            when=f"COALESCE(NEW.live_id, 0) <> COALESCE({LIVE}, 0)",
            reads=True,
        ),
        Guard(
            "article_address_is_as_published",
            article,
            "UPDATE",
            "a published address changes through the publication log only",
            when=f"NEW.slug <> COALESCE({NEWEST.format('slug')}, NEW.slug)",
            reads=True,
        ),
        Guard(
            "article_kind_and_language_stay",
            article,
            "UPDATE",
            "the kind and the language of a page never change",
            when="NEW.kind <> OLD.kind OR NEW.language <> OLD.language",
        ),
        Guard(
            "article_starts_unpublished",
            article,
            "INSERT",
            "a page starts as a draft",
            when="NEW.live_id IS NOT NULL OR EXISTS (SELECT 1 FROM articles_publication p WHERE p.article_id = NEW.id)",
            reads=True,
        ),
        Guard(
            "publication_shows_own_revision",
            publication,
            "INSERT",
            "a publication shows a revision of its own page",
            when="NOT EXISTS (SELECT 1 FROM articles_revision r WHERE r.id = NEW.revision_id "
            "AND r.article_id = NEW.article_id)",
            reads=True,
        ),
        Guard(
            "publication_frame_keeps_the_text",
            publication,
            "INSERT",
            "what was not signed now carries on, to the letter, what is live",
            when="NEW.kind NOT IN ('publish', 're-sign') AND NOT EXISTS (SELECT 1 FROM articles_article a "
            "JOIN articles_publication p ON p.id = a.live_id WHERE a.id = NEW.article_id "
            "AND p.revision_id = NEW.revision_id AND p.review_line = NEW.review_line AND p.title = NEW.title "
            "AND p.sort_key = NEW.sort_key AND p.summary = NEW.summary "
            "AND (p.slug = NEW.slug OR NEW.kind = 'address') "
            "AND (p.frame = NEW.frame OR NEW.kind IN ('notice', 'filing')))",
            reads=True,
        ),
    ]
