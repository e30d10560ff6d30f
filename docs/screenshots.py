"""Takes the pictures of the guides anew: serves the demonstration from a database of its own and photographs it."""

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

from tests.server import gunicorn  # noqa: E402 - found only once the checkout is on the path

PICTURES = ROOT / "docs" / "images"
PASSWORD = "demonstration"  # noqa: S105 - of a database that is gone when the script ends
FLAGS = ["--no-sandbox", "--disable-dev-shm-usage"]
SYMPTOM = "/admin/symptoms/symptom/"


@dataclass(frozen=True)
class Picture:
    """One picture: its name, who looks at which address, and at which part of it (empty: what fits the window).

    In an address ``{slug}``, with underscores, stands for the key of the page with that address.
    """

    name: str
    who: str
    path: str
    part: str = ""
    width: int = 1280
    height: int = 800


EDITORS = (
    Picture("editors-home", "ann", "/admin/"),
    Picture("editors-list", "ann", SYMPTOM),
    Picture("editors-form", "ann", f"{SYMPTOM}{{facial_spasms}}/change/", width=1600, height=900),
    Picture("editors-causes", "ann", f"{SYMPTOM}{{facial_spasms}}/change/#section-causes", width=1600, height=900),
    Picture("editors-panel", "ann", f"{SYMPTOM}{{tiredness}}/change/", part=".panel"),
    Picture("editors-ask", "ann", f"{SYMPTOM}{{dry_eyes}}/ask/"),
    Picture("editors-history", "ann", f"{SYMPTOM}{{trouble_sleeping}}/revisions/"),
    Picture("editors-compare", "ann", f"{SYMPTOM}{{trouble_sleeping}}/compare/?old=1&new=2"),
    Picture("editors-correction", "", "/symptoms/trouble-sleeping/", part=".imprint", width=900),
)

# In an address ``{review}`` stands for the first review that waits for this person.
REVIEWERS = (
    Picture("reviewers-desk", "ravi", "/desk/", width=390, height=844),
    Picture("reviewers-reading", "ravi", "/desk/reviews/{review}/", width=1600, height=900),
    Picture("reviewers-sign", "ravi", "/desk/reviews/{review}/#sign", height=1000),
)

MANAGERS = (
    Picture("managers-radar", "morgan", "/desk/radar/", height=1100),
    Picture("managers-plan", "morgan", "/desk/radar/plan/"),
    Picture("managers-recall", "morgan", "/desk/recall/?q=stroke&part=words", height=1100),
)


def main() -> None:
    PICTURES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="countersign-") as directory:
        database = f"sqlite:///{directory}/db.sqlite3"
        os.environ["IMAGES_ROOT"] = f"{directory}/images"
        keys = _prepare(database)
        with gunicorn(database, log=False) as server, sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=os.environ.get("CHROMIUM", "/usr/bin/chromium"), args=FLAGS
            )
            for picture in (*EDITORS, *REVIEWERS, *MANAGERS):
                _take(browser, f"http://127.0.0.1:{server.port}", picture, keys)
            browser.close()


def _prepare(database: str) -> dict[str, object]:
    """Load the demonstration into a database. Returns the key of each page by its address, and Ravi's review."""
    os.environ |= {"DATABASE_URL": database, "DEMO_PASSWORD": PASSWORD, "COUNTERSIGN_DEMO": "1"}
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    call_command("migrate", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    call_command("load_demo", stdout=io.StringIO())
    from articles.models import Article
    from reviews.models import MedicalReview

    keys = {slug.replace("-", "_"): key for slug, key in Article.objects.values_list("slug", "pk")}
    waiting = MedicalReview.objects.waiting().filter(reviewer__user__username="ravi").order_by("requested_at")
    return keys | {"review": waiting.values_list("uuid", flat=True).first()}


def _take(browser: Browser, site: str, picture: Picture, keys: dict[str, object]) -> None:
    window = {"width": picture.width, "height": picture.height}
    context = browser.new_context(base_url=site, viewport=window, reduced_motion="reduce")
    page = context.new_page()
    if picture.who:
        _log_in(page, picture.who)
    page.goto(picture.path.format(**keys))
    page.wait_for_load_state("networkidle")
    shown = page.locator(picture.part).first if picture.part else page
    shown.screenshot(path=PICTURES / f"{picture.name}.png", animations="disabled")
    context.close()


def _log_in(page: Page, who: str) -> None:
    page.goto("/accounts/login/")
    page.get_by_label("Username").fill(who)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_load_state()


if __name__ == "__main__":
    main()
