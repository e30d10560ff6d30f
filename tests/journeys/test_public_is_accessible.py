"""axe finds nothing on any public, desk, sign-in and error page, light and dark.

And none is wider than its window.

A new page joins with one line in ``PUBLIC``, ``DESK`` or ``SIGNED_IN``.
"""

import re

import pytest
from django.template.loader import render_to_string
from django.test import RequestFactory

from articles.models import Article
from config.context_processors import publisher
from config.public import views
from reviews.models import MedicalReview, Recall
from reviews.recalls.actions import open_recall
from tests.journeys.conftest import find_violations, log_in_by_form

pytestmark = pytest.mark.django_db(transaction=True)

SPASMS = "/symptoms/facial-spasms/"
PUBLIC = {
    "front page": "/",
    "symptoms": "/symptoms/",
    "a letter": "/symptoms/a-z/t/",
    "an empty letter": "/symptoms/a-z/q/",
    "symptom": SPASMS,
    "overdue symptom": "/symptoms/tiredness/",
    "causes": f"{SPASMS}causes/",
    "history": f"{SPASMS}history/",
    "old version": f"{SPASMS}history/1/",
    "cause": "/causes/bells-palsy/",
    "cause, an emergency": "/causes/stroke/",
    "cause, with the card of a symptom": "/causes/acute-glaucoma/",
    "emergencies": "/emergencies/",
    "emergency, with both lines": "/emergencies/overdose/",
    "articles": "/articles/",
    "article": "/articles/sleeping-better/",
    "article with a picture and a table": "/articles/keeping-a-symptom-diary/",
    "topics": "/topics/",
    "topic": "/topics/brain-and-nerves/",
    "reviewers": "/reviewers/",
    "about": "/about/",
    "page about the site": "/about/contact/",
    "report a problem": "/feedback/{text}/problem/",
    "thanks for a report": "/feedback/{text}/thanks/",
    "reviewer": "/reviewers/ravi-example/",
    "search": "/search/",
    "search, with hits": "/search/?q=eye+wont+stop+twitching",
    "search, with a card": "/search/?q=facial+spasms",
    "search, by topic": "/search/?q=face&topic=head-and-face",
    "search, mistyped": "/search/?q=facail+spasms",
    "search, with nothing found": "/search/?q=qwxz",
    "search, an emergency": "/search/?q=my+dad+is+not+breathing",
    "search, a crisis": "/search/?q=i+want+to+die",
    "search, an emergency and a crisis": "/search/?q=took+all+my+pills",
    "search, the name of an emergency": "/search/?q=seizure",
    "finder": "/finder/",
    "finder, an emergency and a crisis": "/finder/?q=took+all+my+pills",
    "finder, with symptoms": "/finder/?s=facial-spasms&s=tiredness",
    "finder, with different headings": "/finder/?s=dry-eyes&s=anxiety",
    "finder, with a list": "/finder/?system=all",
    "finder, with nothing found": "/finder/?q=zzz",
    "not found": "/nowhere/",
    "withdrawn": "/symptoms/watery-eyes/",
    "sign in": "/accounts/login/",
    "forgotten password": "/accounts/password/reset/",
    "mail is on its way": "/accounts/password/reset/done/",
    "bad link": "/accounts/password/reset/key/1-no/",
    "no sign-up": "/accounts/signup/",
    "closed account": "/accounts/inactive/",
}
SIGNED_IN = {
    "sign out": "/accounts/logout/",
    "password": "/accounts/password/change/",
    "second factor": "/accounts/second-factor/",
    "a code app": "/accounts/second-factor/add/",
    "confirm": "/accounts/reauthenticate/",
}
DESK = {
    "ravi": (
        {"queue": "/desk/", "review": "/desk/reviews/{review}/", "forbidden": "/desk/radar/"}
        | SIGNED_IN
    ),
    "morgan": {
        "radar": "/desk/radar/",
        "overdue": "/desk/radar/?state=overdue",
        "plan": "/desk/radar/plan/",
        "planned": "/desk/radar/planned/",
        "recalls": "/desk/recall/",
        "recall search": "/desk/recall/?q=stroke",
        "recall": "/desk/recall/{recall}/",
    },
}
# Pages that no address gives on demand: printed here as the site prints them, and served at these
# addresses.
PRINTED = {
    "/plain-400/": lambda: views.bad_request(None, None).text,
    "/plain-500/": lambda: views.server_error(RequestFactory().get("/")).text,
    "/csrf/": lambda: render_to_string("403_csrf.html", publisher(None)),
    "/too-many/": lambda: render_to_string("429.html", publisher(None)),
    "/expunged/": lambda: render_to_string(
        "articles/expunged.html",
        publisher(None) | {"title": "Facial spasms", "number": 1, "address": SPASMS},
    ),
}


WIDTHS = (320, 640, 1280)  # a narrow telephone, a desktop at twice the size, and a desktop
# Text spaced as WCAG 1.4.12 lets readers space it. In any usual font that is wider than the widest
# of them is by itself: one sentence at 16 px takes 898 px in DejaVu Sans and 906 in DejaVu Serif,
# 834 in Noto Sans, 791 in Liberation Sans and 714 in Liberation Serif, and spaced 949 in the
# narrowest. So what holds here holds on every machine.
SPACED = (
    "* { letter-spacing: .12em !important; word-spacing: .16em !important; line-height: 1.5"
    " !important }"
)


@pytest.fixture
def looked_at(demo, open_page, django_user_model):
    """Each page in turn, opened by somebody who may: pairs of a browser's page and an address to go
    to.
    """
    ravi, morgan = (django_user_model.objects.get(username=name) for name in ("ravi", "morgan"))
    known = {
        "review": MedicalReview.objects.filter(reviewer__user=ravi, decided_at=None).first().uuid,
        "recall": _recall(morgan).uuid,
        "text": Article.objects.get(kind="symptom", slug="facial-spasms").live.revision.uuid,
    }

    def pages():
        visitor = open_page(bypass_csp=True, reduced_motion="reduce")  # axe styles pages
        visitor.route(
            re.compile("/(" + "|".join(path.strip("/") for path in PRINTED) + ")/$"), _serve
        )
        yield from ((visitor, address.format(**known)) for address in [*PUBLIC.values(), *PRINTED])
        for name, addresses in DESK.items():
            person = open_page(bypass_csp=True, reduced_motion="reduce")
            log_in_by_form(person, name, next(iter(addresses.values())))
            yield from ((person, address.format(**known)) for address in addresses.values())

    return pages()


def _recall(by) -> Recall:
    page = Article.objects.public().get(slug="headache")
    return open_recall([page.pk], trigger="safety", reason="An alert names it.", by=by)


def _serve(route):
    path = "/" + route.request.url.split("/", 3)[3]
    route.fulfill(body=PRINTED[path](), content_type="text/html; charset=utf-8")


def measure_overflow(page, address: str) -> list[str]:
    """Where a page is wider than its window, or a part of it reaches out of it, in the machine's
    fonts and spaced.
    """
    found = [f"{address} at {fault}" for fault in list_too_wide(page)]
    page.add_style_tag(content=SPACED)
    return found + [f"{address}, spaced, at {fault}" for fault in list_too_wide(page)]


def list_too_wide(page) -> list[str]:
    found = []
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        wide, wide_parts = page.evaluate("""() => {
                const room = document.documentElement.clientWidth
                const out = [...document.querySelectorAll('body *')].filter(part => {
                    const box = part.getBoundingClientRect()
                    const own = getComputedStyle(part)
                    return box.width > 1 && (box.right > room + 1 || box.left < -1)
                        && own.position !== 'absolute' && !part.closest('.scroll, .skip')
                })
                const named = part =>
                    `${part.tagName}.${part.className} ${part.textContent.slice(0, 20)}`
                return [document.documentElement.scrollWidth > room, out.slice(-3).map(named)]
            }""")
        if wide or wide_parts:
            found.append(f"{width}: {wide_parts}")
    page.set_viewport_size({"width": 1280, "height": 900})
    return found


def test_every_page_can_be_read_by_everybody(looked_at):
    found = []
    for page, address in looked_at:
        page.goto(address)
        found += [f"{address}: {problem}" for problem in find_violations(page, dark=True)]
        found += measure_overflow(page, address)
    assert not found, "\n".join(found)
