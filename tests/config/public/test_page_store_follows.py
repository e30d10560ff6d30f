"""Whatever happens, no worker shows a page that a render would give otherwise."""

import os

import pytest
import time_machine

from tests import page_store_follows
from tests.page_store_follows import Comparison, Scene

pytestmark = pytest.mark.both_engines
EVENTS = int(os.environ.get("FOLLOWS_EVENTS", "60"))
SEED = int(os.environ.get("FOLLOWS_SEED", "18"))


@pytest.fixture
def scene(db, page_store):
    with time_machine.travel(page_store_follows.START, tick=True) as clock:
        yield Scene(SEED, clock)


def test_two_workers_show_what_a_render_gives_after_each_of_many_events(scene):
    comparison = Comparison(SEED, scene)
    faults = []
    for fault in comparison.run(EVENTS):
        print(fault, flush=True)  # a run of hours says at once what it finds
        faults.append(fault)
    print(comparison.compared, "answers;", comparison.counts)
    assert not faults, "\n".join(faults)
