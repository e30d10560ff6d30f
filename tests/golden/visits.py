"""What addresses answer to visitors and staff, which sessions are open, what letters say."""

import hashlib
import re
import time
from io import StringIO
from threading import enumerate as threads
from threading import main_thread

from allauth.mfa.utils import decrypt
from django.apps import apps
from django.conf import settings
from django.core import mail as django_mail
from django.core.management import call_command
from django.test import Client
from django.urls import NoReverseMatch, reverse

from tests.golden import names, program, runs, schema

PUBLIC = (
    "/",
    "/symptoms/",
    "/symptoms/facial-twitches/",
    "/symptoms/facial-twitches/causes/",
    "/symptoms/facial-twitches/history/",
    "/symptoms/gone/",
    "/symptoms/elsewhere/",
    "/symptoms/sore-toe/",
    "/symptoms/toe-ache/",
    "/symptoms/facial-spasms/",
    "/symptoms/facial-spasms/causes/",
    "/symptoms/unsigned-ache/",
    "/causes/tourettes-syndrome/",
    "/finder/",
    "/sitemap.xml",
    "/robots.txt",
    "/feeds/reviewed.atom",
    "/healthz",
    "/reviewers/ravi-example/",
    "/topics/bones-joints-and-muscles/",
    "/accounts/login/",
)
LAYOUT = re.compile(r'name="layout"[^>]*value="([^"]+)"|value="([^"]+)"[^>]*name="layout"')


def client(username: str = "") -> Client:
    one = Client(HTTP_HOST="localhost", raise_request_exception=False)
    if username:
        user = apps.get_model("auth", "User").objects.get(username=username)
        one.force_login(user, "django.contrib.auth.backends.ModelBackend")
    return one


def answer(response) -> list:
    return [response.status_code, names.old_addresses(response.get("Location", ""))]


def public() -> dict:
    """The answer at public addresses; the SHA-256 of its body unless that varies by request."""
    visitor, result = client(), {}
    for path in PUBLIC:
        response = visitor.get(path)
        body = response.content
        varies = b"csrfmiddlewaretoken" in body or b"nonce-" in body
        result[path] = [*answer(response), "varies" if varies else hashlib.sha256(body).hexdigest()]
    return result


def search() -> dict:
    """Which pages are found, in which order."""
    visitor, result = client(), {}
    for words in ("facial spasms", "headache", "gout", "twitchs", "R25.3", "toe"):
        text = visitor.get("/search/", {"q": words}).content.decode()
        result[words] = list(
            dict.fromkeys(re.findall(r'href="(/(?:symptoms|articles|causes)/[^"]+/)"', text))
        )
    return result


def staff() -> dict:
    """The answer at addresses without a parameter and at forms of one row of each model."""
    result = {}
    for username in ("chief", "morgan", "ravi", "audrey", "carl"):
        one = client(username)
        for path in (*program.plain_paths(), *forms()):
            if path.startswith(("/admin/", "/desk/")) and "logout" not in path:
                result[f"{username} {names.old_addresses(path)}"] = answer(one.get(path))
    return result


def forms() -> list[str]:
    """The admin's form and history of the first row of each model that is in the admin."""
    found = []
    for model in sorted(apps.get_models(), key=lambda model: model._meta.label_lower):
        row = model._base_manager.order_by("pk").first()
        for page in ("change", "history", "delete"):
            try:
                name = f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}"
                found.append(reverse(name, args=[row.pk if row else 1]))
            except NoReverseMatch:
                continue
    return found


def sheets() -> dict:
    """Lists as files, by layout: the first line, which imports read too, and their SHA-256."""
    one, result = client("chief"), {}
    for path in program.plain_paths():
        if not path.startswith("/admin/") or not path.endswith("/export/"):
            continue
        form = one.get(path).content.decode()
        for layout in sorted({"read", *(a or b for a, b in LAYOUT.findall(form))}):
            response = one.post(path, {"format": "csv", "layout": layout})
            data = b"".join(response.streaming_content) if response.streaming else b""
            data = names.with_old_cells(names.with_old_tags(names.without_added_headings(data)))
            head = data.decode("utf-8-sig").splitlines()[:1]
            result[f"{names.old_addresses(path)} {layout}"] = [
                response.status_code,
                head,
                hashlib.sha256(data).hexdigest(),
            ]
    return result


def sessions() -> dict:
    """Sessions that were open when the fixture was made are open still."""
    result = {}
    for key, *_ in schema.ask("SELECT session_key FROM config_signinsession ORDER BY session_key"):
        one = client()
        one.cookies[settings.SESSION_COOKIE_NAME] = key
        text = one.get("/admin/").content.decode()
        result[key] = [answer(one.get("/admin/")), "Log out" in text or "logout" in text]
    return result


def bookmarks() -> dict:
    """Old addresses of renamed models in the admin that do not redirect to the new ones."""
    one, lost = client("chief"), {}
    for old in names.RENAMED_MODELS:
        path = f"/admin/{old.replace('.', '/')}/"
        before = runs.expected("staff").get(f"chief {path}")
        response = one.get(path, {"o": "1"}, follow=True)
        end, _ = response.redirect_chain[-1] if response.redirect_chain else ("", 0)
        kept = names.old_addresses(end).startswith(path) and end.endswith("?o=1")
        if before and before[0] == 200 and not (response.status_code == 200 and kept):
            lost[path] = [response.status_code, end]
    return lost


def second_factor() -> str:
    """The secret of the fixture's second factor, which is encrypted in its row."""
    row = apps.get_model("mfa", "Authenticator").objects.get(type="totp")
    return decrypt(row.data["secret"])


def mail() -> dict:
    """Each letter that goes out on the day of the fixture, and the one for a forgotten password."""
    django_mail.outbox = []
    call_command("send_review_mail", stdout=StringIO(), stderr=StringIO())
    client().post("/accounts/password/reset/", {"email": "ravi@example.org"})
    wait_for_threads()
    return {f"{place:02}": letter(one) for place, one in enumerate(django_mail.outbox)}


def wait_for_threads() -> None:
    for thread in threads():
        if thread is not main_thread() and not thread.daemon:
            thread.join(20)
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline and not any(
        "reset" in one.body for one in django_mail.outbox
    ):
        time.sleep(0.05)


def letter(one) -> dict:
    html = "".join(str(part[0]) for part in getattr(one, "alternatives", []))
    headers = {name: re.sub(r"<.*>", "<…>", value) for name, value in one.extra_headers.items()}
    return {
        "from": one.from_email,
        "to": one.to,
        "subject": names.old_words(one.subject, names.RELABELLED_IN_LETTERS),
        "body": _list_lines(one.body),
        "html": _list_lines(html),
        "headers": headers,
    }


def _list_lines(text: str) -> list[str]:
    """The lines of a letter in the words of build 978f4c9, without the key of a link."""
    text = re.sub(r"reset/key/[^\s\"]+", "reset/key/…", text)
    return names.old_words(text, names.RELABELLED_IN_LETTERS).splitlines()
