"""Evidence packs: what was signed, by whom and when, in a file that anybody can check without us."""

from reviews.evidence.key import NoKey
from reviews.evidence.pack import Broken, write
from reviews.evidence.scope import Scope, find_page

__all__ = ["Broken", "NoKey", "Scope", "find_page", "write"]
