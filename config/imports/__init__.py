"""Files brought in through the admin: kept for a day, planned in front of a managing editor, written as drafts."""
