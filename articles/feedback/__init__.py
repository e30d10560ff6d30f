"""Readers' feedback on a page, without account or cookie, and what editors do with it."""
