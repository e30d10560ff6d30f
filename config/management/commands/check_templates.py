"""Compile every template of the project, to find an error before a visitor finds it."""

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.template import TemplateSyntaxError
from django.template.loader import get_template


class Command(BaseCommand):
    help = __doc__

    def handle(self, **options):
        root = settings.BASE_DIR / "templates"
        names = sorted(str(path.relative_to(root)) for path in root.rglob("*") if path.is_file())
        broken = [f"{name}: {error}" for name in names if (error := self.find_error(name))]
        if broken:
            raise CommandError("\n".join(broken))
        self.stdout.write(f"{len(names)} templates compile.")

    def find_error(self, name):
        """What is wrong with a template; nothing if it compiles and hides its comments."""
        try:
            get_template(name)
        except TemplateSyntaxError as error:
            return error
        text = (settings.BASE_DIR / "templates" / name).read_text(encoding="utf-8")
        for number, line in enumerate(text.splitlines(), 1):
            # Django shows a comment that goes over the end of its line to everybody.
            if "{#" in line and "#}" not in line.rpartition("{#")[2]:
                return f"line {number}: the comment does not end in its line, and would be shown"
        return None
