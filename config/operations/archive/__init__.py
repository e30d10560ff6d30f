"""The whole site as lines that others can read, and its way into another database (ADR 31)."""
