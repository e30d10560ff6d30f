"""Lean templates print what Django's print, to the byte, whatever the values are."""

import datetime as dt
from collections import namedtuple
from dataclasses import dataclass

import pytest
from django.core.exceptions import ObjectDoesNotExist
from django.template import Context, Engine, Origin, Template, TemplateDoesNotExist, engines
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy

from config.lean_loops import LeanForNode
from config.template_loaders import LeanTemplate
from symptoms.content.document import DocumentCause


@dataclass
class Page:
    """A thing as templates meet it."""

    title: str
    parent: "Page | None" = None

    @property
    def question(self) -> str:
        return f"What is <{self.title}>?"

    @property
    def broken(self) -> str:
        return self.no_such_attribute

    @property
    def gone(self) -> str:
        raise ObjectDoesNotExist

    def count(self) -> int:
        return 12_000

    def needs_one(self, value):
        return value

    def delete(self):
        raise AssertionError("it alters data")

    delete.alters_data = True


class Keyed(Page):
    def __getitem__(self, name):
        return f"the {name} of it"


Step = namedtuple("Step", "name url")
VALUES = {
    "page": Page("Ache & pain", Page("Body")),
    "keyed": Keyed("Keyed"),
    "step": Step("Home", "/"),
    "steps": [Step("Home", "/"), Step("Topics", "/topics/")],
    "rows": [{"title": "A"}, {"title": "B", "see": ["C"]}],
    "table": {"items": "taken", "a": {"b": {"c": "<deep>"}}, "1": "one", "none": None},
    "empty": {},
    "none": None,
    "word": "<b>",
    "safe": mark_safe("<b>"),
    "lazy": gettext_lazy("Draft"),
    "number": 12_000,
    "share": 0.5,
    "yes": True,
    "day": dt.date(2026, 11, 30),
    "moment": dt.datetime(2026, 11, 30, 12, tzinfo=dt.UTC),
    "call": lambda: "<called>",
    "kind": Page,
    "cause": DocumentCause(uuid="98765432-1234-5678-9876-543212345678", slug="a", name="A & B"),
    "title": "outer",
}
NAMES = [
    *("page.title", "page.question", "page.parent.title", "page.parent.parent.title"),
    *("page.none", "page.gone", "page.count", "page.needs_one", "page.delete"),
    *("page.title.upper", "keyed.title", "keyed.count", "step.name", "step.0"),
    *("step.url", "step.7", "steps.1.name", "rows.0.title", "rows.0.see"),
    *("rows.1.see.0", "rows.9", "table.items", "table.keys", "table.a.b.c", "table.1"),
    *("table.none.x", "table.a.x.y", "empty.items", "none", "none.x", "missing"),
    *("missing.x", "word", "safe", "lazy", "number", "share", "yes", "day", "moment"),
    *("call", "call.x", "kind", "kind.x", "cause.name", "cause.html", "cause.missing"),
    *("cause.model_dump", "word.0", "word.x", "flatten"),
]
USES = (
    "{{ %s }}|{%% if %s %%}y{%% else %%}n{%% endif %%}|{%% if not %s %%}n{%% endif %%}"
    "|{{ %s|default:word }}|{%% with title=%s %%}{{ title }}{%% endwith %%}"
    "|{%% for each in %s %%}{{ forloop.counter }}{{ each }}{%% if forloop.last %%}.{%% endif %%}"
    "{%% empty %%}none{%% endfor %%}|{%% autoescape off %%}{{ %s }}{%% endautoescape %%}"
)


def render(template_class: type[Template], text: str, **options) -> str:
    engine = Engine(
        builtins=["articles.templatetags.layout"], loaders=[], autoescape=True, **options
    )
    try:
        template = template_class(text, Origin("test"), "test", engine)
        return template.render(Context(dict(VALUES)))
    except Exception as error:
        return repr(error)


@pytest.mark.parametrize("invalid", ["", "INVALID", "no %s"])
def test_each_value_is_printed_as_django_prints_it(invalid):
    for name in NAMES:
        text = USES.replace("%s", name).replace("%%", "%")
        expected = render(Template, text, string_if_invalid=invalid)
        assert render(LeanTemplate, text, string_if_invalid=invalid) == expected, name


def test_an_error_of_a_value_is_raised_as_before():
    assert "no_such_attribute" in render(Template, "{{ page.broken }}")
    assert render(LeanTemplate, "{{ page.broken }}") == render(Template, "{{ page.broken }}")


def test_tags_and_texts_are_printed_as_django_prints_them():
    texts = [
        "{% load i18n %}a {# not this #}{% comment %}nor this{% endcomment %}b {{ word }} c",
        "{% joinlines %}a\n b{% if yes %}\nc\n{% endif %}\n{{ word }}\n{% joinlines %}d\n"
        "{% endjoinlines %}{% endjoinlines %}\ne{% joinlines %}{% endjoinlines %}",
        "{% for row in rows %}{% cycle 'odd' 'even' %}{% ifchanged row.title %}!{% endifchanged %}"
        "{% endfor %}{% firstof none missing word %}{% filter upper %}x{{ word }}{% endfilter %}",
        "{% if rows|length > 1 and page.title == 'x' or not none %}{{ number|floatformat:'g' }}"
        "{% endif %}{% load i18n %}{{ _('Draft') }}{{ 'it'|upper }}{{ 3 }}{{ -2.5 }}",
    ]
    for text in texts:
        assert render(LeanTemplate, text) == render(Template, text), text


PARTS = {
    "base.html": "<{% block a %}a{% endblock %}|{% block b %}{{ title }}{% endblock %}>",
    "page.html": "{% extends 'base.html' %}{% block b %}{{ block.super }}{% include 'part.html' "
    "with title=word only %}{% include 'part.html' %}{{ title }}{% endblock %}",
    "part.html": "[{{ title }}{{ word }}{% for row in rows %}{% include 'row.html' %}{% endfor %}]",
    "row.html": "{% cycle '1' '2' %}{{ row.title }}{% include name %}",
    "leaf.html": "{% with title='leaf' %}{{ title }}{% endwith %}",
}


def test_parts_of_parts_are_printed_as_django_prints_them():
    inner = ("django.template.loaders.locmem.Loader", PARTS)
    printed = []
    for loader in ("django.template.loaders.cached.Loader", "config.template_loaders.LeanLoader"):
        engine = Engine(loaders=[(loader, [inner])])
        values = VALUES | {"name": "leaf.html"}
        # Twice: the second time the parts are known.
        printed.append([engine.get_template("page.html").render(Context(values)) for _ in (1, 2)])
        with pytest.raises(TemplateDoesNotExist):
            engine.get_template("no.html")
    assert printed[0] == printed[1]
    assert isinstance(engine.get_template("part.html"), LeanTemplate)


LINES = [
    "{% for row in rows %}{{ forloop.counter }}/{{ forloop.revcounter0 }}{{ row.title }}{{ title }}"
    "{% for see in row.see %}{{ see }}{{ forloop.last }}{% empty %}none{% endfor %}"
    "{{ forloop.counter }}{% endfor %}",
    "{% for name, url in steps reversed %}{% if forloop.first %}first{% elif name == 'Home' %}home"
    "{% else %}else{% endif %}{% if not name or url and number > 1 %}{{ url|default:name|upper }}"
    "{% endif %}{% with title=name word=url %}{{ title }}{{ word }}{% endwith %}{{ word }}"
    "{% endfor %}",
    "{% for row in rows %}{% filter force_escape %}<{{ row.title }}>{% endfilter %}"
    "{{ row.see|join:', ' }}{{ row.missing|length }}{{ safe|lower }}{{ word|lower }}{% endfor %}",
    "{% for step in steps %}{{ step.0 }}{{ step.name.missing }}{{ page.count }}{{ page.delete }}"
    "{% endfor %}",
    "{% for each in call %}{{ each }}{% endfor %}{% for each in number %}{{ each }}{% endfor %}",
    "{% for one, other in rows %}{{ one }}{% endfor %}",
    "{% for step in steps %}{{ page.broken }}{% endfor %}",
    "{% for row in rows %}{{ row.title|add:missing }}{% endfor %}",
]


def test_lines_of_lists_are_printed_as_django_prints_them():
    for text in LINES:
        assert render(LeanTemplate, text) == render(Template, text), text


def test_a_loop_becomes_a_function_unless_it_fails_again_and_again():
    engine = Engine(loaders=[])
    template = LeanTemplate(LINES[0], Origin("test"), "test", engine)
    (loop,) = template.nodelist.get_nodes_by_type(LeanForNode)[:1]
    for _ in range(5):
        template.render(Context(dict(VALUES)))
        assert loop._render
    refused = LeanTemplate(LINES[3], Origin("test"), "test", engine)  # it would delete something
    (loop,) = refused.nodelist.get_nodes_by_type(LeanForNode)
    for _ in range(3):
        refused.render(Context(dict(VALUES)))
    assert loop._render is None


def test_a_part_of_a_line_sees_what_it_is_given_and_what_is_around_it():
    parts = {
        "list.html": "{% for row in rows %}{% include 'line.html' with name=row.title %}"
        "{% include 'line.html' with name=row.title only %}{% endfor %}{{ name }}",
        "line.html": "[{{ name }}|{{ word }}|{{ row.title }}{% if True %}!{% endif %}"
        "{% for step in steps %}{{ step.name }}{{ name }}{% endfor %}]",
    }
    inner = ("django.template.loaders.locmem.Loader", parts)
    printed = []
    for loader in ("django.template.loaders.cached.Loader", "config.template_loaders.LeanLoader"):
        engine = Engine(loaders=[(loader, [inner])])
        printed.append(engine.get_template("list.html").render(Context(dict(VALUES))))
    assert printed[0] == printed[1]


def test_the_site_has_lean_templates():
    template = engines["django"].get_template("symptoms/_symptom.html").template
    assert isinstance(template, LeanTemplate)
