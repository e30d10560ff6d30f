"""What editors mend in bulk: each report a list with its filters, a count, and perhaps a deed."""
