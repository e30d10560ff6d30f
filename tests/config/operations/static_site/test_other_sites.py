"""Copies of other sites: of one page, of many, of none, and by a run that is killed."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import CommandError
from django.db import connection

from articles.models import Article
from config.operations.static_site import addresses
from config.public import sitemap
from reviews.signing.actions import withdraw_page
from tests import factories, files, servers
from tests.files import export_site, list_files, read_manifest

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).resolve().parents[4]
# Exports the site, and is killed by the system when it has put so many files in their place.
KILLED_PROGRAM = """
import os, signal, sys
from django.conf import settings

directory, moment = sys.argv[1], int(sys.argv[2])
import django
django.setup()
settings.STATIC_ROOT = settings.BASE_DIR / "static"
from django.core.management import call_command

replace, done = os.replace, 0

def killed(part, final):
    global done
    done += 1
    if done == moment:
        os.kill(os.getpid(), signal.SIGKILL)
    replace(part, final)

os.replace = killed
call_command("export_site", directory, site_url="https://symptoms.example.org")
"""


def read(directory: Path, name: str) -> str:
    return (directory / name).read_text()


def test_a_copy_shows_when_to_get_help_as_the_site_does_and_its_file_for_programs_as_it_was_signed(
    ann, ravi, morgan, tmp_path
):
    symptom = factories.make_symptom(ann, advice_level="routine")
    factories.sign_despite_checks(symptom, by=ravi, manager=morgan)
    export_site(tmp_path)
    page = read(tmp_path, "symptoms/facial-spasms/index.html")
    assert 'class="advice emergency"' in page
    assert 'Call <a class="dial" href="tel:911">911</a> if one side' in page
    signed = read(tmp_path, "symptoms/facial-spasms/signed.json")
    assert "routine" in signed
    assert "tel:" not in signed


def test_signed_words_that_lead_to_the_search_are_told_that_it_is_not_here(ann, ravi, tmp_path):
    page = factories.make_article(ann, body='<p>Ask <a href="/search/">the search</a>.</p>')
    factories.sign_page(page, by=ravi, asked_by=ann)
    export_site(tmp_path)
    assert files.find_broken_links(tmp_path) == []
    assert "cannot answer questions" in read(tmp_path, "search/index.html")


def test_lists_of_several_pages_and_a_sitemap_of_several_files_are_whole(
    ann, ravi, monkeypatch, tmp_path
):
    monkeypatch.setattr(sitemap, "ENTRIES_PER_FILE", 5)
    monkeypatch.setattr(addresses, "BATCH_SIZE", 4)
    for place in (
        "symptoms.public.az_index.ENTRIES_PER_PAGE",
        "symptoms.public.az_index._letter_list.per_page",
        "symptoms.projections.causes.ENTRIES_PER_PAGE",
        "symptoms.projections.causes._mentions.per_page",
        "articles.public.topics.ENTRIES_PER_PAGE",
        "articles.public.topics._entries.per_page",
        "reviews.public.reviewer_profile.ENTRIES_PER_PAGE",
        "reviews.public.reviewer_profile._signatures.per_page",
    ):
        monkeypatch.setattr(place, 4)
    factories.publish_symptoms(9, by=ann, signer=ravi)
    export_site(tmp_path)
    assert files.find_broken_links(tmp_path) == []
    lists = {
        "symptoms/a-z/a/3",
        "causes/long-day-0/3",
        "topics/bones-joints-and-muscles/3",
        "reviewers/ravi-rao/3",
    }
    assert {f"{name}/index.html" for name in lists} < list_files(tmp_path)
    assert {"sitemap/pages-2.xml", "sitemap/site-1.xml"} < list_files(tmp_path)


@pytest.mark.parametrize("count", [1, 3])
def test_finding_the_addresses_takes_as_many_queries_for_one_page_as_for_many(
    count, ann, ravi, django_assert_num_queries
):
    factories.publish_symptoms(count, by=ann, signer=ravi)
    with django_assert_num_queries(19):
        assert len(list(addresses.iter_addresses())) > 40


def test_a_page_in_a_language_that_has_no_addresses_yet_stops_nothing(ann, ravi, tmp_path):
    page = factories.make_article(ann, slug="tagebuch", title="Tagebuch", language="de")
    factories.sign_page(page, by=ravi, asked_by=ann)
    export_site(tmp_path)
    assert not (tmp_path / "articles/tagebuch").exists()


def test_a_copy_needs_to_know_its_address(tmp_path, settings):
    settings.SITE_URL = ""
    with pytest.raises(CommandError, match="SITE_URL is not set"):
        export_site(tmp_path / "copy", site_url="")
    with pytest.raises(CommandError, match="without a path"):
        export_site(tmp_path / "copy", site_url="https://example.org/health")
    assert not (tmp_path / "copy").exists()
    settings.SITE_URL = "https://set.example.org"
    export_site(tmp_path / "copy", site_url="")
    assert read_manifest(tmp_path / "copy")["site_url"] == "https://set.example.org"


def run_killed(directory: Path, moment: int) -> int:
    env = {
        "DATABASE_URL": servers.get_database_url(connection),
        "PYTHONPATH": str(ROOT),
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "STATICFILES_STORAGE": "django.contrib.staticfiles.storage.StaticFilesStorage",
    }
    command = [sys.executable, "-c", KILLED_PROGRAM, str(directory), str(moment)]
    done = subprocess.run(
        command, env=os.environ | env, capture_output=True, text=True, timeout=600
    )
    assert done.returncode in (0, -signal.SIGKILL), done.stderr
    return done.returncode


@pytest.mark.sqlite  # what is half-written are files
def test_a_run_that_is_killed_leaves_a_copy_that_serves_and_the_next_one_ends_as_if_nothing_was(
    transactional_db, ann, ravi, morgan, tmp_path
):
    slugs = factories.publish_symptoms(3, by=ann, signer=ravi)
    killed, quiet = tmp_path / "killed", tmp_path / "quiet"
    for moment in (1, 7, 20):
        assert run_killed(killed, moment) == -signal.SIGKILL
        assert not (killed / "manifest.json").exists()
    assert (killed / ".export/part").exists()
    # What a run that was killed wrote, and no list of files ever named, goes when its page does.
    assert (killed / f"symptoms/{slugs[0]}/signed.json").exists()
    withdraw_page(Article.objects.get(slug=slugs[0]), reason="safety", by=morgan)
    assert run_killed(killed, 0) == 0
    assert not (killed / f"symptoms/{slugs[0]}/signed.json").exists()
    for moment in (2, 5):
        factories.sign_page(
            Article.objects.get(slug=slugs[1]), by=ravi, asked_by=ann, trigger="annual"
        )
        before = read_manifest(killed)
        assert run_killed(killed, moment) == -signal.SIGKILL
        assert read_manifest(killed) == before
        assert files.find_broken_links(killed) == []
    assert run_killed(killed, 0) == run_killed(quiet, 0) == 0
    assert (killed / "manifest.json").read_bytes() == (quiet / "manifest.json").read_bytes()
    assert list_files(killed) == list_files(quiet)
