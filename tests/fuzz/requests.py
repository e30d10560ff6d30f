"""Requests that nobody should send: each is made of a number, so that it can be sent again."""

import json
import random
import re
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from urllib.parse import quote, urlencode

from django.apps import apps
from django.contrib import admin
from django.urls import URLResolver, get_resolver

from articles.models import Article, Image, PublicationEvent, Revision

STAFF = ("admin/", "accounts/", "desk/")
PARAMETER = re.compile(r"<(?:\w+:)?(\w+)>|\(\?P<(\w+)>[^()]*\)")
# Values that break what reads them without care. Characters up to U+00FF are bytes of a header.
ODD = [
    *("", " ", "\t", "\0", "a\0b", "7\0", "\r\nSet-Cookie: a=b", "²", "٣", "½", "1.5", "-1", "+1"),
    *("0", "00", "1e9", "0x10", "9" * 19, "9" * 30, "9" * 4301, "NaN", "Infinity", "abc", "[]"),
    *("{}", "null", "true", "1,2,abc", ",", "(", "[a", "*", "^", "\\", "'", '"', "%", "%%", "%s"),
    *("' OR 1=1 --", "'; DROP TABLE x", '"><script>alert(1)</script>', "{{ 7 }}", "{% now %}"),
    *("../../etc/passwd", "//evil.example/", "http://[::1", "javascript:alert(1)", "\\\\host"),
    *("2026-02-30", "0000-00-00", "99999-01-01", "24:61", "2026-13", "\u202e", "\ufeff", "e\u0301"),
    *(
        "é" * 300,
        "x" * 5000,
        "🧠",
        "\udcff",
        "\ud800",
        "<!--",
        "<p>",
        "<p" * 300,
        "&#0;",
        "\x1b[0m",
    ),
    "00000000-0000-4000-8000-000000000000",
]
NAMES = [
    *(
        "q",
        "p",
        "o",
        "e",
        "all",
        "page",
        "number",
        "letter",
        "topic",
        "s",
        "system",
        "term",
        "text",
    ),
    *(
        "_popup",
        "_to_field",
        "_changelist_filters",
        "next",
        "from",
        "to",
        "old",
        "new",
        "id",
        "key",
    ),
    *(
        "app_label",
        "model_name",
        "field_name",
        "id__exact",
        "id__in",
        "pk",
        "kind",
        "risk",
        "person",
    ),
    *("action", "_selected_action", "select_across", "index", "state", "by", "at", "ids", "pages"),
    *("symptom_causes-at", "symptom_causes-find", "helpful", "words", "trap", "password", "code"),
]
ENDINGS = [
    "exact",
    "in",
    "gt",
    "gte",
    "year",
    "date",
    "isnull",
    "startswith",
    "regex",
    "range",
    "zz",
]
# What a browser sends, and what no browser does.
HEADERS = [
    *(
        "HTTP_HOST",
        "HTTP_ACCEPT_LANGUAGE",
        "HTTP_ACCEPT_ENCODING",
        "HTTP_IF_NONE_MATCH",
        "HTTP_RANGE",
    ),
    *(
        "HTTP_IF_MODIFIED_SINCE",
        "HTTP_COOKIE",
        "HTTP_ORIGIN",
        "HTTP_REFERER",
        "HTTP_SEC_FETCH_SITE",
    ),
    *("HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_PROTO", "HTTP_X_FORWARDED_HOST", "HTTP_HX_REQUEST"),
    *("HTTP_HX_TARGET", "HTTP_USER_AGENT", "HTTP_ACCEPT", "CONTENT_LENGTH", "HTTP_X_CSRFTOKEN"),
]
METHODS = ["PUT", "DELETE", "PATCH", "OPTIONS", "HEAD", "TRACE", "FOO"]
TYPES = [
    "application/x-www-form-urlencoded",
    "application/x-www-form-urlencoded; charset=nonsense",
    "multipart/form-data; boundary=x",
    "multipart/form-data",
    "multipart/form-data; boundary=" + "b" * 300,
    "application/json",
    "text/plain; charset=utf-16",
    "nonsense",
    "",
]
BODIES = [
    b"",
    b"\0\xff\xfe",
    b"a=%ff%fe&b=%00&=&&c",
    b"=" * 300,
    b'--x\r\nContent-Disposition: form-data; name="words"\r\n\r\nhello',
    b'--x\r\nContent-Disposition: form-data; name="f"; filename="../a\0.png"\r\n\r\nx\r\n--x--\r\n',
    b"--x\r\nContent-Transfer-Encoding: base64\r\nContent-Disposition: form-data; name=a\r\n\r\n!",
    b'{"a": [1, {"b": null}]',
    b"[" * 3000,
]
COOKIES = ["sessionid=\0", "a", "=;=", 'sessionid="', "sessionid=" + "x" * 5000, "csrftoken=\xff"]


@dataclass
class OddRequest:
    """One request: ``path`` is percent-encoded. ``fields`` change a form that is fetched first."""

    method: str
    path: str
    query: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    content_type: str = ""
    fields: dict[str, list[str]] | None = None


def list_routes(*, staff: bool, resolver=None, prefix: str = "") -> Iterable[str]:
    """Every pattern of the URL map, at any depth, of the staff or of the public."""
    for entry in (resolver or get_resolver()).url_patterns:
        route = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from list_routes(staff=staff, resolver=entry, prefix=route)
        elif route.startswith(STAFF) == staff:
            yield route


def list_values() -> dict[str, list[str]]:
    """What exists, for the parameters of patterns."""
    keys: list[str] = []
    for model in apps.get_models():
        if model in admin.site._registry:
            keys += [str(key) for key in model._default_manager.values_list("pk", flat=True)[:5]]
    slugs = {*Article.objects.values_list("slug", flat=True)}
    slugs |= set(PublicationEvent.objects.values_list("slug", flat=True))
    uuids = [str(value) for value in Revision.objects.values_list("uuid", flat=True)]
    for name in ("medicalreview", "recall"):
        rows = apps.get_model("reviews", name)._default_manager.all()
        uuids += [str(getattr(row, "uuid", row.pk)) for row in rows]
    return {
        "object_id": keys,
        "slug": sorted(slugs),
        "uuid": uuids,
        "revision": uuids,
        "digest": list(Image.objects.values_list("sha256", flat=True)),
        "extension": ["png", "webp"],
        "key": ["a", "z", "other", *uuids[:3]],
        "name": ["site", "symptoms", "broken-links", "twin-names"],
        "number": ["1", "2", "0"],
    }


def list_filters() -> list[str]:
    """The names by which the lists of the admin are filtered."""
    names = {"is_staff", "id"}
    for model, model_admin in admin.site._registry.items():
        names.update(name for name in model_admin.list_filter if isinstance(name, str))
        for column in model._meta.concrete_fields:
            names.add(column.name)
    return sorted(names)


def list_choice_fields() -> list[dict[str, str]]:
    """The fields of the admin that are chosen from a box that searches."""
    found = []
    for model, model_admin in admin.site._registry.items():
        for owner, names in [
            (model, model_admin.autocomplete_fields),
            *((inline.model, inline.autocomplete_fields) for inline in model_admin.inlines),
        ]:
            described = {"app_label": owner._meta.app_label, "model_name": owner._meta.model_name}
            found += [described | {"field_name": name} for name in names]
    return found


def list_private_words() -> list[str]:
    """What no visitor may read: titles that nobody signed, and what people here say to each other.

    A signed text may name a page that is not public yet: that name was signed with it.
    """
    signed = "".join(
        Revision.objects.filter(publications__isnull=False).values_list("document", flat=True)
    )
    titles = Article.objects.filter(publications__isnull=True).values_list("title", flat=True)
    words = [title for title in titles if json.dumps(title, ensure_ascii=False)[1:-1] not in signed]
    for label, name in (
        ("auth.User", "email"),
        ("auth.User", "password"),
        ("reviews.Comment", "text"),
        ("reviews.HandOver", "word"),
        ("articles.ReaderReport", "words"),
    ):
        words += apps.get_model(label)._default_manager.values_list(name, flat=True)
    return sorted({word for word in words if len(word) > 7})


class RequestMaker:
    """Makes requests for what a site has. The same ``seed`` and number give the same one."""

    def __init__(self, *, staff: bool, seed: str) -> None:
        self.staff, self.seed = staff, seed
        self.routes = sorted(set(list_routes(staff=staff)))
        self.values = list_values()
        self.filters = list_filters()
        self.choices = list_choice_fields()
        self.secrets = [] if staff else list_private_words()

    def make(self, number: int) -> OddRequest:
        self.random = random.Random(f"{self.seed} {self.staff} {number}")
        choose = self.random.random
        made = OddRequest("GET", self._make_path())
        if made.path == "/admin/autocomplete/" and choose() < 0.9:
            made.query = self._make_choices_query()
        elif choose() < 0.6:
            made.query = self._make_query()
        if choose() < 0.3:
            made.headers = self._make_headers()
        if choose() < 0.45:
            made.method = "POST"
            self._fill(made)
        elif choose() < 0.1:
            made.method = self.random.choice(METHODS)
        return made

    def _pick_odd(self) -> str:
        value = self.random.choice(ODD)
        if self.random.random() < 0.15:
            value += self.random.choice(ODD)
        return value

    def _make_path(self) -> str:
        """A route whose parameters exist or are odd; one in twenty is broken somewhere."""

        def fill(match: re.Match[str]) -> str:
            known = self.values.get(match[1] or match[2]) or [*self.values["uuid"], "1"]
            if self.random.random() < 0.65:
                return self.random.choice(known)
            return encode(self._pick_odd())

        route = self.random.choice(self.routes)
        path = "/" + PARAMETER.sub(fill, route).replace("^", "").replace("$", "").replace("\\Z", "")
        if self.random.random() < 0.05:
            place = self.random.randrange(len(path)) + 1
            path = path[:place] + encode(self._pick_odd()) + path[place:]
        return path

    def _make_name(self) -> str:
        way = self.random.random()
        if way < 0.5:
            return self.random.choice(NAMES)
        if way < 0.9:
            name = self.random.choice(self.filters)
            ending = self.random.choice(ENDINGS)
            return f"{name}__{ending}" if self.random.random() < 0.7 else name
        return self._pick_odd()

    def _make_query(self) -> str:
        if self.random.random() < 0.1:
            return self.random.choice(
                ["&&=&", "%", "a=%ff&%00", "=" * 1500, "&" * 1500, "q=%ED%A0%80"]
            )
        pairs = [(self._make_name(), self._pick_odd()) for _ in range(self.random.randint(1, 3))]
        return urlencode(pairs, errors="surrogatepass")

    def _make_choices_query(self) -> str:
        """What the box of a field asks for, some of it odd."""
        asked = dict(self.random.choice(self.choices), term=self._pick_odd())
        if self.random.random() < 0.5:
            asked["page"] = self._pick_odd()
        if self.random.random() < 0.4:
            asked[self.random.choice(sorted(asked))] = self._pick_odd()
        return urlencode(asked, errors="surrogatepass")

    def _make_headers(self) -> dict[str, str]:
        made = {}
        for name in self.random.sample(HEADERS, self.random.randint(1, 3)):
            odd = self._pick_odd().encode("utf-8", "surrogatepass").decode("latin-1")
            made[name] = self.random.choice(COOKIES) if name == "HTTP_COOKIE" else odd
        return made

    def _fill(self, made: OddRequest) -> None:
        """A form with some odd values, or a body that is no form."""
        if self.random.random() < 0.2:
            made.body, made.content_type = self.random.choice(BODIES), self.random.choice(TYPES)
            return
        made.fields = {}
        for _ in range(self.random.randint(1, 4)):
            made.fields[self._make_name()] = [self._pick_odd()]

    def change_form(self, sent: dict[str, list[str]]) -> dict[str, list[str]]:
        """The fields of a form as they would be sent, some of them with odd values, or missing."""
        names = sorted(sent)
        changed = dict(sent)
        for name in self.random.sample(names, min(len(names), self.random.randint(1, 4))):
            way = self.random.random()
            if way < 0.1:
                del changed[name]
            elif way < 0.2:
                changed[name] = [self._pick_odd(), self._pick_odd()]
            else:
                changed[name] = [self._pick_odd()]
        for name in names:
            if name.endswith("TOTAL_FORMS") and self.random.random() < 0.1:
                changed[name] = ["100000"]
        return changed


def encode(text: str) -> str:
    return quote(text, safe="", errors="surrogatepass") or str(uuid.UUID(int=0))
