"""The forms of the staff, filled with what nobody chooses: each is made of a number.

An address is a page that exists, with rows that exist. Its forms are read as a browser reads them,
and sent with their own token, so that what is odd in them arrives.
"""

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urlencode

from django.apps import apps
from django.contrib import admin
from django.contrib.auth.models import User
from django.db.models import Model
from django.test import RequestFactory

from articles.reports import base as reports
from tests.fuzz.requests import ODD, PARAMETER, RequestMaker, encode, list_routes

MODEL = re.compile(r"admin/(\w+)/(\w+)/")
ROWS = re.compile(r"(.+)-TOTAL_FORMS")
KEYS_OF_A_MODEL = 4
# Where an address begins so, its parameters are of this model.
OWNERS = {
    "desk/reviews/": "reviews.MedicalReview",
    "desk/recall/": "reviews.Recall",
    "desk/planned/": "reviews.PlannedReview",
    "desk/away/": "reviews.Absence",
    "desk/images/": "articles.Image",
    "admin/auth/user/": "auth.User",
}
# What a field is given beside the values that break addresses.
ODD_VALUES = [
    *ODD,
    *("1" * 5000, "-" * 40, "1;2", "1,1,1", "٣,²", "0x7f", "1e400", "-0", "true\0", "\0" * 50),
    '{"a":' * 3000,
    "[" * 5000,
    '[[{"a": null}]]',
    "<div>" * 2000,
    "<table><tr><td>" * 300,
    '<a href="javascript:alert(1)">x</a><script>alert(1)</script>',
    '<p style="x">' + "&amp;" * 900,
    "<img src=x onerror=alert(1)>",
    "\u202eabc\u2066\u200b",
    "a\r\n" * 3000,
    "1 January 0001",
    "9999-12-31",
    "0001-01-01",
    "23:59:60",
    "=cmd|' /C calc'!A0",
    "💊" * 400,
]
JSON_LINES = (
    b'{"type": "symptom", "id": "F:1", "title": "Odd ache", "body": "<p>It hurts.</p>"}\n'
    b'{"type": "cause", "id": "F:2", "name": "Oddness"}\n'
)
PNG = (
    b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0\x1f\x15\xc4\x89\0\0\0\rIDATx\xda"
    b"c\xf8\xcf\xc0P\x0f\0\x04\x85\x01\x80\x84\xa9\x8c!\0\0\0\0IEND\xaeB`\x82"
)
FILES = [
    ("pages.jsonl", JSON_LINES),
    ("pages.jsonl", JSON_LINES),
    ("pages.jsonl", JSON_LINES * 40),
    (
        "pages.jsonl",
        b'{"type": ["a"], "id": {"b": 1}}\n[1]\nnull\n"x"\n{"type": "symptom", "id": 1e999}\n',
    ),
    ("pages.jsonl", b'{"a":' * 5000),
    ("pages.jsonl", JSON_LINES.decode().encode("utf-16")),
    ("pages.csv", b"type,id,title\nsymptom,1,\xff\xfe\0\n" + b'"' * 3000),
    ("pages.csv", b"id;title;body\r\n1;Ache;<p>x</p>\r\n" * 3),
    ("pages.json", b"[" * 3000),
    (
        "pages.xml",
        b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>',
    ),
    ("pages.xlsx", b"PK\x03\x04" + b"\0" * 200),
    ("pages.docx", b"PK\x05\x06" + b"\0" * 18),
    ("pages.zip", b"PK\x05\x06" + b"\0" * 18),
    ("a.png", PNG),
    ("a.png", PNG[:40]),
    ("a.svg", b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'),
    ("../../a\0.png", b"GIF89a" + b"\xff" * 30),
    ("x" * 300 + ".jsonl", b""),
    ("", b""),
]


@dataclass
class Field:
    kind: str
    values: list[str] = field(default_factory=list)
    options: list[str] = field(default_factory=list)


@dataclass
class Form:
    action: str
    method: str
    multipart: bool
    fields: dict[str, Field] = field(default_factory=dict)
    buttons: list[tuple[str, str]] = field(default_factory=list)


class FormReader(HTMLParser):
    """All forms of a page, with the rows in its templates."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self._form: Form | None = None
        self._select: Field | None = None
        self._text: Field | None = None
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            multipart = given.get("enctype") == "multipart/form-data"
            method = given.get("method", "get").upper()
            self._form = Form(given.get("action", ""), method, multipart)
            self.forms.append(self._form)
        elif tag == "option" and self._select:
            self._add_option(given)
        elif self._form and given.get("name"):
            self._add_field(self._form, tag, given)

    def _add_option(self, given: dict[str, str]) -> None:
        assert self._select
        self._select.options.append(given.get("value", ""))
        if "selected" in given:
            self._select.values.append(given.get("value", ""))

    def _add_field(self, form: Form, tag: str, given: dict[str, str]) -> None:
        name, kind = given["name"], given.get("type", "text" if tag == "input" else tag)
        if tag == "button" or kind in ("submit", "image"):
            form.buttons.append((name, given.get("value", "")))
        elif tag in ("input", "select", "textarea"):
            found = form.fields.setdefault(name, Field(kind))
            self._select = found if tag == "select" else None
            self._text = found if tag == "textarea" else None
            if tag == "textarea":
                found.values.append("")
            elif kind in ("checkbox", "radio"):
                found.options.append(given.get("value", "on"))
                found.values += found.options[-1:] if "checked" in given else []
            elif tag == "input" and kind != "file":
                found.values.append(given.get("value", ""))

    def handle_data(self, data: str) -> None:
        if self._text:
            self._text.values[-1] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self._text = None
        elif tag == "select":
            self._select = None
        elif tag == "form":
            self._form = None


def list_forms(html: str) -> list[Form]:
    """The forms of a page, but for that which ends the session."""
    forms = FormReader(html).forms
    return [form for form in forms if form.fields and "logout" not in form.action]


def list_form_addresses() -> list[str]:
    """Each page of the staff, of some of its rows, and what has none."""
    values = RequestMaker(staff=True, seed="").values
    found = set()
    for route in sorted(set(list_routes(staff=True))):
        plain = route.replace("^", "").replace("$", "").replace("\\Z", "")
        if not PARAMETER.search(plain):
            found.add("/" + plain)
            continue
        for known in _list_parameters(route, values):
            found.add(
                "/" + PARAMETER.sub(lambda match, k=known: k.get(match[1] or match[2], "a"), plain)
            )
    return sorted(found)


def _list_parameters(route: str, values: dict[str, list[str]]) -> Iterator[dict[str, str]]:
    if route.startswith("admin/reports/"):
        yield from ({"name": report.name} for report in reports.get_all())
        return
    if route.startswith("desk/same-changes/"):
        yield from ({"key": key} for key in values["key"])
        return
    for row in _list_rows(_find_model(route)):
        yield _describe_row(row)


def _find_model(route: str) -> type[Model] | None:
    for start, label in OWNERS.items():
        if route.startswith(start):
            return apps.get_model(label)
    match = MODEL.match(route)
    if not match or (match[1], match[2]) not in {
        (model._meta.app_label, model._meta.model_name) for model in admin.site._registry
    }:
        return None
    return apps.get_model(match[1], match[2])


def _list_rows(model: type[Model] | None) -> list[Model]:
    """The oldest and the newest rows."""
    if model is None:
        return []
    rows = model._default_manager.order_by("pk")
    if model in admin.site._registry:
        request = RequestFactory().get("/admin/")
        request.user = User.objects.filter(is_superuser=True)[0]
        rows = admin.site._registry[model].get_queryset(request).order_by("pk")
    return [*dict.fromkeys([*rows[: KEYS_OF_A_MODEL // 2], *rows.reverse()[:KEYS_OF_A_MODEL]])]


def _describe_row(row: Model) -> dict[str, str]:
    key, own = str(row.pk), str(getattr(row, "uuid", row.pk))
    described = {"object_id": encode(key), "id": key, "pk": key, "uuid": own, "planned_uuid": own}
    if hasattr(row, "sha256"):
        described |= {"digest": row.sha256, "extension": "png"}
    return described


@dataclass
class FilledForm:
    """A form as it is sent: ``path`` may have a query string."""

    method: str
    path: str
    body: bytes
    content_type: str


class FormFiller:
    """Fills the forms of pages. The same ``seed`` and number fill one form in the same way."""

    def __init__(self, seed: str, number: int, *, password: str) -> None:
        self.random = random.Random(f"{seed} forms {number}")
        self.password = password

    def fill(self, path: str, html: str) -> FilledForm | None:
        forms = list_forms(html)
        posted = [form for form in forms if form.method == "POST"]
        if not forms:
            return None
        form = self.random.choice(posted or forms)
        if posted and self.random.random() < 0.1:
            form = self.random.choice(forms)
        sent, files = self._fill_fields(form)
        base = path.partition("?")[0]
        target = (
            form.action if form.action.startswith("/") else base + form.action.partition("#")[0]
        )
        if form.method != "POST":
            query = urlencode(sent, doseq=True, errors="surrogatepass")
            return FilledForm("GET", f"{base}?{query}", b"", "")
        if form.multipart or files:
            return FilledForm("POST", target, *self._write_multipart(sent, files))
        body = urlencode(sent, doseq=True, errors="surrogatepass").encode()
        if self.random.random() < 0.05:
            body = body.replace(b"=", b"=%ff%fe", 3)
        return FilledForm("POST", target, body, "application/x-www-form-urlencoded")

    def _fill_fields(self, form: Form) -> tuple[dict, dict]:
        sent: dict[str, list[str]] = {}
        files: dict[str, tuple[str, bytes]] = {}
        for name, found in form.fields.items():
            if found.kind == "file":
                files[name] = self.random.choice(FILES)
            elif "__prefix__" not in name:
                sent[name] = self._fill_as_asked(found)
        self._add_rows(form, sent)
        self._make_odd(form, sent)
        if form.buttons and self.random.random() < 0.9:
            name, value = self.random.choice(form.buttons)
            sent[name] = [value]
        return {name: values for name, values in sent.items() if values}, files

    def _fill_as_asked(self, found: Field) -> list[str]:
        """As somebody would: what stands there, sometimes another of its choices, a password."""
        if found.kind == "password":
            return [self.password]
        if found.options and (not found.values or self.random.random() < 0.2):
            return [self.random.choice(found.options)] if self.random.random() < 0.7 else []
        return list(found.values)

    def _add_rows(self, form: Form, sent: dict[str, list[str]]) -> None:
        """Rows at the end of what holds rows, with odd values in them; odd numbers of rows."""
        for name in list(sent):
            match = ROWS.fullmatch(name)
            if not match or self.random.random() < 0.5:
                continue
            start = f"{match[1]}-__prefix__-"
            columns = [other for other in form.fields if other.startswith(start)]
            total = sent[name][0] if sent[name] else "0"
            if not columns or not total.isdigit():
                continue
            for column in columns:
                sent[column.replace("__prefix__", total)] = [self._pick_odd()]
            sent[name] = [str(int(total) + 1)]

    def _make_odd(self, form: Form, sent: dict[str, list[str]]) -> None:
        names = sorted(name for name in sent if name != "csrfmiddlewaretoken")
        for name in self.random.sample(names, min(len(names), self.random.randint(0, 5))):
            way = self.random.random()
            if way < 0.08:
                del sent[name]
            elif way < 0.2:
                sent[name] = [self._pick_odd(), self._pick_odd()]
            elif ROWS.fullmatch(name) and way < 0.6:
                sent[name] = [self.random.choice(["100000", "-1", "abc", "1.5", "²", "9" * 30])]
            else:
                sent[name] = [self._pick_odd()]
        if self.random.random() < 0.2:
            sent[self._pick_odd()] = [self._pick_odd()]

    def _pick_odd(self) -> str:
        return self.random.choice(ODD_VALUES)

    def _write_multipart(self, sent: dict, files: dict) -> tuple[bytes, str]:
        parts = []
        for name, values in sent.items():
            for value in values:
                text = value.encode("utf-8", "surrogatepass")
                parts.append(_write_head(name) + b"\r\n\r\n" + text)
        for name, (file_name, content) in files.items():
            head = _write_head(name) + f'; filename="{_quote(file_name)}"'.encode()
            parts.append(head + b"\r\nContent-Type: application/octet-stream\r\n\r\n" + content)
        body = b"".join(b"--odd-boundary\r\n" + part + b"\r\n" for part in parts)
        if self.random.random() < 0.95:
            body += b"--odd-boundary--\r\n"
        return body, "multipart/form-data; boundary=odd-boundary"


def _write_head(name: str) -> bytes:
    quoted = _quote(name).encode("utf-8", "surrogatepass")
    return b'Content-Disposition: form-data; name="' + quoted + b'"'


def _quote(text: str) -> str:
    return text.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")
