"""Template filters for public pages."""

from django import template

from articles import contents

register = template.Library()


@register.filter
def at(mapping, key):
    """The value of a mapping at a key, or an empty string."""
    return mapping.get(key, "") if mapping else ""


@register.filter
def anchored(html):
    """A signed text with anchors on its headings, and their list."""
    return contents.anchored(html)
