"""Addresses and days as public pages print them."""

import datetime as dt

from django.template import engines
from django.utils import translation

OLD_DAY = """<time datetime="{{ value|date:'Y-m-d' }}">{{ value|date:"j F Y" }}</time>"""


def render(text: str, **values) -> str:
    return engines["django"].from_string(text).render(values)


def test_a_day_is_printed_for_people_and_for_machines(settings):
    settings.TIME_ZONE = "Pacific/Auckland"
    values = [
        dt.date(2026, 11, 30),
        dt.date(987, 1, 2),
        dt.datetime(2026, 11, 30, 23, 59, tzinfo=dt.UTC),  # the next day there
        None,
        "",
    ]
    for value in values:
        assert render("{% day value %}", value=value) == render(OLD_DAY, value=value), value
    assert render("{% day value %}", value=values[2]) == (
        '<time datetime="2026-12-01">1 December 2026</time>'
    )


def test_a_day_is_printed_in_the_language_of_the_page():
    day = dt.date(2026, 5, 1)
    english = render("{% day value %}", value=day)
    with translation.override("de"):
        assert render("{% day value %}", value=day) == render(OLD_DAY, value=day) != english
    assert render("{% day value %}", value=day) == english


def test_a_path_is_printed_as_the_url_tag_prints_it():
    for call in ("'home'", "'articles:topic' slug", "'articles:topic' slug 2"):
        old, new = f"{{% url {call} %}}", f"{{% path {call} %}}"
        assert render(new, slug="nerves") == render(old, slug="nerves")
