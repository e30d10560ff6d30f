"""The rows of the page store: a new worker reads what another rendered, and nothing stale."""

import datetime as dt

import pytest
import time_machine
from django.core.management import call_command
from django.db.models import F
from django.http import Http404
from django.test import RequestFactory

from articles.models import StoredPage, StoredPageSubject
from articles.page_store import bounds, changes, subjects
from articles.page_store.bounds import store_bounds
from articles.page_store.fingerprint import forget_fingerprint
from articles.page_store.reporting import forget_reports
from articles.public.page_cache import page_cache, public_page
from tests.articles.page_store.rendering import CountedView, start_worker

pytestmark = pytest.mark.usefixtures("db", "page_store")


@pytest.fixture
def view():
    return CountedView()


def list_stored() -> list[str]:
    """The paths of stored pages."""
    addresses = StoredPage.objects.order_by("id").values_list("address", flat=True)
    return [address.removeprefix("http://testserver") for address in addresses]


def test_a_new_worker_answers_with_the_bytes_of_the_store(view, django_assert_num_queries):
    first = view.visit()
    start_worker()
    with django_assert_num_queries(2):  # the newest change, and the row
        second = view.visit()
    with django_assert_num_queries(0):
        third = view.visit()
    assert len(view.rendered) == 1
    assert first.content == second.content == third.content
    assert dict(first.headers) == dict(second.headers) == dict(third.headers)


def test_a_change_deletes_the_rows_that_name_it_and_no_others(view):
    for path in ("/one/", "/two/", "/three/"):
        view.visit(path)
    changes.announce(["/two/"])
    assert list_stored() == ["/one/", "/three/"]
    assert StoredPageSubject.objects.count() == 2 * 3  # the address, the list and the footer
    changes.announce(["list"])
    assert not StoredPage.objects.exists()
    assert not StoredPageSubject.objects.exists()


def test_a_change_of_everything_leaves_rows_that_nobody_is_given(view):
    view.visit()
    changes.announce(["list", subjects.EVERYTHING])
    for count in (2, 2):
        start_worker()
        view.visit()
        assert len(view.rendered) == count


def test_more_than_a_thousand_subjects_and_more_rows_than_are_deleted_are_everything(
    view, monkeypatch
):
    view.visit()
    changes.announce(f"page:{number}" for number in range(changes.MAX_SUBJECTS + 1))
    assert changes.get_newest() == (1, 1)
    monkeypatch.setattr("articles.page_store.rows.MAX_DELETED", 0)
    start_worker()
    view.visit()
    changes.announce(["list"])
    assert changes.get_newest() == (3, 3)
    start_worker()
    view.visit()
    assert len(view.rendered) == 3


def test_what_changed_while_a_page_was_rendered_is_not_stored(view):
    view.during = lambda: changes.announce(["list"])
    view.visit()
    assert not StoredPage.objects.exists()
    view.during = lambda: changes.announce(["another"])
    start_worker()
    view.visit()
    assert StoredPage.objects.count() == 1


def test_switched_off_nothing_is_stored_or_read(view, settings):
    view.visit()
    settings.PAGE_STORE = False
    start_worker()
    view.visit()
    assert len(view.rendered) == 2


def test_addresses_that_are_no_pages_leave_nothing(django_assert_max_num_queries):
    @public_page
    def view(request):
        raise Http404

    for number in range(10_000):
        with pytest.raises(Http404):
            view(RequestFactory().get(f"/no-page-{number}/"))
    assert not StoredPage.objects.exists()
    assert len(page_cache.memory) == 0


def test_a_row_that_somebody_changed_is_not_shown_but_rendered_again_and_logged(view, caplog):
    first = view.visit().content
    sound = StoredPage.objects.values().get()
    wrong = {
        "address": "http://testserver/two/",
        "encoding": "br",
        "fingerprint": "0" * 32,
        "status": 410,
        "revision": 10**6,
        "rendered_at": sound["rendered_at"] - 1,
        "expires_at": sound["expires_at"] + 10**6,
        "last_modified": sound["last_modified"] - 1,
        "headers": sound["headers"].replace("text/html", "text/plain"),
        "subjects": b"",
        "body": b"Take two of them.",
        "size": 1,
        "mac": bytes(32),
    }
    assert wrong.keys() == sound.keys() - {"id", "key"}
    for count, (column, value) in enumerate(wrong.items(), 2):
        StoredPage.objects.update(**{column: value})
        caplog.clear()
        forget_reports()
        start_worker()
        assert view.visit().content == first, column
        assert len(view.rendered) == count, column
        assert ["not as this site stored it" in record.message for record in caplog.records] == [
            True
        ], column
        assert StoredPage.objects.filter(pk=sound["id"]).values(column).get()[column] == (
            sound[column] if column not in ("rendered_at", "last_modified") else ANY_NUMBER
        ), column


class _AnyNumber:
    """Equal to each number."""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, int)

    __hash__ = None


ANY_NUMBER = _AnyNumber()


def test_a_row_of_another_address_or_of_another_secret_key_is_not_shown(view, settings):
    view.visit("/one/")
    view.visit("/two/")
    one, two = StoredPage.objects.order_by("id").values_list("key", flat=True)
    StoredPage.objects.filter(key=one).update(key="0" * 32)
    StoredPage.objects.filter(key=two).update(key=one)
    start_worker()
    view.visit("/one/")
    assert view.rendered == ["/one/", "/two/", "/one/"]
    settings.SECRET_KEY = "another"
    start_worker()
    view.visit("/one/")
    assert len(view.rendered) == 4


def test_another_build_renders_again_and_the_rows_of_the_earlier_one_go_first(view, settings):
    settings.PAGE_STORE_MAX_ROWS = 10
    for number in range(5):
        view.visit(f"/old/{number}/")
    settings.BUILD = "another"
    forget_fingerprint()
    start_worker()
    for number in range(8):
        view.visit(f"/new/{number}/")
    stored = list_stored()
    assert len(stored) <= 10
    assert [f"/new/{number}/" for number in range(8)] == [p for p in stored if "new" in p]


def test_a_full_store_lets_the_oldest_rows_go_and_never_the_one_just_written(view, settings):
    settings.PAGE_STORE_MAX_ROWS = 10
    start = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)
    with time_machine.travel(start, tick=False) as now:
        for number in range(30):
            now.shift(1)
            view.visit(f"/{number}/")
            assert len(list_stored()) <= 10
            assert list_stored()[-1] == f"/{number}/"
        assert list_stored()[0] == f"/{30 - len(list_stored())}/"
        now.shift(-3600)
        view.visit("/by-a-clock-set-back/")
        settings.PAGE_STORE_MAX_ROWS = 2
        store_bounds.clear()
        view.visit("/last/")
        assert list_stored()[-1] == "/last/"
        size = StoredPage.objects.latest("id").size
        settings.PAGE_STORE_MAX_ROWS, settings.PAGE_STORE_MAX_BYTES = 100, 3 * size
        store_bounds.clear()
        for number in range(5):
            view.visit(f"/bytes/{number}/")
            assert bounds.measure()[1] <= 3 * size
            assert list_stored()[-1] == f"/bytes/{number}/"
        settings.PAGE_STORE_MAX_BYTES = 100
        store_bounds.clear()
        view.visit("/larger-than-the-store/")
        assert "/larger-than-the-store/" not in list_stored()


def test_the_nightly_purge_deletes_what_nobody_is_shown(view, capsys):
    paths = ("/kept/", "/expired/", "/before-everything/", "/old-build/", "/new-build/")
    for path in paths:
        view.visit(path)
    rows = {path: StoredPage.objects.filter(address__endswith=path) for path in paths}
    rows["/expired/"].update(expires_at=1)
    rows["/before-everything/"].update(revision=-1)
    rows["/old-build/"].update(fingerprint="0" * 32, rendered_at=F("rendered_at") - 90_000)
    rows["/new-build/"].update(fingerprint="0" * 32)
    StoredPageSubject.objects.create(subject=1, page_id=10**9)
    call_command("purge_page_store")
    assert "Deleted 3 stored pages; left: 2," in capsys.readouterr().out
    assert list_stored() == ["/kept/", "/new-build/"]
    assert StoredPageSubject.objects.count() == 2 * 3
    call_command("purge_page_store", "--all")
    assert not StoredPage.objects.exists()
    assert not StoredPageSubject.objects.exists()
