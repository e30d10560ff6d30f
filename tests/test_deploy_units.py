"""The units and the Dockerfile of docs/deploy fit the program."""

import re
import shutil
import subprocess
from configparser import ConfigParser

import pytest
from django.core.management import get_commands

from tests.engines import ROOT

DEPLOY = ROOT / "docs" / "deploy"
UNITS = sorted((DEPLOY / "systemd").iterdir())
GUIDE = ROOT / "docs" / "operators-guide.md"
ANALYZE = shutil.which("systemd-analyze")
# What stands in the guide's cron table and is set up by who wants it, or is no command of ours.
OPTIONAL = {"check_links"}


def read_unit(path) -> ConfigParser:
    unit = ConfigParser(interpolation=None, comment_prefixes=("#",), delimiters=("=",))
    unit.optionxform = str
    unit.read(path)
    return unit


def list_timed_commands() -> set[str]:
    names = {path.stem for path in UNITS if path.suffix == ".timer"}
    return {name.removeprefix("countersign").lstrip("@-") for name in names}


def test_each_timer_starts_a_command_that_there_is():
    assert list_timed_commands() <= set(get_commands())


def test_timers_and_the_guides_cron_table_name_the_same_commands():
    crontab = re.search(r"```cron\n(.*?)```", GUIDE.read_text(), re.DOTALL)[1]
    assert set(re.findall(r"countersign (\w+)", crontab)) - OPTIONAL == list_timed_commands()


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.name)
def test_a_unit_has_a_description_and_what_its_kind_needs(path):
    unit = read_unit(path)
    assert unit["Unit"]["Description"]
    if path.suffix == ".timer":
        assert unit["Timer"]["OnCalendar"]
        assert unit["Timer"]["Persistent"] == "yes"  # a run missed while the machine was off
        assert unit["Install"]["WantedBy"] == "timers.target"
    elif path.name != "countersign-failed@.service":
        assert unit["Service"]["User"] == "countersign"
        assert unit["Service"]["ProtectSystem"] == "strict"


@pytest.mark.skipif(not ANALYZE, reason="systemd-analyze is not here")
def test_systemd_finds_no_fault_in_the_units(tmp_path):
    for path in UNITS:
        text = re.sub(r"/srv/countersign/.venv/bin/\w+", "/bin/true", path.read_text())
        (tmp_path / path.name).write_text(text.replace("/usr/sbin/sendmail", "/bin/true"))
    names = [str(tmp_path / path.name) for path in UNITS if not path.stem.endswith("@")]
    done = subprocess.run([ANALYZE, "verify", "--man=no", *names], capture_output=True, text=True)
    assert not [line for line in done.stderr.splitlines() if "countersign" in line]
    assert done.returncode == 0


def test_the_image_has_all_of_the_program_and_runs_as_nobody_who_owns_it():
    lines = (DEPLOY / "Dockerfile").read_text().splitlines()
    copied: list[str] = []
    for line in lines:
        copied += read_copied(line)
    assert all((ROOT / name).exists() for name in copied)
    program = {path.parent.name for path in ROOT.glob("*/apps.py")} | {"config", "templates"}
    assert program <= set(copied)
    users = [line.split()[1] for line in lines if line.startswith("USER ")]
    assert int(users[-1]) > 0
    assert not any(path.startswith(".env") for path in copied)


def read_copied(line: str) -> list[str]:
    """What a line of a Dockerfile copies out of the repository."""
    if not line.startswith("COPY ") or "--from" in line:
        return []
    return line.split()[1:-1]
