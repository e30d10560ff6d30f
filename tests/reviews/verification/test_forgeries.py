"""Each forgery of the table is named by the check that it is to be named by, on both engines."""

import re
from pathlib import Path

import pytest
from django.core.files.storage import storages
from django.core.management import call_command
from django.db import connection, transaction

from articles.audit import authorship, kinds
from articles.audit.recording import record, record_baseline
from articles.images import store
from articles.models import Article, Image
from articles.public.page_cache import page_cache
from articles.search import fulltext
from articles.search.fulltext import COLUMNS, ENTRY_TABLE, FTS_TABLE
from reviews import verification
from reviews.models import MedicalReview, Reviewer
from reviews.signing.actions import withdraw_page
from reviews.verification.heads import explain_lost_heads, get_heads
from tests import factories
from tests.database import disable_triggers, sql
from tests.factories import get_person
from tests.reviews.verification.chains import rewrite_chains
from tests.reviews.verification.forgeries import FORGERIES, IMAGES, Forgery, build_batches

pytestmark = pytest.mark.django_db
MAX_LINE = 400
ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="module")
def site(module_db):
    """Two years of a small site; verification finds nothing in it."""
    factories.make_site_history(*map(get_person, ("ann", "ravi", "fiona", "morgan", "olga")))


def find_faults_by_check() -> dict[str, list[str]]:
    """The lines of each check that finds something."""
    found = {label: list(check(label, True)) for label, check in verification.CHECKS.items()}
    return {label: lines for label, lines in found.items() if lines}


def find_faults_after_forging(batch: list[Forgery]) -> dict[str, list[str]]:
    """What is found once somebody has forged, with the triggers dropped and put back."""
    with transaction.atomic():
        with disable_triggers():
            for forgery in batch:
                for statement in forgery.statements:
                    sql(statement)
        found = find_faults_by_check()
        transaction.set_rollback(True)
    return found


def explain_failure(forgery: Forgery, found: dict[str, list[str]]) -> str:
    """Why a forgery is not found as the table says; empty if it is.

    No other check has its line: with its own check taken out, nothing names it.
    """
    named_by = {}
    for label, lines in found.items():
        named = [line for line in lines if re.fullmatch(forgery.line, line)]
        if named:
            named_by[label] = named
    if list(named_by) != [forgery.check]:
        return f"{forgery.what}: named by {named_by} and not by {forgery.check}"
    if len(named_by[forgery.check][0]) > MAX_LINE:
        return f"{forgery.what}: its line is long"
    missing = set(forgery.also) - set(found)
    return f"{forgery.what}: {missing} find nothing" if missing else ""


def test_each_forgery_is_named_by_its_own_check_and_by_no_other(site):
    assert find_faults_by_check() == {}
    failures = []
    for batch in build_batches(FORGERIES):
        found = find_faults_after_forging(batch)
        failures += [explain_failure(forgery, found) for forgery in batch]
        expected = {forgery.check for forgery in batch}
        expected.update(*[forgery.also for forgery in batch])
        if found.keys() != expected:
            failures.append(f"{[forgery.what for forgery in batch]}: found by {found.keys()}")
    assert list(filter(None, failures)) == []


def test_every_check_and_every_kind_of_the_chain_has_a_forgery():
    elsewhere = {"guards", "other triggers", "images", "full-text index"}  # tests of their own
    assert set(verification.CHECKS) - {forgery.check for forgery in FORGERIES} == elsewhere
    lines = [forgery.line for forgery in FORGERIES if forgery.check == "events"]
    for kind in kinds.get_all():
        assert any(line.startswith(f"{kind.name} ") for line in lines), kind.name


def test_the_table_for_people_has_each_forgery_with_its_check():
    page = (ROOT / "docs" / "verification.md").read_text()
    for forgery in FORGERIES:
        row = rf"\| {re.escape(forgery.what)} \| [^|]+ \| {re.escape(forgery.check)} \|"
        assert re.search(row, page), forgery.what


def test_a_removed_image_is_found_by_the_text_that_names_it_and_by_its_event(site):
    """With the file gone too, and with each of the two checks taken out."""
    [removed] = [forgery for forgery in IMAGES if "removed together" in forgery.what]
    figures = Article.objects.get(slug="tics").live.revision.read().figures
    [image] = Image.objects.filter(sha256__in={figure.sha256 for figure in figures})
    file = Path(storages["images"].path(store.get_file_name(image)))
    kept = file.read_bytes()
    file.unlink()
    try:
        found = find_faults_after_forging([removed])
    finally:
        file.write_bytes(kept)
    assert found.keys() == {"images that texts name", "events", "lists beside the log"}
    assert f"image image:{image.sha256}: it is gone, and event " in found["events"][0]


def test_an_author_who_is_removed_from_a_text_in_review_is_found_by_its_request(site):
    """The hash of the authorship is computed again: that of a request names it."""
    revision = MedicalReview.objects.get(article__slug="open-ache").revision
    with transaction.atomic():
        with disable_triggers():
            revision.authorships.all().delete()
            forged = authorship.compute_hash(revision, revision.article.uuid, authors=[])
            sql(
                "UPDATE articles_revision SET authorship_hash = %s WHERE id = %s",
                forged,
                revision.pk,
            )
        found = find_faults_by_check()
        transaction.set_rollback(True)
    assert found.keys() == {"events"}
    assert re.match(r"review review:\S+: its authorship is not what event", found["events"][0])


# The index of the engine. PostgreSQL computes the column itself: a forger has to stop that first.
STOP_COMPUTING = f"ALTER TABLE {ENTRY_TABLE} ALTER COLUMN words DROP EXPRESSION"
OF_ONE = "WHERE id = (SELECT MIN(id) FROM articles_searchentry)"
FULLTEXT_FORGERIES = {
    "sqlite": {
        f"{FTS_TABLE}: the full-text index is empty, and there are N entries": [
            f"INSERT INTO {FTS_TABLE} ({FTS_TABLE}) VALUES ('delete-all')"
        ],
        f"{ENTRY_TABLE} N (T): its words are not those of the full-text index": [
            f"INSERT INTO {FTS_TABLE} (rowid, {COLUMNS}) "
            f"SELECT id, 'miracl', 'cure', '' FROM {ENTRY_TABLE} {OF_ONE}"
        ],
        f"{FTS_TABLE}_insert: it is missing, or not the one of the full-text index": [
            f"DROP TRIGGER {FTS_TABLE}_insert",
            f"CREATE TRIGGER {FTS_TABLE}_insert AFTER INSERT ON {ENTRY_TABLE} BEGIN SELECT 1; END",
        ],
    },
    "postgresql": {
        f"{ENTRY_TABLE}: the full-text index has the words of none of its N rows": [
            STOP_COMPUTING,
            f"UPDATE {ENTRY_TABLE} SET words = ''",
        ],
        f"{ENTRY_TABLE} N (T): its words are not those of the full-text index": [
            STOP_COMPUTING,
            f"UPDATE {ENTRY_TABLE} SET words = to_tsvector('simple', 'miracl cure') {OF_ONE}",
        ],
        f"{ENTRY_TABLE}: its column of words is missing, or no longer computed": [
            f"ALTER TABLE {ENTRY_TABLE} DROP COLUMN words"
        ],
        f"{ENTRY_TABLE}: its column of names is missing, or no longer computed": [
            f"ALTER TABLE {ENTRY_TABLE} ALTER COLUMN names DROP EXPRESSION",
            f"UPDATE {ENTRY_TABLE} SET names = to_tsvector('simple', 'miracl cure') {OF_ONE}",
        ],
        "articles_search_words: it is missing, or not the one of the full-text index": [
            "DROP INDEX articles_search_words"
        ],
    },
}


def test_the_full_text_index_is_compared_with_the_entries_and_can_be_rebuilt(site):
    for line, statements in FULLTEXT_FORGERIES[connection.vendor].items():
        with transaction.atomic():
            with disable_triggers():
                for statement in statements:
                    sql(statement)
            found = find_faults_by_check()
            fulltext.rebuild(connection)
            rebuilt = find_faults_by_check()
            transaction.set_rollback(True)
        assert rebuilt == {}
        assert found.keys() == {"full-text index"}, line
        pattern = re.escape(line).replace("\\ N\\ ", r"\ [\d,]+\ ").replace(r"\(T\)", r"\(.+\)")
        assert any(re.fullmatch(pattern, fault) for fault in found["full-text index"]), found


# What a kept head alone shows, and what nothing shows yet.


def test_newest_entries_deleted_with_all_that_names_them_are_found_by_a_kept_head_only(
    site, morgan
):
    with transaction.atomic():
        page = Article.objects.get(slug="tics")
        withdraw_page(page, reason="safety", by=morgan)
        kept = get_heads()
        transaction.set_rollback(True)  # what is left when each row that names it is deleted too
    assert find_faults_by_check() == {}
    entry, event = explain_lost_heads(kept)
    assert re.fullmatch(r"entry \d+, whose hash was kept outside, is gone: the chain .*", entry)
    assert re.fullmatch(r"event \d+, whose hash was kept outside, is gone: the chain .*", event)


def test_chains_that_were_computed_again_are_found_by_a_kept_head_only(site):
    kept = get_heads()
    with transaction.atomic():
        with disable_triggers():
            rewrite_chains("Please say more.", "Well written.")
            sql(
                "UPDATE reviews_medicalreview SET "
                "comment = replace(comment, 'Please say more.', 'Well written.')"
            )
        found = find_faults_by_check()
        lost = list(explain_lost_heads(kept))
        transaction.set_rollback(True)
    assert found == {}
    assert [" is not the one that was kept outside" in line for line in lost] == [True, True]


def test_a_baseline_that_is_made_again_is_not_the_one_that_the_ledger_names(site):
    with transaction.atomic():
        with disable_triggers():
            sql("DELETE FROM articles_auditprivatevalue")
            sql("DELETE FROM articles_auditevent")
            sql("UPDATE reviews_reviewer SET biography = 'Nobel prize in medicine, 2020.'")
            record_baseline()
        found = find_faults_by_check()
        transaction.set_rollback(True)
    assert found.keys() == {"entries of the ledger"}
    line = r"reviews_signature .*: the newest event that it names, \d+, is (gone|another one now)"
    assert all(re.fullmatch(line, fault) for fault in found["entries of the ledger"])


def test_what_is_appended_through_the_actions_is_not_found(site, ann, ravi, morgan):
    """Not before signers have keys of their own: the signer's receipt is the alarm."""
    with transaction.atomic():
        page = Article.objects.get(slug="tics")
        factories.sign_page(
            factories.edit_page(page, by=ann, summary="Forged."), by=ravi, asked_by=ann
        )
        with disable_triggers():
            sql("UPDATE reviews_reviewer SET biography = 'Nobel prize in medicine, 2020.'")
        record("reviewer", Reviewer.objects.all(), by=morgan)
        found = find_faults_by_check()
        transaction.set_rollback(True)
    assert found == {}


# Rendered pages: no row of a database has one.

ADDRESSES = (
    "/",
    "/symptoms/",
    "/symptoms/tics/",
    "/search/?q=tics",
    "/sitemap.xml",
    "/api/symptoms",
)
CACHE_TABLE = "shared_cache"


def test_nothing_that_is_rendered_is_ever_read_from_a_row_of_a_shared_cache(site, client, settings):
    """Whoever can write a row of the cache, with any digest, changes no page."""
    backend = "django.core.cache.backends.db.DatabaseCache"
    settings.CACHES = {"default": {"BACKEND": backend, "LOCATION": CACHE_TABLE}}
    with transaction.atomic():
        call_command("createcachetable", verbosity=0)
        before = {address: client.get(address).content for address in ADDRESSES}
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT cache_key, value FROM {CACHE_TABLE}")
            rows = cursor.fetchall()
        for _, value in rows:
            assert len(value) < 500
        page_cache.clear()
        sql(f"DELETE FROM {CACHE_TABLE}")
        after = {address: client.get(address).content for address in ADDRESSES}
        transaction.set_rollback(True)
    assert after == before
    assert all(before.values())


def test_only_counts_use_the_shared_cache():
    """A module that begins to store pages there has to sign them first: see ADR 65."""
    users = set()
    for app in ("articles", "symptoms", "reviews", "config"):
        for path in (ROOT / app).rglob("*.py"):
            if "django.core.cache" in path.read_text():
                users.add(str(path.relative_to(ROOT)))
    assert users == {
        "config/cache_backends.py",
        "config/checks.py",  # the names of backends whose packages may be missing
        "config/settings.py",
        # Digests of changes: they are computed from the texts again when somebody signs.
        "reviews/signing/same_changes.py",
    }
