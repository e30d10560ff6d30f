"""The table of forgeries: what somebody with the database does, and which line names it.

They are done on the site of ``factories.make_site_history``, with the triggers dropped and put
back, so that only what is compared can find them. docs/verification.md has the same table in words.
"""

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Forgery:
    """What is forged, the check that finds it, what its line says, and the SQL.

    ``also`` are other checks that notice it too, by other lines: those of the rows that the forger
    did not care to change. ``line`` is a regular expression.
    """

    what: str
    check: str
    line: str
    statements: tuple[str, ...]
    also: tuple[str, ...] = ()

    @property
    def columns(self) -> set[str]:
        """Each table and column that is set; none where a row is added or deleted."""
        starts = [re.match(r"UPDATE \w+ SET \S+", statement) for statement in self.statements]
        return {start[0] for start in starts if start} if all(starts) else set()


def build_batches(forgeries: list[Forgery]) -> list[list[Forgery]]:
    """Forgeries that set different columns, to be done at once; each other one alone."""
    alone = [[forgery] for forgery in forgeries if not forgery.columns]
    batches: list[list[Forgery]] = []
    for forgery in forgeries:
        if not forgery.columns:
            continue
        for batch in batches:
            if not any(forgery.columns & other.columns for other in batch):
                batch.append(forgery)
                break
        else:
            batches.append([forgery])
    return [*batches, *alone]


def get_page(slug: str) -> str:
    return f"(SELECT id FROM articles_article WHERE slug = '{slug}')"


def get_live(slug: str) -> str:
    return f"(SELECT live_id FROM articles_article WHERE slug = '{slug}')"


def get_newest(slug: str) -> str:
    return f"(SELECT MAX(id) FROM articles_publication WHERE article_id = {get_page(slug)})"


TICS, MOVED = get_page("tics"), get_page("at-last")
RAVI = "(SELECT id FROM auth_user WHERE username = 'ravi')"
FIONA = "(SELECT id FROM auth_user WHERE username = 'fiona')"
OPEN_REVIEW = (
    "(SELECT r.id FROM reviews_medicalreview r JOIN articles_article a ON a.id = r.article_id "
    "WHERE a.slug = 'open-ache' AND r.decided_at IS NULL)"
)
CRAMPS_REVIEW = (
    "(SELECT MIN(r.id) FROM reviews_medicalreview r JOIN articles_article a "
    "ON a.id = r.article_id WHERE a.slug = 'cramps')"
)
UNSIGNED_TEXT = (
    "(SELECT MAX(id) FROM articles_revision WHERE article_id = " + get_page("unsigned-ache") + ")"
)
EVENT_COLUMNS = "kind, subject, record, by_id, at, previous_hash, hash"
MOMENT = "'2020-01-01 00:00:00+00:00'"
LISTS, EVENTS = "lists beside the log", "events"


def set_page(slug: str, change: str) -> tuple[str, ...]:
    return (f"UPDATE articles_article SET {change} WHERE slug = '{slug}'",)


def set_newest(slug: str, change: str) -> tuple[str, ...]:
    return (f"UPDATE articles_publication SET {change} WHERE id = {get_newest(slug)}",)


def set_reviewer(change: str) -> tuple[str, ...]:
    return (f"UPDATE reviews_reviewer SET {change} WHERE user_id = {RAVI}",)


def set_review(change: str) -> tuple[str, ...]:
    return (f"UPDATE reviews_medicalreview SET {change} WHERE id = {OPEN_REVIEW}",)


def set_comment(change: str) -> tuple[str, ...]:
    return (
        f"UPDATE reviews_comment SET {change} WHERE review_id = {CRAMPS_REVIEW} AND answer <> ''",
    )


def add_line(kind: str, frame: str = "frame") -> tuple[str, ...]:
    """A line that nobody signed after the newest one of a page, and the rows that follow it."""
    columns = "article_id, revision_id, slug, title, sort_key, summary, review_line, by_id, at"
    return (
        f"INSERT INTO articles_publication ({columns}, kind, frame, reason) "
        f"SELECT {columns}, '{kind}', {frame}, '' FROM articles_publication "
        f"WHERE id = {get_live('tics')}",
        f"UPDATE articles_article SET live_id = {get_newest('tics')} WHERE slug = 'tics'",
        f"UPDATE articles_topicentry SET publication_id = {get_live('tics')} "
        f"WHERE article_id = {TICS}",
    )


PUBLIC_FACTS = [
    Forgery(
        "a notice line is added: “approved by the Surgeon General”",
        EVENTS,
        r"publication publication:\d+: no event has it",
        add_line("notice", "replace(frame, 'Example Health', 'Approved by the Surgeon General')"),
    ),
    Forgery(
        "the copyright notice of a line is edited in place",
        EVENTS,
        r"publication publication:\d+: its metadata is not what event \d+ says(: .*)?",
        set_newest("tics", "frame = replace(frame, '20', '19')"),
    ),
    Forgery(
        "a topic is renamed in a line, and in its list",
        EVENTS,
        r"publication publication:\d+: its metadata is not what event \d+ says(: .*)?",
        (
            *set_newest("tics", "frame = replace(frame, 'Head and face', 'Miracle cures')"),
            f"UPDATE articles_topicentry SET name = 'Miracle cures' WHERE article_id = {TICS} "
            "AND name = 'Head and face'",
        ),
    ),
    Forgery(
        "a page is filed under no topic",
        EVENTS,
        r"publication publication:\d+: its metadata is not what event \d+ says(: .*)?",
        (
            *set_newest("at-last", 'frame = \'{"notice":null,"filed_under":[]}\''),
            f"DELETE FROM articles_topicentry WHERE article_id = {MOVED}",
        ),
    ),
    Forgery(
        "the language of a page is changed",
        EVENTS,
        r"page settings page:\S+: its language is not what event \d+ says(: .*)?",
        set_page("tics", "language = 'es'"),
    ),
    Forgery(
        "the risk of a page is changed",
        EVENTS,
        r"page settings page:\S+: its risk is not what event \d+ says(: .*)?",
        set_page("facial-spasms", "risk = 'high'"),
    ),
    Forgery(
        "a page is reviewed every three years",
        EVENTS,
        r"page settings page:\S+: its review months is not what event \d+ says(: .*)?",
        set_page("tics", "review_months = 36"),
    ),
    Forgery(
        "the address of a page is changed, in its line too",
        EVENTS,
        r"page settings page:\S+: its slug is not what event \d+ says(: .*)?",
        (
            "UPDATE articles_publication SET slug = 'nowhere' WHERE slug = 'at-last'",
            *set_page("at-last", "slug = 'nowhere'"),
        ),
    ),
    Forgery(
        "the address of a page is changed, and not in its line: a 404",
        "pages",
        r"articles_article \d+: its address is not the one that was published",
        set_page("tics", "slug = 'elsewhere-now'"),
        also=(EVENTS,),
    ),
    Forgery(
        "a redirect is forged",
        EVENTS,
        r"redirect redirect:en/symptom/chest-pain: no event has it",
        (
            "INSERT INTO articles_redirect (language, kind, slug, article_id, made_at) "
            f"VALUES ('en', 'symptom', 'chest-pain', {TICS}, {MOMENT})",
        ),
    ),
    Forgery(
        "a redirect leads to another page",
        EVENTS,
        r"redirect redirect:en/symptom/wanders: its page is not what event \d+ says(: .*)?",
        (f"UPDATE articles_redirect SET article_id = {TICS} WHERE slug = 'wanders'",),
    ),
    Forgery(
        "a redirect is deleted",
        EVENTS,
        r"redirect redirect:en/symptom/wanders: it is gone, and event \d+ has it",
        ("DELETE FROM articles_redirect WHERE slug = 'wanders'",),
    ),
    Forgery(
        "a merged cause leads to another one",
        EVENTS,
        r"merged cause cause:\S+: its into is not what event \d+ says(: .*)?",
        (
            "UPDATE symptoms_mergedcause SET kept_id = "
            "(SELECT MIN(id) FROM symptoms_cause WHERE id <> kept_id)",
        ),
    ),
    Forgery(
        "a page was merged into another one",
        EVENTS,
        r"merged page page:\S+: its into is not what event \d+ says(: .*)?",
        (f"UPDATE articles_mergedpage SET into_id = {TICS}",),
    ),
    Forgery(
        "a page is withdrawn for another reason",
        "publications",
        r"articles_publication \d+: its entry does not withdraw it, or not for that reason",
        set_newest("gone", "reason = 'rights'"),
        also=(EVENTS,),
    ),
    Forgery(
        "another page covers the subject of a withdrawn one",
        "publications",
        r"articles_publication \d+: its entry names another page, or none, as the one that .*",
        set_newest("toe-ache", f"successor_id = {TICS}"),
        also=(EVENTS,),
    ),
    Forgery(
        "a withdrawn page is marked as a discarded draft",
        EVENTS,
        r"page settings page:\S+: its discarded is not what event \d+ says(: .*)?",
        set_page("gone", f"discarded_at = {MOMENT}, discarded_by_id = {RAVI}"),
    ),
    Forgery(
        "who changed an address, and when",
        EVENTS,
        r"publication publication:\d+: its by is not what event \d+ says(: .*)?",
        (f"UPDATE articles_publication SET by_id = {RAVI}, at = {MOMENT} WHERE kind = 'address'",),
    ),
    Forgery(
        "the newest line of a page is deleted, with its pointer",
        EVENTS,
        r"publication publication:\d+: it is gone, and event \d+ has it",
        (
            f"UPDATE articles_article SET live_id = NULL WHERE id = {MOVED}",
            f"DELETE FROM articles_topicentry WHERE article_id = {MOVED}",
            f"DELETE FROM articles_publication WHERE id = {get_newest('at-last')}",
            f"UPDATE articles_article SET live_id = {get_newest('at-last')} WHERE slug = 'at-last'",
        ),
        also=(LISTS,),
    ),
    Forgery(
        "an older publication is deleted",
        "entries without a publication",
        r"reviews_signature \d+ \(entry \d+\): its publication is missing",
        (
            "DELETE FROM articles_publication WHERE id = (SELECT MIN(id) FROM "
            f"articles_publication WHERE article_id = {get_page('back')})",
        ),
        also=(EVENTS, "publications"),
    ),
    Forgery(
        "a phrase of the table of emergencies is changed",
        EVENTS,
        r"phrase phrase:\S+: its text is not what event \d+ says(: .*)?",
        (
            "UPDATE articles_phraseevent SET text = 'feeling fine' "
            "WHERE text = 'her face went funny'",
        ),
    ),
]

PEOPLE = [
    Forgery(
        "the disclosures of a reviewer are changed",
        EVENTS,
        r"reviewer reviewer:\S+: its disclosures is not what event \d+ says: "
        r"the row has “None\.”, the event .* \(Ravi .*\)",
        set_reviewer("disclosures = 'None.'"),
    ),
    Forgery(
        "a reviewer has a Nobel prize",
        EVENTS,
        r"reviewer reviewer:\S+: its biography is not what event \d+ says(: .*)?",
        set_reviewer("biography = 'Nobel prize in medicine, 2020.'"),
    ),
    Forgery(
        "the post-nominals of a reviewer are changed",
        EVENTS,
        r"reviewer reviewer:\S+: its post nominals is not what event \d+ says(: .*)?",
        set_reviewer("post_nominals = 'MD, PhD, FRCP'"),
    ),
    Forgery(
        "the licence number of a reviewer is changed",
        EVENTS,
        r"reviewer reviewer:\S+: its licence number is not what event \d+ says(: .*)?",
        set_reviewer("licence_number = 'LIC-forged'"),
    ),
    Forgery(
        "a licence that lapsed is extended",
        EVENTS,
        r"reviewer reviewer:\S+: its licence expires is not what event \d+ says(: .*)?",
        set_reviewer("licence_expires = '2099-01-01'"),
    ),
    Forgery(
        "somebody else verified a reviewer's credentials",
        EVENTS,
        r"reviewer reviewer:\S+: its verified by is not what event \d+ says(: .*)?",
        set_reviewer(f"verified_by_id = {FIONA}"),
    ),
    Forgery(
        "credentials are verified that nobody verified",
        EVENTS,
        r"reviewer reviewer:\S+: its verified at is not what event \d+ says(: .*)?",
        (
            f"UPDATE reviews_reviewer SET verified_by_id = {RAVI}, verified_at = {MOMENT} "
            f"WHERE user_id = {FIONA}",
        ),
    ),
    Forgery(
        "an account of a reviewer is closed",
        EVENTS,
        r"reviewer reviewer:\S+: its account open is not what event \d+ says(: .*)?",
        ("UPDATE auth_user SET is_active = FALSE WHERE username = 'ravi'",),
    ),
]

REVIEWS = [
    Forgery(
        "a review was requested by somebody else",
        EVENTS,
        r"review review:\S+: its requested by is not what event \d+ says(: .*)?",
        set_review(f"requested_by_id = {RAVI}"),
    ),
    Forgery(
        "the note of a request is changed",
        EVENTS,
        r"review review:\S+: its note is not what event \d+ says(: .*)?",
        set_review("note = 'Sign it unread.'"),
    ),
    Forgery(
        "the time of a request is changed",
        EVENTS,
        r"review review:\S+: its requested at is not what event \d+ says(: .*)?",
        set_review(f"requested_at = {MOMENT}"),
    ),
    Forgery(
        "a review is assigned to somebody else",
        EVENTS,
        r"review review:\S+: its reviewer is not what event \d+ says(: .*)?",
        set_review(f"reviewer_id = (SELECT id FROM reviews_reviewer WHERE user_id = {FIONA})"),
    ),
    Forgery(
        "a review is for another reason",
        EVENTS,
        r"review review:\S+: its trigger is not what event \d+ says(: .*)?",
        set_review("\"trigger\" = 'annual'"),
    ),
    Forgery(
        "an open review is deleted, with its comments",
        EVENTS,
        r"review review:\S+: it is gone, and event \d+ has it",
        (
            f"DELETE FROM reviews_comment WHERE review_id = {OPEN_REVIEW}",
            f"DELETE FROM reviews_medicalreview WHERE id = {OPEN_REVIEW}",
        ),
    ),
    Forgery(
        "a comment is changed",
        EVENTS,
        r"comment comment:\S+: its text is not what event \d+ says(: .*)?",
        set_comment("text = 'Well written.'"),
    ),
    Forgery(
        "an answer to a comment is changed",
        EVENTS,
        r"comment comment:\S+: its answer is not what event \d+ says(: .*)?",
        set_comment("answer = 'It is not.'"),
    ),
    Forgery(
        "a comment is pinned to another part",
        EVENTS,
        r"comment comment:\S+: its part is not what event \d+ says(: .*)?",
        set_comment("part = 'elsewhere'"),
    ),
    Forgery(
        "a comment is deleted",
        EVENTS,
        r"comment comment:\S+: it is gone, and event \d+ has it",
        (f"DELETE FROM reviews_comment WHERE review_id = {OPEN_REVIEW}",),
    ),
    Forgery(
        "a hand-over is deleted",
        EVENTS,
        r"hand-over hand-over:\S+: it is gone, and event \d+ has it",
        ("DELETE FROM reviews_handover",),
    ),
    Forgery(
        "a review was handed over by somebody else",
        EVENTS,
        r"hand-over hand-over:\S+: its by is not what event \d+ says(: .*)?",
        (f"UPDATE reviews_handover SET by_id = {FIONA}",),
    ),
    Forgery(
        "the reason of a recall is changed",
        EVENTS,
        r"recall recall:\S+: its reason is not what event \d+ says(: .*)?",
        ("UPDATE reviews_recall SET reason = 'Nothing much.'",),
    ),
    Forgery(
        "why a reader's report was taken up is changed",
        EVENTS,
        r"reported-review reported-review:\S+: its reason is not what event \d+ says(: .*)?",
        ("UPDATE reviews_reportedreview SET reason = 'Nothing much.'",),
    ),
    Forgery(
        "a signature that was disputed is disputed no longer",
        EVENTS,
        r"dispute dispute:\d+: it is gone, and event \d+ has it",
        ("DELETE FROM reviews_signaturedispute",),
    ),
    Forgery(
        "the right to sign of a disputed signer is restored",
        EVENTS,
        r"dispute dispute:\d+: its restored by is not what event \d+ says(: .*)?",
        (
            f"UPDATE reviews_signaturedispute SET restored_by_id = {RAVI}, "
            f"restored_at = {MOMENT}, identity_check = 'By telephone.'",
        ),
    ),
    Forgery(
        "a request to expunge was dropped by somebody else",
        EVENTS,
        r"expunction expunction:\S+: its dropped by is not what event \d+ says(: .*)?",
        (f"UPDATE reviews_expunction SET dropped_by_id = {RAVI} WHERE dropped_at IS NOT NULL",),
    ),
    Forgery(
        "a text was expunged for another reason",
        "expunged texts",
        r"reviews_expunction \d+: it is not what its entry says",
        ("UPDATE reviews_expunction SET reason = 'None.' WHERE confirmed_at IS NOT NULL",),
        also=(EVENTS,),
    ),
    Forgery(
        "the decision of a review is changed",
        "decisions",
        r"reviews_medicalreview \d+: its decision is not in the ledger",
        (f"UPDATE reviews_medicalreview SET comment = 'Fine.' WHERE id = {CRAMPS_REVIEW}",),
    ),
]

TEXTS = [
    Forgery(
        "the authorship of an unsigned revision is deleted",
        "authorship",
        r"articles_revision \d+ \(\S+\): who saved it or wrote in it is not what its hash says",
        (f"DELETE FROM articles_authorship WHERE revision_id = {UNSIGNED_TEXT}",),
    ),
    Forgery(
        "an unsigned revision was saved by somebody else",
        "authorship",
        r"articles_revision \d+ \(\S+\): who saved it or wrote in it is not what its hash says",
        (f"UPDATE articles_revision SET saved_by_id = {FIONA} WHERE id = {UNSIGNED_TEXT}",),
    ),
    Forgery(
        "an unsigned text is changed",
        "texts",
        r"articles_revision \d+ \(\S+\): its text is not the text of its digest",
        (f"UPDATE articles_revision SET document = document || ' ' WHERE id = {UNSIGNED_TEXT}",),
    ),
    Forgery(
        "a record of the ledger is changed",
        "entries of the ledger",
        r"reviews_signature \d+ \(entry \d+\): its record is not the record of its hash",
        (
            "UPDATE reviews_signature SET record = replace(record, 'Please say more', 'Fine') "
            f"WHERE review_id = {CRAMPS_REVIEW}",
        ),
        also=("decisions",),
    ),
    Forgery(
        "a private value of the ledger is swapped",
        "private fields",
        r"reviews_privatefield \d+: it is not the value that was signed",
        (
            "UPDATE reviews_privatefield SET value = 'LIC-forged' "
            "WHERE id = (SELECT MIN(id) FROM reviews_privatefield)",
        ),
    ),
]

IMAGES = [
    Forgery(
        "the row, the figure and the file of an image are removed together",
        "images that texts name",
        r"articles_revision \d+ \(\S+\): it shows the image [0-9a-f]{64}, whose row is gone",
        (
            f"DELETE FROM articles_figure WHERE article_id = {TICS}",
            f"DELETE FROM articles_publishedimage WHERE article_id = {TICS}",
            "DELETE FROM articles_image WHERE id NOT IN (SELECT image_id FROM articles_figure) "
            "AND sha256 NOT IN (SELECT sha256 FROM articles_publishedimage)",
        ),
        also=(EVENTS, LISTS),
    ),
    Forgery(
        "an image is of another kind",
        "images that texts name",
        r"articles_revision \d+ \(\S+\): it shows articles_image \d+ as another kind or size .*",
        ("UPDATE articles_image SET width = 10",),
        also=(EVENTS,),
    ),
    Forgery(
        "an image was uploaded by somebody else",
        EVENTS,
        r"image image:[0-9a-f]{64}: its uploaded by is not what event \d+ says(: .*)?",
        (f"UPDATE articles_image SET uploaded_by_id = {FIONA}",),
    ),
]

SEARCH = [
    Forgery(
        "a page is found by another title",
        LISTS,
        r"articles_searchentry \d+: the row with .* is not what the log says",
        (f"UPDATE articles_searchentry SET title = 'Cured by prayer' WHERE article_id = {TICS}",),
    ),
    Forgery(
        "a page is found by a word that it does not have",
        LISTS,
        r"articles_searchkey \d+: the row with .*miracl cure.* is not what the log says",
        (
            "INSERT INTO articles_searchkey (uuid, key, rank) "
            f"SELECT uuid, 'miracl cure', 0 FROM articles_article WHERE id = {TICS}",
        ),
    ),
    Forgery(
        "a name is no longer completed while it is typed",
        LISTS,
        r"articles_searchstart: the row with .* is missing",
        ("DELETE FROM articles_searchstart WHERE start = 'tics'",),
    ),
    Forgery(
        "a row of the search is deleted",
        LISTS,
        r"articles_searchentry: the row with .*Tics.* is missing",
        (f"DELETE FROM articles_searchentry WHERE article_id = {TICS}",),
    ),
    Forgery(
        "a topic of a page is renamed in its list",
        LISTS,
        r"articles_topicentry \d+: the row with .*Miracle cures.* is not what the log says",
        ("UPDATE articles_topicentry SET name = 'Miracle cures'",),
    ),
    Forgery(
        "a page that nobody signed is offered as a related page",
        LISTS,
        r"articles_relatedpage \d+: page \d+ stands at place \d+ of the related pages of page \d+, "
        "where it cannot stand",
        (
            f"UPDATE articles_relatedpage SET other_id = {get_page('unsigned-ache')} "
            "WHERE id = (SELECT MIN(id) FROM articles_relatedpage)",
        ),
    ),
    Forgery(
        "pages stand last in the lists of editors",
        LISTS,
        r"reviews_listedpage \d+: the row of the lists is not what the page and its events say",
        ("UPDATE reviews_listedpage SET sort_key = 'zzz'",),
    ),
    Forgery(
        "a page is hidden from the search of recalls",
        LISTS,
        r"reviews_signedwords \d+: its words are not those of the signed text",
        (f"UPDATE reviews_signedwords SET words = 'aaaaaa' WHERE article_id = {TICS}",),
    ),
    Forgery(
        "a cause is made harmless",
        LISTS,
        r"symptoms_publishedcause \d+: the row with .*gravity 0.* is not what the log says",
        ("UPDATE symptoms_publishedcause SET gravity = 0",),
    ),
    Forgery(
        "a cause has another address",
        LISTS,
        r"symptoms_causeaddress \d+: the row with .*somewhere.* is not what the log says",
        (
            "UPDATE symptoms_causeaddress SET slug = 'somewhere' "
            "WHERE id = (SELECT MIN(id) FROM symptoms_causeaddress)",
        ),
    ),
    Forgery(
        "a symptom has another name in the A–Z",
        LISTS,
        r"symptoms_publishedname \d+: the row with .*Possession.* is not what the log says",
        (f"UPDATE symptoms_publishedname SET name = 'Possession' WHERE article_id = {TICS}",),
    ),
    Forgery(
        "a care card is hidden on the pages of causes",
        LISTS,
        r"symptoms_publishedexcerpt \d+: the row with .* is not what the log says",
        (
            "UPDATE symptoms_publishedexcerpt SET text = replace(text, 'advice', 'adviser') "
            f"WHERE article_id = {TICS}",
        ),
    ),
    Forgery(
        "a related symptom is hidden in the finder",
        LISTS,
        r"symptoms_publishedrelation: the row with .* is missing",
        ("DELETE FROM symptoms_publishedrelation",),
    ),
    Forgery(
        "an image is public under another digest",
        LISTS,
        r"articles_publishedimage \d+: the row with .*e{39}….* is not what the log says",
        (f"UPDATE articles_publishedimage SET sha256 = '{'e' * 64}' WHERE article_id = {TICS}",),
    ),
    Forgery(
        "an emergency leads to another page",
        LISTS,
        r"articles_publishedemergency \d+: the row with .* is not what the log says",
        (
            "UPDATE articles_publishedemergency SET next_uuid = "
            f"(SELECT uuid FROM articles_article WHERE id = {TICS})",
        ),
    ),
    Forgery(
        "a safety alert is forged",
        LISTS,
        r"articles_safetyalert \d+: the row with .*Forged.* is not what the log says",
        (
            "INSERT INTO articles_safetyalert (article_id, gravity, findings) "
            f"VALUES ({TICS}, 1, 'Forged')",
        ),
    ),
    Forgery(
        "a page is due in eighty years",
        LISTS,
        r"reviews_standing \d+: the row with .*2099-01-01.* is not what the log says",
        (f"UPDATE reviews_standing SET next_due = '2099-01-01' WHERE article_id = {TICS}",),
    ),
    Forgery(
        "a link of a text is shown as another in the report of broken links",
        "links of texts",
        r"articles_pagelink: link 1 of articles_revision \d+ \(\S+\) is not that of its text",
        ("UPDATE articles_pagelink SET href = 'https://example.org/' WHERE position = 0",),
    ),
]

CHAINS = [
    Forgery(
        "an event is deleted",
        EVENTS,
        r"event 6 \(.*\): event 5 is missing before it",
        (
            "DELETE FROM articles_auditprivatevalue WHERE event_id = 5",
            "DELETE FROM articles_auditevent WHERE sequence = 5",
        ),
    ),
    Forgery(
        "an event is inserted",
        EVENTS,
        r"event 100000 \(.*\): event \d+ is missing before it",
        (
            f"INSERT INTO articles_auditevent (sequence, {EVENT_COLUMNS}) "
            "SELECT 100000, kind, subject, record, by_id, at, "
            f"'{'a' * 64}', '{'b' * 64}' FROM articles_auditevent WHERE sequence = 5",
        ),
    ),
    Forgery(
        "two events are put in another order",
        EVENTS,
        r"event 5 \(.*\): it does not follow the event before it",
        (
            "DELETE FROM articles_auditprivatevalue WHERE event_id IN (5, 6)",
            "UPDATE articles_auditevent SET sequence = 100000 WHERE sequence = 5",
            "UPDATE articles_auditevent SET sequence = 5 WHERE sequence = 6",
            "UPDATE articles_auditevent SET sequence = 6 WHERE sequence = 100000",
        ),
    ),
    Forgery(
        "the record of an event is changed",
        EVENTS,
        r"event \d+ \(reviewer, .*\): its record is not the record of its hash",
        (
            "UPDATE articles_auditevent SET record = replace(record, 'Ravi Rao', 'Ravi Roe') "
            "WHERE kind = 'reviewer'",
        ),
    ),
    Forgery(
        "a private value of an event is swapped, and its row",
        EVENTS,
        r"event \d+ \(reviewer, .*\): its licence_number is not the one that was recorded",
        (
            "UPDATE articles_auditprivatevalue SET value = 'LIC-forged' "
            "WHERE name = 'licence_number'",
            "UPDATE reviews_reviewer SET licence_number = 'LIC-forged'",
        ),
    ),
    Forgery(
        "an entry of the ledger is deleted",
        "entries of the ledger",
        r"reviews_signature \d+ \(entry \d+\): entry \d+ is missing before it",
        (
            "DELETE FROM reviews_privatefield WHERE signature_id = "
            f"(SELECT id FROM reviews_signature WHERE review_id = {CRAMPS_REVIEW})",
            f"DELETE FROM reviews_signature WHERE review_id = {CRAMPS_REVIEW}",
        ),
        also=("decisions",),
    ),
]

FORGERIES = [*PUBLIC_FACTS, *PEOPLE, *REVIEWS, *TEXTS, *IMAGES, *SEARCH, *CHAINS]
