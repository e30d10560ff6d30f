"""Layout of templates: long lines written on several lines, and printed as one."""

from django import template
from django.template.base import Node, NodeList, TextNode

register = template.Library()


class JoinLinesNode(Node):
    def __init__(self, nodelist: NodeList):
        self.nodelist = nodelist

    def render(self, context) -> str:
        return self.nodelist.render(context)


@register.tag
def joinlines(parser, token) -> JoinLinesNode:
    """A part of a template whose line breaks are not printed, so that a long line can be broken.

    Line breaks in values stay. Where a space is meant, the next line begins with it.
    """
    nodelist = parser.parse(["endjoinlines"])
    parser.delete_first_token()
    for node in nodelist.get_nodes_by_type(TextNode):
        node.s = node.s.replace("\n", "")
    return JoinLinesNode(nodelist)
