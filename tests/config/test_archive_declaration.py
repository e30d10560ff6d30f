"""What an archive holds is declared: no model, no column and no relation is forgotten."""

from django.apps import apps
from hypothesis import given
from hypothesis import strategies as st

from articles.content import canonical
from config.archive import values
from config.archive.declaration import FILES, KEYS, LEFT_OUT, told


def test_every_model_is_archived_or_left_out_for_a_reason():
    archived = {file.model for file in FILES}
    archived |= {inside.model for file in FILES for inside in file.rows.values()}
    archived |= {names.through for file in FILES for names in file.names.values()}
    ours = {model for model in apps.get_models(include_auto_created=True) if not model._meta.proxy}
    assert ours == archived | LEFT_OUT.keys()
    assert not archived & LEFT_OUT.keys()
    assert all(LEFT_OUT.values())


def test_every_column_of_an_archived_model_can_be_told():
    for kept in [*FILES, *(rows for file in FILES for rows in file.rows.values())]:
        for column in told(kept):
            if column.is_relation:
                assert column.related_model in KEYS, column
            else:
                assert column.get_internal_type() in values.DECODERS, column


def test_every_list_of_names_is_told():
    """Of each archived model, what it has by name: the many-to-many relations that go out from it."""
    for file in FILES:
        through = {names.through for names in file.names.values()} | {rows.model for rows in file.rows.values()}
        models = [file.model, *(rows.model for rows in file.rows.values() if rows.one)]
        for relation in (relation for model in models for relation in model._meta.local_many_to_many):
            assert relation.remote_field.through in through, relation


WORDS = st.text(st.characters(exclude_categories=["Cs"]))
NUMBERS = st.integers(-(2**53) + 1, 2**53 - 1)


@given(st.dictionaries(st.text("abcxyz_", min_size=1), st.none() | st.booleans() | NUMBERS | WORDS))
def test_lines_are_canonical(row):
    assert values.line(row) == canonical(row) + b"\n"
