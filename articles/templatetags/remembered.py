"""Parts of a page that are printed from few values: rendered once for equal ones."""

from functools import lru_cache

from django import template
from django.template.loader import render_to_string
from django.utils.safestring import mark_safe

register = template.Library()
REMEMBERED = 4_000  # parts, in a process: those of some pages with thousands of rows
LONGEST_TEXT = 4_000  # characters of a part that is remembered


@register.simple_tag(takes_context=True)
def print_causes(context, template_name, causes):
    """Causes of a page, each with the address where visitors read more of it, if they can."""
    links = context.get("links") or {}
    parts = []
    for cause in causes:
        render = _render if len(cause.html) > LONGEST_TEXT else _render_once
        parts.append(render(template_name, cause, links.get(cause.uuid, "")))
    return mark_safe("".join(parts))  # noqa: S308 - rendered by templates


def _render(template_name, cause, url):
    return render_to_string(template_name, {"cause": cause, "url": url})


_render_once = lru_cache(maxsize=REMEMBERED)(_render)
