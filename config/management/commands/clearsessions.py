"""Django's own command, which records that it ran: sessions that ended are deleted."""

from django.contrib.sessions.management.commands import clearsessions

from articles.scheduled_runs import ScheduledCommand


class Command(ScheduledCommand, clearsessions.Command):
    pass
