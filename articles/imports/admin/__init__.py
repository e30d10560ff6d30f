"""Imports in the admin: a managing editor uploads a file, reads its plan and writes it as drafts.

An uploaded file is stored for a day.
"""
