"""What Django derives from a model's name is compared under the name of build 978f4c9."""

import pytest

from tests.golden import names


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


def test_added_rules_of_the_style_sheet_are_left_out_once(monkeypatch):
    monkeypatch.setattr(names, "ADDED_RULES", ("sup { top: 0; }\n",))
    page = b"<style>p { }\nsup { top: 0; }\n</style>sup { top: 0; }\n"
    assert names.without_added_rules(page) == b"<style>p { }\n</style>sup { top: 0; }\n"


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
