"""Which tests run on both engines, and which on SQLite alone.

On PostgreSQL alone or SQLite alone runs what is marked so. On SQLite alone runs what uses no
database, and what stands in a file of ``ON_SQLITE``: forms, templates, texts, permissions, parsing,
views whose queries are plain. There too a test runs on both that counts queries, commits, writes
SQL or tries a trigger, which its fixtures and the names in its code tell, or that is marked
``both_engines``. What is not listed runs on both. The reasons are in ADR 47; a file of the list
that is gone fails ``tests/test_engines.py``.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from types import CodeType

from django.test import SimpleTestCase

ROOT = Path(__file__).resolve().parent.parent

# Whatever leads to a database asks for one of these in the end.
DATABASE_FIXTURES = {"db", "transactional_db", "live_server", "django_db_setup"}
# What a test on both engines names, wherever it stands.
BOTH = {
    "CaptureQueriesContext",
    "both_engines",
    "connection",
    "count_queries",
    "disable_triggers",
    "django_assert_max_num_queries",
    "django_assert_num_queries",
    "expect_refusal",
    "find_faults_after",
    "run_concurrently",
    "sql",
    "transactional_db",
}
NAMES_OF_BOTH = re.compile(rf"\b({'|'.join(BOTH)})\b")

ON_SQLITE = {
    "tests/articles/admin/test_care_cards.py",
    "tests/articles/admin/test_characters.py",
    "tests/articles/admin/test_concurrent_edits.py",
    "tests/articles/admin/test_confirmed_action.py",
    "tests/articles/admin/test_emergencies.py",
    "tests/articles/admin/test_figure_forms.py",
    "tests/articles/admin/test_form_layout.py",
    "tests/articles/admin/test_inline_formsets.py",
    "tests/articles/admin/test_inline_paging.py",
    "tests/articles/admin/test_large_symptoms.py",
    "tests/articles/admin/test_live_preview.py",
    "tests/articles/admin/test_pages.py",
    "tests/articles/admin/test_pasting.py",
    "tests/articles/admin/test_saved_forms.py",
    "tests/articles/admin/test_timeline.py",
    "tests/articles/care/test_actions.py",
    "tests/articles/care/test_advice.py",
    "tests/articles/care/test_phone_links.py",
    "tests/articles/content/test_diff.py",
    "tests/articles/content/test_diff_says_all.py",
    "tests/articles/content/test_document.py",
    "tests/articles/content/test_passages.py",
    "tests/articles/emergencies/test_emergency_pages.py",
    "tests/articles/emergencies/test_help_box.py",
    "tests/articles/feedback/test_admin.py",
    "tests/articles/feedback/test_harm.py",
    "tests/articles/feedback/test_rate_limits.py",
    "tests/articles/images/test_processing.py",
    "tests/articles/imports/admin/test_runs.py",
    "tests/articles/imports/admin/test_upload.py",
    "tests/articles/imports/formats/test_cells.py",
    "tests/articles/imports/formats/test_csv.py",
    "tests/articles/imports/formats/test_documentation.py",
    "tests/articles/imports/formats/test_files.py",
    "tests/articles/imports/formats/test_jsonl.py",
    "tests/articles/imports/formats/test_medlineplus.py",
    "tests/articles/imports/formats/test_xlsx.py",
    "tests/articles/imports/test_care_cards.py",
    "tests/articles/imports/test_characters.py",
    "tests/articles/page_store/test_moments.py",
    "tests/articles/public/test_about_views.py",
    "tests/articles/public/test_breadcrumbs.py",
    "tests/articles/public/test_history.py",
    "tests/articles/public/test_json_ld.py",
    "tests/articles/public/test_last_modified.py",
    "tests/articles/public/test_views.py",
    "tests/articles/publishing/test_copyright_notices.py",
    "tests/articles/quality/test_dose_notation.py",
    "tests/articles/quality/test_invisible_characters.py",
    "tests/articles/quality/test_numbers.py",
    "tests/articles/quality/test_quality.py",
    "tests/articles/quality/test_safety_alerts.py",
    "tests/articles/richtext/reader/test_cleaning.py",
    "tests/articles/richtext/reader/test_hidden.py",
    "tests/articles/richtext/reader/test_word.py",
    "tests/articles/richtext/test_anchors.py",
    "tests/articles/richtext/test_attributes.py",
    "tests/articles/richtext/test_plaintext.py",
    "tests/articles/richtext/test_tables.py",
    "tests/articles/richtext/test_vocabulary.py",
    "tests/articles/search/test_emergency.py",
    "tests/articles/search/test_emergency_lists.py",
    "tests/articles/search/test_faults.py",
    "tests/articles/search/test_help_everywhere.py",
    "tests/articles/search/test_hits.py",
    "tests/articles/search/test_recognition.py",
    "tests/articles/search/test_words.py",
    "tests/articles/templatetags/test_layout.py",
    "tests/config/admin/test_access.py",
    "tests/config/admin/test_composition.py",
    "tests/config/admin/test_list_addresses.py",
    "tests/config/admin/test_renamed_models.py",
    "tests/config/auth/test_accounts.py",
    "tests/config/middleware/test_head.py",
    "tests/config/middleware/test_second_factor.py",
    "tests/config/operations/archive/test_declaration.py",
    "tests/config/operations/demo/test_demo.py",
    "tests/config/operations/static_site/test_export.py",
    "tests/config/operations/static_site/test_other_sites.py",
    "tests/config/public/test_addresses.py",
    "tests/config/public/test_canonical_urls.py",
    "tests/config/public/test_compressed_pages.py",
    "tests/config/public/test_dropped_pages.py",
    "tests/config/public/test_headers.py",
    "tests/config/public/test_lists.py",
    "tests/config/public/test_nothing_unsigned_is_public.py",
    "tests/config/public/test_sitemap.py",
    "tests/config/public/test_views.py",
    "tests/config/public/test_well_known.py",
    "tests/config/public/test_without_database.py",
    "tests/config/test_formats.py",
    "tests/config/test_settings.py",
    "tests/config/test_structure.py",
    "tests/config/test_stylesheets.py",
    "tests/golden/test_names.py",
    "tests/reviews/admin/test_imported_reviews.py",
    "tests/reviews/desk/test_confirmation.py",
    "tests/reviews/desk/test_decisions.py",
    "tests/reviews/desk/test_rounds.py",
    "tests/reviews/desk/test_unsent_forms.py",
    "tests/reviews/desk/test_views.py",
    "tests/reviews/evidence/test_pack.py",
    "tests/reviews/expunging/test_expunged_texts.py",
    "tests/reviews/imported_reviews/test_recorded_everywhere.py",
    "tests/reviews/imported_reviews/test_spreadsheets.py",
    "tests/reviews/notifications/test_harm.py",
    "tests/reviews/public/test_feed.py",
    "tests/reviews/public/test_reviewer_profile.py",
    "tests/reviews/scheduling/test_planner.py",
    "tests/reviews/scheduling/test_proposal.py",
    "tests/reviews/signing/test_corrections.py",
    "tests/reviews/signing/test_overrides.py",
    "tests/reviews/signing/test_reader_reports.py",
    "tests/reviews/signing/test_reading_time.py",
    "tests/reviews/signing/test_second_factor.py",
    "tests/reviews/signing/test_second_reading.py",
    "tests/reviews/signing/test_shown_questions.py",
    "tests/reviews/signing/test_unchanged_texts.py",
    "tests/symptoms/admin/test_causes.py",
    "tests/symptoms/admin/test_merging.py",
    "tests/symptoms/content/test_serialization.py",
    "tests/symptoms/finder/test_care_cards.py",
    "tests/symptoms/finder/test_dangers.py",
    "tests/symptoms/finder/test_views.py",
    "tests/symptoms/imports/formats/test_columns.py",
    "tests/symptoms/imports/formats/test_frequencies.py",
    "tests/symptoms/imports/formats/test_obo.py",
    "tests/symptoms/imports/formats/test_open_data.py",
    "tests/symptoms/merging/test_public_pages.py",
    "tests/symptoms/projections/test_cause_subjects.py",
    "tests/symptoms/public/test_care_advice.py",
    "tests/symptoms/public/test_care_cards.py",
    "tests/symptoms/public/test_cause.py",
    "tests/symptoms/public/test_cause_pages.py",
    "tests/symptoms/public/test_first_screen.py",
    "tests/symptoms/public/test_json_ld.py",
    "tests/symptoms/public/test_views.py",
    "tests/test_code_figures.py",
    "tests/test_code_style.py",
    "tests/test_engines.py",
}


# They begin first, so that at the end no worker waits for the other one.
SLOWEST = {
    "tests/articles/admin/test_large_symptoms.py",
    "tests/config/operations/archive/test_engines.py",
    "tests/config/operations/backup/test_backup.py",
    "tests/config/operations/demo/test_demo.py",
    "tests/config/public/test_nothing_unsigned_is_public.py",
    "tests/config/public/test_page_store_follows.py",
    "tests/config/test_migrations.py",
    "tests/config/test_rename_migrations.py",
    "tests/golden/test_what_must_not_move.py",
}


def get_path(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def has_test_for_both(path: Path) -> bool:
    """Whether a file is to be collected on PostgreSQL at all."""
    return get_path(path) not in ON_SQLITE or bool(NAMES_OF_BOTH.search(path.read_text()))


def uses_database(item) -> bool:
    """Whether a test reaches the database. One that does so in a process of its own is marked
    ``django_db``.
    """
    of_django = issubclass(getattr(item, "cls", None) or object, SimpleTestCase)
    return bool(
        item.get_closest_marker("django_db")
        or of_django
        or DATABASE_FIXTURES & set(item.fixturenames)
    )


def runs_on(item, engine: str) -> bool:
    """Whether a test runs on an engine, ``sqlite`` or ``postgresql``."""
    other = {"sqlite": "postgresql", "postgresql": "sqlite"}[engine]
    if item.get_closest_marker(other):
        return False
    if engine == "sqlite" or item.get_closest_marker(engine):
        return True
    if not uses_database(item):
        return False
    return get_path(item.path) not in ON_SQLITE or is_for_both(item)


def is_for_both(item) -> bool:
    named = set(iterate_names(item.function.__code__))
    if item.get_closest_marker("both_engines") or commits(item):
        return True
    return bool(BOTH & (named | set(item.fixturenames)))


def commits(item) -> bool:
    marker = item.get_closest_marker("django_db")
    return bool(marker and marker.kwargs.get("transaction"))


def iterate_names(code: CodeType) -> Iterator[str]:
    """The names in the code of a function, and of those inside it."""
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from iterate_names(constant)
