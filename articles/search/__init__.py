"""How a visitor finds a page: over signed documents only, alike on both database engines."""
