#!/usr/bin/env python
"""Django's command line for Countersign."""

import os
import sys

from articles import full_disk

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    from django.core.management import execute_from_command_line

    try:
        execute_from_command_line(sys.argv)
    except Exception as error:
        if not full_disk.is_full(error):
            raise
        sys.exit(f"{full_disk.SENTENCE} ({error})")
