"""Pages from elsewhere: files are read, planned and applied, and never published."""
