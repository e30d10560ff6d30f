"""Evidence packs: what was signed, by whom and when, in a file that anybody can check."""

from reviews.evidence.key import MissingEvidenceKey
from reviews.evidence.pack import CannotExportEvidence, write_pack
from reviews.evidence.scope import EvidenceScope, find_page

__all__ = ["CannotExportEvidence", "EvidenceScope", "MissingEvidenceKey", "find_page", "write_pack"]
