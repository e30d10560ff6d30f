"""Whatever is sent to the site, it answers, and never that it broke.

``make fuzz`` sends 10,000 requests of visitors and 2,000 of the staff, on both engines.
"""

import os
import traceback
from urllib.parse import urlencode, urlsplit

import pytest
from django.contrib.auth.models import User
from django.core.signals import got_request_exception
from django.db import transaction
from django.test import Client

from tests import factories
from tests.factories import get_person
from tests.fuzz.requests import OddRequest, RequestMaker
from tests.html import read_form

pytestmark = [pytest.mark.django_db, pytest.mark.both_engines]
SEED = os.environ.get("FUZZ_SEED", "countersign")
PUBLIC = int(os.environ.get("FUZZ_PUBLIC", "300"))
STAFF = int(os.environ.get("FUZZ_STAFF", "200"))
FORM = "application/x-www-form-urlencoded"
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
        for part in answer if answer.streaming else ():
            assert part is not None
        transaction.set_rollback(True)
    if answer.status_code < 500 and not faults:
        return ""
    return f"{answer.status_code} {odd}\n" + "\n".join(faults)


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


def test_the_same_number_makes_the_same_request(site):
    for staff in (True, False):
        first, second = (RequestMaker(staff=staff, seed="a") for _ in range(2))
        assert [first.make(n) for n in range(50)] == [second.make(n) for n in range(50)]
        assert len(first.routes) > 30
