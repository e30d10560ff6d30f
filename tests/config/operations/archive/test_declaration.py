"""What an archive holds is declared: no model, no column and no relation is forgotten."""

from itertools import chain

from django.apps import apps
from hypothesis import given
from hypothesis import strategies as st

from articles.content.document import canonicalize
from config.operations.archive import values
from config.operations.archive.declaration import EXCLUDED_MODELS, FILES, NATURAL_KEYS, list_columns


def test_every_model_is_archived_or_left_out_for_a_reason():
    archived = {file.model for file in FILES}
    for file in FILES:
        archived.update(nested.model for nested in file.related_rows.values())
        archived.update(names.through for names in file.related_names.values())
    ours = {model for model in apps.get_models(include_auto_created=True) if not model._meta.proxy}
    assert ours == archived | EXCLUDED_MODELS.keys()
    assert not archived & EXCLUDED_MODELS.keys()
    assert all(EXCLUDED_MODELS.values())


def test_every_column_of_an_archived_model_can_be_told():
    nested = chain.from_iterable(file.related_rows.values() for file in FILES)
    for archived in (*FILES, *nested):
        for column in list_columns(archived):
            if column.target:
                assert column.target in NATURAL_KEYS, column
            else:
                assert column.field.get_internal_type() in values.DECODERS, column


def test_every_column_with_another_name_is_a_field():
    nested = chain.from_iterable(file.related_rows.values() for file in FILES)
    for archived in (*FILES, *nested):
        fields = {field.name for field in archived.model._meta.local_concrete_fields}
        assert archived.renamed.keys() <= fields, archived


def test_every_list_of_names_is_told():
    """The many-to-many relations of each archived model are in its file."""
    for file in FILES:
        through = {names.through for names in file.related_names.values()}
        through.update(nested.model for nested in file.related_rows.values())
        models = [file.model]
        models += [nested.model for nested in file.related_rows.values() if nested.is_single]
        for relation in chain.from_iterable(model._meta.local_many_to_many for model in models):
            assert relation.remote_field.through in through, relation


WORDS = st.text(st.characters(exclude_categories=["Cs"]))
NUMBERS = st.integers(-(2**53) + 1, 2**53 - 1)


@given(st.dictionaries(st.text("abcxyz_", min_size=1), st.none() | st.booleans() | NUMBERS | WORDS))
def test_lines_are_canonical(row):
    assert values.encode_line(row) == canonicalize(row) + b"\n"
