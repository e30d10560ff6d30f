"""What the program offers outwards: addresses, commands, settings, models."""

import re
from itertools import chain
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.core.management import get_commands, load_command_class
from django.urls import get_resolver
from django.urls.resolvers import URLPattern

from tests.golden import names

PARAMETER = re.compile(r"<(?:(\w+):)?(\w+)>")
REGEX = re.compile(r"[\^$\\]|\(\?")
OF_THE_SITE = ("config", "articles", "reviews", "symptoms")
# How settings, gunicorn and commands read the environment.
READERS = (
    r"env(?:\.\w+)?|Env\(\)|_days|_seconds|_number|_moment|_date|_one_of|_origin|_contacts|_switch|_phone_number|_chat_address|_line|_token"
    r"|environ\.get|getenv"
)
READ = re.compile(rf'(?:{READERS})\(\s*"([A-Z][A-Z0-9_]+)"')


def walk(patterns, prefix: str = "", namespace: str = ""):
    """Each route of the URL map with the name of its view."""
    for pattern in patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLPattern):
            yield route, f"{namespace}{pattern.name or ''}"
        else:
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from walk(pattern.url_patterns, route, inner)


def addresses() -> list:
    """Each route with the name of its view, in the names of build 978f4c9."""
    found = set()
    for route, name in walk(get_resolver().url_patterns):
        parts = route.split("/")
        if parts[0] == "admin" and len(parts) > 2:
            parts[2] = names.old_model(parts[1], parts[2])
        found.add(("/".join(parts), names.old_view(name)))
    return [list(pair) for pair in sorted(found)]


def plain_paths() -> list[str]:
    """Addresses without a parameter."""
    routes = {route for route, _ in walk(get_resolver().url_patterns)}
    return sorted(
        f"/{route}" for route in routes if not PARAMETER.search(route) and not REGEX.search(route)
    )


def without_names(route: str) -> str:
    """A route without what its parameters are called, which nobody outside knows."""
    return PARAMETER.sub(lambda found: f"<{found[1] or 'str'}>", route)


def commands() -> dict:
    """Each command of ours with its arguments; their help texts may change."""
    found = {}
    for name, app in get_commands().items():
        if app in OF_THE_SITE:
            parser = load_command_class(app, name).create_parser("manage.py", name)
            found[name] = {
                described(action)[0]: described(action)[1:] for action in parser._actions
            }
    return found


def described(action) -> list:
    default = (
        action.default
        if isinstance(action.default, str | int | bool | None)
        else repr(action.default)
    )
    choices = sorted(map(str, action.choices)) if action.choices else None
    name = " ".join(action.option_strings) or action.dest
    return [
        name,
        action.dest,
        type(action).__name__,
        action.nargs,
        default,
        choices,
        action.required,
        action.metavar,
    ]


def settings_names() -> dict:
    """The names of settings, and of what is read from the environment."""
    here = Path(settings.BASE_DIR)
    sources = chain(
        [here / "gunicorn.conf.py"], *((here / app).rglob("*.py") for app in OF_THE_SITE)
    )
    text = "\n".join(path.read_text(encoding="utf-8") for path in sources)
    read = set(READ.findall(text))
    module = __import__(settings.SETTINGS_MODULE, fromlist=["*"])
    return {
        "settings": sorted(name for name in dir(module) if name.isupper()),
        "environment": sorted(read),
    }


def models() -> dict:
    """Each model of ours with its table and columns, in the names of build 978f4c9."""
    found = {}
    for app in OF_THE_SITE:
        for model in apps.get_app_config(app).get_models(include_auto_created=True):
            meta = model._meta
            columns = sorted(
                field.column
                for field in meta.local_concrete_fields
                if not names.is_added(meta.db_table, field.column)
            )
            if not meta.auto_created:
                found[f"{app}.{names.old_model(app, meta.model_name)}"] = [meta.db_table, columns]
    return found
