"""Rendered pages that every process shares, and what makes one of them old."""
