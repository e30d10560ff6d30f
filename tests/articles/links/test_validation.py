"""Links of texts: found, replaced, and in imports dropped with their words kept."""

from articles.imports.records import ArticleRecord, CleaningContext, parse_record
from articles.links.validation import check_text, keep_valid_links
from articles.richtext.links import TextLink, find_links, replace_links


def test_links_are_found_with_their_words_in_any_html():
    html = (
        "<p><A HREF='/a/' title=x>one <em>two</em>\n three</A> and <a href=b>open<p>"
        '<a href="/c/?d=1&amp;e=2"></a><a name="f">no link</a>'
    )
    assert find_links(html) == [
        TextLink("/a/", "one two three"),
        TextLink("b", "open"),
        TextLink("/c/?d=1&e=2", ""),
    ]
    assert find_links("<p>None.</p>") == []


def test_links_are_replaced_or_become_their_words():
    html = '<p><a href="/a/?b=1&amp;c=2">one <em>two</em></a>, <a href="/d/">three</a></p>'
    assert replace_links(html, {"/d/": "/e/?f&g"}.get) == (
        '<p>one <em>two</em>, <a href="/e/?f&amp;g">three</a></p>'
    )
    assert replace_links(html, lambda href: href) == html


def test_an_import_keeps_the_words_of_a_link_that_leads_nowhere_and_says_so():
    body = (
        '<h2>At home</h2><p><a href="leaflet">one</a> <a href="/admin/">two</a> '
        '<a href="#at-home">three</a> <a href="#none">four</a> '
        '<a href="tel:020 7946-0000">five</a> <a href="/symptoms/later/">six</a></p>'
    )
    context = CleaningContext()
    values = {"type": "article", "id": "A:1", "title": "A title", "body": body}
    record = parse_record(ArticleRecord, values, context)
    assert record.body == (
        '<h2>At home</h2><p>one two <a href="#at-home">three</a> four '
        '<a href="tel:02079460000">five</a> <a href="/symptoms/later/">six</a></p>'
    )
    findings = "; ".join(context.dropped)
    for words in ("“one” (leaflet)", "“two” (/admin/) leads into the admin", "“four” (#none)"):
        assert words in findings
    assert keep_valid_links(record.body) == (record.body, [])


def test_only_links_that_are_new_in_a_text_are_faults():
    old = '<p><a href="leaflet">old</a></p>'
    assert check_text(old, old, before=old).faults == []
    assert len(check_text(old, old).faults) == 1
    written = old + '<p><a href="javascript:x()">run</a></p>'
    (fault,) = check_text(written, old + "<p><a>run</a></p>", before=old).faults
    assert "“run” (javascript:x()) begins with “javascript:”" in fault


def test_reading_links_takes_time_that_grows_with_length_alone():
    count = 20_000
    html = '<a href="/a/">' * count
    assert len(find_links(html)) == count
    assert replace_links(html, lambda href: None) == ""
