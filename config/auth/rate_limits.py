"""allauth's rate limits, counted in the database in place of a cache (ADR 86).

allauth keeps a list of moments in Django's cache, which may forget it, and refuses or lets through
as the cache happens to answer. Its pages, forms and settings stay as they are: what counts one rate
is replaced here, once.
"""

from dataclasses import dataclass

from allauth.core.exceptions import RateLimited
from allauth.core.internal import ratelimit

from articles import attempts

WHAT = "allauth"


@dataclass
class CountedUsage:
    """What allauth takes back where a sign-in succeeded."""

    attempt: attempts.Attempt | None

    def rollback(self) -> None:
        if self.attempt:
            self.attempt.take_back()


def consume_rate(
    request,
    *,
    app,
    action,
    rate,
    key=None,
    user=None,
    dry_run=False,
    raise_exception=False,
) -> CountedUsage | None:
    """None where the rate is used up. Raises CannotCount; RateLimited where that is asked for."""
    by = ratelimit.get_cache_key(request, app=app, action=action, rate=rate, key=key, user=user)
    if dry_run:
        attempt, count = None, attempts.read_count(WHAT, by) + 1
    else:
        attempt = attempts.count_attempt(WHAT, by, seconds=int(rate.duration))
        count = attempt.count
    if count <= rate.amount:
        return CountedUsage(attempt)
    attempts.note_refusal(action)
    if raise_exception:
        raise RateLimited
    return None


def clear_rates(request, *, app, action, config=None, key=None, user=None) -> None:
    """Begin to count anew, after somebody proved who they are."""
    for rate in ratelimit.get_rates(app=app, action=action, config=config):
        by = ratelimit.get_cache_key(request, app=app, action=action, rate=rate, key=key, user=user)
        attempts.forget_attempts(WHAT, by)


def install() -> None:
    """Let allauth count here. Raises AttributeError where allauth counts in another way now."""
    for name, own in (("_consume_single_rate", consume_rate), ("clear", clear_rates)):
        getattr(ratelimit, name)
        setattr(ratelimit, name, own)
