"""A cache that is down costs speed and no page. Nothing that protects is counted in one."""

import logging
import time

from django.core.cache import caches
from django.core.cache.backends.base import DEFAULT_TIMEOUT, BaseCache
from django.core.cache.backends.locmem import LocMemCache

logger = logging.getLogger(__name__)
# Seconds after a failure: requests must not all wait for a dead server.
RETRY_AFTER = 10


class FallbackCache(BaseCache):
    """Uses the cache that ``LOCATION`` names; where that fails, this process's memory for a
    while.
    """

    def __init__(self, location, params):
        super().__init__(params)
        self._primary_alias = location
        self._fallback = LocMemCache(f"while {location} is down", params)
        self._down_until = 0.0

    def _call(self, name: str, *args, **kwargs):
        if time.monotonic() >= self._down_until:
            try:
                return getattr(caches[self._primary_alias], name)(*args, **kwargs)
            except ValueError:
                raise  # incr() of a key that is not there: an answer, and no failure
            except Exception as error:  # each client has exceptions of its own
                self._down_until = time.monotonic() + RETRY_AFTER
                logger.error(
                    "The cache is down (%s); each process has its own for now.",
                    type(error).__name__,
                )
        return getattr(self._fallback, name)(*args, **kwargs)

    def add(self, key, value, timeout=DEFAULT_TIMEOUT, version=None):
        return self._call("add", key, value, timeout, version)

    def get(self, key, default=None, version=None):
        return self._call("get", key, default, version)

    def set(self, key, value, timeout=DEFAULT_TIMEOUT, version=None):
        return self._call("set", key, value, timeout, version)

    def touch(self, key, timeout=DEFAULT_TIMEOUT, version=None):
        return self._call("touch", key, timeout, version)

    def delete(self, key, version=None):
        return self._call("delete", key, version)

    def incr(self, key, delta=1, version=None):
        return self._call("incr", key, delta, version)

    def clear(self):
        return self._call("clear")
