"""Reports for editors: each a list with filters and a count, and perhaps a bulk action."""
