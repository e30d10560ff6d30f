"""Writes the usual boxes of a form without templates: the same HTML in a tenth of the time.

A form of a page has some two hundred of them. What is not in ``WRITERS`` Django's templates write.
"""

import json
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from django.contrib.admin.options import IS_POPUP_VAR, TO_FIELD_VAR
from django.contrib.admin.widgets import RelatedFieldWidgetWrapper
from django.core.serializers.json import DjangoJSONEncoder
from django.forms import Field
from django.forms.renderers import DjangoTemplates
from django.templatetags.static import static
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _

Context = Mapping[str, Any]


def write_attributes(attributes: Mapping[str, Any]) -> str:
    """Attributes of an element, each after a blank. False leaves one out, True needs no value."""
    parts = []
    for name, value in attributes.items():
        if value is True:
            parts.append(f" {name}")
        elif value is not False:
            parts.append(f' {name}="{conditional_escape(str(value))}"')
    return "".join(parts)


def write_json(value: Any) -> SafeString:
    """JSON as an attribute in single quotes, which stays short: its own quotes can stand in it."""
    text = json.dumps(value, separators=(",", ":"), cls=DjangoJSONEncoder)
    text = text.replace("&", "&amp;").replace("'", "&#39;").replace("<", "&lt;")
    return mark_safe(f"'{text}'")  # noqa: S308 - escaped above


def write_input(context: Context) -> str:
    widget = context["widget"]
    value = widget["value"]
    shown = "" if value is None else f' value="{conditional_escape(str(value))}"'
    return (
        f'<input type="{widget["type"]}" name="{widget["name"]}"{shown}'
        f"{write_attributes(widget['attrs'])}>"
    )


def write_textarea(context: Context) -> str:
    widget = context["widget"]
    text = conditional_escape(widget["value"] or "")
    name, attributes = widget["name"], write_attributes(widget["attrs"])
    return f'<textarea name="{name}"{attributes}>\n{text}</textarea>'


def write_select(context: Context) -> str:
    widget = context["widget"]
    parts = [f'<select name="{widget["name"]}"{write_attributes(widget["attrs"])}>']
    for group, options, _index in widget["optgroups"]:
        written = "".join(map(_write_option, options))
        if group:
            written = f'<optgroup label="{conditional_escape(group)}">{written}</optgroup>'
        parts.append(written)
    return f"{''.join(parts)}</select>"


def _write_option(option: Mapping[str, Any]) -> str:
    value = conditional_escape(str(option["value"]))
    attributes = write_attributes(option["attrs"])
    return f'<option value="{value}"{attributes}>{conditional_escape(option["label"])}</option>'


def write_choices(context: Context) -> str:
    """Boxes to tick, each with its label."""
    widget = context["widget"]
    own = {name: widget["attrs"][name] for name in ("id", "class") if widget["attrs"].get(name)}
    parts = [f"<div{write_attributes(own)}>"]
    for group, options, _index in widget["optgroups"]:
        lines = "".join(map(_write_choice, options))
        if group:
            lines = f"<div><label>{conditional_escape(group)}</label>{lines}</div>"
        parts.append(lines)
    return f"{''.join(parts)}</div>"


def _write_choice(option: Mapping[str, Any]) -> str:
    """A box inside its label, which needs no id: there may be many, such as topics."""
    shared = ("id", "data-context")  # the second is for lists of choices, which this is not
    own = {name: value for name, value in option["attrs"].items() if name not in shared}
    value = str(conditional_escape(str(option["value"])))
    value = value if value.isalnum() else f'"{value}"'
    box = (
        f"<input type={option['type']} name={option['name']} value={value}{write_attributes(own)}>"
    )
    return f"<div><label>{box} {conditional_escape(option['label'])}</label></div>"


def write_label(context: Context) -> str:
    label = conditional_escape(context["label"])
    if not context["use_tag"]:
        return label
    tag = context["tag"]
    return f"<{tag}{write_attributes(context['attrs'])}>{label}</{tag}>"


def write_errors(context: Context) -> str:
    errors = context["errors"]
    if not errors:
        return ""
    own = {"class": context["error_class"]}
    if errors.field_id:
        own["id"] = f"{errors.field_id}_error"
    lines = "".join(f"<li>{conditional_escape(error)}</li>" for error in errors)
    return f"<ul{write_attributes(own)}>{lines}</ul>"


# The links beside a choice: what each is for, the view that it leads to, and its title.
LINKS = (
    ("change", "add", "delete", "view"),
    ("change", "add", "delete", "change"),
    (
        _("Change selected %(model)s"),
        _("Add another %(model)s"),
        _("Delete selected %(model)s"),
        _("View selected %(model)s"),
    ),
)
INPUTS = ("checkbox", "email", "hidden", "input", "number", "text", "url")
WRITERS: dict[str, Callable[[Context], str]] = {
    **{f"django/forms/widgets/{kind}.html": write_input for kind in INPUTS},
    "django/forms/widgets/textarea.html": write_textarea,
    "django/forms/widgets/select.html": write_select,
    "django/forms/widgets/checkbox_select.html": write_choices,
    "django/forms/label.html": write_label,
    "django/forms/errors/list/ul.html": write_errors,
}


class PageFormRenderer(DjangoTemplates):
    """The renderer of the forms of pages and of their rows."""

    def render(self, template_name: str, context: Any, request: Any = None) -> str:
        write = WRITERS.get(template_name)
        if write is None:
            return super().render(template_name, context, request)
        return mark_safe(write(context))  # noqa: S308 - the writers escape every value


class LinkedChoice(RelatedFieldWidgetWrapper):
    """A choice of a row with links beside it: to change that row, to add one, and so on."""

    def render(self, name, value, attrs=None, renderer=None) -> SafeString:
        """The box, and its links as data: the form's script makes them."""
        box = self.widget.render(name, value, attrs, renderer)
        refers = ""
        if not self.rel.limit_choices_to:
            refers = f' data-model-ref="{self.rel.model._meta.model_name}"'
        links = "" if self.is_hidden else f" data-links={write_json(self.describe_links())}"
        return mark_safe(  # noqa: S308 - of parts that are safe
            f'<div class="related-widget-wrapper"{refers}{links}>{box}</div>'
        )

    def list_links(self) -> tuple[bool, ...]:
        """Which of its links a user may follow."""
        return (
            self.can_change_related,
            self.can_add_related,
            self.can_delete_related,
            self.can_view_related,
        )

    def describe_links(self) -> list[list[str]]:
        """Of each link: what it is for, its address and its title. ``__fk__`` is the row chosen."""
        options = self.rel.model._meta
        words = {"model": options.verbose_name}
        field = self.rel.get_related_field().name
        info = (options.app_label, str(options.model_name))
        found = []
        for kind, view, title, is_shown in zip(*LINKS, self.list_links(), strict=True):
            if is_shown:
                keys = () if view == "add" else ("__fk__",)
                popup = "" if kind == "view" else f"&{IS_POPUP_VAR}=1"
                address = f"{self.get_related_url(info, view, *keys)}?{TO_FIELD_VAR}={field}{popup}"
                found.append([kind, address, title % words])
        return found


@lru_cache(maxsize=1)
def describe_icons() -> SafeString:
    """The addresses of the pictures of links, as an attribute."""
    kinds = LINKS[0]
    return write_json([static(f"admin/img/icon-{kind}link.svg") for kind in kinds])


def link_choice(field: Field | None) -> Field | None:
    """A field of the admin, with its links written without a template."""
    widget = field.widget if field else None
    if field and type(widget) is RelatedFieldWidgetWrapper:
        field.widget = LinkedChoice(
            widget.widget,
            widget.rel,
            widget.admin_site,
            can_add_related=widget.can_add_related,
            can_change_related=widget.can_change_related,
            can_delete_related=widget.can_delete_related,
            can_view_related=widget.can_view_related,
        )
    return field
