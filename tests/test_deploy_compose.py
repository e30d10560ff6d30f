"""The services of the compose file and of the image: their settings exist, and they work together.

No container is built here: the commands are those of the files, run by hand on their settings.
"""

import ast
import http.client
import os
import re
import shlex
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests import proxies, servers
from tests.engines import ROOT

DEPLOY = ROOT / "docs" / "deploy"
COMPOSE = (DEPLOY / "compose.yaml").read_text()
IMAGE = (DEPLOY / "Dockerfile").read_text()
DOCUMENTED = set(
    re.findall(r"^\| `([A-Z][A-Z_]+)` \|", (ROOT / "docs" / "settings.md").read_text(), re.M)
)
# Of other programs: pip, Python and the shell; PostgreSQL; Caddy's own file.
OTHERS = re.compile(
    r"(?:PIP|PYTHON|POSTGRES)_?\w*|PATH|SITE_ADDRESS|SITE_UPSTREAM|DATABASE_PASSWORD"
)


def read_environment(service: str) -> dict[str, str]:
    """What the compose file sets for a service, by name."""
    block = re.search(rf"^  {service}:\n(.*?)(?=^  \w|^\w|\Z)", COMPOSE, re.M | re.S)
    assert block, service
    found = re.search(r"^    environment:[^\n]*\n((?:      .*\n)+)", block[1], re.M)
    assert found, service
    pairs = (line.strip().split(": ", 1) for line in found[1].splitlines())
    return {name: value.strip('"') for name, value in pairs}


def test_each_setting_of_the_files_is_one_of_ours():
    named = set(re.findall(r"^      ([A-Z_]+):", COMPOSE, re.M))
    named |= set(re.findall(r"\$\{([A-Z_]+)", COMPOSE))
    named |= set(re.findall(r"\b([A-Z][A-Z_]+)=", IMAGE))
    assert {"DATABASE_URL", "TRUSTED_PROXIES", "IMAGES_ROOT"} <= named
    assert {name for name in named if not OTHERS.fullmatch(name)} <= DOCUMENTED
    listed = re.search(r"which you make: ([A-Z_, ]+)\.", COMPOSE)[1].split(", ")
    assert set(listed) - {"DATABASE_PASSWORD"} <= DOCUMENTED


def test_what_is_shared_between_services_is_named_once():
    assert COMPOSE.count("environment: *settings") == 1
    used = set(re.findall(r"^      - ([a-z-]+):/", COMPOSE, re.M))
    kept = set(re.findall(r"^  ([a-z-]+):$", COMPOSE.partition("\nvolumes:\n")[2], re.M))
    assert used == kept
    services = set(re.findall(r"^  ([a-z]+):\n    (?:image|build)", COMPOSE, re.M))
    waited = set(re.findall(r"^      ([a-z]+): \{condition", COMPOSE, re.M))
    assert waited <= services == {"proxy", "site", "migrate", "database"}


@contextmanager
def serve(environment: dict[str, str]) -> Iterator[int]:
    """The command of the image, on a port of its own."""
    with socket.socket() as listener:
        listener.bind((servers.HOST, 0))
        port = listener.getsockname()[1]
    words = shlex.split(re.findall(r"^CMD \[(.*)\]$", IMAGE, re.M)[-1].replace(",", " "))
    assert words[0] == "gunicorn"
    command = [word.replace("0.0.0.0:8000", f"{servers.HOST}:{port}") for word in words[1:]]
    process = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", *command], cwd=ROOT, env=os.environ | environment
    )
    try:
        yield port
    finally:
        process.terminate()
        process.wait(60)


def ask(port: int, path: str, **headers: str) -> tuple[int, dict[str, str]]:
    """Status and headers; 0 while nobody answers."""
    connection = http.client.HTTPConnection(servers.HOST, port, timeout=60)
    try:
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        return answer.status, dict(answer.getheaders())
    except OSError:
        return 0, {}
    finally:
        connection.close()


@pytest.mark.skipif(proxies.find_program("caddy") is None, reason="Caddy is not installed")
def test_the_services_work_together_on_the_settings_of_the_files(tmp_path):
    settings = read_environment("site")
    check = re.search(r"Request\('http://127\.0\.0\.1:8000(\S+)', headers=(\{.*?\})\)", IMAGE)
    with servers.postgresql() as address:
        own = settings | {
            "DATABASE_URL": address,
            "SECRET_KEY": "only-for-this-server",
            "SITE_URL": "https://symptoms.example.org",
            "ALLOWED_HOSTS": f"localhost,{proxies.NAME}",
            "IMAGES_ROOT": str(tmp_path / "images"),
            "UPLOADS_ROOT": str(tmp_path / "uploads"),
            "STATICFILES_STORAGE": "django.contrib.staticfiles.storage.StaticFilesStorage",
        }
        migrate = re.search(r"command: \[python, (.*)\]", COMPOSE)[1].split(", ")
        subprocess.run([sys.executable, *migrate], cwd=ROOT, env=os.environ | own, check=True)
        with serve(own) as port:
            headers = ast.literal_eval(check[2])
            for _ in range(600):
                if ask(port, check[1], **headers)[0] == 200:
                    break
                time.sleep(0.1)
            assert ask(port, check[1], **headers)[0] == 200
            status, found = ask(port, "/", **headers)
            assert status == 200
            assert found["Strict-Transport-Security"] == "max-age=31536000"
            with proxies.run_caddy(port, tmp_path) as proxy:
                answer = proxy.ask("/")
    # The proxy says that this came without encryption, whatever a visitor says of it.
    assert answer.startswith("HTTP/1.1 301")
    assert f"Location: https://{proxies.NAME}/" in answer
