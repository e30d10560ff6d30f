"""What other programs put on a clipboard, put there and pasted in a browser."""

from playwright.sync_api import Locator, Page

from tests.journeys.conftest import wait_until

COPY = """([html, plain]) => {
  document.addEventListener("copy", (event) => {
    event.stopImmediatePropagation();
    if (html) event.clipboardData.setData("text/html", html);
    if (plain) event.clipboardData.setData("text/plain", plain);
    event.preventDefault();
  }, { capture: true, once: true });
}"""
# After it was entered an editor puts the caret back where it was, 20 ms later, and for a while from
# the start of the text too.
FOCUS = """async (box) => {
  const { view } = box.editor;
  view.focus();
  await new Promise((go) => setTimeout(go, 30));
  view.input.lastFocus = 0;
  while (view.domObserver.suppressingSelectionUpdates) await new Promise(requestAnimationFrame);
}"""
SELECT = "(box, place) => box.editor.commands.setTextSelection(place)"
GET_HTML = "box => box.editor.getHTML()"
DROP = """(box, [html, plain, word]) => {
  const data = new DataTransfer();
  if (html) data.setData("text/html", html);
  data.setData("text/plain", plain);
  const range = document.createRange();
  const walker = document.createTreeWalker(box, NodeFilter.SHOW_TEXT);
  while (walker.nextNode() && !walker.currentNode.data.includes(word));
  range.setStart(walker.currentNode, walker.currentNode.data.indexOf(word));
  const at = range.getBoundingClientRect();
  walker.currentNode.parentElement.dispatchEvent(new DragEvent("drop", {
    dataTransfer: data,
    clientX: at.left,
    clientY: at.top + at.height / 2,
    bubbles: true,
    cancelable: true,
  }));
}"""


class RichTextBox:
    """A box of a form, and somebody who copies elsewhere and pastes into it."""

    def __init__(self, page: Page, field: str) -> None:
        self.page = page
        self.row = page.locator(f".field-{field}").first
        self.editor = self.row.locator(".tiptap")

    @property
    def html(self) -> str:
        return self.editor.evaluate(GET_HTML)

    def button(self, name: str) -> Locator:
        return self.row.get_by_role("button", name=name, exact=True)

    @property
    def notes(self) -> list[str]:
        return [note.inner_text() for note in self.row.locator(".paste-note p").all()]

    def focus(self) -> "RichTextBox":
        self.editor.evaluate(FOCUS)
        return self

    def press(self, *keys: str) -> "RichTextBox":
        for key in keys:
            self.page.keyboard.press(key)
        return self

    def type(self, words: str) -> "RichTextBox":
        self.page.keyboard.type(words)
        return self

    def fill(self, html: str) -> "RichTextBox":
        """Begin with another text; this is no step that somebody could undo."""
        self.editor.evaluate("(box, html) => box.editor.commands.setContent(html)", html)
        return self.focus()

    def select(self, start: int, end: int) -> "RichTextBox":
        self.editor.evaluate(SELECT, {"from": start, "to": end})
        return self

    def copy(self, html: str, plain: str = "plain words") -> "RichTextBox":
        """Copy in another program, and come back to the box."""
        self.page.locator("#id_title").focus()
        self.page.evaluate(COPY, [html, plain])
        self.press("Control+a", "Control+c")
        return self.focus()

    def paste(self, html: str, plain: str = "plain words", key: str = "Control+v") -> "RichTextBox":
        return self.copy(html, plain).press(key).wait()

    def replace_all(self, html: str, plain: str = "plain words") -> str:
        """What stands in the box after pasting over all of it."""
        self.copy(html, plain).press("Control+a", "Control+v").wait()
        return self.html

    def drop(self, html: str, plain: str, word: str) -> "RichTextBox":
        """Drag from another program to before a word."""
        self.editor.evaluate(DROP, [html, plain, word])
        return self.wait()

    def wait(self) -> "RichTextBox":
        """Until nothing waits for the server."""
        self.page.wait_for_function("() => !document.querySelector('.paste-note.waiting')")
        return self


class PendingAnswers:
    """The server's answers to pastes, each given when the test says so."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.routes: list = []
        page.route("**/paste/", lambda route: self.routes.append(route))

    def wait_for(self, number: int) -> None:
        wait_until(self.page, lambda: len(self.routes) >= number, f"{number} pastes are asked for")

    def let_go(self, place: int = 0) -> None:
        """Give one of them, and wait until the browser has it."""
        with self.page.expect_response("**/paste/") as answer:
            self.routes.pop(place).continue_()
        answer.value.finished()

    def stop(self) -> None:
        self.page.unroute("**/paste/")
