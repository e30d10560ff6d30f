"""Parts of a page that are printed from few values: rendered once for equal ones."""

from functools import lru_cache

from django import template
from django.template.loader import render_to_string

register = template.Library()
REMEMBERED = 4_000  # parts, in a process: those of some pages with thousands of rows
LONGEST_TEXT = 4_000  # characters of a part that is remembered


@register.simple_tag
def print_cause(template_name, cause, url):
    """A cause on a page, with the address where visitors read more of it, or nothing."""
    if len(cause.html) > LONGEST_TEXT:
        return _render(template_name, cause, url)
    return _render_once(template_name, cause, url)


def _render(template_name, cause, url):
    return render_to_string(template_name, {"cause": cause, "url": url})


_render_once = lru_cache(maxsize=REMEMBERED)(_render)
