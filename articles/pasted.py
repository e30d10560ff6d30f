"""What a word processor puts on the clipboard, as plain text and tables. The script of the form does the same."""

import re
from html import escape
from html.parser import HTMLParser

from articles.tables import only_real

FROM_WORD = re.compile(r'class="?Mso|mso-|<o:p|urn:schemas-microsoft-com', re.IGNORECASE)
COUNTED = re.compile(r"\(?(?:\d+|[a-z])[.)]", re.IGNORECASE)
SILENT = {"style", "script", "xml", "title"}
RENAMED = {"b": "strong", "i": "em", "h1": "h2", "h4": "h3", "h5": "h3", "h6": "h3"}
BLOCKS = {"p", "h2", "h3"}
TABLES = {"table", "thead", "tbody", "tr", "td", "th"}
SPAN = re.compile(r"[0-9]{1,2}")
KEPT = {"strong", "em", "ul", "ol", "li", "blockquote", "a", *BLOCKS}


class _Plain(HTMLParser):
    """Rewrites it line by line: a line is what will be a paragraph, a heading or an item of a list."""

    def __init__(self):
        super().__init__()
        self.out, self.line = [], []
        self.block = self.list = self.marker = ""
        self.silent = self.unread = 0
        self.is_item = False

    def handle_starttag(self, tag, attrs):
        style = {name: value or "" for name, value in attrs}
        name = RENAMED.get(tag, tag)
        if tag in SILENT:
            self.silent += 1
        elif tag == "span":
            self._open_span(style.get("style", ""))
        elif tag == "br":
            self.line.append("<br>")
        elif name in BLOCKS:
            self._end_line()
            self._begin(name, style.get("class", ""), style.get("style", ""))
        elif name in TABLES:
            self._end_part()
            self.out.append(self._with_spans(name, style))
        elif name == "a":
            self.line.append(f'<a href="{escape(style["href"])}">' if "href" in style else "<a>")
        elif name in KEPT:
            self.line.append(f"<{name}>")

    def _with_spans(self, name: str, attrs: dict[str, str]) -> str:
        spans = ((key, attrs[key]) for key in ("colspan", "rowspan") if SPAN.fullmatch(attrs.get(key, "")))
        return f"<{name}" + "".join(f' {key}="{count}"' for key, count in spans) + ">"

    def _begin(self, name: str, classes: str, style: str) -> None:
        self.block = "h2" if "MsoTitle" in classes else name
        self.is_item = bool(re.search(r"mso-list:\s*l\d", style)) or "MsoListParagraph" in classes
        self.marker = ""

    def _open_span(self, style: str) -> None:
        """The bullet or the number of an item stands in a span that says it is to be ignored."""
        if self.unread or re.search(r"mso-list:\s*ignore", style, re.IGNORECASE):
            self.unread += 1

    def handle_endtag(self, tag):
        name = RENAMED.get(tag, tag)
        if tag in SILENT:
            self.silent = max(0, self.silent - 1)
        elif tag == "span":
            self.unread = max(0, self.unread - 1)
        elif name in BLOCKS:
            self._end_line()
        elif name in TABLES:
            self._end_part()
            self.out.append(f"</{name}>")
        elif name in KEPT:
            self.line.append(f"</{name}>")

    def handle_data(self, data):
        if self.unread:
            self.marker += data
        elif not self.silent:
            self.line.append(escape(data, quote=False))

    def _end_line(self) -> None:
        """Write the line that was read, if it says anything, within the list that it belongs to."""
        html, block = "".join(self.line).strip(), self.block
        self.line, self.block, self.unread = [], "", 0
        if not re.sub(r"<[^>]*>|\s", "", html) and (block or not html):
            return
        wanted = ("ol" if COUNTED.match(self.marker.strip()) else "ul") if self.is_item else ""
        self.is_item = False
        if wanted != self.list:
            self.out += [f"</{self.list}>"] if self.list else []
            self.out += [f"<{wanted}>"] if wanted else []
            self.list = wanted
        line = f"<{block}>{html}</{block}>" if block else html
        self.out.append(f"<li>{line}</li>" if wanted else line)

    def _end_part(self) -> None:
        """Write the line that was read and end the list around it: neither goes on past the edge of a cell."""
        self._end_line()
        self.out += [f"</{self.list}>"] if self.list else []
        self.list = ""

    def close(self):
        super().close()
        self._end_part()


def plain(html: str) -> str:
    """The same rich text without what Word adds; untouched where it is not from Word."""
    if not FROM_WORD.search(html):
        return html
    parser = _Plain()
    parser.feed(html)
    parser.close()
    return only_real("".join(parser.out))
