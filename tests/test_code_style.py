"""Each rule of plain code finds what it is for, and leaves alone what is right."""

import pytest

from tests import code_style
from tests.code_style import Finding, Source


def module(text: str, path: str = "articles/pages.py") -> Source:
    return Source(path, text)


def lines(findings) -> list[int]:
    return [finding.line for finding in findings]


def banned_names(text: str, path: str = "articles/pages.py") -> set[str]:
    return set(code_style.names_with_banned_words(module(text, path)))


# Class names


def test_a_class_name_that_stands_twice_is_found_in_both_places():
    sources = [
        module("class Row:\n    pass\n", "articles/a.py"),
        module("\nclass Row:\n    pass\n", "reviews/b.py"),
    ]
    findings = list(code_style.check_class_names(sources))
    assert [(finding.path, finding.line) for finding in findings] == [
        ("articles/a.py", 1),
        ("reviews/b.py", 2),
    ]
    assert "reviews/b.py:2" in findings[0].text


def test_a_nested_class_counts_too():
    source = module("class A:\n    class Kind: ...\nclass B:\n    class Kind: ...\n")
    assert lines(code_style.check_class_names([source])) == [2, 4]


def test_class_names_that_django_prescribes_may_stand_twice():
    text = "class A:\n    class Meta: ...\nclass B:\n    class Meta: ...\nclass Command: ...\n"
    sources = [module(text), module("class Command: ...\nclass Media: ...\n", "reviews/b.py")]
    assert list(code_style.check_class_names(sources)) == []


# Mixins


def test_a_class_of_ours_before_another_base_is_a_mixin_and_is_named_so():
    source = module("class Exports:\n    pass\nclass PageAdmin(Exports, ModelAdmin):\n    pass\n")
    assert lines(code_style.check_mixin_names([source])) == [1]


def test_a_mixin_of_mixins_is_one_too():
    text = "class AMixin: ...\nclass B(AMixin): ...\nclass C(B, admin.ModelAdmin): ...\n"
    assert lines(code_style.check_mixin_names([module(text)])) == [2]


@pytest.mark.parametrize(
    "text",
    [
        "class ExportMixin: ...\nclass A(ExportMixin, ModelAdmin): ...\n",
        "class Page(Model): ...\nclass A(Page, Other): ...\n",
        "class Plain: ...\nclass A(Plain): ...\n",
        "class Plain: ...\nclass A(Plain, Generic[T]): ...\n",
        "class A(Unknown, ModelAdmin): ...\n",
    ],
    ids=["named", "a model", "the only base", "beside Generic", "of others"],
)
def test_what_is_no_mixin_or_is_named_so_is_left_alone(text):
    assert list(code_style.check_mixin_names([module(text)])) == []


# Comprehensions and imports


@pytest.mark.parametrize("text", ["[{}]", "{{{}}}", "({})"])
def test_two_for_in_one_comprehension_are_found(text):
    source = module(text.format("a for b in c for a in b"))
    assert lines(code_style.check_comprehensions(source)) == [1]


def test_a_comprehension_within_another_has_one_for_each():
    source = module("[[a for a in b] for b in c if b]\n{a: a for a in b}\n")
    assert list(code_style.check_comprehensions(source)) == []


def test_an_import_inside_a_function_is_found_in_the_application_only():
    text = "import os\ndef f():\n    from a import b\n"
    assert lines(code_style.check_local_imports(module(text))) == [3]
    assert list(code_style.check_local_imports(module(text, "tests/test_a.py"))) == []


def test_an_app_config_may_import_when_it_is_ready_and_no_other_class():
    text = "class {}:\n    def ready(self):\n        from a import b\n"
    assert list(code_style.check_local_imports(module(text.format("A(AppConfig)")))) == []
    assert lines(code_style.check_local_imports(module(text.format("A(Other)")))) == [3]


# Names


@pytest.mark.parametrize(
    "text",
    [
        "class PageDeed: ...",
        "def sift(): ...",
        "def f(*, told): ...",
        "f = lambda told: 1",
        "told = 1",
        "TOLD: int = 1",
        "self.told_by = 1",
        "for told in a: ...",
        "[told for told in a]",
        "(told := 1)",
        "import a as told",
        "with a as told: ...",
        "try: ...\nexcept E as told: ...",
        "match a:\n    case [*told]: ...",
        "rows.annotate(told=1)",
    ],
)
def test_a_banned_word_is_found_wherever_a_name_is_defined(text):
    assert len(banned_names(text)) == 1


@pytest.mark.parametrize(
    "text",
    [
        "told",
        "a.leaf",
        "f(told=1)",
        "a = 'told'",
        "from a import told",
        "household = 1",
        "background = 1",
        "withheld = 1",
    ],
)
def test_names_that_are_only_used_strings_and_longer_words_are_free(text):
    assert banned_names(text) == set()


@pytest.mark.parametrize(
    ("path", "name"), [("articles/held.py", "held"), ("articles/shelf/__init__.py", "shelf")]
)
def test_the_names_of_modules_and_packages_count(path, name):
    assert banned_names("", path) == {name}


def test_the_name_of_a_test_is_a_sentence_in_which_every_word_is_free():
    text = "def test_ann_is_told_whom_to_ask(): ..."
    assert banned_names(text, "tests/test_a.py") == set()
    assert banned_names(text) == {"test_ann_is_told_whom_to_ask"}


def test_a_banned_name_is_one_finding_for_each_module_with_what_to_write():
    [finding] = code_style.check_names(module("a = 1\ndeed = 1\ndeed = 2\n"))
    assert str(finding) == (
        'articles/pages.py:2: the name deed has the word "deed": write bulk action'
    )


def test_a_name_that_stays_is_listed_and_the_list_may_not_grow_stale():
    kept = {"articles/pages.py": {"told", "said"}}
    [finding] = code_style.check_names(module("told = 1\n"), kept)
    assert finding.text.startswith("said is gone")


# The source language


@pytest.mark.parametrize("text", ["a = 'en'", "f(language='en-GB')", "a = '<html lang=\"en\">'"])
def test_the_source_language_as_a_literal_is_found(text):
    assert lines(code_style.check_language(module(text))) == [1]


def test_the_source_language_is_free_in_its_own_module_in_other_words_and_in_tests():
    for source in (
        module("a = 'en'", code_style.LANGUAGE_MODULE),
        module("a = 'then', 'end', 'environment'"),
        module("a = 'en'", "tests/test_a.py"),
    ):
        assert list(code_style.check_language(source)) == []


@pytest.mark.parametrize("line", ['<html lang="en">', "{{ a|default:'en' }}", '<a xml:lang="en">'])
def test_a_template_does_not_spell_out_the_source_language(line):
    source = Source("templates/a.html", f"<!doctype html>\n{line}\n")
    assert lines(code_style.check_template_language(source)) == [2]


def test_a_template_may_name_a_variable_as_the_language():
    source = Source("templates/a.html", '<html lang="{{ language }}"> <p class="enter">then</p>')
    assert list(code_style.check_template_language(source)) == []


def test_a_line_of_a_template_has_at_most_160_columns():
    source = Source("templates/a.html", f"{'a' * 160}\n{'é' * 161}\n")
    assert lines(code_style.check_template_width(source)) == [2]


def test_a_comment_or_a_tag_of_a_template_ends_on_its_line():
    source = Source("templates/a.html", "{# one #}{# two #}\n{# three #} {# it goes\non #}\n")
    assert lines(code_style.check_template_tags(source)) == [2]
    source = Source("templates/a.html", "{% if a %}{% include\n'b.html' %}{{ a }}{{\nb }}\n")
    assert lines(code_style.check_template_tags(source)) == [1, 2]


# All together


APPLICATION = """class Row: ...
told = 'en'
class Export: ...
class A(Export, B): ...
def f():
    import os
[a for b in c for a in b]
"""


@pytest.fixture
def checkout(tmp_path):
    for path, text in {
        "articles/a.py": APPLICATION,
        "articles/migrations/0001_initial.py": "told = 'en'\n",
        "reviews/b.py": "class Row: ...\n",
        "tests/test_c.py": "class Row: ...\n",
        "templates/d.html": f"<html lang='en'>\n{'a' * 161}\n",
    }.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    return tmp_path


def test_every_rule_is_applied_without_migrations_and_tests_may_repeat_a_class_name(checkout):
    assert [(finding.path, finding.line) for finding in code_style.check(checkout)] == [
        ("articles/a.py", 1),  # the class name
        ("articles/a.py", 2),  # the word
        ("articles/a.py", 2),  # the language
        ("articles/a.py", 3),  # the mixin
        ("articles/a.py", 6),  # the import
        ("articles/a.py", 7),  # the comprehension
        ("reviews/b.py", 1),
        ("templates/d.html", 1),  # the language
        ("templates/d.html", 2),  # the width
    ]


def test_findings_are_printed_and_fail_the_check(checkout, capsys):
    assert code_style.main([str(checkout)]) == 1
    assert "reviews/b.py:1: class Row stands also in articles/a.py:1" in capsys.readouterr().out


def test_nothing_is_printed_where_nothing_is_found(tmp_path, capsys):
    assert code_style.main([str(tmp_path)]) == 0
    assert capsys.readouterr().out == ""


def test_a_finding_names_its_place_first():
    assert str(Finding("a.py", 3, "what")) == "a.py:3: what"
