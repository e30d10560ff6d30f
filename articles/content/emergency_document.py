"""The document of an emergency page: what to do, in the fewest words."""

from html import escape
from typing import Literal
from uuid import UUID

from articles.content.document import Document, FrozenModel

ACT_HEADING = "The one act more"


class NextPage(FrozenModel):
    """The page to go on with, by the name it was published under."""

    uuid: UUID
    name: str


class EmergencyDocument(Document):
    """An emergency page as signed. Its card says to call; ``act`` is what to do besides."""

    kind: Literal["emergency"] = "emergency"
    subject: str
    act: str = ""
    next_page: NextPage | None = None

    @property
    def linked(self) -> set[UUID]:
        return {self.next_page.uuid} if self.next_page else set()

    def get_rich_texts(self) -> dict[str, str]:
        """Those of every page, with the act after the card."""
        texts: dict[str, str] = {}
        for label, html in super().get_rich_texts().items():
            if label == "Overview" and self.act:
                texts[ACT_HEADING] = f"<p>{escape(self.act)}</p>"
            texts[label] = html
        return texts

    def get_line_texts(self) -> dict[str, tuple[str, ...]]:
        name = self.next_page.name if self.next_page else ""
        return super().get_line_texts() | {"Page to go on with": (name,)}
