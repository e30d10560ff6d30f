"""The English catalogue has each text that is marked for translation, and no other.

It is read and compared without gettext's programs, which `make messages` needs.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from django.utils.translation.template import templatize

from tests.code_style import APPLICATION, ROOT, python_files, template_files

CATALOGUE = ROOT / "locale/en/LC_MESSAGES/django.po"
MARKING_FUNCTIONS = {"_", "gettext", "gettext_lazy", "ngettext", "ngettext_lazy"}
LITERAL = r"""u?('(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*")"""
MARKED_IN_TEMPLATE = re.compile(rf"\b(?:_|n?gettext)\({LITERAL}(?:, {LITERAL}, count)?\)")
ENTRY = re.compile(r'^msgid(?:_plural)? ((?:"(?:\\.|[^"\\])*"\n)+)', re.MULTILINE)


def read_catalogue(text: str) -> set[str]:
    """The texts of a catalogue; its header has none."""
    found = {ast.literal_eval(f"({literals})") for literals in ENTRY.findall(text)}
    return found - {""}


def find_marked_in_template(source: str) -> Iterator[str]:
    for literals in MARKED_IN_TEMPLATE.findall(templatize(source)):
        yield from (ast.literal_eval(literal) for literal in literals if literal)


def find_marked_in_module(source: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") in MARKING_FUNCTIONS:
            constants = [one.value for one in node.args if isinstance(one, ast.Constant)]
            yield from (value for value in constants if isinstance(value, str))


def find_marked(root: Path) -> set[str]:
    marked = set()
    for path in template_files(root):
        marked.update(find_marked_in_template(path.read_text("utf-8")))
    for path in python_files(root, APPLICATION):
        marked.update(find_marked_in_module(path.read_text("utf-8")))
    return marked


def test_every_marked_text_is_in_the_english_catalogue_and_nothing_else_is():
    marked, catalogue = find_marked(ROOT), read_catalogue(CATALOGUE.read_text("utf-8"))
    assert (marked - catalogue, catalogue - marked) == (set(), set()), "run `make messages`"


def test_marked_texts_are_found_in_templates():
    source = """{% load i18n %}<p title="{% translate 'A title' %}">{% translate "It’s “one”." %}
{% blocktranslate trimmed with name=page.title %}Two lines
of {{ name }}.{% endblocktranslate %}{% include "x.html" with label=_("Argument") %}
{% blocktranslate count n=3 %}{{ n }} page{% plural %}{{ n }} pages{% endblocktranslate %}
Not marked.</p>"""
    assert set(find_marked_in_template(source)) == {
        "A title",
        "It’s “one”.",
        "Two lines of %(name)s.",
        "Argument",
        "%(n)s page",
        "%(n)s pages",
    }


def test_marked_texts_are_found_in_modules():
    source = 'label = _("One " "text")\ncount(ngettext("%d page", "%d pages", n), name="not")'
    assert set(find_marked_in_module(source)) == {"One text", "%d page", "%d pages"}
