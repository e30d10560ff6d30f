"""The layers of DESIGN.md where import-linter cannot look: in strings, attributes and functions."""

import ast
from itertools import chain
from pathlib import Path

import pytest
from django.apps import apps

ROOT = Path(__file__).resolve().parents[2]
KNOWN_APPS = {
    "articles": {"articles"},
    "symptoms": {"symptoms", "articles"},
    "reviews": {"reviews", "articles"},
}
APPS = ["articles", "symptoms", "reviews", "config"]
BANNED_MODULE_NAMES = {
    "utils",
    "util",
    "helpers",
    "helper",
    "services",
    "service",
    "core",
    "common",
    "misc",
}


def list_modules(*folders: str) -> list[Path]:
    paths = []
    for folder in folders:
        paths.extend(sorted((ROOT / folder).rglob("*.py")))
    return [path for path in paths if "migrations" not in path.parts]


def iter_words(tree: ast.AST):
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
        elif (
            isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and id(node) not in docstrings
        ):
            yield node.lineno, "string", node.value


def list_reverse_names(app: str) -> set[str]:
    """The names under which rooms that this one may not know hang on to the models it knows."""
    known = KNOWN_APPS[app]
    models = [model for model in apps.get_models() if model._meta.app_label in known]
    fields = chain.from_iterable(model._meta.get_fields(include_hidden=True) for model in models)
    relations = [
        relation
        for relation in fields
        if relation.auto_created and not relation.concrete and relation.is_relation
    ]
    from_above = [
        r
        for r in relations
        if r.related_model._meta.app_label in APPS and r.related_model._meta.app_label not in known
    ]
    names = {r.get_accessor_name() for r in from_above}
    names |= {r.field.related_query_name() for r in from_above}
    return {name for name in names if name and not name.endswith("+")}


@pytest.mark.parametrize("app", KNOWN_APPS)
def test_no_string_names_a_room_that_must_stay_unknown(app):
    unknown = tuple(f"{other}." for other in APPS if other not in KNOWN_APPS[app])
    found = []
    for path in list_modules(app):
        for line, sort, word in iter_words(ast.parse(path.read_text())):
            if sort == "string" and word.startswith(unknown):
                found.append(f"{path.relative_to(ROOT)}:{line} {word!r}")
    assert not found


@pytest.mark.parametrize("app", KNOWN_APPS)
def test_no_reverse_name_hides_a_circle(app):
    names = list_reverse_names(app)
    found = []
    for path in list_modules(app):
        for line, _, word in iter_words(ast.parse(path.read_text())):
            if word.partition("__")[0] in names:
                found.append(f"{path.relative_to(ROOT)}:{line} {word!r}")
    assert not found


def test_the_search_knows_the_names_that_would_hide_a_circle():
    assert {"symptom", "ledger_entries", "medical_reviews"} <= list_reverse_names("articles")
    assert "symptom" in list_reverse_names("reviews")
    assert "ledger_entries" in list_reverse_names("symptoms")


def test_nothing_is_imported_inside_a_function_but_in_ready():
    found = []
    for path in list_modules(*APPS):
        for function in ast.walk(ast.parse(path.read_text())):
            if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
                continue
            if path.name == "apps.py" and function.name == "ready":
                continue
            inside = [
                node for node in ast.walk(function) if isinstance(node, ast.Import | ast.ImportFrom)
            ]
            found += [
                f"{path.relative_to(ROOT)}:{node.lineno} in {function.name}" for node in inside
            ]
    assert not found


def test_every_module_says_in_one_line_what_it_is():
    found = []
    for path in list_modules(*APPS, "tests", "benchmarks"):
        source = path.read_text()
        docstring = ast.get_docstring(ast.parse(source)) or ""
        first, *rest = docstring.splitlines() or [""]
        if source.strip() and (not first.endswith(".") or (rest and rest[0].strip())):
            found.append(str(path.relative_to(ROOT)))
    assert not found


def test_no_room_has_a_drawer_for_everything():
    found = [
        path
        for path in list_modules(*APPS, "tests", "benchmarks")
        if {path.stem, *path.relative_to(ROOT).parts} & BANNED_MODULE_NAMES
    ]
    assert not found
