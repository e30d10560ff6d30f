"""Addresses and days as public pages print them: tags that cost less than filters for each row."""

import datetime as dt
from functools import lru_cache
from typing import Any

from django import template
from django.template.base import FilterExpression, Node, Parser, Token
from django.template.context import Context
from django.utils.formats import date_format
from django.utils.html import conditional_escape
from django.utils.timezone import template_localtime  # type: ignore[attr-defined]
from django.utils.translation import get_language

from articles.content.paths import get_path

register = template.Library()


class PathNode(Node):
    """The path of an entry of the URL map, by its name and its arguments."""

    def __init__(self, url_name: str, args: list[FilterExpression]) -> None:
        self.url_name = url_name
        self.args = args

    def render(self, context: Context) -> str:
        if not self.args:
            return get_path(self.url_name)
        path = get_path(self.url_name, *[arg.resolve(context) for arg in self.args])
        return str(conditional_escape(path))


@register.tag
def path(parser: Parser, token: Token) -> PathNode:
    """A path as ``{% url %}`` gives it, from a pattern that is read once.

    The arguments are slugs, numbers and UUIDs: ``{% path 'articles:topic' topic.slug %}``.
    """
    _tag, name, *args = token.split_contents()
    return PathNode(name.strip("'\""), [parser.compile_filter(arg) for arg in args])


class DayNode(Node):
    """A day, or the day of a moment on this site's clock, for people and for machines."""

    def __init__(self, value: FilterExpression) -> None:
        self.value = value

    def render(self, context: Context) -> str:
        return self.format(self.value.resolve(context), context)

    @staticmethod
    def format(value: Any, context: Context) -> str:
        if isinstance(value, dt.datetime):
            value = template_localtime(value, context.use_tz).date()
        if not isinstance(value, dt.date):
            return '<time datetime=""></time>'
        return _format_day(value, get_language())


@register.tag
def day(parser: Parser, token: Token) -> DayNode:
    """A day as a ``time`` element: ``{% day line.next_due %}``."""
    _tag, value = token.split_contents()
    return DayNode(parser.compile_filter(value))


def write_day(value: dt.date | None) -> str:
    """A day in words; nothing for none."""
    return _write_day(value, get_language()) if value else ""


@lru_cache(maxsize=2_000)
def _write_day(value: dt.date, _language: str | None) -> str:
    return date_format(value, "j F Y")


@lru_cache(maxsize=2_000)
def _format_day(value: dt.date, _language: str | None) -> str:
    words = conditional_escape(date_format(value, "j F Y"))
    return f'<time datetime="{value.isoformat()}">{words}</time>'
