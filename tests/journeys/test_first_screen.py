"""On a small phone the gravest card, its first sentence and its number are on the first screen.

All symptom pages of the demonstration, years after their reviews, so that each shows every band
that it can: demonstration, late, past its grace period, corrected.
"""

import datetime as dt

import pytest
import time_machine
from django.utils import timezone

from articles.models import Article

pytestmark = pytest.mark.django_db(transaction=True)

SIZES = {"390 x 664": (390, 664), "320 x 568": (320, 568)}
LONG_TITLE = "What is sudden weakness, numbness or tingling on one side of the body?"
# Where the heading, the first sentence and the number of the first card end, and how high the
# number is to a finger.
MEASURE = """() => {
  const card = document.querySelector(".advice");
  if (!card) return null;
  const text = card.querySelector(".flow");
  const walker = document.createTreeWalker(text, NodeFilter.SHOW_TEXT);
  const range = document.createRange();
  range.setStart(text, 0);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    range.setEnd(node, node.length);
    const end = node.data.search(/[.!?:](\\s|$)/);
    if (end >= 0) { range.setEnd(node, end + 1); break; }
  }
  const number = card.querySelector("a[href^='tel:']");
  const box = number && number.getBoundingClientRect();
  return {
    level: card.className,
    ends: Math.max(
      card.querySelector("h2").getBoundingClientRect().bottom,
      range.getBoundingClientRect().bottom,
      box ? box.bottom : 0,
    ),
    finger: box ? Math.round(box.height) : null,
    asked: text.textContent.includes("911"),
  };
}"""


def find_faults(page, where: str) -> list[str]:
    """What of the first card is not on the first screen at each size, and numbers too small."""
    faults = []
    for name, (width, height) in SIZES.items():
        page.set_viewport_size({"width": width, "height": height})
        found = page.evaluate(MEASURE)
        if found is None:
            faults.append(f"{where}: no card")
        elif found["ends"] > height:
            faults.append(f"{where} at {name}: ends at {found['ends']:.0f}")
        elif "emergency" in found["level"] and found["asked"] and (found["finger"] or 0) < 44:
            faults.append(f"{where} at {name}: its number is {found['finger']} high")
    return faults


def test_the_gravest_card_is_on_the_first_screen_with_every_band_on(demo, open_page, settings):
    settings.COUNTERSIGN_DEMO = True
    symptoms = Article.objects.public().filter(kind="symptom").order_by("live__slug")
    slugs = list(symptoms.values_list("live__slug", flat=True))
    assert len(slugs) > 20
    page = open_page(*SIZES["390 x 664"])
    faults = []
    with time_machine.travel(timezone.now() + dt.timedelta(days=1100)):
        for slug in slugs:
            page.goto(f"/symptoms/{slug}/", wait_until="domcontentloaded")
            assert page.locator(".demo").is_visible()
            assert page.locator(".late").count() == 2, slug
            faults += find_faults(page, slug)
        page.goto("/symptoms/facial-drooping/")
        page.evaluate("title => { document.querySelector('h1').textContent = title; }", LONG_TITLE)
        faults += find_faults(page, "a long title")
    assert faults == []
