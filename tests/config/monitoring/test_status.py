"""The status of the site, and what does not run by itself (ADR 92)."""

import datetime as dt
import io
import re

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.http import QueryDict
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from articles import unsent_forms
from articles.models import ScheduledRun, UnsentForm
from articles.scheduled_runs import SCHEDULES, list_neglected, record_failure, record_run
from config.monitoring.status import load_status
from reviews import verification
from reviews.models import Mail
from tests import factories, html
from tests.engines import ROOT

pytestmark = pytest.mark.django_db
TOKEN = "a-token-of-some-length"
MONITOR = {"authorization": f"Bearer {TOKEN}"}


def run_everything():
    for schedule in SCHEDULES:
        record_run(schedule.name)


def make_late(name: str, **span):
    ScheduledRun.objects.filter(name=name).update(finished_at=timezone.now() - dt.timedelta(**span))


def find_row(page, name: str) -> str:
    return re.search(rf"[^>]*<span[^>]*>{name}</span>.*?</tr>", page.text, re.DOTALL)[0]


def test_the_page_says_of_each_run_whether_it_is_fine(client, morgan):
    run_everything()
    make_late("backup", days=3)
    record_failure("verify_ledger")
    ScheduledRun.objects.filter(name__in=["restore_drill", "export_site"]).delete()
    client.force_login(morgan)
    page = client.get("/desk/status/")
    assert "no-store" in page["Cache-Control"]
    for name, state, todo in (
        ("purge_feedback", "fine", "—"),
        ("backup", "late", "What came since would be lost with the disk."),
        ("verify_ledger", "failed", "Read what cron mailed"),
        ("restore_drill", "never", "record_drill"),
        ("export_site", "not used", "—"),
    ):
        row = html.get_text(find_row(page, name))
        assert state in row, name
        assert todo in row, name
    assert "Something needs whoever runs the site" in page.text


def test_a_site_on_which_all_runs_is_fine(client, morgan):
    run_everything()
    client.force_login(morgan)
    assert "Everything is fine." in client.get("/desk/status/").text
    assert client.get("/status.json").json()["state"] == "fine"
    assert "Not running as it should" not in client.get("/admin/").text


def test_what_is_neglected_is_on_the_home_of_managers_once(client, morgan, ann):
    run_everything()
    make_late("backup", days=3)
    client.force_login(morgan)
    page = client.get("/admin/")
    assert page.text.count("Not running as it should") == 1
    assert "Backup: late" in html.get_text(page.text)
    assert 'href="/desk/status/"' in page.text
    client.force_login(ann)
    page = client.get("/admin/")
    assert "Not running as it should" not in page.text
    assert "/desk/status/" not in page.text


def test_a_monitor_with_the_token_reads_the_same_as_json(settings):
    record_run("backup")
    asking = Client()
    assert asking.get("/status.json", headers=MONITOR).status_code == 404
    settings.MONITOR_TOKEN = TOKEN
    for sent in ("", TOKEN, f"Basic {TOKEN}", f"Bearer {TOKEN}x", "Bearer", "Bearer ²"):
        assert asking.get("/status.json", headers={"authorization": sent}).status_code == 404
    answer = asking.get("/status.json", headers=MONITOR)
    assert answer.status_code == 200
    assert "no-store" in answer["Cache-Control"]
    assert "Set-Cookie" not in answer
    found = answer.json()
    assert found["runs"]["backup"]["state"] == "fine"
    assert found["runs"]["verify_ledger"] == {"state": "never", "at": None, "needs_attention": True}
    assert found["state"] == "attention"
    assert found["migrations_pending"] == []
    assert found["database"]["bytes"] > 0
    assert found["disks"]
    assert asking.post("/status.json", headers=MONITOR).status_code == 405


def test_without_a_token_only_managing_editors_read_it(client, ann, ravi, morgan):
    for person, expected in ((ann, 404), (ravi, 404), (morgan, 200)):
        client.force_login(person)
        assert client.get("/status.json").status_code == expected


def test_what_waits_is_counted(ann, ravi, morgan, client):
    symptom = factories.make_symptom(ann)
    factories.sign_page(symptom, by=ravi, asked_by=ann)
    unsent = UnsentForm(user=ann, subject="a:b", fields={"name": ["rareword"]}, page="")
    unsent.saved_at = timezone.now()
    unsent.save()
    refused = {"attempted_at": timezone.now(), "refused_at": timezone.now(), "error": "rareword"}
    mail = {"recipient": ann, "address": "rareword@example.org", "subject": "rareword"}
    mail |= {"content": {}, "made_at": timezone.now()}
    before = {queue.name: queue.count for queue in load_status().queues}
    Mail.objects.create(kind="due", **mail)
    Mail.objects.create(kind="due", **mail | refused)
    Mail.objects.create(kind="due", **mail | {"attempted_at": timezone.now()})
    after = {queue.name: queue.count for queue in load_status().queues}
    assert after["unsent_forms"] == 1
    for name in ("mails_waiting", "mails_refused", "mails_unknown"):
        assert after[name] == before[name] + 1
    assert load_status().heads.entry[0] == 1
    client.force_login(morgan)
    for address in ("/desk/status/", "/status.json"):
        text = client.get(address).text
        assert "rareword" not in text
        assert "spasms" not in text


def test_a_disk_that_is_full_and_a_migration_need_attention(client, morgan, settings):
    run_everything()
    settings.DISK_FREE_MB = 10**7
    client.force_login(morgan)
    assert "Make room" in client.get("/desk/status/").text
    found = client.get("/status.json").json()
    assert found["state"] == "attention"
    assert all(disk["full"] for disk in found["disks"])
    assert str(ROOT) not in client.get("/status.json").text


def test_its_queries_do_not_grow(ann, ravi, morgan, client):
    client.force_login(morgan)
    client.get("/desk/status/")
    counts = []
    for number in (1, 2, 3):
        symptom = factories.make_symptom(ann, title=f"Ache {number}", slug=f"ache-{number}")
        factories.sign_page(symptom, by=ravi, asked_by=ann)
        unsent_forms.save_form(ann, f"a:{number}", QueryDict(f"name=words+{number}"))
        record_run(SCHEDULES[number].name)
        with CaptureQueriesContext(connection) as queries:
            client.get("/desk/status/")
        counts.append(len(queries))
    assert counts[0] == counts[1] == counts[2] <= 20


def test_a_command_that_fails_is_recorded_as_failed(tmp_path):
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "file").write_text("")
    with pytest.raises(CommandError):
        call_command("backup", str(tmp_path / "full"), "--no-progress")
    states = {status.schedule.name: status.state for status in list_neglected()}
    assert states["backup"] == "failed"


def test_a_run_that_changes_nothing_is_no_run():
    call_command("apply_overdue_policy", "--dry-run", stdout=io.StringIO())
    assert not ScheduledRun.objects.exists()


def test_a_drill_is_recorded_with_the_heads_that_restore_printed(ann, ravi):
    factories.sign_page(factories.make_symptom(ann), by=ravi, asked_by=ann)
    heads = str(verification.get_heads())
    call_command("record_drill", heads, stdout=io.StringIO())
    assert ScheduledRun.objects.get().name == "restore_drill"
    ScheduledRun.objects.all().delete()
    number, _, digest = heads.partition(",")[0].partition(":")
    for other in (f"{number}:{digest[::-1]}", f"{int(number) + 1}:{digest}", "words"):
        with pytest.raises(CommandError):
            call_command("record_drill", other, stdout=io.StringIO())
    assert not ScheduledRun.objects.exists()


def test_every_command_of_the_guides_cron_table_is_watched():
    guide = (ROOT / "docs" / "operators-guide.md").read_text()
    crontab = re.search(r"```cron\n(.*?)```", guide, re.DOTALL)[1]
    watched = {schedule.name for schedule in SCHEDULES} - {"restore_drill", "export_site"}
    assert set(re.findall(r"countersign (\w+)", crontab)) == watched
