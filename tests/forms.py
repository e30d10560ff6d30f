"""Filling in a form as a browser does: what the page offers, with some fields changed."""

from html.parser import HTMLParser


class _FormParser(HTMLParser):
    """Name → value, or list of values, of the first form on the page that holds a given field."""

    def __init__(self):
        super().__init__()
        self.values, self.select, self.textarea = {}, None, None

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        name = attrs.get("name")
        ticked = attrs.get("type") in ("checkbox", "radio")
        if tag == "input" and name and attrs.get("type") not in ("submit", "button", "image"):
            if not ticked or "checked" in attrs:
                self.values.setdefault(name, []).append(attrs.get("value", "on" if ticked else ""))
        elif tag == "select" and name:
            self.select = name
            self.values.setdefault(name, [])
        elif tag == "option" and self.select and "selected" in attrs:
            self.values[self.select].append(attrs.get("value", ""))
        elif tag == "textarea" and name:
            self.textarea = name
            self.values[name] = [""]

    def handle_data(self, data):
        if self.textarea:
            self.values[self.textarea][0] += data

    def handle_endtag(self, tag):
        if tag == "textarea" and self.textarea:
            # A browser drops the line break that follows the opening tag.
            self.values[self.textarea][0] = (
                self.values[self.textarea][0].removeprefix("\r\n").removeprefix("\n")
            )
            self.textarea = None
        elif tag == "select":
            self.select = None


def read_form(response) -> dict:
    """The fields of a page's form as they would be sent unchanged."""
    parser = _FormParser()
    parser.feed(response.text)
    return {name: values for name, values in parser.values.items() if "__prefix__" not in name}
