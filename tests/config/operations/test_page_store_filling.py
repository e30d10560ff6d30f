"""The page store filled in advance: all that visitors open, once, slowly, and no more than fits."""

import pytest
from django.core.management import CommandError, call_command

from articles.models import StoredPage
from articles.page_store import changes
from articles.page_store.fingerprint import forget_fingerprint
from articles.public.page_cache import page_cache
from config.operations.page_store_filling import StoreFilling, iter_paths
from reviews.signing.actions import withdraw_page
from tests import factories
from tests.articles.page_store.rendering import start_worker

pytestmark = pytest.mark.usefixtures("db", "page_store")
SITE_URL = "https://symptoms.example.org"
BROTLI = {"accept-encoding": "br"}


@pytest.fixture(autouse=True)
def site_url(settings):
    settings.SITE_URL = SITE_URL


@pytest.fixture
def pages(ann, ravi):
    made = []
    for name in ("ache", "cramp", "tics"):
        page = factories.make_symptom(ann, slug=name, title=name.title())
        factories.add_facts(page, ann)
        factories.sign_page(page, by=ravi, asked_by=ann)
        made.append(page)
    page_cache.clear()
    return made


def list_stored() -> set[str]:
    addresses = StoredPage.objects.values_list("address", flat=True)
    return {address.removeprefix(SITE_URL) for address in addresses}


def fill(capsys) -> str:
    start_worker()  # each run is a process of its own
    call_command("fill_page_store", "--share", "100")
    return capsys.readouterr().out


def test_pages_lists_and_causes_are_stored_as_a_visitor_gets_them(pages, client, capsys):
    assert "0 were there already" in fill(capsys)
    stored = list_stored()
    assert {
        "/",
        "/symptoms/",
        "/symptoms/ache/",
        "/symptoms/cramp/",
        "/symptoms/tics/",
        "/symptoms/tics/causes/",
        "/symptoms/a-z/t/",
        "/causes/cause-0-of-tics/",
        "/reviewers/",
    } <= stored
    assert not [path for path in stored if "/history/" in path]
    page_cache.memory.clear()
    kept = client.get("/symptoms/tics/", headers=BROTLI).content
    page_cache.clear()
    assert client.get("/symptoms/tics/", headers=BROTLI).content == kept


def test_a_page_from_the_filled_store_is_not_rendered_again(
    pages, client, capsys, django_assert_num_queries
):
    fill(capsys)
    page_cache.memory.clear()
    with django_assert_num_queries(1):
        client.get("/symptoms/tics/", headers=BROTLI)


def test_a_second_run_renders_what_changed_meanwhile_and_nothing_else(
    pages, ann, ravi, morgan, capsys
):
    fill(capsys)
    count = StoredPage.objects.count()
    assert fill(capsys) == f"Stored 0 pages; {count:,} were there already.\n"
    withdraw_page(pages[0], reason="wrong", by=morgan)
    assert "/symptoms/ache/" not in list_stored()
    fill(capsys)
    assert "/symptoms/ache/" not in list_stored()
    assert "/symptoms/" in list_stored()


def test_after_a_change_of_everything_or_of_the_build_all_is_rendered_again(
    pages, settings, capsys
):
    fill(capsys)
    count = StoredPage.objects.count()
    changes.announce(["everything"])
    assert fill(capsys) == f"Stored {count:,} pages; 0 were there already.\n"
    settings.BUILD = "another"
    forget_fingerprint()
    assert fill(capsys) == f"Stored {count:,} pages; 0 were there already.\n"


def test_a_run_that_was_stopped_goes_on_where_it_was(pages, capsys, monkeypatch):
    monkeypatch.setattr("config.operations.page_store_filling.BATCH", 3)
    filling = StoreFilling(1.0, sleep=stop_after(7))
    with pytest.raises(KeyboardInterrupt):
        filling.run()
    assert StoredPage.objects.count() == 7
    assert "; 7 were there already" in fill(capsys)


def stop_after(count: int):
    left = iter(range(count - 1))

    def sleep(seconds: float) -> None:
        if next(left, None) is None:
            raise KeyboardInterrupt

    return sleep


def test_it_waits_three_times_as_long_as_it_works(pages):
    waits = []
    StoreFilling(0.25, sleep=waits.append).run()
    assert len(waits) == len(set(iter_paths()))
    assert all(seconds > 0 for seconds in waits)
    assert StoreFilling(1.0, sleep=lambda seconds: pytest.fail("waited") if seconds else None)


def test_it_stops_where_a_tenth_of_the_store_is_left(pages, settings, capsys, monkeypatch):
    monkeypatch.setattr("config.operations.page_store_filling.BATCH", 2)
    settings.PAGE_STORE_MAX_ROWS = 10
    assert "the store is full" in fill(capsys)
    assert StoredPage.objects.count() in (9, 10)


def test_a_page_that_cannot_be_rendered_is_named_and_leaves_the_others(pages, capsys, monkeypatch):
    def fail(**values):
        raise LookupError("broken")

    monkeypatch.setattr("articles.public.topics.get_topics_page", fail)
    with pytest.raises(CommandError, match="1 pages could not be rendered"):
        fill(capsys)
    assert "/symptoms/tics/" in list_stored()


def test_without_an_address_of_the_site_or_without_a_store_it_says_so(pages, settings, capsys):
    settings.SITE_URL = ""
    with pytest.raises(CommandError, match="SITE_URL is not set"):
        fill(capsys)
    settings.SITE_URL, settings.PAGE_STORE = SITE_URL, False
    assert fill(capsys) == "The page store is off: nothing was rendered.\n"
    assert not StoredPage.objects.exists()
