"""Template filters for public pages."""

from dataclasses import replace

from django import template
from django.utils.safestring import SafeString, mark_safe

from articles import attributes, care_advice, contents, dialling, kinds, tables

register = template.Library()


@register.filter
def at(mapping, key):
    """The value of a mapping at a key, or an empty string."""
    return mapping.get(key, "") if mapping else ""


@register.filter
def anchored(html):
    """A signed text with anchors on its headings, and their list.

    It is without foreign attributes already, so that ``rich`` leaves the anchors.
    """
    found = contents.anchored(attributes.bare(html))
    return replace(found, html=mark_safe(found.html))  # noqa: S308 - made safe wherever it is saved


@register.filter
def rich(html):
    """Signed rich text as it is printed: wide tables scroll within themselves. What was signed stays as it is.

    Attributes that nobody sees, of texts signed when a page could carry them, are not printed.
    """
    html = html if isinstance(html, SafeString) else attributes.bare(html)
    return mark_safe(tables.scrolling(html))  # noqa: S308 - made safe wherever it is saved


@register.simple_block_tag(takes_context=True)
def dialled(context, content):
    """What stands within. On pages for visitors, and nowhere else, the site's numbers in it can be dialled."""
    return mark_safe(dialling.linked(content)) if context.get("public") else content  # noqa: S308 - rendered before


@register.simple_tag(takes_context=True)
def advice_of(context, document):
    """The care advice of a document as visitors read it or, where the page is not theirs, as it was chosen."""
    shown = care_advice.for_visitors if context.get("public") else care_advice.as_chosen
    return shown(document.advice) if document.advice else None


@register.filter
def figures_at(document, place):
    """The pictures that stand at a place of the page; the first place takes those of no place that it knows."""
    places = list(kinds.get(document.kind).places)
    return [figure for figure in document.figures if (figure.place if figure.place in places else places[0]) == place]


@register.filter
def grouped(number):
    """A whole number as people read it: 12,000."""
    return f"{number:,}"


@register.filter
def first(items, count: int) -> list:
    """So many of them, from the beginning."""
    return list(items)[:count]


@register.filter
def beyond(items, count: int) -> int:
    """How many there are beside the first ones."""
    return max(0, len(items) - count)
