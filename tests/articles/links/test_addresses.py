"""What a link may lead to, and in which words the rest is refused."""

import pytest

from articles.links.addresses import InvalidLink, LinkKind, PagePath, parse_address, split_path

KEPT = [
    ("https://www.who.int/news/item", LinkKind.WEB),
    ("http://example.org/leaflet?a=1#b", LinkKind.WEB),
    ("https://example.org:8443/a_(b)", LinkKind.WEB),
    ("https://8.8.8.8/x", LinkKind.WEB),
    ("mailto:ward@example.org", LinkKind.MAIL),
    ("mailto:ward@example.org?subject=A%20visit", LinkKind.MAIL),
    ("tel:911", LinkKind.PHONE),
    ("tel:+442079460000", LinkKind.PHONE),
    ("/symptoms/facial-spasms/", LinkKind.PAGE),
    ("/symptoms/facial-spasms/causes/#causes-1", LinkKind.PAGE),
    ("/", LinkKind.PAGE),
    ("/search/?q=cough", LinkKind.PAGE),
    ("/about/contact/", LinkKind.PAGE),
    ("#treatment", LinkKind.ANCHOR),
]
CHANGED = [
    (" https://www.who.int/ ", "https://www.who.int/"),
    ("HTTPS://www.who.int/A", "https://www.who.int/A"),
    ("https://bücher.example.org/a", "https://xn--bcher-kva.example.org/a"),
    ("https://аpple.com/", "https://xn--pple-43d.com/"),  # a Cyrillic а
    ("tel:+44 20 7946-0000", "tel:+442079460000"),
    ("tel:(020) 7946.0000", "tel:02079460000"),
    ("MAILTO:ward@example.org", "mailto:ward@example.org"),
    ("/symptoms/facial-spasms", "/symptoms/facial-spasms/"),
    ("https://countersign.example.org/symptoms/tics/?a=b#causes", "/symptoms/tics/?a=b#causes"),
    ("http://Countersign.Example.Org/symptoms/tics", "/symptoms/tics/"),
    ("https://countersign.example.org", "/"),
]
REFUSED = [
    ("", "has no address"),
    ("leaflet", "is no full address"),
    ("../tics/", "is no full address"),
    ("./tics/", "is no full address"),
    ("symptoms/tics/", "is no full address"),
    ("?page=2", "is no full address"),
    ("www.who.int/page", "Write https:// first"),
    ("who.int", "is no full address"),
    ("//who.int/page", "Write https:// first"),
    ("ward@example.org", "write mailto: first"),
    ("localhost:8000/admin/", "is no full address"),
    ("#", "leads nowhere"),
    ("# a", "has a blank"),
    ("/admin/articles/article/1/change/", "leads into the admin"),
    ("/ADMIN/", "leads into the admin"),
    ("/%61dmin/", "leads into the admin"),
    ("/desk/", "leads into the desk"),
    ("/accounts/login/", "leads into accounts"),
    ("/api/pages/", "leads into the API"),
    ("/images/abc.png", "no page that visitors read"),
    ("/symptoms/../admin/", "goes back"),
    ("/symptoms//tics/", "goes back or has an empty part"),
    ("/nowhere/at/all/", "leads to no page of this site"),
    ("https://countersign.example.org/admin/", "leads into the admin"),
    ("javascript:alert(1)", "begins with “javascript:”"),
    ("JavaScript:alert(1)", "begins with “javascript:”"),
    ("data:text/html,x", "begins with “data:”"),
    ("file:///etc/passwd", "begins with “file:”"),
    ("ftp://example.org/a", "begins with “ftp:”"),
    ("http://", "names no site"),
    ("https:///a", "names no site"),
    ("https://who", "names who, which readers cannot reach"),
    ("http://localhost/a", "names localhost"),
    ("http://127.0.0.1:8000/symptoms/tics/", "names 127.0.0.1"),
    ("http://127.1/", "names 127.1"),
    ("http://2130706433/", "which readers cannot reach"),
    ("http://[::1]/", "names ::1"),
    ("http://10.0.0.8/x", "names 10.0.0.8"),
    ("http://169.254.169.254/latest", "names 169.254.169.254"),
    ("https://wiki.internal/x", "names wiki.internal"),
    ("https://user:word@example.org/", "before an @"),
    ("https://who.int@evil.example.org/", "before an @"),
    ("https://www.who.int/a page", "has a blank"),
    ("https://www.who.int/a\u00a0page", "has a blank"),
    ("https://www.who.int\\@evil.org/", "has the sign \\"),
    ("https://www.who.int/\u202egnp", "has the sign U+202E"),
    ("https://-who.int/", "browsers can open"),
    ("https://[bad/", "browsers can read"),
    ("mailto:", "has no e-mail address"),
    ("mailto:ward", "has no e-mail address"),
    ("mailto:a@example.org,b@example.org", "several e-mail addresses"),
    ("mailto:a@example.org?cc=b@example.org", "a subject and a text"),
    ("tel:", "has no telephone number"),
    ("tel:call-me", "has no telephone number"),
    ("tel:12", "has no telephone number"),
    ("tel:+44 (0)20 7946 0000", "with (0)"),
    ("https://example.org/" + "a" * 2000, "more than 2,000 characters"),
]


@pytest.fixture(autouse=True)
def own_address(settings):
    settings.SITE_URL = "https://countersign.example.org"


@pytest.mark.parametrize(("href", "kind"), KEPT)
def test_addresses_that_lead_somewhere_are_stored_as_they_are(href, kind):
    address = parse_address(href)
    assert (address.href, address.kind) == (href, kind)


@pytest.mark.parametrize(("href", "stored"), CHANGED)
def test_addresses_are_stored_as_they_are_asked_for(href, stored):
    assert parse_address(href).href == stored
    assert parse_address(stored).href == stored


@pytest.mark.parametrize(("href", "words"), REFUSED)
def test_the_rest_is_refused_in_words(href, words):
    with pytest.raises(InvalidLink) as refusal:
        parse_address(href)
    assert words in str(refusal.value)


def test_the_path_of_a_page_names_its_kind_and_slug():
    assert split_path("/symptoms/tics/#causes") == PagePath("symptom", "tics", "#causes")
    assert split_path("/about/contact/") == PagePath("about", "contact", "")
    assert split_path("/symptoms/a-z/t/") is None
    assert split_path("/symptoms/") is None
    assert split_path("/finder/") is None
