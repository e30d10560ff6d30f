"""Loops of templates as Python functions: a line of a long list costs what its values cost.

Django pushes a context, keeps six counters and walks a tree of nodes for each line. Here the body
of a ``for`` is written once as a function in which names of the loop are variables. What cannot be
written so, and what raises an error, goes the way of Django from the beginning of the loop: nothing
of a template has effects.
"""

from collections.abc import Callable, Iterable
from functools import lru_cache
from html import escape
from typing import Any, cast

from django.template import Context, Template
from django.template.base import (
    FilterExpression,
    Node,
    NodeList,
    TextNode,
    Variable,
    VariableDoesNotExist,
    VariableNode,
    render_value_in_context,
)
from django.template.defaulttags import FilterNode, ForNode, IfNode, WithNode
from django.template.library import SimpleBlockNode, SimpleNode
from django.template.loader_tags import IncludeNode
from django.template.smartif import Literal
from django.utils.html import conditional_escape
from django.utils.safestring import SafeData, SafeString, mark_safe
from django.utils.timezone import template_localtime  # type: ignore[attr-defined]

from articles.content.paths import get_path
from articles.templatetags.printing import DayNode, PathNode

MISSING = object()
COUNTERS = {
    "counter": "{i} + 1",
    "counter0": "{i}",
    "revcounter": "{n} - {i}",
    "revcounter0": "{n} - {i} - 1",
    "first": "{i} == 0",
    "last": "{i} == {n} - 1",
}
COMPARISONS = ("in", "not in", "is", "is not", "==", "!=", ">", ">=", "<", "<=")
BUILTINS = {"True": True, "False": False, "None": None}
MAX_FAILURES = 3  # of a loop; then it is left to Django for good
MAX_DEPTH = 12  # of templates in templates
# By class, whether a template reads its values as attributes alone.
_has_attributes_only: dict[type, bool] = {}


class CannotCompile(Exception):
    """Something in a loop that Django must render."""


class Unsure(Exception):
    """A value of which Django must say what it is."""


def is_read_by_attributes(kind: type, name: str) -> bool:
    """Whether a value of a class has no other way to a name than ``getattr``."""
    known = _has_attributes_only.get(kind)
    if known is None:
        is_named_tuple = issubclass(kind, tuple) and hasattr(kind, "_fields")
        known = is_named_tuple or not hasattr(kind, "__getitem__")
        _has_attributes_only[kind] = known
    return known and not name.isdigit()


# What the functions call


def _find(context: Context, name: str) -> Any:
    for scope in reversed(context.dicts):
        if name in scope:
            return _call(scope[name])
    return MISSING


def _get(value: Any, name: str) -> Any:
    """What templates mean by ``value.name``. Raises Unsure, and whatever a property raises."""
    kind = type(value)
    if kind is dict:
        if name in value:
            return _call(value[name])
        return _get_slowly(value, name) if hasattr(dict, name) else MISSING
    if value is None or value is MISSING:
        return MISSING
    known = _has_attributes_only.get(kind)
    if known is None:
        known = is_read_by_attributes(kind, name)
    if not known:
        return _get_slowly(value, name)
    return _call(getattr(value, name))


def _get_slowly(value: Any, name: str) -> Any:
    """The same as Django finds it: by key, by attribute or by number."""
    try:
        return _build_variable(name).resolve({"value": value})
    except VariableDoesNotExist:
        return MISSING


@lru_cache(maxsize=1000)
def _build_variable(name: str) -> Variable:
    return Variable(f"value.{name}")


def _call(value: Any) -> Any:
    if not callable(value):
        return value
    if hasattr(value, "do_not_call_in_templates") or hasattr(value, "alters_data"):
        raise Unsure
    return value()


def _print(value: Any, context: Context) -> str:
    kind = type(value)
    if kind is SafeString:
        return value
    if kind is str:
        return escape(value) if context.autoescape else value
    if value is MISSING:
        return ""
    return render_value_in_context(value, context)


def _print_path(name: str, *args: Any) -> str:
    return str(conditional_escape(get_path(name, *args)))


def _measure(values: Any) -> Any:
    """The values of a loop, which must have a length, or nothing."""
    if values is None:
        return ()
    if not hasattr(values, "__len__"):
        raise Unsure
    return values


def _require(value: Any) -> Any:
    if value is MISSING:
        raise Unsure
    return value


def _unpack(item: Any, count: int) -> Any:
    if len(item) != count:
        raise Unsure
    return item


def _render_node(node: Node, context: Context, values: dict[str, Any]) -> str:
    """What a tag that reads the context prints among the names of a loop."""
    with context.push(**values):
        return str(node.render_annotated(context))


def _render_block(function: Any, text: str, context: Context, values: dict[str, Any]) -> str:
    """What the function of a block tag gives among the names of a loop."""
    with context.push(**values):
        output = function(context, text)
    return str(conditional_escape(output)) if context.autoescape else output


HELPERS = {
    "MISSING": MISSING,
    "SafeData": SafeData,
    "_find": _find,
    "_get": _get,
    "_print": _print,
    "_print_path": _print_path,
    "_measure": _measure,
    "_require": _require,
    "_unpack": _unpack,
    "_render_block": _render_block,
    "_render_node": _render_node,
    "mark_safe": mark_safe,
    "template_localtime": template_localtime,
}

Names = dict[str, str]  # a name in templates → the expression of its value


class LoopWriter:
    """Writes one loop, with what is in it, as a function of the context that gives its text."""

    def __init__(self, find_template: Callable[[str], Template]) -> None:
        self._find_template = find_template
        self._lines: list[str] = []
        self._values: dict[str, Any] = dict(HELPERS)
        self._outer: Names = {}
        self._count = 0
        self._depth = 0

    def write(self, node: ForNode) -> Callable[[Context], str]:
        """The function. Raises CannotCompile."""
        self._write_for(node, {}, 1)
        head = ["def render(context):", " parts = []", " add = parts.append"]
        head += [f" {name} = _find(context, {key!r})" for key, name in self._outer.items()]
        source = "\n".join([*head, *self._lines, ' return "".join(parts)'])
        exec(compile(source, "<loop of a template>", "exec"), self._values)  # noqa: S102 - ours
        render: Callable[[Context], str] = self._values["render"]
        return render

    def _new(self, sort: str) -> str:
        self._count += 1
        return f"{sort}{self._count}"

    def _keep(self, value: Any) -> str:
        """The name of a value of the template."""
        name = self._new("k")
        self._values[name] = value
        return name

    def _add(self, indent: int, line: str) -> None:
        self._lines.append(" " * indent + line)

    # Nodes

    def _write_nodes(self, nodes: Iterable[Node], names: Names, indent: int) -> None:
        for node in nodes:
            self._write_node(node, names, indent)

    def _write_node(self, node: Node, names: Names, indent: int) -> None:
        if isinstance(node, TextNode):
            self._add(indent, f"add({self._keep(node.s)})")
        elif isinstance(node, VariableNode):
            value = self._write_value(node.filter_expression, names)
            self._add(indent, f"add(_print({value}, context))")
        elif isinstance(node, IfNode):
            self._write_if(node, names, indent)
        elif isinstance(node, WithNode):
            self._write_nodes(node.nodelist, self._write_names(node, names, indent), indent)
        elif isinstance(node, ForNode):
            self._write_for(node, names, indent)
        elif isinstance(node, IncludeNode):
            self._write_include(node, names, indent)
        else:
            self._write_tag(node, names, indent)

    def _write_tag(self, node: Node, names: Names, indent: int) -> None:
        if isinstance(node, PathNode):
            parts = [repr(node.url_name)]
            parts += [self._write_filled(arg, names) for arg in node.args]
            self._add(indent, f"add(_print_path({', '.join(parts)}))")
        elif isinstance(node, DayNode):
            value = self._write_filled(node.value, names)
            self._add(indent, f"add({self._keep(node.format)}({value}, context))")
        elif isinstance(node, SimpleNode) and node.target_var is None:
            self._write_simple_tag(node, names, indent)
        elif isinstance(node, FilterNode):
            inner = self._write_inner(node.nodelist, names, indent)
            value = self._write_filled(node.filter_expr, names | {"var": inner})
            self._add(indent, f"add({value})")
        else:
            raise CannotCompile(type(node).__name__)

    def _write_simple_tag(self, node: SimpleNode, names: Names, indent: int) -> None:
        """A function that may read the context, of what is in the block, if it is one."""
        if "" in names:
            raise CannotCompile
        pairs = [f"{name!r}: {value}" for name, value in names.items() if "." not in name]
        values = f"{{{', '.join(pairs)}}}"
        if (
            isinstance(node, SimpleBlockNode)
            and node.takes_context
            and not (node.args or node.kwargs)
        ):
            inner = self._write_inner(node.nodelist, names, indent)
            call = f"_render_block({self._keep(node.func)}, {inner}, context, {values})"
        else:
            call = f"_render_node({self._keep(node)}, context, {values})"
        self._add(indent, f"add({call})")

    def _write_inner(self, nodes: Iterable[Node], names: Names, indent: int) -> str:
        """The name of the text of some nodes, which is not printed yet."""
        before, parts, text = self._new("b"), self._new("p"), self._new("s")
        self._add(indent, f"{before}, {parts} = add, []")
        self._add(indent, f"add = {parts}.append")
        self._write_nodes(nodes, names, indent)
        self._add(indent, f"add, {text} = {before}, mark_safe(''.join({parts}))")
        return text

    def _write_if(self, node: IfNode, names: Names, indent: int) -> None:
        word = "if"
        for condition, nodes in node.conditions_nodelists:
            if condition is None:
                self._add(indent, "else:" if word == "elif" else "if True:")
            else:
                self._add(indent, f"{word} {self._write_condition(condition, names)}:")
            word = "elif"
            self._add(indent + 1, "pass")
            self._write_nodes(nodes, names, indent + 1)

    def _write_condition(self, condition: Any, names: Names) -> str:
        if isinstance(condition, Literal):
            return self._write_value(condition.value, names, missing="None")
        if condition.id == "not":
            return f"(not {self._write_condition(condition.first, names)})"
        if condition.id not in ("and", "or", *COMPARISONS):
            raise CannotCompile
        first = self._write_condition(condition.first, names)
        return f"({first} {condition.id} {self._write_condition(condition.second, names)})"

    def _write_names(self, node: WithNode | IncludeNode, names: Names, indent: int) -> Names:
        """The names that a tag adds to others."""
        added: Names = {}
        for name, expression in node.extra_context.items():
            added[name] = local = self._new("v")
            self._add(indent, f"{local} = {self._write_filled(expression, names)}")
        return names | added

    def _write_include(self, node: IncludeNode, names: Names, indent: int) -> None:
        if self._depth >= MAX_DEPTH or node.template.is_var or "./" in str(node.template.var):
            raise CannotCompile
        inner = self._write_names(node, names, indent)
        if node.isolated_context:
            inner = {name: inner[name] for name in node.extra_context} | {"": ""}
        self._depth += 1
        self._write_nodes(self._find_template(str(node.template.var)).nodelist, inner, indent)
        self._depth -= 1

    def _write_for(self, node: ForNode, names: Names, indent: int) -> None:
        values, i, n = self._new("a"), self._new("i"), self._new("n")
        found = self._write_value(node.sequence, names, missing="None")
        self._add(indent, f"{values} = _measure({found})")
        self._add(indent, f"{n} = len({values})")
        item = self._new("v")
        order = f"reversed({values})" if node.is_reversed else values
        self._add(indent, f"for {i}, {item} in enumerate({order}):")
        inner = {name: value for name, value in names.items() if not name.startswith("forloop.")}
        for name, counter in COUNTERS.items():
            inner[f"forloop.{name}"] = f"({counter.format(i=i, n=n)})"
        if len(node.loopvars) == 1:
            inner[node.loopvars[0]] = item
        else:
            locals_ = [self._new("v") for _ in node.loopvars]
            self._add(indent + 1, f"{', '.join(locals_)} = _unpack({item}, {len(node.loopvars)})")
            inner |= dict(zip(node.loopvars, locals_, strict=True))
        self._add(indent + 1, "pass")
        self._write_nodes(cast(NodeList, node.nodelist_loop), inner, indent + 1)
        if node.nodelist_empty:
            self._add(indent, f"if not {n}:")
            self._add(indent + 1, "pass")
            self._write_nodes(cast(NodeList, node.nodelist_empty), names, indent + 1)

    # Values

    def _write_filled(self, expression: FilterExpression, names: Names) -> str:
        """A value that is the empty text where there is none."""
        return self._write_value(expression, names, missing='""')

    def _write_value(self, expression: Any, names: Names, missing: str = "") -> str:
        """A value; ``missing`` is written for one that is not there."""
        if not isinstance(expression, FilterExpression):
            raise CannotCompile
        if expression.filters and not missing:
            missing = '""'
        if not expression.is_var:
            value = self._keep(expression.var)
        else:
            value = self._write_variable(expression.var, names)
            if missing:
                local = self._new("t")
                value = f"({missing} if ({local} := {value}) is MISSING else {local})"
        for function, args in expression.filters:
            value = self._write_filter(function, args, value, names)
        return value

    def _write_filter(
        self, function: Any, args: list[tuple[bool, Any]], value: str, names: Names
    ) -> str:
        local = self._new("t")
        if getattr(function, "expects_localtime", False):
            value = f"template_localtime({value}, context.use_tz)"
        given, named = [f"({local} := {value})"], []
        if getattr(function, "needs_autoescape", False):
            named.append("autoescape=context.autoescape")
        for is_variable, arg in args:
            if is_variable:
                given.append(f"_require({self._write_variable(arg, names)})")
            else:
                given.append(self._keep(mark_safe(arg) if isinstance(arg, str) else arg))  # noqa: S308
        call = f"{self._keep(function)}({', '.join(given + named)})"
        if not getattr(function, "is_safe", False):
            return call
        result = self._new("t")
        return (
            f"(mark_safe({result}) if (({result} := {call}) is {result}) "
            f"and isinstance({local}, SafeData) else {result})"
        )

    def _write_variable(self, variable: Variable, names: Names) -> str:
        if variable.translate:
            raise CannotCompile
        if variable.lookups is None:
            return self._keep(variable.literal)
        first, *rest = variable.lookups
        if any(name.isdigit() for name in rest):
            raise CannotCompile
        if first == "forloop":
            counter = names.get(".".join(variable.lookups))
            if counter is None:
                raise CannotCompile
            return counter
        value = names.get(first) or self._write_outer(first, names)
        for name in rest:
            value = f"_get({value}, {name!r})"
        return value

    def _write_outer(self, name: str, names: Names) -> str:
        """A value of the context, which is looked for once."""
        if "" in names:  # an included template that sees nothing else
            return self._keep(BUILTINS[name]) if name in BUILTINS else "MISSING"
        if name not in self._outer:
            self._outer[name] = self._new("c")
        return self._outer[name]


class LeanForNode(ForNode):
    """A loop that is written as a function when it is rendered first."""

    _render: Callable[[Context], str] | None = None
    _is_tried = False
    _failures = 0

    def render(self, context: Context) -> SafeString:
        template = context.template
        if template is None or template.engine.debug or template.engine.string_if_invalid:
            return SafeString(super().render(context))
        if not self._is_tried:
            self._compile(template.engine.get_template)
        if self._render is None:
            return SafeString(super().render(context))
        try:
            return SafeString(self._render(context))
        except Exception:  # whatever it is, Django meets it again
            text = super().render(context)
        self._failures += 1  # Django could
        if self._failures >= MAX_FAILURES:
            self._render = None
        return SafeString(text)

    def _compile(self, find_template: Callable[[str], Template]) -> None:
        try:
            self._render = LoopWriter(find_template).write(self)
        except CannotCompile:
            self._render = None
        self._is_tried = True
