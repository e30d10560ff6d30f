"""The language in which pages are written and signed: named here, and spelled out nowhere else."""

from typing import Literal

SourceLanguage = Literal["en"]
SOURCE_LANGUAGE: SourceLanguage = "en"
