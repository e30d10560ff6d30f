"""The whole public site as plain files, which any web server can serve (ADR 27)."""
