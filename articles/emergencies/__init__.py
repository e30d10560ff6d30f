"""What to do in an emergency: signed pages by their subject, and the table of phrases."""
