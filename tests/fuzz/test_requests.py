"""Whatever is sent to the site, it answers, and never that it broke.

``make fuzz`` sends 10,000 requests of visitors and 2,000 of the staff, on both engines.
"""

import os
import random
import traceback
from collections import Counter
from urllib.parse import urlencode, urlsplit

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.core.signals import got_request_exception
from django.db import transaction
from django.test import Client

from tests import factories
from tests.factories import get_person
from tests.fuzz.forms import FilledForm, FormFiller, list_form_addresses, list_forms
from tests.fuzz.requests import OddRequest, RequestMaker
from tests.html import read_form

pytestmark = [pytest.mark.django_db, pytest.mark.both_engines]
SEED = os.environ.get("FUZZ_SEED", "countersign")
PUBLIC = int(os.environ.get("FUZZ_PUBLIC", "300"))
STAFF = int(os.environ.get("FUZZ_STAFF", "200"))
FORMS = int(os.environ.get("FUZZ_FORMS", "100"))
FORM = "application/x-www-form-urlencoded"
# Never in an answer: what was sent as a script, and what belongs to the program.
SCRIPTS = [b"<script>alert", b"<img src=x", b'href="javascript:alert']
SECRETS = ["Traceback (most recent", settings.SECRET_KEY, "PRAGMA ", "INSERT INTO "]
OURS = {"HTTP_ORIGIN": "http://testserver", "HTTP_SEC_FETCH_SITE": "same-origin"}


@pytest.fixture(scope="module")
def site(module_db) -> list[User]:
    """Two years of a small site, and who works there."""
    people = [get_person(name) for name in ("ann", "ravi", "fiona", "morgan", "olga")]
    factories.make_site_history(*people)
    chief = User.objects.create_superuser("chief", "chief@example.org", "correct-horse-battery")
    return [chief, *people[:2], people[3]]


@pytest.fixture
def faults():
    """What broke: the last line of our own, and the exception."""
    found = []

    def note(sender, request=None, **kwargs):
        lines = traceback.format_exc().strip().splitlines()
        found.append("\n".join(lines[-9:]))

    got_request_exception.connect(note)
    yield found
    got_request_exception.disconnect(note)


def send(client: Client, odd: OddRequest, maker: RequestMaker):
    headers = dict(odd.headers)
    own_cookie = "; ".join(f"{name}={morsel.value}" for name, morsel in client.cookies.items())
    if own_cookie and "HTTP_COOKIE" in headers:
        headers["HTTP_COOKIE"] += f"; {own_cookie}"
    body, content_type = odd.body, odd.content_type
    if odd.fields is not None:
        body, content_type = fill_form(client, odd, maker), FORM
        headers = OURS | headers
    address = urlsplit(odd.path)
    return client.generic(
        odd.method, address.path or "/", body, content_type, QUERY_STRING=odd.query, **headers
    )


def fill_form(client: Client, odd: OddRequest, maker: RequestMaker) -> bytes:
    """The form of the page itself with odd values; where it has none, the odd values alone."""
    page = client.get(odd.path)
    sent: dict = {}
    if page.status_code == 200 and page.get("Content-Type", "").startswith("text/html"):
        sent = read_form(page)
    fields = maker.change_form(sent) if len(sent) > 1 else odd.fields
    return urlencode(fields, doseq=True, errors="surrogatepass").encode()


def try_one(client: Client, odd: OddRequest, maker: RequestMaker, faults: list[str]) -> str:
    """What broke, or nothing. Whatever the request changed is taken back."""
    faults.clear()
    with transaction.atomic():
        answer = send(client, odd, maker)
        broken = find_faults(answer, maker, faults)
        transaction.set_rollback(True)
    return say(f"{answer.status_code} {odd}\n{broken}") if broken else ""


def say(fault: str) -> str:
    """Print it at once, as many requests take many minutes."""
    print(fault[:1500], flush=True)
    return fault


def find_faults(answer, maker: RequestMaker | None, faults: list[str]) -> str:
    """An error, a script that was sent, a word that is no visitor's to read."""
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    found = list(faults)
    if answer.status_code >= 500:
        found.append(f"status {answer.status_code}")
    if "html" in answer.get("Content-Type", ""):
        found += [f"a script: {script!r}" for script in SCRIPTS if script in body]
    secrets = [*SECRETS, *(maker.secrets if maker else [])]
    found += [f"a leak: {secret}" for secret in secrets if secret.encode() in body]
    if "a=b" in str(answer.cookies):
        found.append("a cookie of the request's own")
    return "\n".join(found)


class Roles:
    """Who sends the forms, each with a client of their own."""

    def __init__(self, people: list[User]) -> None:
        self.people = people

    def sign_in(self, number: int) -> Client:
        """Somebody who gave their password just now; every second is the superuser."""
        client = Client(raise_request_exception=False, enforce_csrf_checks=True)
        person = self.people[0] if number % 2 else self.people[number // 2 % len(self.people)]
        factories.sign_in(client, person)
        return client


def find_form(client: Client, address: str) -> str:
    """The page with a form for an address: the page itself, or that which sends forms there."""
    parent = address.rsplit("/", 2)[0] + "/"
    for other in (address, f"{parent}change/", parent, f"{parent}add/"):
        page = client.get(other)
        if page.status_code != 200 or "html" not in page.get("Content-Type", ""):
            continue
        if any(form.method == "POST" for form in list_forms(page.text)):
            return page.text
    return ""


def try_form(
    client: Client, address: str, filler: FormFiller, faults: list[str]
) -> tuple[str, str]:
    """What broke, or nothing; and how the last form was answered. A form that leads on to another
    one (a file, then its plan) is followed there.
    """
    faults.clear()
    answered = "no form"
    with transaction.atomic():
        html = find_form(client, address)
        for _ in range(3):
            broken = "\n".join(faults)
            filled = filler.fill(address, html) if html and not broken else None
            if not filled:
                break
            answer = send_form(client, filled)
            answered = f"{filled.method} {answer.status_code}"
            broken = find_faults(answer, None, faults)
            if broken:
                broken = say(f"{answered} {filled}"[:1000] + "\n" + broken)
            if answer.status_code != 302 or broken:
                break
            address = urlsplit(answer["Location"]).path
            page = client.get(address)
            html = page.text if "html" in page.get("Content-Type", "") else ""
        transaction.set_rollback(True)
    return broken, answered


def send_form(client: Client, filled: FilledForm):
    address = urlsplit(filled.path)
    return client.generic(
        filled.method,
        address.path,
        filled.body,
        filled.content_type,
        QUERY_STRING=address.query,
        **OURS,
    )


def report(broken: list[str]) -> str:
    return f"{len(broken)} broke:\n\n" + "\n\n".join(text[:1500] for text in broken[:20])


def test_no_request_of_a_visitor_breaks_anything(site, faults):
    maker = RequestMaker(staff=False, seed=SEED)
    broken = []
    for number in range(PUBLIC):
        client = Client(raise_request_exception=False)
        broken.append(try_one(client, maker.make(number), maker, faults))
    broken = list(filter(None, broken))
    assert not broken, report(broken)


def test_no_request_of_the_staff_breaks_anything(site, faults):
    maker = RequestMaker(staff=True, seed=SEED)
    broken = []
    for number in range(STAFF):
        client = Client(raise_request_exception=False)
        client.force_login(site[number % len(site)])
        broken.append(try_one(client, maker.make(number), maker, faults))
    broken = list(filter(None, broken))
    assert not broken, report(broken)


def test_no_form_of_the_staff_breaks_anything(site, faults):
    """As many forms as arrive; each page with a form in turn, so that 2,000 reach them all."""
    roles, addresses = Roles(site), list_form_addresses()
    random.Random(SEED).shuffle(addresses)
    broken, answers, number = [], Counter(), 0
    while answers["arrived"] < FORMS:
        address = addresses[number % len(addresses)]
        filler = FormFiller(SEED, number, password=factories.PASSWORD)
        fault, answered = try_form(roles.sign_in(number), address, filler, faults)
        answers[answered] += 1
        answers["arrived"] += answered.startswith("POST") and answered != "POST 403"
        broken += [f"{address}: {fault}"] if fault else []
        number += 1
        if number % 100 == 0:
            print(
                f"{number} looked at, {answers['arrived']} arrived, {len(broken)} broke", flush=True
            )
        assert number < 10 * FORMS, answers
    print(f"{len(addresses)} pages, {number} looked at: {answers.most_common()}")
    assert not broken, report(broken)


def test_the_same_number_makes_the_same_request(site):
    for staff in (True, False):
        first, second = (RequestMaker(staff=staff, seed="a") for _ in range(2))
        assert [first.make(n) for n in range(50)] == [second.make(n) for n in range(50)]
        assert len(first.routes) > 30
