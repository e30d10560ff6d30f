"""Settings, read from the environment; without any, safe ones for the embedded database.

``.env`` in the checkout is read where it exists; the real environment wins over it.
"""

import datetime as dt
import re
import subprocess
from pathlib import Path

import environ
from csp.constants import NONCE, NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from articles.content.languages import SOURCE_LANGUAGE

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()
env.read_env(BASE_DIR / ".env")

SECRET_KEY = env("SECRET_KEY")


def _days(name: str, default: int) -> int:
    """A number of days: ten years at the most."""
    value = env(name, default=str(default)).strip()
    if not (value.isascii() and value.isdigit() and int(value) <= 3650):
        raise ImproperlyConfigured(
            f"{name} is a number of days from 0 to 3650, such as {default}, not “{value}”."
        )
    return int(value)


def _seconds(name: str, default: int, *, most: int) -> int:
    """A whole number of seconds."""
    value = env(name, default=str(default)).strip()
    if not (value.isascii() and value.isdigit() and len(value) < 10 and int(value) <= most):
        raise ImproperlyConfigured(
            f"{name} is a number of seconds from 0 to {most}, such as {default}, not “{value}”."
        )
    return int(value)


def _number(name: str, default: int, *, least: int = 0, most: int) -> int:
    """A whole number within bounds: a typing error is no other number."""
    value = env(name, default="").strip()
    if not value:
        return default
    if value.isascii() and value.isdigit() and len(value) <= 12 and least <= int(value) <= most:
        return int(value)
    raise ImproperlyConfigured(
        f"{name} is a whole number from {least} to {most}, such as {default}, not “{value}”."
    )


def _moment(name: str) -> int | None:
    """A moment, as 2026-11-30T14:05:00Z, in Unix time; None where it is not set.

    Without a zone it is one of UTC.
    """
    value = env(name, default="").strip()
    if not value:
        return None
    try:
        moment = dt.datetime.fromisoformat(value)
        return int((moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)).timestamp())
    except (ValueError, OverflowError) as error:
        raise ImproperlyConfigured(
            f"{name} is a moment such as 2026-11-30T14:05:00Z, or empty, not “{value}”."
        ) from error


def _date(name: str, default: dt.date) -> dt.date:
    """A day, as 2027-11-30; the default where it is empty."""
    value = env(name, default="").strip()
    try:
        return dt.date.fromisoformat(value) if value else default
    except ValueError as error:
        raise ImproperlyConfigured(
            f"{name} is a day such as {default:%Y-%m-%d}, or empty, not “{value}”."
        ) from error


def _switch(name: str, *, default: bool = False) -> bool:
    """On or off, in one of a few words: a typing error turns nothing off."""
    value = env(name, default="").strip().lower()
    if not value:
        return default
    if value not in ("on", "off", "true", "false", "yes", "no", "1", "0"):
        raise ImproperlyConfigured(f"{name} is “on” or “off”, not “{value}”.")
    return value in ("on", "true", "yes", "1")


def _one_of(name: str, choices: tuple[str, ...]) -> str:
    """One of a few words; the first of them by default."""
    value = env(name, default=choices[0]).strip()
    if value not in choices:
        raise ImproperlyConfigured(
            f"{name} is one of {' and '.join(f'“{word}”' for word in choices)}, not “{value}”."
        )
    return value


def _origin(name: str) -> str:
    """How links from outside begin, without a slash at the end; empty where it was not set."""
    value = env(name, default="").strip().rstrip("/")
    if value and not value.startswith(("http://", "https://")):
        raise ImproperlyConfigured(
            f"{name} begins with https:// or http://, as https://example.org, not “{value}”."
        )
    return value


def _phone_number(name: str, default: str, *, required: bool = False) -> str:
    """A number to call, in digits; empty where there is none and it is not ``required``."""
    value = env(name, default=default).strip()
    if not value and not required:
        return ""
    if not re.fullmatch(r"\+?[0-9](?:[0-9 .()-]{0,30}[0-9])?", value):
        raise ImproperlyConfigured(
            f"{name} is a number to call, in digits such as 1-800-222-1222, not “{value}”."
        )
    return value


def _chat_address(name: str, default: str) -> str:
    value = env(name, default=default).strip()
    if value and not re.fullmatch(r"https://[^\s<>\"']+\.[^\s<>\"']+", value):
        raise ImproperlyConfigured(
            f"{name} is an address that begins with https://, not “{value}”."
        )
    return value


def _line(name: str, default: str) -> str:
    """A few words in one line."""
    value = " ".join(env(name, default=default).split())
    if len(value) > 100 or not value.isprintable():
        raise ImproperlyConfigured(f"{name} is a line of at most 100 characters, not “{value}”.")
    return value


def _token(name: str) -> str:
    """A secret of at least 20 characters for one program; empty where there is none."""
    value = env(name, default="").strip()
    if value and not re.fullmatch(r"[!-~]{20,200}", value):
        raise ImproperlyConfigured(f"{name} has 20 to 200 letters and digits, and no space.")
    return value


def _contacts(name: str) -> list[str]:
    """Where somebody can be reached, as addresses that begin with mailto:, https:// or tel:."""
    values = [value.strip() for value in env.list(name, default=[]) if value.strip()]
    for value in values:
        if not value.startswith(("mailto:", "https://", "tel:")):
            raise ImproperlyConfigured(
                f"{name} holds addresses such as mailto:security@example.org, not “{value}”."
            )
    return values


DEBUG = _switch("DEBUG")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
HTTPS = _switch("HTTPS")

# The name of the site, and how its absolute addresses begin.
SITE_URL = _origin("SITE_URL")
SITE_NAME = env("SITE_NAME", default="Countersign")
COUNTERSIGN_DEMO = _switch("COUNTERSIGN_DEMO")
# Whom readers are told to call; the same in every language. Those of the United States are the
# default, and only where the numbers that were set are theirs.
EMERGENCY_NUMBER = _phone_number("EMERGENCY_NUMBER", "911", required=True)
CRISIS_LINE = _phone_number("CRISIS_LINE", "988" if EMERGENCY_NUMBER == "911" else "")
CRISIS_TEXT = _phone_number("CRISIS_TEXT", "988" if CRISIS_LINE == "988" else "")
CRISIS_CHAT = _chat_address(
    "CRISIS_CHAT", "https://chat.988lifeline.org/" if CRISIS_LINE == "988" else ""
)
POISON_LINE = _phone_number("POISON_LINE", "1-800-222-1222" if EMERGENCY_NUMBER == "911" else "")
NUMBERS_COUNTRY = _line("NUMBERS_COUNTRY", "the United States" if EMERGENCY_NUMBER == "911" else "")
REVIEW_MONTHS = {
    "standard": _number("REVIEW_MONTHS", 12, least=1, most=120),
    "high": _number("REVIEW_MONTHS_HIGH_RISK", 6, least=1, most=120),
}
# What becomes of a page whose annual review is late, by its risk (ADR 16).
GRACE_DAYS = {"standard": _days("GRACE_DAYS", 60), "high": _days("GRACE_DAYS_HIGH_RISK", 14)}
GRACE_DAYS_IN_REVIEW = _days("GRACE_DAYS_IN_REVIEW", 14)
OVERDUE_POLICY = {
    "standard": _one_of("OVERDUE_POLICY", ("banner", "withdraw")),
    "high": _one_of("OVERDUE_POLICY_HIGH_RISK", ("banner", "withdraw")),
}
# Until when the annual review of an unchanged text can be requested although a check blocks it
# (ADR 57): a year after the checks of care cards came.
UNCHANGED_REVIEWS_UNTIL = _date("UNCHANGED_REVIEWS_UNTIL", dt.date(2027, 11, 30))
OVERDUE_POLICY_BY = env("OVERDUE_POLICY_BY", default="")

# Whom to notify of a vulnerability, and how we handle reports: /.well-known/security.txt.
SECURITY_CONTACT = _contacts("SECURITY_CONTACT")
SECURITY_POLICY = _origin("SECURITY_POLICY")

# The way from symptoms to the causes that signed pages name (ADR 26); off, it has no address and no
# link.
FINDER = _switch("FINDER", default=True)

# Rendered pages in the database, which all workers share (ADR 71), up to so many rows and bytes.
# Whoever changes templates wants to see them: it is off while debugging.
PAGE_STORE = _switch("PAGE_STORE", default=True) and not DEBUG
PAGE_STORE_MAX_ROWS = _number("PAGE_STORE_MAX_ROWS", 100_000, most=10**8)
PAGE_STORE_MAX_BYTES = _number("PAGE_STORE_MAX_BYTES", 1024**3, most=1024**4 // 2)

# True while `export_site` prints pages for plain files: without what needs a server. Nobody sets it
# by hand.
STATIC_EXPORT = False

# What readers may send in an hour: from one address, and all of them together.
FEEDBACK_AN_HOUR = _number("FEEDBACK_AN_HOUR", 10, most=10**6)
FEEDBACK_AN_HOUR_IN_ALL = _number("FEEDBACK_AN_HOUR_IN_ALL", 1000, most=10**6)
# Within so many hours editors decide a report that a page could harm somebody.
HARM_REPORT_HOURS = _number("HARM_REPORT_HOURS", 24, least=1, most=720)

# What is brought in through the admin; more goes by command (ADR 34).
IMPORT_MOST = _number("IMPORT_MOST", 5000, most=10**6)  # records of one file
IMPORT_LARGEST = _number("IMPORT_LARGEST_MB", 100, most=10_000) * 1024 * 1024

# Whether `check_links` may ask addresses of private networks: for tests alone.
LINK_CHECK_PRIVATE_NETWORKS = False

# Signs evidence packs: the path of a PEM file, or the PEM itself. Never logged, never in a page.
EVIDENCE_KEY = env("EVIDENCE_KEY", default="")


def _read_commit() -> tuple[str, int | None]:
    """The commit of the checkout, and its moment in Unix time; "unknown" where there is none."""
    try:
        asked = ["git", "-C", str(BASE_DIR), "log", "-1", "--format=%h %ct", "--abbrev=12"]
        done = subprocess.run(asked, capture_output=True, text=True, timeout=5)  # noqa: S603
        commit, moment = done.stdout.split()
        return commit, int(moment)
    except (OSError, subprocess.TimeoutExpired, ValueError):
        return "unknown", None


_commit, _commit_moment = _read_commit()
# The running build, as ledger entries and ETags name it: set by the operator, else the commit.
BUILD = env("BUILD", default="") or _commit
# The moment before which no page can be said to be unchanged: that of the build. Without commit or
# setting it is that of this file.
BUILD_TIME = _moment("BUILD_TIME") or _commit_moment or int(Path(__file__).stat().st_mtime)

# Who sends it may read /status.json and /metrics; without it nobody from outside may (ADR 92).
MONITOR_TOKEN = _token("MONITOR_TOKEN")
# With less room than this on a file system that it writes to, the site is not ready (ADR 92).
DISK_FREE_MB = _number("DISK_FREE_MB", 200, most=10**7)

# So long after its last look at the changes a process shows pages from its memory while the
# database cannot be read (ADR 74).
PUBLIC_OUTAGE_SECONDS = _seconds("PUBLIC_OUTAGE_SECONDS", 60, most=300)

INSTALLED_APPS = [
    "config",
    "reviews",
    "symptoms",
    "articles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "csp",
    "django_htmx",
    "django_prose_editor",
    "taggit",
    "whitenoise.runserver_nostatic",
    "config.apps.CountersignAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
]

MIDDLEWARE = [
    "config.middleware.privacy.add_privacy_headers",
    "config.middleware.head.strip_head_body",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "config.public.refusals.explain_refusals",
    "config.public.outages.OutageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    # What comes below is for forms and for people who signed in: a page in memory needs none of it.
    "articles.public.page_cache.answer_from_memory",
    "config.middleware.requests.follow_request",
    "config.middleware.unstorable_characters.replace_unstorable_characters",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "config.middleware.second_factor.require_second_factor",
]

ROOT_URLCONF = "config.urls"
CSRF_FAILURE_VIEW = "config.public.views.csrf_failure"
WSGI_APPLICATION = "config.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {
            "loaders": [
                (
                    "config.template_loaders.LeanLoader",
                    [
                        "django.template.loaders.filesystem.Loader",
                        "django.template.loaders.app_directories.Loader",
                    ],
                )
            ],
            "builtins": ["articles.templatetags.layout", "articles.templatetags.printing"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "config.context_processors.publisher",
            ],
        },
    }
]

DATABASES = {"default": env.db("DATABASE_URL", default=f"sqlite:///{BASE_DIR / 'db.sqlite3'}")}
_database = DATABASES["default"]
if _database["ENGINE"] == "django.db.backends.sqlite3":
    # A writer takes its lock when its transaction starts, so that two never meet half-way; readers
    # never wait.
    _database.setdefault("OPTIONS", {}).update(
        {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL",
        }
    )
    _database["TEST"] = {"NAME": f"{_database['NAME']}.test"}
else:
    _database["CONN_MAX_AGE"] = _seconds("CONN_MAX_AGE", 60, most=86_400)
    _database["CONN_HEALTH_CHECKS"] = True
    # A server that cannot be reached fails a request in seconds, and does not leave it waiting.
    for _option, _value in {
        "connect_timeout": 3,  # seconds
        "tcp_user_timeout": 5000,  # milliseconds without an answer of the other machine
        "keepalives_idle": 5,
        "keepalives_interval": 2,
        "keepalives_count": 2,
    }.items():
        _database.setdefault("OPTIONS", {}).setdefault(_option, _value)

# A streaming replica of PostgreSQL for public reads (ADR 93): read where it has all that this
# process knows to have changed. Nothing is written there, and no visitor waits for it.
REPLICA_URL = env("REPLICA_URL", default="")
if REPLICA_URL:
    _replica = env.db("REPLICA_URL")
    if {_database["ENGINE"], _replica["ENGINE"]} != {"django.db.backends.postgresql"}:
        raise ImproperlyConfigured(
            "REPLICA_URL is a replica of the PostgreSQL that DATABASE_URL names, as"
            " postgresql://user:password@host/name; with SQLite there is none."
        )
    _replica["CONN_MAX_AGE"] = _database["CONN_MAX_AGE"]
    _replica["TEST"] = {"MIRROR": "default"}
    _replica_options = _replica.setdefault("OPTIONS", {})
    for _name, _setting in {
        "connect_timeout": 2,  # seconds
        "tcp_user_timeout": 3000,  # milliseconds without an answer of the other machine
        "keepalives_idle": 5,
        "keepalives_interval": 2,
        "keepalives_count": 2,
        # What is read for nobody any more ends there too.
        "options": "-c statement_timeout=5000 -c default_transaction_read_only=on",
    }.items():
        _replica_options.setdefault(_name, _setting)
    DATABASES["replica"] = _replica
    DATABASE_ROUTERS = ["articles.db.reading.ReplicaRouter"]

# How many seconds a CDN may keep a page (ADR 93), and where it drops its copies: as Fastly
# takes it, or docs/deploy/varnish.vcl.
CDN_MAX_AGE = _seconds("CDN_MAX_AGE", 0, most=60)
CDN_PURGE_URL = _origin("CDN_PURGE_URL")
CDN_PURGE_TOKEN = env("CDN_PURGE_TOKEN", default="")

# What is computed again where it is forgotten: in each process, or in one place for all.
CACHES: dict[str, dict] = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
if env("CACHE_URL", default=""):
    CACHES = {
        "default": {"BACKEND": "config.cache_backends.FallbackCache", "LOCATION": "shared"},
        "shared": env.cache_url("CACHE_URL"),
    }

LANGUAGE_CODE = SOURCE_LANGUAGE
TIME_ZONE = env("TIME_ZONE", default="UTC")
USE_TZ = True
FORMAT_MODULE_PATH = ["config.formats"]
LOCALE_PATHS = [BASE_DIR / "locale"]

STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]
# What browsers ask for without being told: /favicon.ico and /apple-touch-icon.png.
WHITENOISE_ROOT = BASE_DIR / "static" / "icons"
IMAGES_ROOT = env("IMAGES_ROOT", default=str(BASE_DIR / "images"))
UPLOADS_ROOT = env("UPLOADS_ROOT", default=str(BASE_DIR / "uploads"))
# Or a bucket of S3, or of what speaks like it (ADR 93), which needs requirements-s3.txt.
IMAGES_BUCKET = env("IMAGES_BUCKET", default="")
_images: dict[str, object] = {
    "BACKEND": "articles.storage.ImageStorage",
    "OPTIONS": {"location": IMAGES_ROOT},
}
if IMAGES_BUCKET:
    _images = {
        "BACKEND": "articles.s3_storage.S3ImageStorage",
        "OPTIONS": {
            "bucket_name": IMAGES_BUCKET,
            "endpoint_url": _origin("IMAGES_ENDPOINT") or None,
            "region_name": env("IMAGES_REGION", default="") or None,
            "access_key": env("IMAGES_KEY_ID", default="") or None,
            "secret_key": env("IMAGES_SECRET_KEY", default="") or None,
            "location": env("IMAGES_PREFIX", default=""),
        },
    }
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    # Files named by their SHA-256, which a view of ours serves while they are public.
    "images": _images,
    # Files between their upload and their import, for a day, readable by the program alone.
    "uploads": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {
            "location": UPLOADS_ROOT,
            "file_permissions_mode": 0o600,
            "directory_permissions_mode": 0o700,
        },
    },
    "staticfiles": {
        "BACKEND": env(
            "STATICFILES_STORAGE", default="whitenoise.storage.CompressedManifestStaticFilesStorage"
        )
    },
}

# Sign-in. Accounts are made by a superuser; nobody signs up.
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
ACCOUNT_ADAPTER = "config.auth.accounts.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "email", "password1*", "password2*"]
ACCOUNT_FORMS = {
    "login": "config.auth.accounts.LoginForm",
    "reauthenticate": "config.auth.accounts.PasswordReauthenticateForm",
    "change_password": "config.auth.accounts.ChangePasswordForm",
    "set_password": "config.auth.accounts.SetPasswordForm",
    "reset_password": "config.auth.accounts.ResetPasswordForm",
    "reset_password_from_key": "config.auth.accounts.ResetPasswordKeyForm",
}
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_EMAIL_SUBJECT_PREFIX = EMAIL_SUBJECT_PREFIX = env(
    "EMAIL_SUBJECT_PREFIX", default=f"{SITE_NAME}: "
)
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_SESSION_REMEMBER = False
# A second factor, for whoever wants one: codes of an app, and recovery codes for the day the
# telephone is lost.
MFA_ADAPTER = "config.auth.second_factor.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = SITE_NAME
MFA_TOTP_TOLERANCE = 1  # a telephone's clock may be half a minute off
# A superuser made the account, so nobody else can lock its owner out.
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_FORMS = {
    "authenticate": "config.auth.second_factor.AuthenticateForm",
    "reauthenticate": "config.auth.second_factor.CodeReauthenticateForm",
    "activate_totp": "config.auth.second_factor.ActivateForm",
}
# Whether reviewers, managing editors and superusers must have one (ADR 67). Of the demonstration,
# whose passwords are known to all, nobody is locked out.
SECOND_FACTOR_REQUIRED = _switch("SECOND_FACTOR_REQUIRED") and not COUNTERSIGN_DEMO
# What their secrets are encrypted with, the newest first; without any, a key that comes from
# SECRET_KEY.
SECOND_FACTOR_KEYS = env.list("SECOND_FACTOR_KEYS", default=[])
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "start"
LOGOUT_REDIRECT_URL = "/"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]

# A page with hundreds of causes is a form of thousands of fields.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 20_000
DATA_UPLOAD_MAX_MEMORY_SIZE = 10 * 1024 * 1024  # bytes

# Mail: the link for a forgotten password, and what `send_review_mail` sends, with links that begin
# with SITE_URL.
REVIEW_REMINDER_DAYS = _days("REVIEW_REMINDER_DAYS", 7)
vars().update(env.email_url("EMAIL_URL", default="consolemail://"))
EMAIL_TIMEOUT = 10  # seconds
DEFAULT_FROM_EMAIL = env("DEFAULT_FROM_EMAIL", default="webmaster@localhost")

# Strict from the first page on: nothing inline but what carries the nonce, nothing from elsewhere.
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, NONCE],
        # The hash is of the few rules that the rich-text editor adds by itself (white space, gap
        # cursor).
        "style-src": [SELF, "'sha256-PlumsSlvJ7vvWzjqibGAYKq92O3y/4JTxWWsWJvyUYA='"],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SESSION_ENGINE = "config.auth.sessions"
# How long somebody stays signed in without doing anything, and at the most.
SESSION_IDLE_MINUTES = _number("SESSION_IDLE_MINUTES", 480, least=5, most=10_080)
SESSION_HOURS = _number("SESSION_HOURS", 24, least=1, most=336)
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = HTTPS
# Probes ask each process by itself, beside the proxy.
SECURE_REDIRECT_EXEMPT = [r"^healthz/"]
SECURE_HSTS_SECONDS = _number("HSTS_SECONDS", 31_536_000 if HTTPS else 0, most=100_000_000)
BEHIND_PROXY = _switch("BEHIND_PROXY")
if BEHIND_PROXY:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
# How many proxies of our own add to X-Forwarded-For: whose attempts and messages are whose is read
# from there.
ALLAUTH_TRUSTED_PROXY_COUNT = _number("TRUSTED_PROXIES", 0, most=20)

# Each kind of request that Django refuses has a logger of its own.
_REFUSALS = (
    *("DisallowedHost", "DisallowedRedirect", "DisallowedModelAdminLookup", "csrf"),
    *("DisallowedModelAdminToField", "InvalidSessionKey", "RequestDataTooBig", "SuspiciousSession"),
    *("SuspiciousFileOperation", "SuspiciousMultipartForm", "SuspiciousOperation"),
    *("TooManyFieldsSent", "TooManyFilesSent", "SessionInterrupted"),
)
# Lines for people, or one JSON object a line.
LOG_FORMAT = _one_of("LOG_FORMAT", ("plain", "json"))
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "plain": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"},
        "json": {"()": "config.log_format.JsonFormatter"},
    },
    "filters": {
        "discreet": {"()": "config.middleware.privacy.PrivacyFilter"},
        "request_id": {"()": "config.log_format.RequestIdFilter"},
    },
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "formatter": LOG_FORMAT,
            "filters": ["discreet", "request_id"],
        }
    },
    "root": {"handlers": ["console"], "level": "WARNING"},
    # Errors with their traceback on standard error; a visitor's 404 is not an event.
    "loggers": {
        "django": {"handlers": ["console"], "level": "ERROR", "propagate": False},
        # At the source, so that no handler that somebody adds gets more.
        "django.request": {"filters": ["discreet"]},
        **{f"django.security.{kind}": {"filters": ["discreet"]} for kind in _REFUSALS},
        # What people did: articles.event_log.
        "countersign.events": {"level": "INFO"},
        # Their finer levels print whole contexts of templates and the values of statements.
        "django.template": {"level": "WARNING"},
        "django.db.backends": {"level": "WARNING"},
        "django.server": {
            "handlers": ["console"],
            "level": "INFO",
            "propagate": False,
            "filters": ["discreet"],
        },
    },
}

TAGGIT_CASE_INSENSITIVE = True
TAGGIT_STRING_FROM_TAGS = "articles.admin.tags.format_tags"
TAGGIT_TAGS_FROM_STRING = "articles.admin.tags.parse_tags"
TAGGIT_STRIP_UNICODE_WHEN_SLUGIFYING = True
