"""The people and the rules of every test: Ann writes, Ravi reviews, Charlie must not."""

import datetime as dt
import tempfile

import hypothesis
import pytest
from django.conf import settings as django_settings
from django.contrib.auth.models import Group, User
from django.core.cache import cache
from django.db import connection
from django.test import SimpleTestCase
from django.utils import timezone

from articles.db import triggers
from articles.public.last_modified import last_modified_cache
from articles.public.page_cache import page_cache
from articles.search import vocabulary
from config import groups
from reviews.models import Reviewer
from tests.people import create_groups

IMAGES = tempfile.TemporaryDirectory(prefix="countersign-images-")  # gone when the tests are over
django_settings.STORAGES["images"]["OPTIONS"]["location"] = IMAGES.name
UPLOADS = tempfile.TemporaryDirectory(prefix="countersign-uploads-")
django_settings.STORAGES["uploads"]["OPTIONS"]["location"] = UPLOADS.name
PASSWORD = "correct-horse-battery"
hypothesis.settings.register_profile(
    "untimed", deadline=None
)  # a busy machine is not a fault of ours
hypothesis.settings.load_profile("untimed")


# Whatever leads to a database asks for one of these in the end.
DATABASE_FIXTURES = {"db", "transactional_db", "live_server", "django_db_setup"}


def uses_postgresql() -> bool:
    return "postgresql" in django_settings.DATABASES["default"]["ENGINE"]


def pytest_report_header() -> str | None:
    return "left to the run on SQLite: tests that use no database" if uses_postgresql() else None


def uses_database(item) -> bool:
    """Whether a test reaches the database. One that does so in a process of its own is marked
    ``django_db``.
    """
    of_django = issubclass(getattr(item, "cls", None) or object, SimpleTestCase)
    return bool(
        item.get_closest_marker("django_db")
        or of_django
        or DATABASE_FIXTURES & set(item.fixturenames)
    )


def pytest_collection_modifyitems(config, items):
    """Leave out, openly, the tests that hold on the other engine only, and run but once what uses
    no database.
    """
    other = "sqlite" if uses_postgresql() else "postgresql"
    left_out = [item for item in items if item.get_closest_marker(other)]
    if uses_postgresql():
        left_out += [item for item in items if item not in left_out and not uses_database(item)]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in left_out]


@pytest.fixture(autouse=True)
def plain_settings(settings):
    """Static files straight from the checkout, and passwords that cost nothing to hash."""
    settings.STORAGES = django_settings.STORAGES | {
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    }
    settings.STATIC_ROOT = django_settings.BASE_DIR / "static"
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(autouse=True)
def clear_caches():
    """Nothing printed or counted in another test stays on the shelf or in the cache."""
    page_cache.clear()
    last_modified_cache.clear()
    vocabulary.clear_cache()
    cache.clear()
    yield
    page_cache.clear()


@pytest.fixture
def transactional_db(transactional_db, django_db_blocker):
    """A database that is emptied afterwards: its guards are lifted for that.

    The flush at the end emits ``post_migrate``, which puts the guards back.
    """
    triggers.install_triggers(connection)
    yield
    triggers.drop_triggers(connection)


@pytest.fixture
def live_server(transactional_db, live_server):
    return live_server


def make_user(
    username: str, first_name: str, last_name: str, *, group: str = "", staff: bool = False
) -> User:
    user = User.objects.create_user(
        username, password=PASSWORD, first_name=first_name, last_name=last_name, is_staff=staff
    )
    if group:
        if not Group.objects.exists():
            create_groups()
        user.groups.add(Group.objects.get(name=group))
    return user


def make_reviewer(user: User, *, verified_by: User, **more) -> Reviewer:
    today = timezone.localdate()
    values = {
        "name": f"{user.first_name} {user.last_name}",
        "post_nominals": "MD",
        "specialty": "Neurology",
        "slug": f"{user.username}-{user.last_name}".lower(),
        "licence_number": f"LIC-{user.username}",
        "licence_jurisdiction": "Nowhere",
        "licence_expires": today + dt.timedelta(days=800),
        "verified_by": verified_by,
        "verified_at": timezone.now(),
    }
    return Reviewer.objects.create(user=user, **values | more)


@pytest.fixture
def ann(db) -> User:
    """Ann writes."""
    return make_user("ann", "Ann", "Archer", group=groups.EDITORS, staff=True)


@pytest.fixture
def morgan(db) -> User:
    """Morgan answers for the site."""
    return make_user("morgan", "Morgan", "Mill", group=groups.MANAGING_EDITORS, staff=True)


@pytest.fixture
def olga(db) -> User:
    """Olga answers for the site as Morgan does, for what takes two."""
    return make_user("olga", "Olga", "Orr", group=groups.MANAGING_EDITORS, staff=True)


@pytest.fixture
def ravi(db, morgan) -> User:
    """Ravi reviews."""
    user = make_user("ravi", "Ravi", "Rao", group=groups.REVIEWERS)
    make_reviewer(user, verified_by=morgan)
    return user


@pytest.fixture
def fiona(db, morgan) -> User:
    """Fiona reviews too."""
    user = make_user("fiona", "Fiona", "Field", group=groups.REVIEWERS)
    make_reviewer(user, verified_by=morgan, specialty="Family medicine")
    return user


@pytest.fixture
def charlie(db) -> User:
    """Charlie has an account and no rights: Charlie must not."""
    return make_user("charlie", "Charlie", "Chase")
