"""Takes the pictures of the guides from a demonstration in a database of its own."""

import io
import os
import sys
import tempfile
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


@dataclass(frozen=True)
class Screenshot:
    """One picture: its name, who looks at which address, and at which part of it (empty: what fits
    the window).

    In an address ``{slug}``, with underscores, stands for the key of the page with that address.
    """

    name: str
    username: str
    path: str
    selector: str = ""
    width: int = 1280
    height: int = 800


EDITORS = (
    Screenshot("editors-home", "ann", "/admin/"),
    Screenshot("editors-list", "ann", SYMPTOM_LIST),
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
    Screenshot("editors-panel", "ann", f"{SYMPTOM_LIST}{{tiredness}}/change/", selector=".panel"),
    Screenshot("editors-ask", "ann", f"{SYMPTOM_LIST}{{dry_eyes}}/ask/"),
    Screenshot("editors-history", "ann", f"{SYMPTOM_LIST}{{trouble_sleeping}}/revisions/"),
    Screenshot(
        "editors-compare", "ann", f"{SYMPTOM_LIST}{{trouble_sleeping}}/compare/?old=1&new=2"
    ),
    Screenshot(
        "editors-correction", "", "/symptoms/trouble-sleeping/", selector=".imprint", width=900
    ),
)

# In an address ``{review}`` stands for the first review that waits for this person.
REVIEWERS = (
    Screenshot("reviewers-desk", "ravi", "/desk/", width=390, height=844),
    Screenshot("reviewers-reading", "ravi", "/desk/reviews/{review}/", width=1600, height=900),
    Screenshot("reviewers-sign", "ravi", "/desk/reviews/{review}/#sign", height=1000),
)

MANAGERS = (
    Screenshot("managers-radar", "morgan", "/desk/radar/", height=1100),
    Screenshot("managers-plan", "morgan", "/desk/radar/plan/"),
    Screenshot("managers-recall", "morgan", "/desk/recall/?q=stroke&part=words", height=1100),
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
            for picture in (*EDITORS, *REVIEWERS, *MANAGERS):
                _take(browser, f"http://127.0.0.1:{server.port}", picture, keys)
            browser.close()


def _prepare(database: str) -> dict[str, object]:
    """Load the demonstration into a database. Returns the key of each page by its address, and
    Ravi's review.
    """
    os.environ |= {"DATABASE_URL": database, "DEMO_PASSWORD": PASSWORD, "COUNTERSIGN_DEMO": "1"}
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    call_command("migrate", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    call_command("load_demo", stdout=io.StringIO())
    from articles.models import Article
    from reviews.models import MedicalReview

    keys = {slug.replace("-", "_"): key for slug, key in Article.objects.values_list("slug", "pk")}
    waiting = (
        MedicalReview.objects.waiting()
        .filter(reviewer__user__username="ravi")
        .order_by("requested_at")
    )
    return keys | {"review": waiting.values_list("uuid", flat=True).first()}


def _take(
    browser: Browser, site: str, picture: Screenshot, primary_keys: dict[str, object]
) -> None:
    window = {"width": picture.width, "height": picture.height}
    context = browser.new_context(base_url=site, viewport=window, reduced_motion="reduce")
    page = context.new_page()
    if picture.username:
        _log_in(page, picture.username)
    page.goto(picture.path.format(**primary_keys))
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
