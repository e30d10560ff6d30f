"""Twenty faults in the code that signs, publishes, compares and guards: the tests must see each.

``make mutations``, or ``python -m tests.mutations [--only WORD] [--engine postgresql] [--tree
PLACE]``. Each fault is made alone in a copy of the tree, and the tests beside it run until the
first that fails, which must pass without the fault. It ends with 1 if a fault goes unseen, or if
its text is no longer there.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path

from tests.servers import postgresql

ROOT = Path(__file__).resolve().parent.parent
NOT_COPIED = shutil.ignore_patterns(
    ".git", ".venv", ".env", "__pycache__", ".*_cache", ".hypothesis", "*.sqlite3*", "staticfiles"
)
SIGNING = "tests/reviews/signing"
TRIGGERS = "tests/articles/test_triggers.py"
APPEND_ONLY = "tests/articles/db/test_triggers.py"
DIFF = "tests/articles/content/test_diff.py"
PUBLISHING = "tests/articles/publishing/test_actions.py"


@dataclass(frozen=True)
class Mutation:
    """One fault: ``text`` of a file, which stands there once, becomes ``fault``."""

    what: str
    file: str
    text: str
    fault: str
    tests: tuple[str, ...]


MUTATIONS = [
    Mutation(
        "what was read need not be what is signed",
        "reviews/signing/actions.py",
        "if seen_digest != stored:",
        "if False:",
        (f"{SIGNING}/test_eligibility.py",),
    ),
    Mutation(
        "an altered text is signed",
        "reviews/signing/actions.py",
        "if stored != review.revision.digest:",
        "if False:",
        (f"{SIGNING}/test_eligibility.py",),
    ),
    Mutation(
        "a withdrawn text returns without a word",
        "reviews/signing/actions.py",
        "withdrawal.revision_id == revision.pk and not note.strip()",
        "withdrawal.revision_id != revision.pk and not note.strip()",
        (f"{SIGNING}/test_actions.py", f"{SIGNING}/test_eligibility.py"),
    ),
    Mutation(
        "anybody decides a review that was given to somebody else",
        "reviews/signing/actions.py",
        "    if review.reviewer_id not in (None, reviewer.pk):\n        raise CannotDecide(",
        "    if False:\n        raise CannotDecide(",
        (f"{SIGNING}/test_actions.py",),
    ),
    Mutation(
        "four eyes forget the revision itself",
        "reviews/signing/eligibility.py",
        "if number > _get_last_number_signed_by_others(signed.get(page, []), author):",
        "if number > _get_last_number_signed_by_others(signed.get(page, []), author) + 1:",
        (f"{SIGNING}/test_eligibility.py",),
    ),
    Mutation(
        "a text that was overtaken is signed",
        "reviews/signing/eligibility.py",
        "if newest.revision.number > review.revision.number:",
        "if newest.revision.number > review.revision.number + 1:",
        (f"{SIGNING}/test_eligibility.py",),
    ),
    Mutation(
        "the chain of the ledger begins again with each entry",
        "reviews/signing/ledger.py",
        "return sequence + 1, entry_hash",
        "return sequence + 1, GENESIS_HASH",
        (f"{SIGNING}/test_ledger.py",),
    ),
    Mutation(
        "a reread moves the annual review",
        "reviews/signing/review_line.py",
        "    if whole_page:\n        corrections",
        "    if whole_page or is_reread:\n        corrections",
        ("tests/reviews/recalls/test_recalls.py",),
    ),
    Mutation(
        "an interval of one's own may be longer on a page of high risk",
        "reviews/signing/review_line.py",
        "page.risk != Article.Risk.HIGH or own_months <= site_months",
        "page.risk != Article.Risk.HIGH or own_months >= site_months",
        (f"{SIGNING}/test_actions.py",),
    ),
    Mutation(
        "whoever wrote a restored text is forgotten",
        "articles/publishing/actions.py",
        "        user_ids.update(inherited.get(revision.article_id, ()))\n",
        "",
        (PUBLISHING, f"{SIGNING}/test_eligibility.py"),
    ),
    Mutation(
        "an older text is published over a later one",
        "articles/publishing/actions.py",
        "page.live.revision.number > revision.number",
        "page.live.revision.number > revision.number + 9",
        (PUBLISHING, f"{SIGNING}/test_actions.py"),
    ),
    Mutation(
        "the title that visitors read is that of the working copy",
        "articles/publishing/actions.py",
        "        title=document.title,\n",
        "        title=page.title,\n",
        (PUBLISHING, "tests/config/public/test_nothing_unsigned_is_public.py"),
    ),
    Mutation(
        "a text that visitors read is expunged",
        "articles/publishing/actions.py",
        "if page.live and page.live.revision_id == revision.pk:\n        return",
        "if False:\n        return",
        ("tests/reviews/expunging/test_actions.py",),
    ),
    Mutation(
        "one word that stayed by chance parts a change",
        "articles/content/diff.py",
        "return len(words) >= 2",
        "return len(words) >= 1",
        (DIFF,),
    ),
    Mutation(
        "two pages of one name are the same in the diff",
        "articles/content/diff.py",
        "return [(block.identity, block.text) for block in blocks]",
        'return [("", block.text) for block in blocks]',
        (DIFF,),
    ),
    Mutation(
        "the shared end of two texts is lost from the diff",
        "articles/content/diff.py",
        '        ("same", "".join(old_tokens[old_end:])),\n',
        "",
        (DIFF,),
    ),
    Mutation(
        "the database lets a withdrawn page be live",
        "articles/triggers.py",
        "AND p.kind <> 'withdraw' AND p.id = ",
        "AND p.id = ",
        (TRIGGERS,),
    ),
    Mutation(
        "the database lets people sign their own words",
        "reviews/triggers.py",
        "r.number > COALESCE(",
        "r.number > 9 + COALESCE(",
        (f"{SIGNING}/test_ledger.py",),
    ),
    Mutation(
        "the database lets a published cause be graver",
        "symptoms/triggers.py",
        '    "gravity",\n',
        "",
        ("tests/symptoms/projections/test_causes.py", "tests/symptoms/test_models.py"),
    ),
    Mutation(
        "the database lets a row of history be replaced",
        "articles/db/triggers.py",
        'DatabaseTrigger(f"{table}_no_replace", table, "INSERT", message, condition=taken),',
        "",
        (APPEND_ONLY, TRIGGERS),
    ),
]


def copy_tree(tree: Path, place: Path) -> None:
    shutil.copytree(tree, place, ignore=NOT_COPIED)
    # Settings ask for one; tests keep no secret.
    (place / ".env").write_text("SECRET_KEY=only-for-this-copy\n")


@contextmanager
def make_fault(place: Path, mutation: Mutation) -> Iterator[None]:
    """Raises ValueError where the text does not stand exactly once."""
    path = place / mutation.file
    original = path.read_text()
    times = original.count(mutation.text)
    if times != 1:
        raise ValueError(f"{mutation.file} has {times} × {mutation.text!r}")
    path.write_text(original.replace(mutation.text, mutation.fault))
    try:
        yield
    finally:
        path.write_text(original)


def run_tests(place: Path, tests, database: str, key: str = "") -> subprocess.CompletedProcess:
    """``key`` names a migrated database to use again, where the fault is in no trigger."""
    environment = os.environ | {"PYTHONDONTWRITEBYTECODE": "1"}  # faults follow within a second
    environment |= {"MIGRATED_KEY": key}
    if database:
        environment["DATABASE_URL"] = database
    command = [sys.executable, "-m", "pytest", "-q", "-x", "--reuse-db", *tests]
    return subprocess.run(
        command, cwd=place, env=environment, capture_output=True, text=True, timeout=1800
    )


def get_failed_test(run: subprocess.CompletedProcess) -> str:
    """The first test that failed, or could not begin; empty if the tests did not judge."""
    failed = [line for line in run.stdout.splitlines() if line.startswith(("FAILED", "ERROR"))]
    if not failed or run.returncode != 1:
        return ""
    return failed[0].partition(" ")[2].partition(" - ")[0]


def judge(place: Path, mutation: Mutation, database: str) -> tuple[bool, str]:
    """Whether the tests see a fault, and by which of them: one that passes without it."""
    key = "" if mutation.file.endswith("triggers.py") else "kept"
    try:
        with make_fault(place, mutation):
            run = run_tests(place, mutation.tests, database, key)
    except ValueError as error:
        return False, f"NOT MADE: {error}"
    if run.returncode == 0:
        return False, "SURVIVED"
    failed = get_failed_test(run)
    if not failed:
        return False, f"NOT JUDGED: pytest left with {run.returncode}\n{run.stdout[-2000:]}"
    again = run_tests(place, [failed], database, "kept")
    if again.returncode:
        return False, f"NOT JUDGED: {failed} fails without it too\n{again.stdout[-2000:]}"
    return True, f"caught by {failed}"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="", help="faults with this word")
    parser.add_argument("--engine", choices=["sqlite", "postgresql"], default="sqlite")
    parser.add_argument("--tree", type=Path, default=ROOT, help="another tree to copy")
    options = parser.parse_args()
    mutations = [mutation for mutation in MUTATIONS if options.only in str(mutation)]
    server = postgresql() if options.engine == "postgresql" else nullcontext("")
    with tempfile.TemporaryDirectory(prefix="countersign-") as directory, server as url:
        place = Path(directory, "tree")
        copy_tree(options.tree, place)
        database = url or f"sqlite:///{directory}/db.sqlite3"
        return int(not report(place, mutations, database))


def report(place: Path, mutations: list[Mutation], database: str) -> bool:
    """Print what became of each fault; gives whether all were seen."""
    missed = []
    for mutation in mutations:
        caught, outcome = judge(place, mutation, database)
        print(f"{mutation.file}: {mutation.what}: {outcome}", flush=True)
        if not caught:
            missed.append(mutation.what)
    print(f"\n{len(mutations) - len(missed)} of {len(mutations)} caught.", *missed, sep="\n")
    return not missed


if __name__ == "__main__":
    sys.exit(main())
