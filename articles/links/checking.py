"""A run of the check of links to other sites: politely, within a limit, the oldest first."""

import datetime as dt
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import urlsplit
from urllib.robotparser import RobotFileParser

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from articles.links import index
from articles.links.addresses import parse_address
from articles.links.requests import Answer, CannotAsk, find_answer, get_user_agent, read_robots
from articles.models import OutsideAddress, PageLink

BATCH = 500
RECHECK_DAYS = 30  # of an address that answered
FIRST_RETRY_DAYS = 1  # after a failure; doubled with each that follows


@dataclass
class HostSchedule:
    """When each host may be asked again, and what its robots.txt allows."""

    pause: float
    sleep: Callable[[float], None] = time.sleep
    asked_at: dict[str, float] = field(default_factory=dict)
    closed: set[str] = field(default_factory=set)  # asked to be left alone during this run
    robots: dict[str, RobotFileParser] = field(default_factory=dict)

    def wait(self, host: str) -> None:
        """Wait until the pause since the last request to a host is over."""
        if host in self.asked_at:
            remaining = self.asked_at[host] + self.pause - time.monotonic()
            if remaining > 0:
                self.sleep(remaining)

    def mark(self, host: str) -> None:
        self.asked_at[host] = time.monotonic()

    def is_allowed(self, url: str) -> bool:
        """Whether the site lets programs look at an address. Its robots.txt is read once a run."""
        parts = urlsplit(url)
        origin = f"{parts.scheme}://{parts.netloc}"
        if origin not in self.robots:
            host = parts.hostname or ""
            self.wait(host)
            parser = RobotFileParser()
            parser.parse(read_robots(origin).splitlines())
            self.mark(host)
            self.robots[origin] = parser
        return self.robots[origin].can_fetch(get_user_agent(), url)


def update_addresses() -> None:
    """Add the web addresses that pages link to now, and drop those that none does."""
    used = PageLink.objects.filter(outside_key=OuterRef("key"))
    OutsideAddress.objects.filter(~Exists(used)).delete()
    known = OutsideAddress.objects.filter(key=OuterRef("outside_key"))
    missing = PageLink.objects.exclude(outside_key="").filter(~Exists(known)).order_by()
    rows = {}
    for key, href in missing.values_list("outside_key", "href").distinct().iterator(BATCH):
        rows[key] = OutsideAddress(key=key, url=parse_address(href).href)
    OutsideAddress.objects.bulk_create(rows.values(), batch_size=BATCH, ignore_conflicts=True)


def select_due(limit: int) -> list[OutsideAddress]:
    """The addresses to ask now: those never asked, then those that waited longest.

    Those of one host do not follow each other, if there are others.
    """
    due = OutsideAddress.objects.filter(
        Q(next_check_at__isnull=True) | Q(next_check_at__lte=timezone.now())
    )
    never = list(due.filter(next_check_at__isnull=True).order_by("pk")[:limit])
    others = due.filter(next_check_at__isnull=False).order_by("next_check_at", "pk")
    chosen = never + list(others[: limit - len(never)])
    by_host: dict[str, list[OutsideAddress]] = defaultdict(list)
    for address in chosen:
        by_host[urlsplit(address.url).hostname or ""].append(address)
    ranked = []
    for addresses in by_host.values():
        ranked += list(enumerate(addresses))
    return [address for _, address in sorted(ranked, key=lambda pair: pair[0])]


def check_addresses(limit: int, *, pause: float) -> Counter[str]:
    """Ask up to ``limit`` addresses that are due, and store what was found. Gives counts.

    Each is stored at once, so that a run that is stopped loses nothing.
    """
    schedule = HostSchedule(pause)
    counts: Counter[str] = Counter()
    for address in select_due(limit):
        counts[check_address(address, schedule)] += 1
    return counts


def check_address(address: OutsideAddress, schedule: HostSchedule) -> str:
    """Ask one address and store what was found: fine, failing or undecided."""
    host = urlsplit(address.url).hostname or ""
    if host in schedule.closed:
        return "postponed"
    if not schedule.is_allowed(address.url):
        return _store(address, "undecided", "Not asked: the site's robots.txt does not allow it")
    schedule.wait(host)
    try:
        answer = find_answer(address.url)
    except CannotAsk as refusal:
        outcome, status = "failing", str(refusal)
    else:
        outcome, status = _judge(answer), answer.text
        if answer.retry_after or answer.status == 429:
            schedule.closed.add(host)
    schedule.mark(host)
    return _store(address, outcome, status)


def _judge(answer: Answer) -> str:
    if answer.is_fine:
        return "fine"
    return "undecided" if answer.is_undecided else "failing"


def _store(address: OutsideAddress, outcome: str, status: str) -> str:
    """Write what was found. What could not be decided leaves what was known as it is."""
    now = timezone.now()
    address.checked_at, address.status = now, status[:200]
    if outcome == "fine":
        address.failing_since, address.failures = None, 0
    elif outcome == "failing":
        address.failing_since = address.failing_since or now
        address.failures = min(address.failures + 1, 30)
    address.next_check_at = now + dt.timedelta(days=_count_days(address.failures))
    address.save()
    return outcome


def _count_days(failures: int) -> int:
    """How many days to wait: longer with each failure."""
    if not failures:
        return RECHECK_DAYS
    return min(FIRST_RETRY_DAYS * 2 ** (failures - 1), RECHECK_DAYS)


def run(limit: int, *, pause: float) -> Counter[str]:
    """Index the links of all pages anew, then ask the addresses outside that are due."""
    index.rebuild()
    update_addresses()
    return check_addresses(limit, pause=pause)
