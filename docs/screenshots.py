"""Takes the pictures of the guides from a demonstration in a database of its own."""

import datetime as dt
import io
import json
import os
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import django
from django.core.management import call_command
from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.servers import run_gunicorn  # noqa: E402 - found only once the checkout is on the path

OUTPUT_DIRECTORY = ROOT / "docs" / "images"
PASSWORD = "demonstration"  # noqa: S105 - of a database that is gone when the script ends
FLAGS = ["--no-sandbox", "--disable-dev-shm-usage"]
SYMPTOM_LIST = "/admin/symptoms/symptom/"


def _choose_action(label: str) -> Callable[[Page], None]:
    """Select the first rows of a list, and go to the preview of an action."""

    def act(page: Page) -> None:
        for checkbox in page.locator("input.action-select").all()[:3]:
            checkbox.check()
        page.locator("select[name=action]").select_option(label=label)
        page.locator(".actions button[name=index]").click()

    return act


def _apply_plan(page: Page) -> None:
    """Plan the reviews that are proposed, and go to what is planned."""
    page.locator("button[name=do][value=apply]").first.click()
    page.wait_for_url("**/radar/planned/")


def _upload_pages(page: Page) -> None:
    """Choose a file with two new pages and one that cannot be read, and go to the preview."""
    records = (
        {"type": "symptom", "id": "S:1", "title": "Cold hands", "body": "<p>Hands feel cold.</p>"},
        {"type": "symptom", "id": "S:2", "title": "Cold feet", "body": "<p>Feet feel cold.</p>"},
        {"type": "symptom", "id": "S:3", "body": "<p>This record has no title.</p>"},
    )
    content = "\n".join(json.dumps(record) for record in records).encode()
    file = {"name": "pages.jsonl", "mimeType": "text/plain", "buffer": content}
    page.locator("input[name=file]").set_input_files(file)
    page.locator("input[name=source]").fill("demo")
    page.locator("input[name=on_conflict][value=keep]").check()
    page.locator("#content form [type=submit]").first.click()
    page.wait_for_url("**/add/*-*/")


def _upload_reviews(page: Page) -> None:
    """Upload a file with two imported reviews, one with a date that can be read in two ways."""
    rows = (
        "page,reviewer,post-nominals,specialty,reviewed on,evidence",
        "Stretching safely,Dr Béla Muster (fictional),MBBS,Neurology,{day},Review log 4",
        "Neck stiffness,Dr Béla Muster (fictional),MBBS,Neurology,03/05/2026,Review log 5",
    )
    last_month = dt.date.today() - dt.timedelta(days=31)
    content = "\n".join(rows).format(day=last_month).encode()
    file = {"name": "reviews.csv", "mimeType": "text/csv", "buffer": content}
    page.locator("input[name=sheet]").set_input_files(file)
    page.locator("#content form [type=submit]").first.click()
    page.wait_for_load_state()


@dataclass(frozen=True)
class Screenshot:
    """One picture: its name, who looks at which address, and at which part of it (empty: what fits
    the window). ``act`` is what they do there before the picture is taken.

    In an address ``{slug}``, with underscores, stands for the key of the page with that address.
    """

    name: str
    username: str
    path: str
    selector: str = ""
    width: int = 1280
    height: int = 800
    act: Callable[[Page], None] | None = None


VISITORS = (
    Screenshot("public-phone", "", "/symptoms/facial-spasms/", width=390, height=844),
    Screenshot("public-reviewed", "", "/symptoms/facial-spasms/", selector=".imprint", width=900),
)

EDITORS = (
    Screenshot("editors-home", "ann", "/admin/"),
    Screenshot("editors-list", "ann", SYMPTOM_LIST),
    Screenshot("editors-action", "ann", SYMPTOM_LIST, act=_choose_action("Add topic …")),
    Screenshot(
        "editors-form", "ann", f"{SYMPTOM_LIST}{{facial_spasms}}/change/", width=1600, height=900
    ),
    Screenshot(
        "editors-causes",
        "ann",
        f"{SYMPTOM_LIST}{{facial_spasms}}/change/#section-causes",
        width=1600,
        height=900,
    ),
    Screenshot("editors-merge", "morgan", "/admin/symptoms/cause/{cause}/merge/?other={other}"),
    Screenshot("editors-report", "ann", "/admin/reports/one-way-relations/"),
    Screenshot("editors-panel", "ann", f"{SYMPTOM_LIST}{{tiredness}}/change/", selector=".panel"),
    Screenshot("editors-ask", "ann", f"{SYMPTOM_LIST}{{dry_eyes}}/ask/"),
    Screenshot(
        "editors-correction", "", "/symptoms/trouble-sleeping/", selector=".imprint", width=900
    ),
    Screenshot("editors-reader-report", "ann", "/admin/articles/readerreport/{report}/change/"),
    Screenshot("editors-history", "ann", f"{SYMPTOM_LIST}{{trouble_sleeping}}/revisions/"),
    Screenshot(
        "editors-compare", "ann", f"{SYMPTOM_LIST}{{trouble_sleeping}}/compare/?old=1&new=2"
    ),
    Screenshot(
        "editors-notices",
        "morgan",
        "/admin/articles/copyrightnotice/",
        act=_choose_action("Update copyright year …"),
    ),
)

# In an address ``{review}`` stands for the first review that waits for this person.
REVIEWERS = (
    Screenshot("reviewers-desk", "ravi", "/desk/", width=390, height=844),
    Screenshot("reviewers-desk-wide", "ravi", "/desk/"),
    Screenshot("reviewers-reading", "ravi", "/desk/reviews/{review}/", width=1600, height=900),
    Screenshot("reviewers-sign", "ravi", "/desk/reviews/{review}/#sign", height=1000),
    Screenshot("reviewers-second-factor", "ravi", "/accounts/second-factor/", height=600),
)

MANAGERS = (
    Screenshot("managers-radar", "morgan", "/desk/radar/", height=1100),
    Screenshot("managers-plan", "morgan", "/desk/radar/plan/"),
    Screenshot("managers-planned", "morgan", "/desk/radar/plan/", act=_apply_plan),
    Screenshot("managers-recall", "morgan", "/desk/recall/?q=stroke&part=words", height=1100),
    Screenshot("managers-import", "morgan", "/admin/articles/importrun/add/", height=1000),
    Screenshot(
        "managers-import-preview", "morgan", "/admin/articles/importrun/add/", act=_upload_pages
    ),
    Screenshot(
        "managers-imported-reviews",
        "morgan",
        "/admin/reviews/ledgerentry/earlier/",
        height=1000,
        act=_upload_reviews,
    ),
)


def main() -> None:
    OUTPUT_DIRECTORY.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="countersign-") as directory:
        database = f"sqlite:///{directory}/db.sqlite3"
        os.environ["IMAGES_ROOT"] = f"{directory}/images"
        keys = _prepare(database)
        with run_gunicorn(database, log=False) as server, sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=os.environ.get("CHROMIUM", "/usr/bin/chromium"), args=FLAGS
            )
            for picture in (*VISITORS, *EDITORS, *REVIEWERS, *MANAGERS):
                _take(browser, f"http://127.0.0.1:{server.port}", picture, keys)
            browser.close()


def _prepare(database: str) -> dict[str, object]:
    """Load the demonstration into a database, and what only the pictures need.

    Returns the key of each page by its address, Ravi's review, a cause and its look-alike, and a
    reader's report.
    """
    os.environ |= {"DATABASE_URL": database, "DEMO_PASSWORD": PASSWORD, "COUNTERSIGN_DEMO": "1"}
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    call_command("migrate", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    call_command("load_demo", stdout=io.StringIO())
    from articles.models import Article, ReaderReport
    from reviews.models import MedicalReview
    from symptoms.models import Cause

    keys = {slug.replace("-", "_"): key for slug, key in Article.objects.values_list("slug", "pk")}
    waiting = (
        MedicalReview.objects.waiting()
        .filter(reviewer__user__username="ravi")
        .order_by("requested_at")
    )
    cause = Cause.objects.get(slug="stroke")
    return keys | {
        "review": waiting.values_list("uuid", flat=True).first(),
        "cause": cause.pk,
        "other": Cause.objects.create(name="Strokes", slug="strokes").pk,
        "report": ReaderReport.objects.values_list("pk", flat=True).first(),
    }


def _take(
    browser: Browser, site: str, picture: Screenshot, primary_keys: dict[str, object]
) -> None:
    window = {"width": picture.width, "height": picture.height}
    context = browser.new_context(base_url=site, viewport=window, reduced_motion="reduce")
    page = context.new_page()
    if picture.username:
        _log_in(page, picture.username)
    page.goto(picture.path.format(**primary_keys))
    if picture.act:
        picture.act(page)
    page.wait_for_load_state("networkidle")
    shown = page.locator(picture.selector).first if picture.selector else page
    shown.screenshot(path=OUTPUT_DIRECTORY / f"{picture.name}.png", animations="disabled")
    context.close()


def _log_in(page: Page, username: str) -> None:
    page.goto("/accounts/login/")
    page.get_by_label("Username").fill(username)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_load_state()


if __name__ == "__main__":
    main()
