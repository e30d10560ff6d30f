"""The database and its pictures as they are, put by and brought back on the same engine (ADR 31)."""
