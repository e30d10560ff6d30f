"""Two causes, or two symptoms, that are one: planned, shown, and merged in every draft."""
