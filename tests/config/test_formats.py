"""One way to write a date."""

import datetime as dt

from django.template import Context, Template


def test_the_admin_and_the_desk_write_dates_as_the_public_pages_do():
    moment = dt.datetime(2026, 11, 3, 14, 5, tzinfo=dt.UTC)
    text = Template("{{ day }} | {{ moment }}").render(
        Context({"day": moment.date(), "moment": moment})
    )
    assert text == "3 November 2026 | 3 November 2026, 14:05"
