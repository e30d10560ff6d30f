"""The people and the rules of every test: Ann writes, Ravi reviews, Charlie must not."""

import gc
import tempfile
from collections.abc import Iterator

import hypothesis
import pytest
from django.conf import settings as django_settings
from django.contrib.auth.models import User
from django.core.cache import cache
from django.db import transaction
from django.test import TransactionTestCase

from articles.emergencies import phrases
from articles.emergencies.remembered import remembered
from articles.public.footer import footer_links
from articles.public.page_cache import page_cache
from articles.search import vocabulary
from tests import engines, factories, snapshots
from tests.factories import get_person

IMAGES = tempfile.TemporaryDirectory(prefix="countersign-images-")  # gone when the tests are over
django_settings.STORAGES["images"]["OPTIONS"]["location"] = IMAGES.name
# Pages are rendered anew in each process, but for tests with the fixture ``page_store``.
django_settings.PAGE_STORE = False
# Who travels in time stays signed in, but for the tests of sessions.
django_settings.SESSION_IDLE_MINUTES = django_settings.SESSION_HOURS = 10**7
UPLOADS = tempfile.TemporaryDirectory(prefix="countersign-uploads-")
django_settings.STORAGES["uploads"]["OPTIONS"]["location"] = UPLOADS.name
# Static files straight from the checkout, and passwords that cost nothing to hash.
django_settings.STORAGES["staticfiles"] = {
    "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
}
django_settings.STATIC_ROOT = django_settings.BASE_DIR / "static"
django_settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
# A test has no power cut to fear: nothing waits for the disk.
if "sqlite" in django_settings.DATABASES["default"]["ENGINE"]:
    django_settings.DATABASES["default"]["OPTIONS"]["init_command"] = (
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF"
    )
JOURNEYS = engines.ROOT / "tests" / "journeys"
hypothesis.settings.register_profile(
    "untimed", deadline=None
)  # a busy machine is not a fault of ours
hypothesis.settings.load_profile("untimed")


def get_engine() -> str:
    return (
        django_settings.DATABASES["default"]["ENGINE"]
        .rpartition(".")[2]
        .replace("sqlite3", "sqlite")
    )


def pytest_report_header() -> str | None:
    if get_engine() == "postgresql":
        return "left to the run on SQLite: what tests/engines.py says"
    return None


def pytest_ignore_collect(collection_path, config):
    """Do not read what would be left out whole: journeys or all else, and, on PostgreSQL, files
    that have nothing for it.
    """
    is_journey = JOURNEYS in (collection_path, *collection_path.parents)
    wanted = {"journey": True, "not journey": False}.get(config.option.markexpr, is_journey)
    if wanted != is_journey and collection_path not in JOURNEYS.parents:
        return True
    if get_engine() == "postgresql" and collection_path.name.startswith("test_"):
        return None if engines.has_test_for_both(collection_path) else True
    return None


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config, items):
    """Leave out, openly, the tests that do not run on this engine."""
    engine = get_engine()
    left_out = [item for item in items if not engines.runs_on(item, engine)]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        gone = set(left_out)
        items[:] = [item for item in items if item not in gone]
    # In each file first the tests that expect an empty database, then those that share rows.
    places = {path: place for place, path in enumerate(dict.fromkeys(i.path for i in items))}
    items.sort(key=lambda item: (places[item.path], "module_db" in item.fixturenames))
    items.sort(key=lambda item: engines.get_path(item.path) not in engines.SLOWEST)


@pytest.fixture(autouse=True)
def clear_caches():
    """Nothing printed or counted in another test stays on the shelf or in the cache."""
    page_cache.clear()
    footer_links.clear()
    vocabulary.clear_cache()
    phrases.clear_cache()
    remembered.clear()
    cache.clear()
    yield
    page_cache.clear()


@pytest.fixture
def page_store(settings):
    """The store of rendered pages, switched on."""
    settings.PAGE_STORE = True
    return page_cache


def pytest_collection_finish():
    """What was imported stays: the collector of garbage need not look at it again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 20, 20)


@pytest.fixture(scope="session")
def migrated(
    request, django_test_environment, django_db_blocker, django_db_modify_db_settings
) -> Iterator[snapshots.Snapshot]:
    """The database of this worker as ``migrate`` left it."""
    with django_db_blocker.unblock():
        pristine = snapshots.create_database(request.config.cache.mkdir("databases"))
    yield pristine
    with django_db_blocker.unblock():
        snapshots.drop_database()


@pytest.fixture(scope="session")
def django_db_setup(migrated):
    """In place of pytest-django's, which migrates in each worker and run, and of Django's way to
    empty a database after a test that commits: it is given back as it was, groups and guards
    included.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            TransactionTestCase, "_fixture_teardown", lambda test_case: migrated.restore()
        )
        yield


@pytest.fixture(scope="module")
def module_db(django_db_setup, django_db_blocker):
    """Rows for all tests of a module: what its own fixtures write goes after the last test.

    Each test takes back what it does to them. Those of the module that want an empty database, or
    that commit, run first (see above). Objects are shared too: give each test a copy.
    """
    with django_db_blocker.unblock(), transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.fixture(scope="session")
def scenes() -> snapshots.Scenes:
    return snapshots.Scenes()


@pytest.fixture
def ann(db) -> User:
    """Ann writes."""
    return get_person("ann")


@pytest.fixture
def morgan(db) -> User:
    """Morgan answers for the site."""
    return get_person("morgan")


@pytest.fixture
def olga(db) -> User:
    """Olga answers for the site as Morgan does, for what takes two."""
    return get_person("olga")


@pytest.fixture
def ravi(db, morgan) -> User:
    """Ravi reviews."""
    return get_person("ravi")


@pytest.fixture
def fiona(db, morgan) -> User:
    """Fiona reviews too."""
    return get_person("fiona")


@pytest.fixture
def charlie(db) -> User:
    """Charlie has an account and no rights: Charlie must not."""
    return get_person("charlie")


@pytest.fixture
def ann_client(client, ann):
    client.force_login(ann)
    return client


@pytest.fixture
def symptom(ann):
    return factories.make_symptom(ann)


@pytest.fixture
def morgan_client(client, morgan):
    client.force_login(morgan)
    return client


@pytest.fixture
def ravi_client(client, ravi):
    factories.sign_in(client, ravi)
    return client
