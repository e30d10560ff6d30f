"""Each test runs on the engines that ``tests/engines.py`` says."""

from tests import engines


def test_every_file_of_the_list_is_there():
    listed = engines.ON_SQLITE | engines.SLOWEST
    assert [name for name in sorted(listed) if not (engines.ROOT / name).is_file()] == []


def counts(django_assert_num_queries):
    assert django_assert_num_queries


def writes():
    def inside():
        return sql("DELETE FROM articles_revision")  # noqa: F821

    return inside


def reads():
    return "sql"


def test_what_a_test_names_is_found_also_inside_of_it():
    names = engines.iterate_names
    assert "sql" in set(names(writes.__code__))
    assert not engines.BOTH & set(names(reads.__code__))


class Item:
    """As much of a test as decides."""

    def __init__(self, function, path: str, *fixtures: str, **markers):
        self.function, self.path, self.markers = function, engines.ROOT / path, markers
        self.fixturenames = list(fixtures)

    def get_closest_marker(self, name: str):
        return self.markers.get(name)


LISTED = "tests/reviews/desk/test_views.py"
NEW = "tests/reviews/desk/test_what_is_new.py"


def test_what_is_not_listed_runs_on_both():
    for path, on_postgresql in ((LISTED, False), (NEW, True)):
        item = Item(reads, path, "db")
        assert engines.runs_on(item, "sqlite")
        assert engines.runs_on(item, "postgresql") == on_postgresql


def test_a_listed_file_keeps_on_both_what_counts_commits_or_writes_sql():
    for item in (
        Item(counts, LISTED, "db", "django_assert_num_queries"),
        Item(writes, LISTED, "db"),
        Item(reads, LISTED, "db", "transactional_db"),
    ):
        assert engines.runs_on(item, "postgresql")


def test_what_uses_no_database_runs_on_sqlite():
    item = Item(writes, NEW)
    assert engines.runs_on(item, "sqlite")
    assert not engines.runs_on(item, "postgresql")


def test_what_is_marked_for_one_engine_runs_there_alone():
    item = Item(reads, LISTED, "db", postgresql=True)
    assert engines.runs_on(item, "postgresql")
    assert not engines.runs_on(item, "sqlite")
