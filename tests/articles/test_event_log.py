"""What people did, in the log: one kind of event after the other, without a word of theirs."""

import io
import json
import logging
import re

import pytest
from django.core.management import call_command
from django.db import transaction
from django.test import Client

from articles.attempts import note_refusal
from articles.event_log import FACTS, Event, log, log_once_committed, refusals, request_id
from articles.models import Article, Topic
from articles.publishing.bulk_actions import add_to_topic
from config.log_format import JsonFormatter, RequestIdFilter
from config.middleware.privacy import PrivacyFilter
from reviews.signing.actions import request_changes, request_review, withdraw_page
from tests import factories
from tests.engines import ROOT
from tests.factories import PASSWORD

pytestmark = pytest.mark.django_db
UUID = "[0-9a-f-]{36}"


@pytest.fixture
def lines():
    """What the log of events has, each line read from the JSON that is written."""
    out = io.StringIO()
    handler = logging.StreamHandler(out)
    handler.setFormatter(JsonFormatter())
    for one in (PrivacyFilter(), RequestIdFilter()):
        handler.addFilter(one)
    logger = logging.getLogger("countersign.events")
    logger.addHandler(handler)
    refusals.clear()

    def read() -> list[dict]:
        found = [json.loads(line) for line in out.getvalue().splitlines()]
        out.seek(0)
        out.truncate()
        return found

    yield read
    logger.removeHandler(handler)
    refusals.clear()


def name_events(found: list[dict]) -> list[str]:
    return [line["event"] for line in found]


def test_a_sign_in_a_refused_one_and_a_sign_out(client, ann, lines):
    client.post("/accounts/login/", {"login": "rareword", "password": "otherword"})
    (refused,) = lines()
    assert refused["event"] == "sign_in_refused"
    assert not {"rareword", "otherword"} & set(re.findall(r"\w+", json.dumps(refused)))
    client.post("/accounts/login/", {"login": "ann", "password": PASSWORD})
    (signed_in,) = lines()
    assert (signed_in["event"], signed_in["by"]) == ("sign_in", ann.pk)
    assert re.fullmatch("[0-9a-f]{32}", signed_in["request_id"])
    client.post("/accounts/logout/")
    (signed_out,) = lines()
    assert (signed_out["event"], signed_out["by"]) == ("sign_out", ann.pk)


def test_a_signature_and_its_publication(ann, ravi, lines, django_capture_on_commit_callbacks):
    symptom = factories.make_symptom(ann)
    with django_capture_on_commit_callbacks(execute=True):
        factories.sign_page(symptom, by=ravi, asked_by=ann)
    found = lines()
    assert sorted(name_events(found)) == ["publication", "signature"]
    signature = next(line for line in found if line["event"] == "signature")
    assert signature["page"] == str(symptom.uuid)
    assert (signature["by"], signature["outcome"]) == (ravi.pk, "approved")
    assert "spasms" not in json.dumps(found).lower()


def test_a_decision(ann, ravi, lines, django_capture_on_commit_callbacks):
    review = request_review(factories.make_symptom(ann), by=ann, trigger="", note="rareword")
    with django_capture_on_commit_callbacks(execute=True):
        request_changes(review, by=ravi, comment="The rareword is wrong.")
    (line,) = lines()
    assert (line["event"], line["outcome"]) == ("decision", "changes")
    assert "rareword" not in json.dumps(line)


def test_a_withdrawal(ann, ravi, morgan, lines, django_capture_on_commit_callbacks):
    symptom = factories.make_symptom(ann)
    factories.sign_page(symptom, by=ravi, asked_by=ann)
    with django_capture_on_commit_callbacks(execute=True):
        withdraw_page(symptom, by=morgan, reason="safety")
    (line,) = lines()
    assert (line["event"], line["by"], line["page"]) == ("withdrawal", morgan.pk, str(symptom.uuid))


def test_pages_that_are_filed_together_are_one_line(
    ann, ravi, morgan, lines, django_capture_on_commit_callbacks
):
    factories.sign_page(factories.make_symptom(ann), by=ravi, asked_by=ann)
    topic = Topic.objects.create(name="Rareword", slug="rareword")
    with django_capture_on_commit_callbacks(execute=True):
        add_to_topic(Article.objects.all(), topic=topic, by=morgan)
    (line,) = lines()
    assert (line["event"], line["kind"], line["pages"]) == ("publication", "metadata", 1)


def test_an_import(morgan, lines, tmp_path, django_capture_on_commit_callbacks):
    file = tmp_path / "rareword.csv"
    file.write_text("id,type,title\n1,article,Rareword\n")
    options = {"by": "morgan", "source": "rareword", "apply": True, "no_progress": True}
    with django_capture_on_commit_callbacks(execute=True):
        call_command("import_content", str(file), stdout=io.StringIO(), **options)
    (line,) = [line for line in lines() if line["event"] == "import"]
    assert (line["by"], line["kind"]) == (morgan.pk, "pages")
    assert "rareword" not in json.dumps(line)


def test_an_export_of_a_list(client, ann, lines):
    factories.make_symptom(ann)
    client.force_login(ann)
    lines()
    address = "/admin/symptoms/symptom/export/?q=spasms"
    form = client.get(address).context["form"]
    data = {"format": "csv", "layout": form.fields["layout"].initial}
    assert client.post(address, data)["Content-Disposition"]
    (line,) = lines()
    assert (line["event"], line["kind"], line["by"]) == ("export", "list symptom", ann.pk)
    assert "spasms" not in json.dumps(line)


@pytest.mark.django_db(transaction=True)
def test_an_export_of_everything(ann, lines, tmp_path):
    call_command("export_archive", str(tmp_path / "out"), "--no-progress", stdout=io.StringIO())
    (line,) = lines()
    assert (line["event"], line["kind"]) == ("export", "archive")


def test_a_refusal_is_one_line_a_minute(lines):
    for _ in range(5):
        note_refusal("feedback")
    note_refusal("login")
    assert [line["kind"] for line in lines()] == ["too many: feedback", "too many: login"]


def test_what_was_rolled_back_is_not_logged(lines, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        try:
            with transaction.atomic():
                log_once_committed(Event.SIGNATURE, by=1)
                raise KeyError
        except KeyError:
            pass
    assert lines() == []


def test_a_fact_is_a_number_or_a_word_of_the_program(lines):
    for kind in ("A sentence; with 'quotes'", "x" * 61, ""):
        log(Event.EXPORT, by=None, kind=kind, rows=3)
    found = lines()
    assert [(line["kind"], line["rows"], "by" in line) for line in found] == [("?", 3, False)] * 3
    with pytest.raises(ValueError, match="words"):
        log(Event.EXPORT, words="what somebody typed")


ID = "0123456789abcdef0123456789abcdef"


@pytest.mark.parametrize(
    ("behind", "sent", "is_taken"),
    [
        (True, ID, True),
        (True, "01234567-89ab-cdef-0123-456789abcdef", True),
        (False, ID, False),
        (True, "a-headache-that-does-not-go-away", False),
        (True, f"{ID}{ID}", False),
        (True, f"{ID}\r\nSet-Cookie: a=b", False),
    ],
)
def test_the_id_of_a_request_is_that_of_a_proxy_of_ours_alone(
    behind, sent, is_taken, client, settings
):
    settings.BEHIND_PROXY = behind
    given = client.get("/nowhere/", headers={"x-request-id": sent})["X-Request-ID"]
    assert (given == sent) == is_taken
    assert re.fullmatch(rf"[0-9a-f]{{32}}|{UUID}", given)
    assert request_id.get() == ""


def test_an_error_has_the_id_of_its_request(settings, monkeypatch, ann):
    out = io.StringIO()
    handler = logging.StreamHandler(out)
    handler.setFormatter(JsonFormatter())
    for one in (PrivacyFilter(), RequestIdFilter()):
        handler.addFilter(one)

    def fail(user):
        raise RuntimeError("".join(["rare", "word"]))

    monkeypatch.setattr("config.admin.site.dashboard.build_dashboard", fail)
    asking = Client(raise_request_exception=False)
    asking.force_login(ann)
    logger = logging.getLogger("django.request")
    logger.addHandler(handler)
    try:
        page = asking.get("/admin/?rareword")
    finally:
        logger.removeHandler(handler)
    line = json.loads(out.getvalue())
    assert page.status_code == 500
    assert line["request_id"] == page["X-Request-ID"]
    assert line["level"] == "error"
    assert "RuntimeError" in line["traceback"]
    assert "rareword" not in out.getvalue()


def test_each_event_is_in_the_guide_with_its_facts():
    guide = (ROOT / "docs" / "operators-guide.md").read_text()
    rows = dict(re.findall(r"^\| `(\w+)` \| [^|]* \| ([^|]*) \|$", guide, re.MULTILINE))
    for event, facts in FACTS.items():
        assert set(re.findall(r"`(\w+)`", rows[event])) == facts, event
