"""The demonstration: loaded once, signed like any page, and never mistaken for the real thing."""

import pytest
from django.core.management import CommandError, call_command

from articles import quality
from articles.models import Article, Publication, Revision, Topic
from config.demo import loader
from reviews import verification
from reviews.models import Signature
from symptoms.models import Cause, Symptom
from tests import html

pytestmark = pytest.mark.django_db

PAGES = [
    "/symptoms/facial-spasms/",
    "/symptoms/eye-twitching/",
    "/symptoms/facial-numbness/",
    "/articles/keeping-a-symptom-diary/",
]
CAUSES = [f"{page}causes/" for page in PAGES[:3]]
LISTS = ["/", "/symptoms/", "/articles/", "/symptoms/a-z/f/"]


@pytest.fixture
def demo(monkeypatch, settings):
    settings.COUNTERSIGN_DEMO = True
    monkeypatch.setenv("DEMO_PASSWORD", "open-sesame")
    call_command("load_demo", verbosity=0)


@pytest.mark.parametrize("name", loader.PAGES)
def test_no_other_name_repeats_the_title_and_none_comes_twice(name):
    page = loader.read(name)
    names = [page["title"], *page.get("other_names", [])]
    assert len({other.casefold() for other in names}) == len(names)


def test_no_page_of_the_demonstration_has_a_problem(demo):
    found = {}
    for page in [*Symptom.objects.public(), *Article.objects.public().filter(kind="article")]:
        if problems := quality.problems(page, page.live.revision.read()):
            found[page.slug] = problems
    assert found == {}


def everything() -> tuple:
    counted = [model.objects.count() for model in (Article, Revision, Publication, Signature, Cause, Topic)]
    return counted, verification.head()


def test_every_page_is_signed_and_the_ledger_stands(demo, client):
    for address in PAGES:
        page = client.get(address)
        assert page.status_code == 200, address
        assert "Medically reviewed by" in page.text
        assert "Nobody yet" not in page.text
    assert list(verification.faults()) == []
    call_command("verify_ledger")


def test_loading_again_changes_nothing(demo, capsys):
    before = everything()
    capsys.readouterr()
    call_command("load_demo", port="8001")
    assert everything() == before
    said = capsys.readouterr().out
    assert "http://127.0.0.1:8001/symptoms/facial-spasms/" in said
    assert "open-sesame" in said


def test_loading_again_keeps_what_editors_wrote(demo):
    Article.objects.filter(slug="facial-spasms").update(title="Mine")
    call_command("load_demo", verbosity=0)
    assert Article.objects.get(slug="facial-spasms").title == "Mine"


def test_each_role_can_sign_in_with_the_printed_password(demo, client):
    for name in ("ann", "ravi", "morgan"):
        assert client.login(username=name, password="open-sesame"), name


def test_without_a_password_it_says_what_is_missing(monkeypatch):
    monkeypatch.delenv("DEMO_PASSWORD", raising=False)
    with pytest.raises(CommandError, match="DEMO_PASSWORD"):
        call_command("load_demo")
    assert not Article.objects.exists()


def test_the_facial_spasms_page_has_every_part(demo, client):
    page = client.get("/symptoms/facial-spasms/")
    text = html.text(page.text)
    parts = [
        "What are facial spasms?",
        "Also called",
        "Call for emergency help",
        "911",
        "On this page",
        "What other symptoms might occur with facial spasms?",
        "Serious symptoms that need emergency care",
        "Neurological symptoms that may occur along with facial spasms",
        "What causes facial spasms?",
        "Tourette",
        "Read more about facial spasms causes",
        "Questions a clinician may ask",
        "treated?",
        "What can facial spasms lead to?",
        "References",
        "Medically reviewed by",
        "Written by",
        "Last annual review",
        "Next review due",
        "filed under: ",
        "Bones, Joints and Muscles",
        "Tags:",
        "©",
        "causing your symptoms?",
    ]
    assert [part for part in parts if part not in text] == []
    assert text.index("911") < text.index("Facial spasms happen when")


def test_facial_spasms_is_of_its_topic_and_names_its_cause(demo, client):
    live = Article.objects.get(slug="facial-spasms").live
    assert "Bones, Joints and Muscles" in [filing.name for filing in live.read_frame().filed_under]
    document = live.revision.read()
    assert "911" in document.advice.html
    assert "Tourette's syndrome" in [cause.name for group in document.causes for cause in group.causes]
    assert "Tourette" in client.get("/symptoms/facial-spasms/causes/").text


@pytest.mark.parametrize("address", [*PAGES, *CAUSES, *LISTS, "/no-such-page/"])
def test_every_page_says_that_it_is_a_demonstration_and_has_no_hole(address, demo, client):
    page = client.get(address)
    assert "Demonstration." in page.text
    assert "medical advice" in page.text
    assert html.holes(page.text) == []
