"""The rows of the page store: a new worker reads what another rendered, and nothing stale."""

import pytest
from django.test import RequestFactory

from articles.models import StoredPage, StoredPageSubject
from articles.page_store import changes, subjects
from articles.page_store.following import follower
from articles.public.page_cache import PublicPage, page_cache, public_page

pytestmark = pytest.mark.usefixtures("db", "page_store")


@pytest.fixture
def rendered():
    return []


@pytest.fixture
def view(rendered):
    @public_page
    def view(request):
        rendered.append(request.path)
        subjects.name(request.path, "list")
        return PublicPage("404.html", {})

    return view


def visit(view, path="/one/"):
    return view(RequestFactory().get(path))


def start_worker():
    """Forget what this process knows, as one that just began."""
    page_cache.memory.clear()
    follower.clear()


def test_a_new_worker_answers_with_the_bytes_of_the_store(
    view, rendered, django_assert_num_queries
):
    first = visit(view)
    start_worker()
    with django_assert_num_queries(2):  # the newest change, and the row
        second = visit(view)
    with django_assert_num_queries(0):
        third = visit(view)
    assert len(rendered) == 1
    assert first.content == second.content == third.content
    assert dict(first.headers) == dict(second.headers) == dict(third.headers)


def test_a_change_deletes_the_rows_that_name_it_and_no_others(view):
    for path in ("/one/", "/two/", "/three/"):
        visit(view, path)
    changes.announce(["/two/"])
    assert [page.address[-5:] for page in StoredPage.objects.order_by("id")] == ["/one/", "hree/"]
    assert StoredPageSubject.objects.count() == 2 * 3  # the address, the list and the footer
    changes.announce(["list"])
    assert not StoredPage.objects.exists()
    assert not StoredPageSubject.objects.exists()


def test_a_change_of_everything_leaves_rows_that_nobody_is_given(view, rendered):
    visit(view)
    changes.announce(["list", subjects.EVERYTHING])
    assert StoredPage.objects.exists()
    start_worker()
    visit(view)
    assert len(rendered) == 2
    start_worker()
    visit(view)
    assert len(rendered) == 2


def test_what_changed_while_a_page_was_rendered_is_not_stored(rendered):
    @public_page
    def view(request):
        rendered.append(request.path)
        subjects.name("page")
        if len(rendered) == 1:
            changes.announce(["page"])
        return PublicPage("404.html", {})

    visit(view)
    assert not StoredPage.objects.exists()
    start_worker()
    visit(view)
    assert StoredPage.objects.count() == 1


def test_switched_off_nothing_is_stored_or_read(view, rendered, settings):
    visit(view)
    settings.PAGE_STORE = False
    start_worker()
    visit(view)
    assert len(rendered) == 2
