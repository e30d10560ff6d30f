"""What Django derives from a model's name is compared under the name of build 978f4c9."""

import pytest

from tests.golden import looks, names


@pytest.fixture(autouse=True)
def renamed(monkeypatch):
    monkeypatch.setitem(names.RENAMED_MODELS, "articles.publication", "publicationevent")


def test_a_model_its_permissions_and_its_addresses_are_given_the_old_name():
    assert names.old_model("articles", "publicationevent") == "publication"
    assert names.old_codename("articles", "view_publicationevent") == "view_publication"
    assert (
        names.old_view("admin:articles_publicationevent_change")
        == "admin:articles_publication_change"
    )
    assert names.old_addresses("/login/?next=/admin/articles/publicationevent/3/").endswith(
        "/articles/publication/3/"
    )


def test_added_fields_and_headings_are_left_out(monkeypatch):
    monkeypatch.setitem(names.ADDED_FIELDS, "symptom", {"prevention"})
    monkeypatch.setattr(names, "ADDED_HEADINGS", {"prevention"})
    record = {"type": "symptom", "title": "Tics", "prevention": ""}
    assert names.without_added_fields(record) == {"type": "symptom", "title": "Tics"}
    article = {"type": "article", "prevention": ""}
    assert names.without_added_fields(article) == article
    data = '\ufefftitle,prevention,tags\r\n"a, b",,c\r\n'.encode()
    kept = '\ufefftitle,tags\r\n"a, b",c\r\n'.encode()
    assert names.without_added_headings(data) == kept
    assert names.without_added_headings(kept) == kept


def test_tags_have_bars_between_them_again():
    data = "\ufefftitle,tags\r\na; b,c; d\r\n".encode()
    assert names.with_old_tags(data) == "\ufefftitle,tags\r\na; b,c | d\r\n".encode()
    assert names.with_old_tags(b"title\r\na; b\r\n") == b"title\r\na; b\r\n"


def test_a_page_that_lost_a_text_or_a_link_is_found_and_a_new_layout_is_not():
    old = b"<main><p>Rest <b>now</b>.</p><p><a href='/a/'>More</a></p></main>"
    other_layout = b"<main><div><p>More</p><p>Rest now.</p><a href='/a/'>More</a></div></main>"
    assert looks.find_lost(old, other_layout) == set()
    assert looks.find_lost(old, b"<main><p>Rest.</p><p>More</p></main>") == {"Rest now.", "/a/"}
    assert not looks.says_the_same(b"<title></title>" + old, b"<title>x</title>" + old)


def test_added_steps_of_breadcrumbs_are_left_out_and_the_last_stays():
    steps = [
        {"name": name, "position": place} for place, name in enumerate(("A", "Topics", "B"), 1)
    ]
    graph = {"breadcrumb": {"@type": "BreadcrumbList", "itemListElement": steps}}
    left = names.with_old_crumbs(graph)["breadcrumb"]["itemListElement"]
    assert left == [{"name": "A", "position": 1}, {"name": "B", "position": 2}]


def test_what_was_not_renamed_keeps_its_name():
    assert names.old_model("reviews", "publicationevent") == "publicationevent"
    assert names.old_codename("articles", "see_publicationevent") == "see_publicationevent"
    assert names.old_codename("articles", "view_article") == "view_article"
    assert names.old_view("publicationevent") == "publicationevent"
    assert names.old_view("admin:articles_article_change") == "admin:articles_article_change"


def test_later_labels_are_read_as_the_words_of_that_build():
    letter = names.old_words("Changes requested: Tics", names.RELABELLED_IN_LETTERS)
    assert letter == "Sent back: Tics"
    cells = b'Tics,"Published, newer draft not signed, In review"\r\n'
    assert names.with_old_cells(cells) == (
        b'Tics,"Live, changed since, Waiting for a reviewer"\r\n'
    )
