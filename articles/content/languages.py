"""The language in which pages are written and signed: named here, and spelled out nowhere else."""

SOURCE_LANGUAGE = "en"
