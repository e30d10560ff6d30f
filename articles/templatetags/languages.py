"""Template tags for languages."""

from django import template

from articles.content.languages import SOURCE_LANGUAGE

register = template.Library()


@register.simple_tag
def source_language() -> str:
    return SOURCE_LANGUAGE
