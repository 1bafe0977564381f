"""Whatever happens in whatever order, Home Assistant shows what the contract says."""

from itertools import count
import os
import time

from freezegun import freeze_time
from freezegun.api import FrozenDateTimeFactory
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test
import pytest

from .operations import Life

MINUTES = float(os.environ.get("MODEL_MINUTES", "0"))
EXAMPLES = 40
STEPS = 20


@pytest.mark.slow
@pytest.mark.timeout(0)
@pytest.mark.filterwarnings("ignore:.*register_random")
def test_states_follow_model(socket_enabled: None) -> None:
    budget = settings(
        max_examples=EXAMPLES,
        stateful_step_count=STEPS,
        derandomize=not MINUTES,
        database=None,
        deadline=None,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
        print_blob=False,
    )
    started = time.monotonic()
    for batch in count(1):
        with freeze_time(ignore=["hypothesis"]) as freezer:
            assert isinstance(freezer, FrozenDateTimeFactory)
            Life.freezer = freezer
            run_state_machine_as_test(Life, settings=budget)
        minutes = (time.monotonic() - started) / 60
        if MINUTES:
            progress = f"{batch * EXAMPLES} sequences, {Life.checks} states compared"
            print(f"{progress}, {minutes:.1f} min", flush=True)  # noqa: T201
        if minutes >= MINUTES:
            break
