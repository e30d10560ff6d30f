"""The whole site as lines that outsiders can read, out of one database and into another (ADR 31)."""
