"""A build's own server for measuring: gunicorn on one core, with its processor time and memory."""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.load import HOST, Result

ROOT = Path(__file__).resolve().parent.parent
SITE = ROOT / "benchmarks" / "site"
TICKS = os.sysconf("SC_CLK_TCK")
SERVER_CORE, OTHER_CORE = 0, (os.cpu_count() or 1) - 1
ENVIRONMENT = {
    "DEMO_PASSWORD": "not-needed",
    "SECRET_KEY": "only-for-this-server",
    "DJANGO_SETTINGS_MODULE": "bench_settings",
    "STATICFILES_STORAGE": "django.contrib.staticfiles.storage.StaticFilesStorage",
    "ALLOWED_HOSTS": HOST,
    "SITE_URL": f"http://{HOST}",
    "DEBUG": "0",
}

OPTIONS = f"""
config.wsgi --bind {HOST}:0 --threads 4 --keep-alive 60
--no-control-socket --log-level info
""".split()


@dataclass(frozen=True)
class Build:
    """A folder with the code of a build, and the URL of a database that fits it."""

    root: Path
    database: str

    def get_environment(self, **more: str) -> dict[str, str]:
        """The variables with which its code runs: modules of ``benchmarks/site`` stand beside."""
        paths = os.pathsep.join([str(self.root), str(SITE)])
        own = ENVIRONMENT | {"DATABASE_URL": self.database, "PYTHONPATH": paths}
        return os.environ | own | more

    def run(self, module: str, *arguments: str) -> str:
        """What a module prints last, when it runs in the folder of the build."""
        done = subprocess.run(
            [sys.executable, "-m", module, *arguments],
            cwd=self.root,
            env=self.get_environment(),
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
        return done.stdout.splitlines()[-1]

    def read(self, module: str, *arguments: str) -> Any:
        """What a module prints last, which is JSON."""
        return json.loads(self.run(module, *arguments))


@dataclass(frozen=True)
class PinnedServer:
    port: int
    master: int

    def list_workers(self) -> list[int]:
        """The numbers of its worker processes."""
        children = Path(f"/proc/{self.master}/task/{self.master}/children").read_text()
        return [int(pid) for pid in children.split()]

    def read_cpu_seconds(self) -> float:
        """The processor time of its workers so far."""
        ticks = 0
        for pid in self.list_workers():
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            ticks += int(fields[11]) + int(fields[12])  # in user and in system mode
        return ticks / TICKS

    def read_memory(self) -> float:
        """The resident memory of its largest worker, in MB."""
        sizes = []
        for pid in self.list_workers():
            for line in Path(f"/proc/{pid}/status").read_text().splitlines():
                if line.startswith("VmRSS:"):
                    sizes.append(int(line.split()[1]) / 1024)
        return max(sizes)


@contextmanager
def serve(build: Build, *, workers: int = 1, **environment: str) -> Iterator[PinnedServer]:
    """Serve a build on the first core until the block ends. Raises RuntimeError if it fails."""
    with tempfile.TemporaryFile("w+") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", *OPTIONS, "--workers", str(workers)],
            cwd=build.root,
            env=build.get_environment(**environment),
            stdout=output,
            stderr=output,
            preexec_fn=lambda: os.sched_setaffinity(0, {SERVER_CORE}),
        )
        try:
            yield PinnedServer(_wait_for_port(process, output, workers), process.pid)
        finally:
            process.terminate()
            process.wait(120)


def _wait_for_port(process: subprocess.Popen, output, workers: int) -> int:
    """The port of a server whose workers have all begun."""
    text = ""
    for _ in range(600):
        output.seek(0)
        text = output.read()
        if text.count("Booting worker") == workers:
            time.sleep(2)  # a worker imports the project after it says so
            return int(text.partition(f"http://{HOST}:")[2].split()[0])
        if process.poll() is not None:
            break
        time.sleep(0.1)
    raise RuntimeError(f"The server did not start:\n{text}")


def load(
    server: PinnedServer,
    paths: list[str],
    *,
    connections: int = 4,
    headers: dict[str, str] | None = None,
    seconds: float = 0,
) -> Result:
    """Let a process of its own ask for paths. Raises RuntimeError where an answer is not 200."""
    asked = {"paths": paths, "connections": connections, "headers": headers or {}}
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump(asked | {"seconds": seconds}, file)
        file.flush()
        done = subprocess.run(
            [sys.executable, "-m", "benchmarks.load", str(server.port), file.name],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
    result = Result(**json.loads(done.stdout))
    if set(result.statuses) != {"200"}:
        raise RuntimeError(f"Answers that are not 200: {result.statuses} ({paths[:3]} …)")
    return result
