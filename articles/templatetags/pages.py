"""Template filters for public pages."""

from django import template

register = template.Library()


@register.filter
def at(mapping, key):
    """The value of a mapping at a key, or an empty string."""
    return mapping.get(key, "") if mapping else ""
