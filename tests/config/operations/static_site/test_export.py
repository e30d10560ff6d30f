"""The site as plain files.

Whole, signed words only, every link intact, and the same however often it is written.
"""

import fcntl
import hashlib
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from copy import deepcopy
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest
from django.core.management import CommandError

from articles.content.document import canonicalize
from articles.models import Article
from articles.publishing.actions import change_slug
from config.operations.static_site import addresses
from reviews.signing.actions import request_review, withdraw_page
from symptoms.models import Cause
from tests import factories, files, html
from tests.factories import add_figure, get_file_path, get_person, store_image
from tests.files import SITE_URL, export_site, list_files, read_manifest

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def built_site(module_db) -> dict[str, Article]:
    """Pages of every kind, with a picture: signed, signed twice, moved and withdrawn; and a draft
    that one names.
    """
    ann, ravi, fiona, morgan = map(get_person, ("ann", "ravi", "fiona", "morgan"))
    draft = factories.make_symptom(ann, slug="unsigned-ache", title="Unsigned ache")
    found = {
        slug: factories.make_complete_symptom(ann, slug=slug, title=slug.title())
        for slug in ("tics", "gone", "old")
    }
    found["whole"] = factories.make_complete_symptom(ann, others=[*found.values(), draft])
    found["diary"] = factories.make_article(
        ann, body='<p>Look in <a href="/symptoms/tics/">tics</a>.</p>'
    )
    found["about"] = factories.make_about_page(ann)
    add_figure(found["whole"], by=ann, image=store_image(ann, colour="navy"))
    for page in found.values():
        page.topics.add(factories.make_topic())
        factories.sign_page(page, by=ravi, asked_by=ann)
    factories.edit_page(found["tics"], by=ann, summary="Signed twice.")
    factories.sign_page(found["tics"], by=fiona, asked_by=ann, trigger="change")
    withdraw_page(found["gone"], reason="safety", by=morgan)
    change_slug(found["old"], slug="new", by=morgan)
    return found


@pytest.fixture
def site(built_site, db) -> dict[str, Article]:
    return deepcopy(built_site)


@pytest.fixture(scope="module")
def first_copy(built_site, tmp_path_factory) -> Path:
    """A copy of the site, to be read and not to be written to."""
    directory = tmp_path_factory.mktemp("copy")
    export_site(directory)
    return directory


@pytest.fixture
def copied(site, first_copy, tmp_path) -> Path:
    """A copy of the site of one's own."""
    return shutil.copytree(first_copy, tmp_path, dirs_exist_ok=True)


def read(directory: Path, name: str) -> str:
    return (directory / name).read_text()


def read_words(page: str) -> str:
    """What a page says, but for what a copy leaves out."""
    body = page.partition("<main")[2]
    left_out = r'<form class="ask".*?</form>|<section class="feedback".*?</section>'
    return html.get_text(re.sub(left_out, "", body, flags=re.DOTALL))


def test_every_link_of_a_copy_leads_to_a_file_of_it(copied, tmp_path):
    assert files.find_broken_links(tmp_path) == []
    assert len(list_files(tmp_path)) > 80


def test_the_link_checker_of_these_tests_finds_what_is_missing(copied, tmp_path):
    (tmp_path / "symptoms/tics/index.html").unlink()
    assert "index.html → /symptoms/tics/" in files.find_broken_links(tmp_path)
    assert "symptoms/facial-spasms/index.html → /symptoms/tics/" in files.find_broken_links(
        tmp_path
    )


def test_every_address_of_the_sitemap_is_in_the_copy(copied, tmp_path):
    listed = read(tmp_path, "sitemap.xml").split("<loc>")[1:]
    paths = [entry.partition("</loc>")[0].removeprefix(SITE_URL) for entry in listed]
    assert len(paths) > 15
    assert [
        path for path in paths if not (tmp_path / path.lstrip("/") / "index.html").is_file()
    ] == []


def test_a_file_says_what_the_site_says_there(copied, tmp_path, client, settings):
    settings.SITE_URL, settings.FINDER = SITE_URL, False
    for name in sorted(list_files(tmp_path)):
        if name.endswith("index.html") and not name.startswith(("search/", "finder/")):
            answer = client.get(f"/{name.removesuffix('index.html')}")
            if answer.status_code in (200, 410):
                assert read_words(answer.text) == read_words(read(tmp_path, name)), name
    picture = next(name for name in list_files(tmp_path) if name.startswith("images/"))
    assert client.get(f"/{picture}").content == (tmp_path / picture).read_bytes()


def test_nothing_in_a_copy_needs_a_server(copied, tmp_path, client):
    for name in list_files(tmp_path):
        if name.endswith(".html"):
            for word in (
                "<form",
                "<button",
                "/feedback/",
                "search.js",
                "/finder/",
                'href="/search/',
                "csrf",
                "nonce",
            ):
                # Printing needs a script and no server.
                text = read(tmp_path, name).replace('<button\n type="button" data-print', "")
                text = text.replace('<button type="button" data-print', "")
                assert word not in text, f"{word} in {name}"
    page = client.get("/symptoms/tics/").text
    for word in ("<form", "/feedback/", "search.js", "/finder/"):
        assert word in page


def test_nothing_unsigned_is_in_a_copy(site, ann, ravi, tmp_path):
    factories.edit_page(
        site["whole"], by=ann, summary="Zqsummary", title="Zqtitle", body="<p>Zqbody</p>"
    )
    Cause.objects.update(name="Zqcause")
    add_figure(site["diary"], by=ann, image=store_image(ann, colour="red"), alt="Zqalt")
    request_review(site["whole"], by=ann, note="Zqnote")
    export_site(tmp_path)
    for name in list_files(tmp_path):
        assert b"zq" not in (tmp_path / name).read_bytes().lower(), name
        assert "unsigned-ache" not in name
    assert len([name for name in list_files(tmp_path) if name.startswith("images/")]) == 1


def test_a_second_run_writes_nothing(site, tmp_path):
    first = export_site(tmp_path)
    before = {name: (tmp_path / name).stat() for name in list_files(tmp_path)}
    facts = export_site(tmp_path)
    count = len(before) - 1
    assert first == f"{count} new, 0 changed, 0 unchanged, 0 deleted."
    assert facts == f"0 new, 0 changed, {count} unchanged, 0 deleted."
    after = {name: (tmp_path / name).stat() for name in list_files(tmp_path)}
    assert {name: (at.st_mtime_ns, at.st_ino) for name, at in after.items()} == {
        name: (at.st_mtime_ns, at.st_ino) for name, at in before.items()
    }
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_the_manifest_tells_the_digest_of_every_file_and_the_site_revision(copied, tmp_path):
    facts = read_manifest(tmp_path)
    assert facts["files"] == files.compute_file_digests(tmp_path)
    assert facts["site_revision"] == max(Article.objects.public().values_list("live", flat=True))
    assert (facts["format"], facts["site_url"], facts["not_printed"]) == (
        "countersign-site",
        SITE_URL,
        [],
    )


def test_a_new_signature_shows_at_the_next_run(site, ann, ravi, tmp_path, copied):
    factories.edit_page(site["diary"], by=ann, body="<p>Three lines a day.</p>")
    assert ", 0 changed," in export_site(tmp_path)
    factories.sign_page(site["diary"], by=ravi, asked_by=ann, trigger="change")
    assert "1 new" in export_site(tmp_path)
    assert "Three lines a day." in read(tmp_path, "articles/keeping-a-diary/index.html")
    assert "Look in" in read(tmp_path, "articles/keeping-a-diary/history/1/index.html")
    assert read_manifest(tmp_path)["files"] == files.compute_file_digests(tmp_path)


def test_a_withdrawal_takes_words_pictures_and_causes_away_at_the_next_run(
    site, morgan, tmp_path, copied
):
    before = list_files(tmp_path)
    withdraw_page(site["whole"], reason="safety", by=morgan)
    export_site(tmp_path)
    lost = before - list_files(tmp_path)
    assert "symptoms/facial-spasms/signed.json" in lost
    assert {f"causes/cause-{number}-of-facial-spasms/index.html" for number in range(3)} < lost
    assert [name for name in list_files(tmp_path) if name.startswith("images/")] == []
    assert not (tmp_path / "images").exists()
    number = site["whole"].get_latest_revision().number
    for part in ("", "causes/", "history/", f"history/{number}/"):
        text = read(tmp_path, f"symptoms/facial-spasms/{part}index.html")
        assert "has been withdrawn" in text
        assert '<meta name="robots" content="noindex">' in text
        assert "Rest helps" not in text
        assert f"/symptoms/facial-spasms/{part}\n" in read(tmp_path, "gone.txt")
        assert f'"/symptoms/facial-spasms/{part}" 1;\n' in read(tmp_path, "gone.map")
    assert files.find_broken_links(tmp_path) == []


def test_an_address_of_old_leads_on_without_a_server(site, morgan, tmp_path, copied):
    for part in ("", "causes/", "history/"):
        text = read(tmp_path, f"symptoms/old/{part}index.html")
        assert f'<a href="/symptoms/new/{part}">{SITE_URL}/symptoms/new/{part}</a>' in text
        assert f'<link rel="canonical" href="{SITE_URL}/symptoms/new/{part}">' in text
        assert "http-equiv" not in text
        assert f'"/symptoms/old/{part}" "/symptoms/new/{part}";\n' in read(
            tmp_path, "redirects.map"
        )
        assert f"/symptoms/old/{part} /symptoms/new/{part} 301\n" in read(tmp_path, "_redirects")
    change_slug(site["old"], slug="newer", by=morgan)
    export_site(tmp_path)
    assert "/symptoms/newer/" in read(tmp_path, "symptoms/new/index.html")
    assert "/symptoms/newer/" in read(tmp_path, "symptoms/old/index.html")
    assert files.find_broken_links(tmp_path) == []


def test_a_file_for_programs_carries_the_document_in_the_bytes_that_were_signed(copied, tmp_path):
    data = (tmp_path / "symptoms/tics/signed.json").read_bytes()
    facts = json.loads(data)
    revision = Article.objects.get(slug="tics").live.revision
    assert canonicalize(facts["document"]) in data
    assert (
        hashlib.sha256(canonicalize(facts["document"])).hexdigest()
        == facts["revision"]["digest"]
        == revision.digest
    )
    assert [entry["by"]["name"] for entry in facts["signatures"]] == ["Fiona Field"]
    assert {entry["digest"] for entry in facts["signatures"]} == {revision.digest}
    assert facts["url"] == f"{SITE_URL}/symptoms/tics/"
    assert facts["document"]["advice"]


@pytest.mark.parametrize("word", ["comment", "conflicts", "licence", "provenance"])
def test_a_file_for_programs_tells_nothing_that_pages_keep_to_themselves(word, copied, tmp_path):
    assert word not in json.dumps(
        json.loads(read(tmp_path, "symptoms/tics/signed.json"))["signatures"]
    )


def test_a_site_that_changes_while_it_is_printed_is_printed_again(
    site, morgan, monkeypatch, tmp_path
):
    """The withdrawal comes after its page was printed, in the same run."""
    found = addresses.iter_addresses

    def slowly():
        yield from found()
        if Article.objects.get(pk=site["whole"].pk).live_id:
            withdraw_page(site["whole"], reason="safety", by=morgan)

    monkeypatch.setattr(addresses, "iter_addresses", slowly)
    export_site(tmp_path)
    assert "has been withdrawn" in read(tmp_path, "symptoms/facial-spasms/index.html")
    assert not (tmp_path / "symptoms/facial-spasms/signed.json").exists()
    assert read_manifest(tmp_path)["files"] == files.compute_file_digests(tmp_path)


def test_a_directory_with_something_else_in_it_is_left_alone(site, tmp_path):
    (tmp_path / "thesis.txt").write_text("Mine.")
    with pytest.raises(CommandError, match="holds something else"):
        export_site(tmp_path)
    (tmp_path / "manifest.json").write_text('{"files": {"thesis.txt": {}}}')
    with pytest.raises(CommandError, match="is not the list of a copy"):
        export_site(tmp_path)
    assert list_files(tmp_path) == {"thesis.txt", "manifest.json"}


def test_files_that_somebody_put_beside_a_copy_stay(copied, tmp_path):
    (tmp_path / "symptoms/note.txt").write_text("Mine.")
    export_site(tmp_path)
    assert read(tmp_path, "symptoms/note.txt") == "Mine."
    assert "symptoms/note.txt" not in read_manifest(tmp_path)["files"]


def test_a_manifest_that_was_tampered_with_deletes_nothing_outside(site, tmp_path):
    export_site(tmp_path / "copy")
    (tmp_path / "mine.txt").write_text("Mine.")
    facts = read_manifest(tmp_path / "copy")
    facts["files"] |= {"../mine.txt": {}, str(tmp_path / "mine.txt"): {}}
    (tmp_path / "copy/manifest.json").write_text(json.dumps(facts))
    export_site(tmp_path / "copy")
    assert read(tmp_path, "mine.txt") == "Mine."


def test_a_file_that_was_damaged_is_written_again(tmp_path, copied):
    (tmp_path / "index.html").write_text("Damaged.")
    assert "1 changed" in export_site(tmp_path)
    assert read_manifest(tmp_path)["files"] == files.compute_file_digests(tmp_path)


def test_a_dry_run_says_what_would_be_and_writes_nothing(site, morgan, tmp_path):
    export_site(tmp_path / "copy")
    before = files.compute_file_digests(tmp_path / "copy")
    withdraw_page(site["whole"], reason="wrong", by=morgan)
    output = export_site(tmp_path / "copy", dry_run=True)
    assert output.startswith("Nothing was written. It would be: ")
    assert files.compute_file_digests(tmp_path / "copy") == before
    assert output.endswith(export_site(tmp_path / "copy"))
    export_site(tmp_path / "other", dry_run=True)
    assert not (tmp_path / "other").exists()


def test_what_cannot_be_printed_is_named_and_the_rest_is_there(site, copied, tmp_path, capsys):
    picture = next(name for name in list_files(tmp_path) if name.startswith("images/"))
    file = Path(get_file_path(site["whole"].figures.get().image))
    data = file.read_bytes()
    file.unlink()
    try:
        with pytest.raises(SystemExit) as left:
            export_site(tmp_path)
    finally:
        file.write_bytes(data)
    assert left.value.code == 1
    assert f"/{picture} could not be printed: answered 404" in capsys.readouterr().err
    assert read_manifest(tmp_path)["not_printed"] == [f"/{picture}"]
    assert (tmp_path / picture).is_file()
    assert read_manifest(tmp_path)["files"] == files.compute_file_digests(tmp_path)


def test_two_runs_do_not_write_to_one_directory(site, tmp_path):
    export_site(tmp_path)
    lock = os.open(tmp_path, os.O_RDONLY)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(CommandError, match="Another run is writing"):
            export_site(tmp_path)
    finally:
        os.close(lock)
    export_site(tmp_path)


@contextmanager
def serve_directory(directory: Path):
    """A plain web server over a directory; gives how its addresses begin."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [
        sys.executable,
        "-m",
        "http.server",
        str(port),
        "--bind",
        "127.0.0.1",
        "--directory",
        str(directory),
    ]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(1200):
            try:
                urlopen(f"http://127.0.0.1:{port}/")
                break
            except URLError:
                time.sleep(0.1)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(120)


def test_a_plain_web_server_serves_the_same_words(copied, tmp_path, client, settings):
    settings.SITE_URL, settings.FINDER = SITE_URL, False
    with serve_directory(tmp_path) as origin:
        for address in ("/symptoms/facial-spasms/", "/symptoms/gone/", "/"):
            there = urlopen(origin + address).read().decode()  # noqa: S310 - our own
            assert len(read_words(there)) > 200
            assert read_words(there) == read_words(client.get(address).text)
