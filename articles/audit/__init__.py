"""What stands publicly around signed texts, as events in a chain of hashes (ADR 64)."""
