"""Cleans what Word puts on the clipboard. The script of the form does the same."""

import re
from html import escape
from html.parser import HTMLParser

from articles.richtext.tables import flatten_layout_tables

FROM_WORD = re.compile(r'class="?Mso|mso-|<o:p|urn:schemas-microsoft-com', re.IGNORECASE)
NUMBERED_MARKER = re.compile(r"\(?(?:\d+|[a-z])[.)]", re.IGNORECASE)
DROPPED_TAGS = {"style", "script", "xml", "title"}
RENAMED_TAGS = {"b": "strong", "i": "em", "h1": "h2", "h4": "h3", "h5": "h3", "h6": "h3"}
LIST_STYLE = re.compile(r"mso-list:\s*l\d")
IGNORED_STYLE = re.compile(r"mso-list:\s*ignore", re.IGNORECASE)
TAG_OR_SPACE = re.compile(r"<[^>]*>|\s")
BLOCKS = {"p", "h2", "h3"}
TABLES = {"table", "thead", "tbody", "tr", "td", "th"}
SPAN = re.compile(r"[0-9]{1,2}")
KEPT_TAGS = {"strong", "em", "ul", "ol", "li", "blockquote", "a", *BLOCKS}


class _WordParser(HTMLParser):
    """Rewrites HTML line by line: each line becomes a paragraph, a heading or a list item."""

    def __init__(self) -> None:
        super().__init__()
        self.out: list[str] = []
        self.line: list[str] = []
        self.block = ""  # the tag of the line
        self.list = ""  # the tag of the open list
        self.marker = ""  # the bullet or number of the item
        self.dropped_depth = self.ignored_depth = 0
        self.is_item = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        name = RENAMED_TAGS.get(tag, tag)
        if tag in DROPPED_TAGS:
            self.dropped_depth += 1
        elif tag == "span":
            self._open_span(values.get("style", ""))
        elif tag == "br":
            self.line.append("<br>")
        elif name in BLOCKS:
            self._end_line()
            self._begin_block(name, values.get("class", ""), values.get("style", ""))
        elif name in TABLES:
            self._end_part()
            self.out.append(self._format_table_tag(name, values))
        elif name == "a":
            self.line.append(self._format_link_tag(values))
        elif name in KEPT_TAGS:
            self.line.append(f"<{name}>")

    def _format_table_tag(self, name: str, values: dict[str, str]) -> str:
        spans = ""
        for key in ("colspan", "rowspan"):
            count = values.get(key, "")
            if SPAN.fullmatch(count):
                spans += f' {key}="{count}"'
        return f"<{name}{spans}>"

    def _format_link_tag(self, values: dict[str, str]) -> str:
        if "href" not in values:
            return "<a>"
        return f'<a href="{escape(values["href"])}">'

    def _begin_block(self, name: str, classes: str, style: str) -> None:
        self.block = "h2" if "MsoTitle" in classes else name
        self.is_item = "MsoListParagraph" in classes or LIST_STYLE.search(style) is not None
        self.marker = ""

    def _open_span(self, style: str) -> None:
        """The bullet or the number of an item stands in a span with the style "ignore"."""
        if self.ignored_depth or IGNORED_STYLE.search(style):
            self.ignored_depth += 1

    def handle_endtag(self, tag: str) -> None:
        name = RENAMED_TAGS.get(tag, tag)
        if tag in DROPPED_TAGS:
            self.dropped_depth = max(0, self.dropped_depth - 1)
        elif tag == "span":
            self.ignored_depth = max(0, self.ignored_depth - 1)
        elif name in BLOCKS:
            self._end_line()
        elif name in TABLES:
            self._end_part()
            self.out.append(f"</{name}>")
        elif name in KEPT_TAGS:
            self.line.append(f"</{name}>")

    def handle_data(self, data: str) -> None:
        if self.ignored_depth:
            self.marker += data
        elif not self.dropped_depth:
            self.line.append(escape(data, quote=False))

    def _end_line(self) -> None:
        """Write the line that was read, unless it is empty, in the list that it belongs to."""
        html, block = "".join(self.line).strip(), self.block
        self.line = []
        self.block = ""
        self.ignored_depth = 0
        has_text = TAG_OR_SPACE.sub("", html) != ""
        if not has_text and (block or not html):
            return
        list_tag = self._get_list_tag()
        self.is_item = False
        self._change_list(list_tag)
        if block:
            html = f"<{block}>{html}</{block}>"
        if list_tag:
            html = f"<li>{html}</li>"
        self.out.append(html)

    def _get_list_tag(self) -> str:
        """The list that the line belongs to; empty if it is no list item."""
        if not self.is_item:
            return ""
        return "ol" if NUMBERED_MARKER.match(self.marker.strip()) else "ul"

    def _change_list(self, list_tag: str) -> None:
        """End the open list and begin another one, unless it is the same."""
        if list_tag == self.list:
            return
        if self.list:
            self.out.append(f"</{self.list}>")
        if list_tag:
            self.out.append(f"<{list_tag}>")
        self.list = list_tag

    def _end_part(self) -> None:
        """Write the line that was read and end its list: both end at the edge of a table cell."""
        self._end_line()
        self._change_list("")

    def close(self) -> None:
        super().close()
        self._end_part()


def clean_word_html(html: str) -> str:
    """The same rich text without what Word adds. Text that is not from Word is unchanged."""
    if not FROM_WORD.search(html):
        return html
    parser = _WordParser()
    parser.feed(html)
    parser.close()
    return flatten_layout_tables("".join(parser.out))
