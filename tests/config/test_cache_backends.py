"""A shared cache that is down costs speed and no page; and none forgets a counter that protects."""

import json
import logging
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
import time_machine
from django.core.cache import cache, caches
from django.core.cache.backends.locmem import LocMemCache
from django.test import Client, RequestFactory

from articles.feedback import rate_limits
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


# Counters that protect

ROOT = Path(__file__).resolve().parents[2]


def settings_with(cache_url: str) -> dict:
    """CACHES as the settings give them with a CACHE_URL."""
    asked = "from django.conf import settings; import json; print(json.dumps(settings.CACHES))"
    env = os.environ | {"CACHE_URL": cache_url, "DJANGO_SETTINGS_MODULE": "config.settings"}
    done = subprocess.run(
        [sys.executable, "-c", asked], env=env, cwd=ROOT, capture_output=True, text=True, check=True
    )
    return json.loads(done.stdout)


@pytest.fixture(params=["", "filecache://{}", "locmemcache://counters"])
def guide(request, settings, tmp_path):
    """The caches of a site set up as the guide says."""
    settings.CACHES = settings_with(request.param.format(tmp_path / "cache"))
    cache.clear()
    yield
    cache.clear()


def make_visitor(number: int):
    return RequestFactory().post(
        "/", REMOTE_ADDR=f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"
    )


def test_of_1800_messages_from_as_many_addresses_a_thousand_pass(guide, settings):
    settings.FEEDBACK_AN_HOUR, settings.FEEDBACK_AN_HOUR_IN_ALL = 10, 1000
    assert sum(rate_limits.allow_request(make_visitor(number)) for number in range(1800)) == 1000
    assert not rate_limits.allow_request(make_visitor(1))


@pytest.mark.django_db
def test_a_name_is_guessed_at_five_times_whatever_else_is_counted(guide, settings, ann):
    settings.ALLOWED_HOSTS = ["*"]
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    tried = []
    for number in range(30):
        for other in range(70):
            cache.set(f"allauth:rl:{number}:{other}", [time.time()], 300)
        answer = Client(HTTP_HOST=f"host-{number}.example", REMOTE_ADDR=f"10.1.1.{number}").post(
            "/accounts/login/", {"login": "ann", "password": f"guess-{number}"}
        )
        tried.append("Too many" not in answer.text)
    assert tried == [True] * 5 + [False] * 25


def test_a_cache_in_the_database_holds_a_million_before_it_drops_any():
    found = settings_with("dbcache://counters")["shared"]
    assert found["OPTIONS"]["MAX_ENTRIES"] == 1_000_000


def test_other_caches_are_asked_for_as_they_were_named():
    found = settings_with("rediscache://127.0.0.1:6379/1")["shared"]
    assert "MAX_ENTRIES" not in found.get("OPTIONS", {})


def run_at_once(count: int, do) -> None:
    threads = [threading.Thread(target=do, args=[number]) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_files_lose_no_count_where_several_count_at_once(tmp_path):
    def count(_):
        own = ours.LockingFileCache(tmp_path, {})
        for _ in range(40):
            own.add("all", 0, 60)
            own.incr("all")

    run_at_once(6, count)
    assert ours.LockingFileCache(tmp_path, {}).get("all") == 240


def test_of_several_who_add_one_file_at_once_one_does(tmp_path):
    added = []

    def add(number):
        own = ours.LockingFileCache(tmp_path, {})
        added.extend(key for key in range(30) if own.add(f"lock-{key}", number, 60))

    run_at_once(6, add)
    assert sorted(added) == list(range(30))


def test_counting_in_files_keeps_until_when(tmp_path):
    files = ours.LockingFileCache(tmp_path, {})
    with time_machine.travel(1_800_000_000, tick=False) as clock:
        files.add("a", 0, 1000)
        clock.shift(900)
        assert files.incr("a") == 1
        clock.shift(99)
        assert files.get("a") == 1
        clock.shift(2)
        with pytest.raises(ValueError, match="not found"):
            files.incr("a")
        assert files.add("a", 5, 10)
        assert files.touch("a", 100)
        clock.shift(50)
        assert files.get("a") == 5
        files.set("b", 1, None)
        assert files.incr("b", 2) == 3
        clock.shift(10_000_000)
        assert files.get("b") == 3
        assert (files.delete("b"), files.delete("b"), files.touch("b")) == (True, False, False)


def test_files_that_expired_are_deleted_and_no_other(tmp_path):
    files = ours.LockingFileCache(tmp_path, {"OPTIONS": {"MAX_ENTRIES": 10}})
    with time_machine.travel(1_800_000_000, tick=False) as clock:
        for number in range(500):
            files.set(number, number, 60 if number % 2 else 9000)
        assert len(files._list_cache_files()) == 500
        clock.shift(2 * ours.PURGE_INTERVAL)
        for number in range(0, 500, 2):
            files.set(number, number, 9000)
        left = len(files._list_cache_files())
        assert (
            250 <= left < 450
        )  # a folder in which nobody wrote is looked through when somebody does
        assert [files.get(number) for number in range(0, 500, 2)] == list(range(0, 500, 2))
    files.clear()
    assert files._list_cache_files() == []


def test_a_process_remembers_more_than_a_flood_and_forgets_what_expired():
    memory = ours.ProcessMemoryCache("a flood", {"OPTIONS": {"MAX_ENTRIES": 10}})
    with time_machine.travel(1_800_000_000, tick=False) as clock:
        memory.set("guesses", 5, 10_000)
        for number in range(2 * ours.FIRST_PURGE_SIZE + 1):
            memory.set(number, 1, 60)
        assert memory.get("guesses") == 5
        clock.shift(61)
        for number in range(2 * ours.FIRST_PURGE_SIZE):
            memory.set(f"later-{number}", 1, 60)
        assert len(memory._cache) <= 2 * ours.FIRST_PURGE_SIZE + 1
        assert memory.get("guesses") == 5


class ForgetfulCache(LocMemCache):
    """Drops everything at once."""

    def incr(self, *args, **kwargs):
        self.clear()
        return super().incr(*args, **kwargs)


def test_a_counter_that_was_lost_lets_nobody_through(settings):
    settings.CACHES = {"default": {"BACKEND": "tests.config.test_cache_backends.ForgetfulCache"}}
    assert not rate_limits.allow_request(make_visitor(1))
