"""Rendered pages that all workers share, and what makes each of them stale."""
