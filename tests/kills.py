"""What people and commands do, killed with SIGKILL at random moments, and what is left then.

A process is forked for each action and killed, with the programs that it started. Each action has
parts: facts of which all or none may be true, whenever it was killed. Then the ledger is verified,
the action is done again to its end, and what is beside its files is looked at.
"""

import os
import random
import shutil
import signal
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from io import StringIO
from itertools import count
from pathlib import Path

from django.core.management import call_command
from django.db import connection, connections

from articles.models import Article, ExternalId, ImportRun, MergedPage, PublicationEvent
from config.operations.archive.reading import Archive
from config.operations.backup import manifest as backup_manifest
from config.operations.static_site.files import MANIFEST
from reviews import verification
from reviews.models import LedgerEntry, MedicalReview, PlannedReview
from reviews.planned_reviews.actions import PlanChoice, plan_reviews
from reviews.planned_reviews.capacity import get_monday
from reviews.signing.actions import request_review, sign_off, withdraw_page
from tests import factories, files
from tests.merging import merge_symptoms

# What a forked process may need beyond the time that a action took undisturbed.
LATEST = 1.1
MANY = 12  # pages of an import and of a plan
EmptyDatabase = Callable[[bool], AbstractContextManager[str]]


@dataclass(frozen=True)
class KilledAction:
    """``parts`` gives facts that are all false before and all true after ``act``."""

    act: Callable[[], object]
    parts: Callable[[], list[bool]]
    folder: Path | None = None  # its files alone stand there in the end
    database: str = ""  # the URL of another database than that of the site


def run_forked(act: Callable[[], object], *, kill_after: float | None = None) -> int:
    """Run something in a process of its own; gives its exit status, or minus the signal."""
    connections.close_all()
    pid = os.fork()
    if not pid:
        os.setsid()
        status = 1
        try:
            act()
            status = 0
        except BaseException:
            traceback.print_exc()
        finally:
            connections.close_all()
            os._exit(status)
    if kill_after is not None:
        time.sleep(kill_after)
        os.killpg(pid, signal.SIGKILL) if _is_there(pid) else None
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def _is_there(pid: int) -> bool:
    """Whether a process of ours has a group of its own by now: until then it has done nothing."""
    try:
        return os.getpgid(pid) == pid
    except ProcessLookupError:
        return False


@contextmanager
def use_database(url: str) -> Iterator[None]:
    """Have this process work in another database of the same engine."""
    if not url:
        yield
        return
    before = connection.settings_dict["NAME"]
    connection.close()
    name = url.removeprefix("sqlite:///") if connection.vendor == "sqlite" else _get_name(url)
    connection.settings_dict["NAME"] = name
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict["NAME"] = before


def _get_name(url: str) -> str:
    return url.rpartition("/")[2] if "?" not in url else url.partition("?")[0].rpartition("/")[2]


@dataclass
class Killer:
    """Does actions of one kind and kills them; ``counts`` and ``faults`` say what was left."""

    directory: Path
    empty_database: EmptyDatabase
    seed: int = 19
    counts: Counter[tuple[str, str]] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.random = random.Random(self.seed)
        self.numbers = count(1)
        names = ("ann", "ravi", "morgan")
        self.ann, self.ravi, self.morgan = map(factories.get_person, names)

    def run(self, name: str, rounds: int) -> None:
        """Measure a action undisturbed, then kill it so often."""
        seconds = self._measure(name)
        for number in range(rounds):
            with self._make(name) as action:
                moment = self.random.uniform(0, seconds * LATEST)
                status = run_forked(self._place(action), kill_after=moment)
                outcome = self._look(
                    f"{name} {number}, killed after {moment:.3f} s", action, status
                )
                self.counts[name, outcome] += 1

    def _measure(self, name: str) -> float:
        with self._make(name) as action:
            assert not any(self._read(action)), name
            begun = time.monotonic()
            assert run_forked(self._place(action)) == 0, name
            seconds = time.monotonic() - begun
            assert all(self._read(action)), (name, self._read(action))
            return seconds

    def _place(self, action: KilledAction) -> Callable[[], object]:
        def act() -> None:
            with use_database(action.database):
                action.act()

        return act

    def _read(self, action: KilledAction) -> list[bool]:
        with use_database(action.database):
            return action.parts()

    def _look(self, name: str, action: KilledAction, status: int) -> str:
        """Whether it had been done; a half state and what does not end well are faults."""
        parts = self._read(action)
        if any(parts) and not all(parts):
            self.faults.append(f"{name}: half done, {parts}")
        self.faults += [f"{name}: {fault}" for fault in verification.find_faults()]
        if not all(parts) and (again := run_forked(self._place(action))):
            self.faults.append(f"{name}: done again it ended with {again}")
        if not all(self._read(action)):
            self.faults.append(f"{name}: done again it is not whole")
        if action.folder and (left := _list_left_overs(action.folder)):
            self.faults.append(f"{name}: left over: {left}")
        if action.database:
            with use_database(action.database):
                self.faults += [f"{name}: {fault}" for fault in verification.find_faults()]
        if status not in (0, -signal.SIGKILL):
            self.faults.append(f"{name}: it ended with {status}")
        return "done" if all(parts) else "not begun or taken back"

    @contextmanager
    def _make(self, name: str) -> Iterator[KilledAction]:
        with getattr(self, f"_make_{name}")(next(self.numbers)) as action:
            yield action

    def _write_page(self, number: int, place: int = 0) -> Article:
        name = f"{number}-{place}"
        return factories.make_symptom(self.ann, slug=f"ache-{name}", title=f"Ache {name}")

    # The actions

    @contextmanager
    def _make_sign(self, number: int) -> Iterator[KilledAction]:
        review = request_review(self._write_page(number), by=self.ann)

        def act() -> None:
            fresh = MedicalReview.objects.get(pk=review.pk)
            digest = fresh.revision.digest
            answers = {"conflicts": "None", "authentication": "password"}
            sign_off(fresh, by=self.ravi, seen_digest=digest, **answers)

        def read() -> list[bool]:
            page = Article.objects.get(pk=review.article_id)
            return [
                page.live_id is not None,
                MedicalReview.objects.get(pk=review.pk).decided_at is not None,
                LedgerEntry.objects.filter(review=review.pk).exists(),
            ]

        yield KilledAction(act, read)

    @contextmanager
    def _make_withdraw(self, number: int) -> Iterator[KilledAction]:
        page = self._write_page(number)
        factories.sign_page(page, by=self.ravi, asked_by=self.ann)
        events = PublicationEvent.objects.filter(article=page.pk)
        before = events.count()

        def act() -> None:
            withdraw_page(Article.objects.get(pk=page.pk), reason="wrong", by=self.morgan)

        def read() -> list[bool]:
            is_public = Article.objects.public().filter(pk=page.pk).exists()
            return [not is_public, events.count() > before]

        yield KilledAction(act, read)

    @contextmanager
    def _make_import(self, number: int) -> Iterator[KilledAction]:
        source = f"source{number}"
        pages = [
            {
                "type": "symptom",
                "id": f"{source}:{place}",
                "title": f"Pain {number} {place}",
                "body": "<p>It hurts.</p>",
            }
            for place in range(MANY)
        ]
        with self._use_folder(number) as folder:
            file = folder / "pages.jsonl"
            file.write_bytes(files.make_file(*pages).read())

            def act() -> None:
                options = {"source": source, "by": "morgan", "apply": True, "no_progress": True}
                call_command("import_content", str(file), **options, stdout=StringIO())

            def read() -> list[bool]:
                ids = ExternalId.objects.filter(key__startswith=f"{source}:")
                runs = ImportRun.objects.filter(source=source, finished_at__isnull=False)
                titles = Article.objects.filter(title__startswith=f"Pain {number} ")
                return [ids.count() == MANY, titles.count() == MANY, runs.exists()]

            yield KilledAction(act, read)

    @contextmanager
    def _make_merge(self, number: int) -> Iterator[KilledAction]:
        lost, kept = self._write_page(number, 1), self._write_page(number, 2)

        def act() -> None:
            pages = [type(page).objects.get(pk=page.pk) for page in (lost, kept)]
            merge_symptoms(*pages, by=self.morgan)

        def read() -> list[bool]:
            is_active = Article.objects.active().filter(pk=lost.pk).exists()
            return [not is_active, MergedPage.objects.filter(page=lost.pk).exists()]

        yield KilledAction(act, read)

    @contextmanager
    def _make_plan(self, number: int) -> Iterator[KilledAction]:
        pages = [self._write_page(number, place) for place in range(MANY)]
        for page in pages:
            factories.sign_page(page, by=self.ravi, asked_by=self.ann)
        monday = get_monday(factories.timezone.localdate())
        choices = [PlanChoice(page.pk, self.ravi.reviewer.pk, monday) for page in pages]

        def read() -> list[bool]:
            planned = PlannedReview.objects.filter(article__in=[page.pk for page in pages])
            return [planned.filter(article=page.pk).exists() for page in pages]

        yield KilledAction(lambda: plan_reviews(choices, by=self.morgan), read)

    @contextmanager
    def _make_export_archive(self, number: int) -> Iterator[KilledAction]:
        with self._use_folder(number) as folder:
            place = folder / "archive"
            yield KilledAction(
                lambda: files.export_archive(place), lambda: [_is_archive(place)], folder=folder
            )

    @contextmanager
    def _make_backup(self, number: int) -> Iterator[KilledAction]:
        with self._use_folder(number) as folder:
            place = folder / "backup"
            yield KilledAction(lambda: _back_up(place), lambda: [_is_backup(place)], folder=folder)

    @contextmanager
    def _make_import_archive(self, number: int) -> Iterator[KilledAction]:
        with self._use_folder(number) as folder, self.empty_database(True) as url:
            files.export_archive(folder / "archive")
            heads = verification.get_heads()

            def read() -> list[bool]:
                found = verification.get_heads()
                return [found == heads, Article.objects.exists(), LedgerEntry.objects.exists()]

            yield KilledAction(lambda: files.import_archive(folder / "archive"), read, database=url)

    @contextmanager
    def _make_restore(self, number: int) -> Iterator[KilledAction]:
        with self._use_folder(number) as folder, self.empty_database(False) as url:
            _back_up(folder / "backup")
            heads = verification.get_heads()

            def act() -> None:
                options = {"no_progress": True, "stdout": StringIO()}
                call_command("restore", str(folder / "backup"), **options)

            def read() -> list[bool]:
                tables = connection.introspection.table_names()
                return [bool(tables), bool(tables) and verification.get_heads() == heads]

            yield KilledAction(act, read, database=url)

    @contextmanager
    def _make_export_site(self, number: int) -> Iterator[KilledAction]:
        with self._use_folder(number) as folder:
            place = folder / "copy"

            def act() -> None:
                files.export_site(place, stderr=StringIO())

            yield KilledAction(act, lambda: [_is_copy(place)], folder=folder)

    @contextmanager
    def _use_folder(self, number: int) -> Iterator[Path]:
        folder = self.directory / str(number)
        folder.mkdir()
        yield folder
        shutil.rmtree(folder)


ACTIONS = tuple(name.removeprefix("_make_") for name in vars(Killer) if name.startswith("_make_"))


def _back_up(place: Path) -> None:
    call_command("backup", str(place), pg_bin=str(files.TOOLS), no_progress=True, stdout=StringIO())


def _is_archive(place: Path) -> bool:
    """Whether there is an archive, whole. Raises an error where what is there is not."""
    return place.exists() and bool(Archive(place).manifest)


def _is_backup(place: Path) -> bool:
    return place.exists() and bool(backup_manifest.read(place))


def _is_copy(place: Path) -> bool:
    if not (place / MANIFEST).exists():
        return False
    assert files.read_manifest(place)["files"] == files.compute_file_digests(place)
    return True


def _list_left_overs(folder: Path) -> list[str]:
    hidden = [path.relative_to(folder).as_posix() for path in folder.rglob(".*")]
    return [*hidden, *(path.name for path in list(folder.iterdir())[1:])]
