"""System checks of our settings, for ``check --deploy``."""

from importlib.util import find_spec

from django.conf import settings
from django.core.checks import Tags, Warning, register
from django.db import Error

from articles.scheduled_runs import RunState, RunStatus, list_neglected

# Packages that caches need and that are not installed with the program.
CACHE_PACKAGES = {
    "django.core.cache.backends.redis.RedisCache": "redis",
    "django_redis.cache.RedisCache": "django_redis",
    "django.core.cache.backends.memcached.PyMemcacheCache": "pymemcache",
    "django.core.cache.backends.memcached.PyLibMCCache": "pylibmc",
}
OWN_HOSTS = {"127.0.0.1", "localhost", "[::1]"}


@register(Tags.security, deploy=True)
def check_site_url(app_configs, **kwargs) -> list[Warning]:
    if settings.SITE_URL:
        return []
    return [
        Warning(
            "SITE_URL is not set, so that no mail with a link is sent, neither about reviews nor"
            " for a new password.",
            hint="Set it to how the site's addresses begin, such as https://example.org.",
            id="countersign.W001",
        )
    ]


@register(Tags.security, deploy=True)
def check_numbers(app_configs, **kwargs) -> list[Warning]:
    """Numbers without their country, and a crisis line that can be written to but not called."""
    found = []
    if not settings.NUMBERS_COUNTRY:
        found.append(
            Warning(
                "NUMBERS_COUNTRY is not set, so that readers elsewhere do not learn that "
                f"{settings.EMERGENCY_NUMBER} is no number of theirs.",
                hint="Set it as it stands after “Outside”, such as the United Kingdom.",
                id="countersign.W002",
            )
        )
    if (settings.CRISIS_TEXT or settings.CRISIS_CHAT) and not settings.CRISIS_LINE:
        found.append(
            Warning(
                "CRISIS_TEXT or CRISIS_CHAT is set, and CRISIS_LINE is not.",
                hint="Set the number to call, too, if there is one.",
                id="countersign.W003",
            )
        )
    return found


@register(Tags.security, deploy=True)
def check_hosts(app_configs, **kwargs) -> list[Warning]:
    """Patterns that a stranger's host may match, and hosts of this machine alone."""
    hosts = {host.strip().lower() for host in settings.ALLOWED_HOSTS}
    found = []
    if any(host == "*" or host.startswith(".") for host in hosts):
        found.append(
            Warning(
                "ALLOWED_HOSTS has a pattern, so that the site answers under names that are not"
                " yours.",
                hint="Name each host, such as symptoms.example.org.",
                id="countersign.W004",
            )
        )
    if hosts <= OWN_HOSTS:
        found.append(
            Warning(
                "ALLOWED_HOSTS names this machine alone, so that nobody else is answered.",
                hint="Name the hosts of the site, such as symptoms.example.org.",
                id="countersign.W005",
            )
        )
    return found


@register(Tags.security, deploy=True)
def check_proxies(app_configs, **kwargs) -> list[Warning]:
    """One of two settings that belong together."""
    if settings.BEHIND_PROXY and not settings.ALLAUTH_TRUSTED_PROXY_COUNT:
        return [
            Warning(
                "BEHIND_PROXY is on and TRUSTED_PROXIES is 0, so that all visitors count as one:"
                " ten messages an hour, and ten wrong passwords a minute, of all together.",
                hint="Set TRUSTED_PROXIES to how many proxies of yours add to X-Forwarded-For.",
                id="countersign.W006",
            )
        ]
    if settings.ALLAUTH_TRUSTED_PROXY_COUNT and not settings.BEHIND_PROXY:
        return [
            Warning(
                "TRUSTED_PROXIES is set and BEHIND_PROXY is not: without a proxy, whoever sends a"
                " request chooses the address that it is counted by.",
                hint="Set BEHIND_PROXY=on, or TRUSTED_PROXIES=0.",
                id="countersign.W007",
            )
        ]
    return []


@register(Tags.security, deploy=True)
def check_mail(app_configs, **kwargs) -> list[Warning]:
    if settings.EMAIL_BACKEND == "django.core.mail.backends.smtp.EmailBackend":
        return []
    return [
        Warning(
            "EMAIL_URL names no mail server, so that mails are printed, or kept on this machine.",
            hint="Set it, such as smtp+tls://user:password@host:587.",
            id="countersign.W008",
        )
    ]


@register(Tags.security, deploy=True)
def check_demonstration(app_configs, **kwargs) -> list[Warning]:
    if not settings.COUNTERSIGN_DEMO:
        return []
    return [
        Warning(
            "COUNTERSIGN_DEMO is on: pages say that they are a demonstration, and nobody needs a"
            " second factor.",
            hint="Leave it out of the settings of a site that people read.",
            id="countersign.W009",
        )
    ]


@register(Tags.security, deploy=True)
def check_cache(app_configs, **kwargs) -> list[Warning]:
    found = []
    for name, cache in settings.CACHES.items():
        package = CACHE_PACKAGES.get(cache["BACKEND"], "")
        if package and find_spec(package) is None:
            found.append(
                Warning(
                    f"CACHE_URL needs the package {package} (the cache “{name}”), which is not"
                    " installed, so that each process has a cache of its own.",
                    hint=f"Install {package}, or leave CACHE_URL out.",
                    id="countersign.W010",
                )
            )
    return found


@register(Tags.security, deploy=True)
def check_copies(app_configs, **kwargs) -> list[Warning]:
    """A CDN that nobody purges, or that never gets a page."""
    found = []
    if settings.CDN_MAX_AGE and not settings.CDN_PURGE_URL:
        found.append(
            Warning(
                "CDN_MAX_AGE is set and CDN_PURGE_URL is not, so that a withdrawn page stands in"
                f" the CDN for up to {settings.CDN_MAX_AGE + 4} seconds.",
                hint="Set CDN_PURGE_URL and run purge_cdn --follow, or set CDN_MAX_AGE=0.",
                id="countersign.W013",
            )
        )
    if settings.CDN_MAX_AGE and not settings.PAGE_STORE:
        found.append(
            Warning(
                "CDN_MAX_AGE is set and PAGE_STORE is off, so that no page may be kept in a CDN.",
                hint="Set PAGE_STORE=on.",
                id="countersign.W014",
            )
        )
    if settings.CDN_PURGE_URL and not (settings.CDN_MAX_AGE and settings.CDN_PURGE_TOKEN):
        found.append(
            Warning(
                "CDN_PURGE_URL is set without CDN_MAX_AGE or CDN_PURGE_TOKEN: nothing is kept that"
                " could be purged, or anybody could purge it.",
                hint="Set all three, or none.",
                id="countersign.W015",
            )
        )
    return found


@register(Tags.security, deploy=True)
def check_replica(app_configs, **kwargs) -> list[Warning]:
    """A replica that is the primary itself."""
    places = []
    for database in settings.DATABASES.values():
        options = database.get("OPTIONS", {})
        host = database.get("HOST") or options.get("host", "")
        places.append((host, database.get("PORT") or options.get("port", ""), database["NAME"]))
    if len(places) == len(set(places)):
        return []
    return [
        Warning(
            "REPLICA_URL names the database of DATABASE_URL, which is no replica and is not read"
            " as one.",
            hint="Name the replica, or leave REPLICA_URL out.",
            id="countersign.W016",
        )
    ]


@register(Tags.security, deploy=True)
def check_images(app_configs, **kwargs) -> list[Warning]:
    if not settings.IMAGES_BUCKET or find_spec("storages") is not None:
        return []
    return [
        Warning(
            "IMAGES_BUCKET needs packages that are not installed, so that no picture can be read.",
            hint="Run pip install --require-hashes -r requirements-s3.txt.",
            id="countersign.W017",
        )
    ]


@register(Tags.security, deploy=True)
def check_evidence_key(app_configs, **kwargs) -> list[Warning]:
    if settings.EVIDENCE_KEY:
        return []
    return [
        Warning(
            "EVIDENCE_KEY is not set, so that no evidence pack can be given.",
            hint="Make one with make_evidence_key, and keep a copy of it off this machine.",
            id="countersign.W011",
        )
    ]


@register(Tags.security, deploy=True)
def check_cron(app_configs, **kwargs) -> list[Warning]:
    """Commands that cron does not run: found where the database can be read."""
    try:
        neglected = list_neglected()
    except Error:
        return []  # before the first migration, or without a database
    if not neglected:
        return []
    parts = [describe_run(status) for status in neglected]
    return [
        Warning(
            f"{'; '.join(parts)}: cron does not run, or it fails.",
            hint="See “Cron” in docs/operators-guide.md.",
            id="countersign.W012",
        )
    ]


def describe_run(status: RunStatus) -> str:
    """What is known of a command, as “backup ran last on 1 December 2026 at 02:10 (UTC)”."""
    name = status.schedule.name
    if status.at is None:
        return f"{name} never ran"
    verb = "failed" if status.state == RunState.FAILED else "ran last"
    return f"{name} {verb} on {status.at:%-d %B %Y at %H:%M} (UTC)"
