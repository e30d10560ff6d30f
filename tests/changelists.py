"""What a list of the admin shows, and how one deed is done to many of its pages."""

import re

from tests.forms import read_form


def list_titles(response) -> list[str]:
    """The pages of a list, in its order."""
    return re.findall(r'<th class="field-titled"><a [^>]*>([^<]*)</a>', response.text)


def choose_action(client, address: str, action: str, keys, *, across: bool = False):
    """Tick rows of a list, choose a deed and go: what comes is the page that asks to confirm it."""
    values = {
        "action": action,
        "_selected_action": list(keys),
        "select_across": int(across),
        "index": 0,
    }
    return client.post(address, values)


def confirm_action(client, address: str, response, **fields):
    """Confirm what a page shows, with some fields filled in."""
    return client.post(address, read_form(response) | fields, follow=True)
