"""Two causes, or two symptoms, that are one: planned, looked at, and made one in every draft that names them."""
