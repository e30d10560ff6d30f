"""The database and its pictures, backed up and restored on the same engine (ADR 31)."""
