"""Links in pages: refused where somebody writes them, followed where visitors read them, listed."""

import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from articles.links import checking, index, requests
from articles.links.checking import HostSchedule
from articles.links.requests import CannotAsk
from articles.models import OutsideAddress, PageLink
from articles.public.page_cache import page_cache
from articles.publishing import projections
from articles.publishing.actions import change_slug, discard, record_revision
from reviews.signing.actions import withdraw_page
from symptoms.models import SymptomCause
from tests import factories
from tests.html import read_form

pytestmark = pytest.mark.django_db


def link(href: str, words: str = "See this") -> str:
    return f'<p><a href="{href}">{words}</a></p>'


def save(client, page, **fields):
    """Post the form of a page with some fields; gives the response."""
    name = "symptom" if hasattr(page, "phrase") else "article"
    app = "symptoms" if name == "symptom" else "articles"
    form = f"/admin/{app}/{name}/{page.pk}/change/"
    return client.post(form, read_form(client.get(form)) | fields)


@pytest.fixture
def article(ann):
    return factories.make_article(ann)


def test_a_link_that_leads_nowhere_is_refused_with_its_words(ann_client, article, symptom):
    before = article.body
    body = (
        link("/admin/", "one")
        + link("leaflet", "two")
        + link("#nowhere", "three")
        + link("javascript:alert(1)", "four")
        + link("/symptoms/none/", "five")
    )
    response = save(ann_client, article, body=body)
    assert response.status_code == 200
    for words in (
        "“one” (/admin/) leads into the admin",
        "“two” (leaflet) is no full address",
        "“three” (#nowhere) leads to no section of this page",
        "“four” (javascript:alert(1)) begins with “javascript:”",
        "“five” (/symptoms/none/) leads to no page of this site",
    ):
        assert words in response.text
    article.refresh_from_db()
    assert article.body == before


def test_links_are_stored_as_they_are_asked_for(
    ann_client, article, symptom, ravi, morgan, settings
):
    settings.SITE_URL = "https://countersign.example.org"
    factories.sign_page(symptom, by=ravi, asked_by=symptom.writer)
    change_slug(symptom, slug="twitches", by=morgan)
    body = (
        "<h2>At home</h2>"
        + link("https://countersign.example.org/symptoms/facial-spasms/#causes")
        + link("tel:+44 20 7946 0000", "Call")
        + link("#at-home", "At home")
        + link("mailto:ward@example.org", "Write")
    )
    assert save(ann_client, article, body=body).status_code == 302
    article.refresh_from_db()
    assert article.body == (
        "<h2>At home</h2>"
        + link("/symptoms/twitches/#causes")
        + link("tel:+442079460000", "Call")
        + link("#at-home", "At home")
        + link("mailto:ward@example.org", "Write")
    )


def test_a_link_that_stood_there_before_hinders_nobody(ann_client, article):
    old = link("leaflet") + link("/symptoms/none/") + link("#nowhere")
    type(article).objects.filter(pk=article.pk).update(body=old)
    assert save(ann_client, article, summary="Another one.").status_code == 302
    assert save(ann_client, article, body=old + "<p>More.</p>").status_code == 302
    response = save(ann_client, article, body=old + link("other", "new"))
    assert "“new” (other) is no full address" in response.text
    assert "(leaflet)" not in response.text


def test_rows_are_checked_with_one_query_for_all(ann_client, symptom, ann):
    for number in range(3):
        other = factories.make_cause(ann, name=f"Cause {number}", slug=f"cause-{number}")
        SymptomCause.objects.create(symptom=symptom, cause=other, position=number + 5)
    counts = []
    for filled in (1, 1, 3):
        fields = {
            f"symptom_causes-{row}-text": link("/symptoms/facial-spasms/", f"{len(counts)}-{row}")
            for row in range(filled)
        }
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert save(ann_client, symptom, **fields).status_code == 302
        counts.append(sum("articles_redirect" in query["sql"] for query in queries))
    assert counts[1] == counts[2]
    response = save(ann_client, symptom, **{"symptom_causes-0-text": link("/desk/", "desk")})
    assert "“desk” (/desk/) leads into the desk of reviewers" in response.text
    assert not SymptomCause.objects.filter(text__contains="desk").exists()


# What visitors get


@pytest.fixture
def linked(ann, ravi, morgan):
    """A public article that links to a moved page, a draft, a withdrawn page and elsewhere."""
    moved = factories.make_article(ann, slug="old-name", title="Moved")
    factories.sign_page(moved, by=ravi, asked_by=ann)
    gone = factories.make_article(ann, slug="gone", title="Gone")
    factories.sign_page(gone, by=ravi, asked_by=ann)
    draft = factories.make_article(ann, slug="secret-draft", title="Secret draft")
    page = factories.make_article(
        ann,
        body=link("/articles/old-name/#at-home", "moved")
        + link("/articles/gone/", "gone")
        + link("/articles/secret-draft/", "draft <em>words</em>")
        + link("/articles/none/", "none")
        + link("https://medlineplus.gov/a?b=1&amp;c=2", "elsewhere"),
    )
    record_revision(page, by=ann)
    factories.sign_page(page, by=ravi, asked_by=ann)
    page.refresh_from_db()
    page.others = moved, gone, draft
    return page


def test_visitors_are_led_to_where_pages_are_and_never_to_a_draft(
    client, linked, ravi, morgan, ann
):
    moved, gone, draft = linked.others
    signed = linked.live.revision.document
    before = client.get(linked.path)
    assert '<a href="/articles/old-name/#at-home">moved</a>' in before.text
    change_slug(moved, slug="new-name", by=morgan)
    withdraw_page(gone, reason="outdated", by=morgan)
    page_cache.clear()
    after = client.get(linked.path)
    assert '<a href="/articles/new-name/#at-home">moved</a>' in after.text
    assert '<a href="/articles/gone/">gone</a>' in after.text
    assert "<p>draft <em>words</em></p>" in after.text
    assert "<p>none</p>" in after.text
    assert "secret" not in after.text.lower()
    assert '<a href="https://medlineplus.gov/a?b=1&amp;c=2">elsewhere</a>' in after.text
    assert before["ETag"] != after["ETag"]
    factories.sign_page(draft, by=ravi, asked_by=ann)
    page_cache.clear()
    assert (
        '<a href="/articles/secret-draft/">draft <em>words</em></a>' in client.get(linked.path).text
    )
    linked.live.revision.refresh_from_db()
    assert linked.live.revision.document == signed


def test_causes_and_topics_are_followed_too(client, ann, ravi, symptom):
    cause = factories.make_cause(ann)
    body = (
        link("/causes/tourettes-syndrome/", "a cause")
        + link("/topics/general-health/", "a topic")
        + link("/topics/none/", "no topic")
        + link("/finder/", "the finder")
    )
    page = factories.make_article(ann, body=body)
    factories.sign_page(page, by=ravi, asked_by=ann)
    text = client.get(page.path).text
    assert "<p>a cause</p><p>" in text
    assert '<a href="/topics/general-health/">a topic</a>' in text
    assert "<p>no topic</p>" in text
    assert '<a href="/finder/">the finder</a>' in text
    assert get_problems() == {
        "/causes/tourettes-syndrome/": "missing",
        "/topics/none/": "missing",
    }
    SymptomCause.objects.create(symptom=symptom, cause=cause)
    record_revision(symptom, by=ann)
    factories.sign_page(symptom, by=ravi, asked_by=ann)
    page_cache.clear()
    assert '<a href="/causes/tourettes-syndrome/">a cause</a>' in client.get(page.path).text
    assert get_problems().keys() == {"/topics/none/"}


def test_following_costs_one_query_for_1_and_for_3_links(client, ann, ravi):
    paths = []
    for count in (0, 1, 3):
        body = "<p>Text.</p>" + "".join(link(f"/articles/none-{n}/") for n in range(count))
        page = factories.make_article(ann, slug=f"page-{count}", title=f"Page {count}", body=body)
        factories.sign_page(page, by=ravi, asked_by=ann)
        paths.append(page.path)
    counts = []
    for path in paths:
        page_cache.clear()  # each asks what changed lately
        with CaptureQueriesContext(connection) as queries:
            client.get(path)
        counts.append(len(queries))
    assert counts[1] == counts[2] == counts[0] + 1


# The report and the command


def get_problems() -> dict[str, str]:
    rows = PageLink.objects.current().broken()
    return dict(rows.values_list("href", "problem"))


def test_the_report_names_each_link_that_leads_nowhere(morgan_client, linked, morgan, ann):
    moved, gone, draft = linked.others
    change_slug(moved, slug="new-name", by=morgan)
    withdraw_page(gone, reason="outdated", by=morgan)
    draft.body = link("/admin/", "office") + link("#none", "section")
    draft.save()
    record_revision(draft, by=ann)
    OutsideAddress.objects.create(
        key=index.compute_key("https://medlineplus.gov/a?b=1&c=2"),
        url="https://medlineplus.gov/a?b=1&c=2",
        status="404 Not Found",
        checked_at=timezone.now(),
        failing_since=timezone.now(),
    )
    expected = {
        "/articles/old-name/#at-home": "moved",
        "/articles/gone/": "withdrawn",
        "/articles/secret-draft/": "draft",
        "/articles/none/": "missing",
        "https://medlineplus.gov/a?b=1&c=2": "outside",
        "/admin/": "address",
        "#none": "section",
    }
    assert get_problems() == expected
    index.rebuild()
    assert get_problems() == expected
    report = morgan_client.get("/admin/reports/broken-links/")
    for words in ("leads into the admin", "404 Not Found", "draft words", "Overview"):
        assert words in report.text
    counts = []
    for asked, row_count in (({"problem": "missing"}, 1), ({"where": "draft"}, 2)):
        with CaptureQueriesContext(connection) as queries:
            response = morgan_client.get("/admin/reports/broken-links/", asked)
        assert len(response.context["lines"]) == row_count
        counts.append(len(queries))
    assert counts[0] == counts[1]
    file = morgan_client.get("/admin/reports/broken-links/", {"format": "csv"})
    assert len(file.text.splitlines()) == 1 + len(expected)
    discard(draft, by=ann)
    assert "/admin/" not in get_problems()


def test_the_index_has_what_visitors_read_and_what_was_saved_last(linked, ann, ravi):
    review = linked.body
    linked.body = link("/articles/other/")
    linked.save()
    record_revision(linked, by=ann)
    assert {"/articles/none/", "/articles/other/"} <= get_problems().keys()
    factories.sign_page(linked, by=ravi, asked_by=ann)
    assert "/articles/none/" not in get_problems()
    index.rebuild()
    assert "/articles/other/" in get_problems()
    assert PageLink.objects.filter(href="/articles/none/").count() == 0
    assert review


class Site(BaseHTTPRequestHandler):
    """A site that answers by path, and remembers what it was asked."""

    def answer(self):
        self.server.asked.append((self.command, self.path, self.headers["User-Agent"]))
        status, headers, body = self.server.answers.get(self.path, (404, {}, b""))
        if self.command == "HEAD" and self.path == "/no-head":
            status = 405
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body)

    do_GET = do_HEAD = answer

    def log_message(self, *args):
        pass


@pytest.fixture
def site(settings, monkeypatch):
    """A server on this machine under the name of a public one."""
    settings.LINK_CHECK_PRIVATE_NETWORKS = True
    server = HTTPServer(("127.0.0.1", 0), Site)
    server.asked, server.answers = [], {}
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    look_up = requests.socket.getaddrinfo

    def look_up_here(host, port, *args, **kwargs):
        return look_up(
            "127.0.0.1" if host == "checked.example.org" else host, port, *args, **kwargs
        )

    monkeypatch.setattr(requests.socket, "getaddrinfo", look_up_here)
    server.origin = f"http://checked.example.org:{server.server_port}"
    yield server
    server.shutdown()
    server.server_close()


def test_the_command_asks_politely_and_stores_what_it_found(site, ann, capsys):
    site.answers = {
        "/robots.txt": (200, {}, b"User-agent: *\nDisallow: /private/"),
        "/fine": (200, {}, b""),
        "/no-head": (200, {}, b"x"),
        "/led": (302, {"Location": "/fine"}, b""),
        "/circle": (302, {"Location": "/circle"}, b""),
        "/bots": (403, {}, b""),
    }
    paths = ["/fine", "/no-head", "/led", "/circle", "/bots", "/private/a", "/gone"]
    body = "".join(link(site.origin + path, path) for path in paths)
    factories.make_article(ann, body=body).references.all().delete()
    page = PageLink.objects.first().revision.article
    page.references.all().delete()
    record_revision(page, by=ann)
    call_command("check_links", "--pause", "0")
    found = {
        row.url.removeprefix(site.origin): (row.status, row.failing_since is not None)
        for row in OutsideAddress.objects.all()
    }
    assert found == {
        "/fine": ("200 OK", False),
        "/no-head": ("200 OK", False),
        "/led": ("200 OK", False),
        "/circle": ("more than 5 redirects", True),
        "/bots": ("403 Forbidden", False),
        "/private/a": ("Not asked: the site's robots.txt does not allow it", False),
        "/gone": ("404 Not Found", True),
    }
    assert "2 failing, 3 fine, 2 undecided" in capsys.readouterr().out
    assert ("GET", "/private/a") not in {asked[:2] for asked in site.asked}
    assert [asked[:2] for asked in site.asked].count(("GET", "/robots.txt")) == 1
    assert all("Countersign" in asked[2] for asked in site.asked)
    assert get_problems() == {site.origin + "/circle": "outside", site.origin + "/gone": "outside"}
    site.asked.clear()
    call_command("check_links", "--pause", "0")
    assert site.asked == []  # nothing is due
    OutsideAddress.objects.update(next_check_at=timezone.now())
    site.answers["/gone"] = (200, {}, b"")
    call_command("check_links", "--pause", "0", "--limit", "100")
    assert get_problems() == {site.origin + "/circle": "outside"}
    circle = OutsideAddress.objects.get(url__endswith="/circle")
    assert circle.failures == 2
    assert (circle.next_check_at - circle.checked_at).days == 2


def test_a_run_is_bounded_and_waits_between_requests_to_one_host(site, ann):
    site.answers = {"/robots.txt": (404, {}, b"")}
    for number in range(5):
        url = f"{site.origin}/{number}"
        OutsideAddress.objects.create(key=index.compute_key(url), url=url)
    waits = []
    schedule = HostSchedule(pause=7, sleep=waits.append)
    chosen = checking.select_due(3)
    assert len(chosen) == 3
    for address in chosen:
        checking.check_address(address, schedule)
    assert len(waits) == 3  # after robots.txt, and after each address
    assert all(6 < wait <= 7 for wait in waits)


def test_a_site_that_asks_for_a_pause_is_left_alone_for_the_rest_of_the_run(site):
    site.answers = {"/0": (429, {"Retry-After": "60"}, b"")}
    for number in range(3):
        url = f"{site.origin}/{number}"
        OutsideAddress.objects.create(key=index.compute_key(url), url=url)
    counts = checking.check_addresses(10, pause=0)
    assert counts == {"undecided": 1, "postponed": 2}


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "169.254.169.254",
        "::1",
        "fd00::1",
        "::ffff:127.0.0.1",
        "100.64.0.1",
        "224.0.0.1",
    ],
)
def test_no_name_leads_into_a_private_network(monkeypatch, address):
    def look_up(host, port, *args, **kwargs):
        return [(2, 1, 6, "", ("93.184.216.34", port)), (2, 1, 6, "", (address, port))]

    monkeypatch.setattr(requests.socket, "getaddrinfo", look_up)
    with pytest.raises(CannotAsk, match="private network"):
        requests.find_answer("http://rebound.example.org/")


def test_a_redirect_does_not_lead_into_a_private_network(site, settings, monkeypatch):
    site.answers = {
        "/out": (302, {"Location": "http://10.0.0.1/"}, b""),
        "/file": (302, {"Location": "file:///etc/passwd"}, b""),
    }
    known = {"127.0.0.1": True}
    monkeypatch.setattr(requests, "_is_public", known.__contains__)
    for path, words in (("/out", "private network"), ("/file", "file address")):
        with pytest.raises(CannotAsk, match=words):
            requests.find_answer(site.origin + path)


def test_an_expunged_text_leaves_no_link_behind(linked, ann, ravi, morgan):
    old = linked.live.revision
    linked.body = "<p>Other words.</p>"
    linked.save()
    record_revision(linked, by=ann)
    assert PageLink.objects.filter(revision=old).exists()
    index.remove_revision(old)
    assert not PageLink.objects.filter(revision=old).exists()


def test_links_bring_no_fault_to_what_the_log_says(linked):
    assert list(projections.find_faults()) == []
    assert json.loads(linked.live.revision.document)["body"].count("<a ") == 5
