"""A shared cache that may be down: then each process keeps to its own memory, and pages come all the same."""

import logging
import time

from django.core.cache import caches
from django.core.cache.backends.base import DEFAULT_TIMEOUT, BaseCache
from django.core.cache.backends.locmem import LocMemCache

logger = logging.getLogger(__name__)
LEFT_ALONE = 10  # seconds after a failure: who waits for a dead server at every turn is slow at every turn


class Forgiving(BaseCache):
    """Asks the cache that ``LOCATION`` names; where that fails, the memory of this process for a while."""

    def __init__(self, location, params):
        super().__init__(params)
        self._shared = location
        self._own = LocMemCache(f"while {location} is down", params)
        self._down_until = 0.0

    def _ask(self, name: str, *args, **kwargs):
        if time.monotonic() >= self._down_until:
            try:
                return getattr(caches[self._shared], name)(*args, **kwargs)
            except ValueError:
                raise  # incr() of a key that is not there: an answer, and no failure
            except Exception as error:  # each client has exceptions of its own
                self._down_until = time.monotonic() + LEFT_ALONE
                logger.error("The cache is down (%s); counting in each process for now.", type(error).__name__)
        return getattr(self._own, name)(*args, **kwargs)

    def add(self, key, value, timeout=DEFAULT_TIMEOUT, version=None):
        return self._ask("add", key, value, timeout, version)

    def get(self, key, default=None, version=None):
        return self._ask("get", key, default, version)

    def set(self, key, value, timeout=DEFAULT_TIMEOUT, version=None):
        return self._ask("set", key, value, timeout, version)

    def touch(self, key, timeout=DEFAULT_TIMEOUT, version=None):
        return self._ask("touch", key, timeout, version)

    def delete(self, key, version=None):
        return self._ask("delete", key, version)

    def incr(self, key, delta=1, version=None):
        return self._ask("incr", key, delta, version)

    def clear(self):
        return self._ask("clear")
