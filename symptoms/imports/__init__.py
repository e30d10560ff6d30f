"""Symptoms and causes from elsewhere."""
