"""What readers say of a page, without account or cookie; and what editors do with it."""
