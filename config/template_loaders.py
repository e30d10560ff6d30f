"""A loader whose templates render faster and to the same bytes as those of Django.

A page prints some 250 values and asks some 200 conditions. Django tries for each value of an object
whether it is a mapping, and catches the error; here what sort of thing it is decides. Whatever is
not surely the same goes the way of Django: see ``_look_up``.
"""

from html import escape
from typing import Any

from django.template import Context, Engine, TemplateDoesNotExist
from django.template.base import (
    DebugLexer,
    FilterExpression,
    Lexer,
    Node,
    NodeList,
    Origin,
    Parser,
    Template,
    TextNode,
    Token,
    Variable,
    VariableDoesNotExist,
    VariableNode,
    render_value_in_context,
)
from django.template.defaulttags import (
    CommentNode,
    CycleNode,
    ForNode,
    IfChangedNode,
    LoadNode,
    ResetCycleNode,
)
from django.template.loader_tags import BlockNode, ExtendsNode, IncludeNode
from django.template.loaders import cached
from django.template.loaders.base import Loader as BaseLoader
from django.utils.safestring import SafeString

from articles.templatetags.layout import JoinLinesNode
from config.lean_loops import MISSING, LeanForNode, is_read_by_attributes

# What keeps something for the template that it is in: an included one with it needs its own.
STATEFUL_NODES = (BlockNode, CycleNode, ExtendsNode, IfChangedNode, ResetCycleNode)
UNSURE = object()


def _look_up(lookups: tuple[str, ...], context: Context) -> Any:
    """The value of ``a.b.c``; MISSING without one, and UNSURE where Django must say what it is.

    That is what can be called, has keys or numbers and is no plain dictionary, or raises an error.
    """
    first = lookups[0]
    for scope in reversed(context.dicts):
        if first in scope:
            value = scope[first]
            break
    else:
        return MISSING
    try:
        for name in lookups[1:]:
            if value is None:
                return MISSING
            if callable(value):
                return UNSURE
            if type(value) is dict:
                if name not in value:
                    return UNSURE if name.isdigit() or hasattr(dict, name) else MISSING
                value = value[name]
            elif is_read_by_attributes(type(value), name):
                value = getattr(value, name)
            else:
                return UNSURE
    except Exception:  # whatever it is, Django meets it again
        return UNSURE
    return UNSURE if callable(value) else value


def _get_engine(context: Context) -> Engine:
    assert context.template  # it is rendered
    return context.template.engine


class LeanVariable(Variable):
    """A variable with filters behind it, or within another tag."""

    __slots__ = ()

    def _resolve_lookup(self, context: Context) -> Any:
        if not isinstance(context, Context):
            return super()._resolve_lookup(context)
        value = _look_up(self.lookups or (), context)
        if value is MISSING:
            raise VariableDoesNotExist("Failed lookup for [%s] in %r", (self.var, context))
        if value is UNSURE:
            return super()._resolve_lookup(context)  # type: ignore[misc]
        return value


class LeanExpression(FilterExpression):
    """A variable without filters."""

    __slots__ = ()

    def resolve(self, context: Context, ignore_failures: bool = False) -> Any:
        value = _look_up(self.var.lookups, context)
        if value is MISSING and ignore_failures:
            return None
        if value is MISSING and not _get_engine(context).string_if_invalid:
            return ""
        if value is UNSURE or value is MISSING:
            return super().resolve(context, ignore_failures)
        return value


class LeanVariableNode(VariableNode):
    """A value that is printed."""

    def render(self, context: Context) -> str:
        output = self.filter_expression.resolve(context)
        kind = type(output)
        if kind is SafeString:
            return output
        if kind is str:
            return escape(output) if context.autoescape else output
        return render_value_in_context(output, context)


class LeanIncludeNode(IncludeNode):
    """An included template of a fixed name, which is found once."""

    _found: Template | None = None

    def render(self, context: Context) -> SafeString:
        found = self._found
        if found is None:
            name = self.template.resolve(context)
            engine = _get_engine(context)
            if engine.debug or self.isolated_context or "./" in name:
                return super().render(context)
            found = self._found = engine.get_template(name)
        if not getattr(found, "is_stateless", False):
            return super().render(context)
        values = {name: value.resolve(context) for name, value in self.extra_context.items()}
        with context.push(**values):
            return found.nodelist.render(context)


class RootNodeList(NodeList):
    """The nodes of a whole template. Each page asks its base for the blocks in it."""

    def __init__(self, nodes: NodeList) -> None:
        super().__init__(nodes)
        self.contains_nontext = nodes.contains_nontext
        self._found: dict[type[Node], list[Node]] = {}

    def get_nodes_by_type(self, nodetype: type[Node]) -> list[Node]:
        if nodetype not in self._found:
            self._found[nodetype] = super().get_nodes_by_type(nodetype)
        return list(self._found[nodetype])


class LeanParser(Parser):
    """Makes lean nodes, without those that print nothing, and one of texts in a row."""

    def compile_filter(self, token: str) -> FilterExpression:
        expression: FilterExpression = super().compile_filter(token)
        if expression.is_var and type(expression.var) is Variable and expression.var.lookups:
            expression.var.__class__ = LeanVariable
            if not expression.filters and not expression.var.translate:
                expression.__class__ = LeanExpression
        return expression

    def extend_nodelist(self, nodelist: NodeList, node: Node, token: Token) -> None:
        super().extend_nodelist(nodelist, node, token)
        if type(node) is VariableNode:
            node.__class__ = LeanVariableNode
        elif type(node) is IncludeNode and not node.template.is_var:
            node.__class__ = LeanIncludeNode
        elif type(node) is ForNode:
            node.__class__ = LeanForNode
        elif isinstance(node, LoadNode | CommentNode):
            nodelist.pop()
        elif isinstance(node, JoinLinesNode):
            nodelist.pop()
            for part in node.nodelist:
                _append(nodelist, part)
        elif type(node) is TextNode:
            _append(nodelist, nodelist.pop())


def _append(nodelist: NodeList, node: Node) -> None:
    last = nodelist[-1] if nodelist else None
    if type(node) is TextNode and type(last) is TextNode:
        last.s += node.s
    else:
        nodelist.append(node)


class LeanTemplate(Template):
    """A template of lean nodes; ``is_stateless`` if it can be rendered as a part of another."""

    is_stateless = False

    def compile_nodelist(self) -> NodeList:
        lexer = DebugLexer(self.source) if self.engine.debug else Lexer(self.source)
        libraries, builtins = self.engine.template_libraries, self.engine.template_builtins
        parser = LeanParser(lexer.tokenize(), libraries, builtins, self.origin)
        try:
            nodelist = RootNodeList(parser.parse())
        except Exception as error:
            if self.engine.debug:
                info = self.get_exception_info(error, error.token)  # type: ignore[attr-defined]
                error.template_debug = info  # type: ignore[attr-defined]
            raise
        self.extra_data = parser.extra_data
        self.is_stateless = not any(map(nodelist.get_nodes_by_type, STATEFUL_NODES))
        return nodelist


class LeanFileLoader(BaseLoader):
    """Makes lean templates of the files that are found."""

    def get_template(self, template_name: str, skip: list[Origin] | None = None) -> Template:
        tried = []
        for origin in self.get_template_sources(template_name):
            if skip is not None and origin in skip:
                tried.append((origin, "Skipped to avoid recursion"))
                continue
            try:
                contents = self.get_contents(origin)  # type: ignore[attr-defined]
            except TemplateDoesNotExist:
                tried.append((origin, "Source does not exist"))
                continue
            return LeanTemplate(contents, origin, template_name, self.engine)
        raise TemplateDoesNotExist(template_name, tried=tried)


class LeanLoader(cached.Loader, LeanFileLoader):
    """Keeps each template once it was compiled."""
