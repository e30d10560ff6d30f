"""What later builds renamed and added, in one place.

Every expected value stays as build 978f4c9 wrote it: what is observed is translated into the names
of that build before it is compared. Nothing else in this directory changes for a rename, save for
the imports of ``project.py``.
"""

import csv
from io import StringIO
from typing import Any

from articles.names import fold, fold_1

# "app_label.old_name": "new_name", in lower case as Django derives them.
RENAMED_MODELS: dict[str, str] = {
    "articles.publication": "publicationevent",
    "articles.origin": "externalid",
    "symptoms.causeorigin": "causeexternalid",
    "reviews.signature": "ledgerentry",
    "reviews.standing": "reviewschedule",
}

# "app_label.model": its table, of models that later builds added. What Django derives from them
# (content types, permissions) is left out with them.
ADDED_MODELS: dict[str, str] = {
    "articles.attemptcounter": "articles_attemptcounter",
    "articles.attemptkey": "articles_attemptkey",
    "articles.scheduledrun": "articles_scheduledrun",
    "config.signinsession": "config_signinsession",
    "articles.auditevent": "articles_auditevent",
    "articles.auditprivatevalue": "articles_auditprivatevalue",
    "articles.carecard": "articles_carecard",
    "articles.changedsubject": "articles_changedsubject",
    "articles.copypurge": "articles_copypurge",
    "articles.storedpage": "articles_storedpage",
    "articles.storedpagesubject": "articles_storedpagesubject",
    "reviews.failedattempt": "reviews_failedattempt",
    "reviews.signaturedispute": "reviews_signaturedispute",
    "reviews.signaturereceipt": "reviews_signaturereceipt",
    "articles.emergencypage": "articles_emergencypage",
    "articles.harmdecision": "articles_harmdecision",
    "articles.outsideaddress": "articles_outsideaddress",
    "articles.pagelink": "articles_pagelink",
    "symptoms.publishedexcerpt": "symptoms_publishedexcerpt",
    "symptoms.publishedname": "symptoms_publishedname",
    "articles.relatedpage": "articles_relatedpage",
    "articles.safetyalert": "articles_safetyalert",
    "articles.keptreport": "articles_keptreport",
    "articles.unsentform": "articles_unsentform",
    "articles.phraseevent": "articles_phraseevent",
    "articles.publishedemergency": "articles_publishedemergency",
    "reviews.knownword": "reviews_knownword",
    "reviews.listedpage": "reviews_listedpage",
    "reviews.signedwords": "reviews_signedwords",
    "reviews.plannedreview": "reviews_plannedreview",
    "reviews.reviewopening": "reviews_reviewopening",
}
# Table: the columns, and the constraints and indexes on them, that later builds added.
ADDED_COLUMNS: dict[str, set[str]] = {
    # PostgreSQL lists them beside the tables.
    "indexes": {
        "article_in_lists",
        "articles_readerreport_reported_by_id_1cff2c20",
        "listed_by_due",
        "listed_by_notice",
        "listed_by_reviewer",
        "listed_by_state",
        "listed_by_title",
        "listed_by_writer",
        "listed_radar",
        "listed_radar_recorded",
        "listed_radar_reviewer",
        "listed_radar_state",
        "open_review_by_reviewer",
        "review_by_decision",
        "review_by_outcome",
        "review_by_page_and_editor",
        "review_by_request",
        "review_list_by_outcome",
        "review_list_by_reviewer",
        "review_with_correction",
        "reviews_medicalreview_continues_id_83ce46e9",
        "search_entry_by_title",
        "signed_words_codes",
        "symptoms_cause_description_id_1a571c42",
    },
    "articles_article": {
        "advice_heading",
        "same_for_everyone",
        "shows_crisis_line",
        "article_advice_heading_at_most_120",
        "article_in_lists",
    },
    "reviews_reviewer": {
        "capacity_unit",
        "reviews_reviewer_weekly_capacity_check",
        "weekly_capacity",
    },
    "articles_readerreport": {
        "reported_by_id",
        "articles_readerreport_reported_by_id_1cff2c20",
        "articles_readerreport_reported_by_id_1cff2c20_fk_auth_user_id",
    },
    "articles_revision": {"authorship_hash", "revision_authorship_hash_is_64_digits"},
    "symptoms_symptom": {"determiner"},
    "files": {
        "apple-touch-icon.png",
        "emergencies/index.html",
        "favicon.ico",
        "reviewers/index.html",
        "static/js/print.js",
        "topics/index.html",
    },
    "json_ld": {"emergencies/index.html", "reviewers/index.html", "topics/index.html"},
    "articles_searchentry": {"language", "names", "search_entry_by_title"},
    "symptoms_cause": {
        "catch_all",
        "description_id",
        "symptoms_cause_description_id_1a571c42",
        "symptoms_cause_description_id_1a571c42_fk_articles_article_id",
    },
    "reviews_medicalreview": {
        "continues_id",
        "reviews_medicalrevie_continues_id_83ce46e9_fk_reviews_m",
        "reviews_medicalreview_continues_id_83ce46e9",
        "open_review_by_reviewer",
        "review_by_decision",
        "review_by_outcome",
        "review_by_page_and_editor",
        "review_by_request",
        "review_list_by_outcome",
        "review_list_by_reviewer",
        "review_with_correction",
    },
    "symptoms_publishedcause": {"catch_all", "description_uuid"},
    # Triggers.
    "signed_words_of_older_text": {"signed_words_of_older_text"},
    "listed_page_of_changed_page": {"listed_page_of_changed_page"},
    "listed_page_of_deleted_page": {"listed_page_of_deleted_page"},
    "listed_page_of_discarded_page": {"listed_page_of_discarded_page"},
    "listed_page_of_new_due_date": {"listed_page_of_new_due_date"},
    "listed_page_of_new_page": {"listed_page_of_new_page"},
    "listed_page_of_old_due_date": {"listed_page_of_old_due_date"},
    "listed_page_of_other_due_date": {"listed_page_of_other_due_date"},
    "listed_page_of_revision": {"listed_page_of_revision"},
    "listed_page_of_taken_back_page": {"listed_page_of_taken_back_page"},
    "listed_page_of_withdrawal": {"listed_page_of_withdrawal"},
    "published_cause_facts_are_made_anew": {"published_cause_facts_are_made_anew"},
    "second_reader_is_somebody_else": {"second_reader_is_somebody_else"},
    "second_reading_is_of_the_same_text": {"second_reading_is_of_the_same_text"},
}
# File of an archive: the keys that later versions of its format added, such as
# "symptom.prevention".
ADDED_KEYS: dict[str, set[str]] = {
    "pages": {
        "advice_heading",
        "care_cards",
        "emergency",
        "same_for_everyone",
        "shows_crisis_line",
        "symptom.determiner",
    },
    "causes": {"catch_all", "description"},
    "revisions": {"authorship_hash"},
    "reviews": {"continues"},
}
# Files that later versions of the format of archives added.
ADDED_FILES: set[str] = {
    "disputes.jsonl.gz",
    "event_values.jsonl.gz",
    "events.jsonl.gz",
    "harm_decisions.jsonl.gz",
    "phrases.jsonl.gz",
}
# Type of a record that other systems get: the fields that later builds added to it.
CARD_FIELDS = {"advice_heading", "care_cards", "same_for_everyone", "shows_crisis_line"}
ADDED_FIELDS: dict[str, set[str]] = {
    "symptom": CARD_FIELDS | {"determiner"},
    "article": CARD_FIELDS,
    "about": CARD_FIELDS,
}
# Headings of the columns that later builds added to lists as files.
ADDED_HEADINGS: set[str] = {
    "advice heading",
    "emergency card heading",
    "emergency card",
    "urgent card heading",
    "urgent card",
    "non-urgent card heading",
    "non-urgent card",
    "same for everyone",
    "crisis line",
    "determiner",
}
# Of django-import-export, which went (ADR 45), and of the caches that counted attempts (ADR 86). No
# environment sets them.
DROPPED_SETTINGS: set[str] = {
    "_COUNTING",
    "IMPORT_EXPORT_ESCAPE_FORMULAE_ON_EXPORT",
    "IMPORT_EXPORT_ESCAPE_ILLEGAL_CHARS_ON_EXPORT",
    "IMPORT_EXPORT_EXPORT_PERMISSION_CODE",
}

# Words of later builds, and those of build 978f4c9 in their place: in letters, and in the cells of
# lists as files. Longer ones come before those that they contain.
RELABELLED_IN_LETTERS: dict[str, str] = {
    "Overdue, past grace period (": "Past grace (",
    "Never published (": "Never signed (",
    "imported review, not yet reviewed here.": (
        "recorded from a previous system, and not yet reviewed here."
    ),
    ", assigned to ": ", with ",
    "and no review requested since.": "and not asked for since.",
    "Started ": "Begun ",
    "This is the status of the reviews.": "This is where the reviews stand.",
    ", requested by ": ", asked for by ",
    "These reviews that you requested are decided.": (
        "This is what became of the reviews you asked for."
    ),
    "you requested these reviews": "you asked for these reviews",
    "you sign it or request changes.": "you sign it or send it back.",
    "You do not need to do anything yet: the editors request the review from you,": (
        "You need not do anything yet: the editors ask you for the review,"
    ),
    "What they wrote is in the status of the page.": "What they wrote stands on the page’s form.",
    "that you reviewed last are due": "that you reviewed last fall due",
    "changes requested by ": "sent back by ",
    "Changes requested": "Sent back",
    "are waiting for an editor.": "wait for an editor.",
    "is waiting for an editor.": "waits for an editor.",
    "somebody who is not a reviewer now": "somebody who is no reviewer now",
    "open this link and choose one": "open this address and choose one",
    "The link works once": "The address works once",
}
RELABELLED_IN_CELLS: dict[str, str] = {
    "Changes requested": "Sent back",
    "Request cancelled": "Request taken back",
    "In review": "Waiting for a reviewer",
    "Published, imported review": "Live, recorded from a previous system",
    "Published, newer draft not signed": "Live, changed since",
    "Published": "Live as signed",
}

# Columns of keys that a later fold computes, by table or file of an archive, and of which names.
KEYS_OF_NAMES = {"articles_article": ("sort_key", "title"), "pages": ("sort_key", "title")}

# Steps that later builds put into breadcrumbs, between the first and the last.
ADDED_CRUMBS = {"Reviewers", "Topics"}
# Addresses whose body is compared to the byte. Of pages the texts and links are, in plain files.
SAME_BYTES = {"/robots.txt", "/feeds/reviewed.atom", "/healthz"}

# Pages of the site as plain files, and addresses, whose looks a later build changed on purpose:
# pages of causes and the finder (ADR 61).
REWRITTEN_PAGES = ("causes/", "finder/", "sitemap.xml")
# Histories say since what a signer was asked, and count parts as the desk does (ADR 66).
REWRITTEN_HISTORY = "/history/index.html"

# Functions of PostgreSQL behind triggers that later builds added to tables of that build.
ADDED_FUNCTIONS = {
    "signed_words_of_older_text",
    "listed_page_of_changed_page",
    "listed_page_of_deleted_page",
    "listed_page_of_discarded_page",
    "listed_page_of_new_due_date",
    "listed_page_of_new_page",
    "listed_page_of_old_due_date",
    "listed_page_of_other_due_date",
    "listed_page_of_revision",
    "listed_page_of_taken_back_page",
    "listed_page_of_withdrawal",
    "published_cause_facts_are_made_anew",
    "second_reader_is_somebody_else",
    "second_reading_is_of_the_same_text",
}

# What a pack of evidence says since of what it cannot prove: in its list, and after its readme.
ADDED_MANIFEST_FIELDS = {"limits"}
ADDED_TO_README = b"\nNo pack can show:"
# What later builds added to the conditions of triggers: a column that they keep as well.
ADDED_CONDITIONS = (
    " AND NEW.authorship_hash = OLD.authorship_hash",
    " OR COALESCE(NEW.continues_id, 0) <> COALESCE(OLD.continues_id, 0)",
    " AND NOT EXISTS (SELECT 1 FROM reviews_signaturedispute d WHERE d.reviewer_id = v.id "
    "AND d.restored_at IS NULL)",
)
# What holds for signatures holds for readings that confirm a part of a text too.
WIDENED_CONDITIONS = {"NEW.outcome IN ('approved', 'partly')": "NEW.outcome = 'approved'"}

# Searches of which the first page found stays, and the others are chosen otherwise (ADR 60).
SEARCHED_OTHERWISE = {"facial spasms"}

# Letters that say more since: what is asked of a reviewer, why, and how long it takes (ADR 69), and
# in the weekly digest what is planned, declined or not assigned (ADR 70).
REWRITTEN_LETTERS = ("reviews wait for you", "Reviews in the week of")
# What staff get since where they got a refusal: who is asked for a password comes back by GET.
LED_BACK = {"/desk/away/": [302, "/desk/"]}
REFUSED = [405, ""]
# Options that take more since: the head of the chain of events, behind a comma (ADR 64).
EXTENDED_OPTIONS = {"NUMBER:HASH,NUMBER:HASH": "SEQUENCE:HASH"}

ADDED_PERMISSIONS = {"reviews.reassign_review"}
# Table: the columns that may be empty since. A review is handed over to nobody in particular too.
EMPTIED_COLUMNS: dict[str, set[str]] = {"reviews_handover": {"to_id"}}

VERBS = ("add", "change", "delete", "view")


# Of SQLite's full-text search, and the tables that it keeps its own books in.
ADDED_INDEX = "reviews_signedwords_index"


def is_added_table(table: str) -> bool:
    return table in ADDED_MODELS.values() or table.startswith(ADDED_INDEX)


def is_added_model(app_label: str, model: str) -> bool:
    return f"{app_label}.{model}" in ADDED_MODELS


def is_added_permission(app_label: str, codename: str) -> bool:
    """Whether a later build added a permission, or the model that it is over."""
    if f"{app_label}.{codename}" in ADDED_PERMISSIONS:
        return True
    return is_added_model(app_label, codename.partition("_")[2])


def was_required(table: str, column: str) -> bool:
    """Whether a column that may be empty now had to have a value."""
    return column in EMPTIED_COLUMNS.get(table, ())


def is_added(table: str, name: str) -> bool:
    """Whether a later build added this column, or this constraint or index, to a table."""
    return name in ADDED_COLUMNS.get(table, ())


def without_added_conditions(triggers: dict[str, str]) -> dict[str, str]:
    """What triggers do, by name, as build 978f4c9 would have had them."""
    for condition in ADDED_CONDITIONS:
        triggers = {name: does.replace(condition, "") for name, does in triggers.items()}
    for now, then in WIDENED_CONDITIONS.items():
        triggers = {name: does.replace(now, then) for name, does in triggers.items()}
    return triggers


def without_rewritten(pages: dict) -> dict:
    """Pages by their paths, without those whose looks were changed on purpose."""
    return {
        path: page
        for path, page in pages.items()
        if not path.removeprefix("/").startswith(REWRITTEN_PAGES)
        and not path.endswith(REWRITTEN_HISTORY)
    }


def without_chosen_otherwise(searches: dict[str, list]) -> dict[str, list]:
    """The pages found by query; of a search that finds others since, the first."""
    return {
        query: found[:1] if query in SEARCHED_OTHERWISE else found
        for query, found in searches.items()
    }


def without_added_keys(file: str, line: dict) -> dict:
    """A line of an archive as build 978f4c9 would have written it."""
    line = dict(line)
    for key in ADDED_KEYS.get(file, ()):
        outer, _, inner = key.rpartition(".")
        if not outer:
            del line[inner]
        elif line[outer] is not None:
            line[outer] = {name: line[outer][name] for name in line[outer] if name != inner}
    return line


def with_old_key(place: str, row: dict) -> dict:
    """A row or a line with the key of its name as build 978f4c9 would have computed it."""
    if place not in KEYS_OF_NAMES:
        return row
    key, name = KEYS_OF_NAMES[place]
    assert row[key] == fold(row[name])[:200]
    return row | {key: fold_1(row[name])[:200]}


def without_rewritten_letters(letters: dict) -> dict:
    """Letters by their numbers, of those that were written anew on purpose who gets which."""
    return {
        number: {name: letter[name] for name in ("from", "to", "subject", "headers")}
        if any(subject in letter["subject"] for subject in REWRITTEN_LETTERS)
        else letter
        for number, letter in letters.items()
    }


def with_old_answers(answers: dict) -> dict:
    """Answers to staff, by person and address, with the refusals that are ways back since."""
    found = {}
    for visit, answer in answers.items():
        _, path = visit.split(" ", 1)
        found[visit] = REFUSED if LED_BACK.get(path) == answer else answer
    return found


def with_old_options(commands: dict) -> dict:
    """The options of commands, with what they took before."""
    found = {}
    for command, options in commands.items():
        found[command] = {
            name: [
                EXTENDED_OPTIONS.get(part, part) if isinstance(part, str) else part
                for part in option
            ]
            for name, option in options.items()
        }
    return found


def without_looks(answers: dict) -> dict:
    """Answers at public addresses, without the bodies of pages, which are laid out anew."""
    found = {}
    for path, (status, location, body) in answers.items():
        found[path] = [status, location, body if path in SAME_BYTES else ""]
    return found


def with_old_crumbs(value: Any) -> Any:
    """JSON-LD with the breadcrumbs that build 978f4c9 had."""
    if isinstance(value, list):
        return [with_old_crumbs(one) for one in value]
    if not isinstance(value, dict):
        return value
    if value.get("@type") == "BreadcrumbList":
        *inner, last = value["itemListElement"]
        kept = [step for step in inner if step.get("name") not in ADDED_CRUMBS]
        steps = [step | {"position": place} for place, step in enumerate([*kept, last], 1)]
        return value | {"itemListElement": steps}
    return {name: with_old_crumbs(inner) for name, inner in value.items()}


def without_added_fields(record: dict) -> dict:
    """A record for other systems as build 978f4c9 would have written it."""
    added = ADDED_FIELDS.get(record["type"], ())
    return {name: record[name] for name in record if name not in added}


def without_added_headings(data: bytes) -> bytes:
    """A list as CSV as build 978f4c9 would have written it."""
    rows = list(csv.reader(StringIO(data.decode("utf-8-sig"), newline="")))
    if not rows or not ADDED_HEADINGS.intersection(rows[0]):
        return data
    kept = [place for place, heading in enumerate(rows[0]) if heading not in ADDED_HEADINGS]
    text = StringIO(newline="")
    csv.writer(text).writerows([row[place] for place in kept] for row in rows)
    mark = "\ufeff" if data.startswith(b"\xef\xbb\xbf") else ""
    return (mark + text.getvalue()).encode()


def with_old_tags(data: bytes) -> bytes:
    """A list as CSV with bars between its tags, where semicolons stand since ADR 54."""
    rows = list(csv.reader(StringIO(data.decode("utf-8-sig"), newline="")))
    if not rows or "tags" not in rows[0]:
        return data
    place = rows[0].index("tags")
    for row in rows[1:]:
        row[place] = row[place].replace("; ", " | ")
    text = StringIO(newline="")
    csv.writer(text).writerows(rows)
    mark = "\ufeff" if data.startswith(b"\xef\xbb\xbf") else ""
    return (mark + text.getvalue()).encode()


def old_model(app_label: str, model: str) -> str:
    """What build 978f4c9 called a model."""
    for old, new in RENAMED_MODELS.items():
        app, _, old_name = old.partition(".")
        if (app, new) == (app_label, model):
            return old_name
    return model


def old_codename(app_label: str, codename: str) -> str:
    """What build 978f4c9 called a permission: some are derived from a model's name."""
    verb, _, model = codename.partition("_")
    return f"{verb}_{old_model(app_label, model)}" if verb in VERBS else codename


def old_view(name: str) -> str:
    """What build 978f4c9 called a view of the admin, such as admin:app_model_change."""
    site, _, rest = name.partition(":")
    if site != "admin":
        return name
    for old, new in RENAMED_MODELS.items():
        app, _, old_name = old.partition(".")
        if rest.startswith(f"{app}_{new}_"):
            return f"{site}:{app}_{old_name}_{rest.removeprefix(f'{app}_{new}_')}"
    return name


def old_addresses(text: str) -> str:
    """A text with the addresses of the admin as build 978f4c9 had them."""
    for old, new in RENAMED_MODELS.items():
        app, _, old_name = old.partition(".")
        text = text.replace(f"admin/{app}/{new}/", f"admin/{app}/{old_name}/")
    return text


def old_words(text: str, relabelled: dict[str, str]) -> str:
    """A text with the words that build 978f4c9 had in place of later ones."""
    for new, old in relabelled.items():
        text = text.replace(new, old)
    return text


def with_old_cells(data: bytes) -> bytes:
    """A list as CSV with the words of build 978f4c9 in its cells."""
    return old_words(data.decode(), RELABELLED_IN_CELLS).encode()
