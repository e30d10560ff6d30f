"""A shared cache that is down costs speed and no page."""

import logging

import pytest
from django.core.cache import cache, caches
from django.core.cache.backends.locmem import LocMemCache

from config import cache_backends as ours
from tests import factories
from tests.articles.feedback.test_feedback import send_answer
from tests.factories import PASSWORD


class FailingCache(LocMemCache):
    """A server that answers, or does not."""

    down = False
    asked = 0

    def __getattribute__(self, name):
        if name in ("add", "get", "set", "touch", "delete", "incr", "clear"):
            FailingCache.asked += 1
            if FailingCache.down:
                raise ConnectionError("refused")
        return super().__getattribute__(name)


@pytest.fixture
def failing_cache(settings):
    settings.CACHES = {
        "default": {"BACKEND": "config.cache_backends.FallbackCache", "LOCATION": "shared"},
        "shared": {"BACKEND": "tests.config.test_cache_backends.FailingCache", "LOCATION": "moody"},
    }
    FailingCache.down, FailingCache.asked = False, 0
    yield FailingCache
    FailingCache.down = False


def test_everything_goes_through_to_the_shared_cache(failing_cache):
    cache.set("a", 1)
    assert caches["shared"].get("a") == 1
    assert (cache.incr("a"), cache.get("a"), cache.add("a", 9), cache.touch("a")) == (
        2,
        2,
        False,
        True,
    )
    cache.delete("a")
    assert cache.get("a", "gone") == "gone"
    with pytest.raises(ValueError, match="not found"):
        cache.incr("nothing")


def test_while_it_is_down_the_process_counts_by_itself_and_waits_for_it_once(
    failing_cache, caplog, monkeypatch
):
    failing_cache.down = True
    with caplog.at_level(logging.ERROR):
        assert cache.add("a", 0)
        assert [cache.incr("a") for _ in range(3)] == [1, 2, 3]
    assert failing_cache.asked == 1
    assert "The cache is down (ConnectionError)" in caplog.text
    failing_cache.down = False
    monkeypatch.setattr(ours, "RETRY_AFTER", 0)
    caches["default"]._down_until = 0.0
    assert cache.get("a") is None
    assert failing_cache.asked == 2


@pytest.mark.django_db
def test_readers_answer_and_people_sign_in_while_it_is_down(failing_cache, client, ann, ravi):
    article = factories.make_article(ann)
    factories.sign_page(article, by=ravi, asked_by=ann)
    failing_cache.down = True
    article.refresh_from_db()
    assert send_answer(client, article).status_code == 303
    assert client.get("/articles/keeping-a-diary/").status_code == 200
    response = client.post("/accounts/login/", {"login": "ann", "password": PASSWORD})
    assert response.status_code == 302
