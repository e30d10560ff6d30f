"""Links in texts: what they may lead to, the pages that they name, how they follow these."""
