"""The house stands as DESIGN.md draws it, where import-linter cannot look: in strings, attributes and functions."""

import ast
from pathlib import Path

import pytest
from django.apps import apps

ROOT = Path(__file__).resolve().parents[2]
ROOMS = {"articles": {"articles"}, "symptoms": {"symptoms", "articles"}, "reviews": {"reviews", "articles"}}
HOUSE = ["articles", "symptoms", "reviews", "config"]
BANNED = {"utils", "util", "helpers", "helper", "services", "service", "core", "common", "misc"}


def modules(*folders: str) -> list[Path]:
    paths = [path for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))]
    return [path for path in paths if "migrations" not in path.parts]


def words_of(tree: ast.AST):
    """Every attribute, keyword and string of a module that is not a docstring, with its line."""
    docstrings = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            yield node.lineno, "attribute", node.attr
        elif isinstance(node, ast.keyword) and node.arg:
            yield node.lineno, "lookup", node.arg
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings:
            yield node.lineno, "string", node.value


def reverse_names(room: str) -> set[str]:
    """The names under which rooms that this one may not know hang on to the models it knows."""
    known = ROOMS[room]
    relations = [
        relation
        for model in apps.get_models()
        if model._meta.app_label in known
        for relation in model._meta.get_fields(include_hidden=True)
        if relation.auto_created and not relation.concrete and relation.is_relation
    ]
    from_above = [
        r
        for r in relations
        if r.related_model._meta.app_label in HOUSE and r.related_model._meta.app_label not in known
    ]
    names = {name for r in from_above for name in (r.get_accessor_name(), r.field.related_query_name())}
    return {name for name in names if name and not name.endswith("+")}


@pytest.mark.parametrize("room", ROOMS)
def test_no_string_names_a_room_that_must_stay_unknown(room):
    unknown = tuple(f"{other}." for other in HOUSE if other not in ROOMS[room])
    found = [
        f"{path.relative_to(ROOT)}:{line} {word!r}"
        for path in modules(room)
        for line, sort, word in words_of(ast.parse(path.read_text()))
        if sort == "string" and word.startswith(unknown)
    ]
    assert not found


@pytest.mark.parametrize("room", ROOMS)
def test_no_reverse_name_hides_a_circle(room):
    names = reverse_names(room)
    found = [
        f"{path.relative_to(ROOT)}:{line} {word!r}"
        for path in modules(room)
        for line, _, word in words_of(ast.parse(path.read_text()))
        if word.partition("__")[0] in names
    ]
    assert not found


def test_the_search_knows_the_names_that_would_hide_a_circle():
    assert {"symptom", "signatures", "medical_reviews"} <= reverse_names("articles")
    assert "symptom" in reverse_names("reviews")
    assert "signatures" in reverse_names("symptoms")


def test_nothing_is_imported_inside_a_function_but_in_ready():
    found = []
    for path in modules(*HOUSE):
        for function in ast.walk(ast.parse(path.read_text())):
            if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
                continue
            if path.name == "apps.py" and function.name == "ready":
                continue
            inside = [node for node in ast.walk(function) if isinstance(node, ast.Import | ast.ImportFrom)]
            found += [f"{path.relative_to(ROOT)}:{node.lineno} in {function.name}" for node in inside]
    assert not found


def test_every_module_says_in_one_line_what_it_is():
    found = []
    for path in modules(*HOUSE, "tests", "benchmarks"):
        source = path.read_text()
        docstring = ast.get_docstring(ast.parse(source)) or ""
        first, *rest = docstring.splitlines() or [""]
        if source.strip() and (not first.endswith(".") or (rest and rest[0].strip())):
            found.append(str(path.relative_to(ROOT)))
    assert not found


def test_no_room_has_a_drawer_for_everything():
    found = [
        path for path in modules(*HOUSE, "tests", "benchmarks") if {path.stem, *path.relative_to(ROOT).parts} & BANNED
    ]
    assert not found
