"""Reports on their way to the devices."""

from typing import Any

import pytest

from custom_components.milesight.push.reports import stored_reading_time


@pytest.mark.parametrize(
    ("event_id", "values", "time"),
    [
        ("historical_data", {"timestamp": 1778233058, "humidity": 41.5}, 1778233058000),
        ("historical_data", {"historical_data.timestamp": 1778233058}, 1778233058000),
        ("historical_data", {"timestamp": "1778233058"}, 1778233058000),
        (
            "history",
            {"history[0].timestamp": 1778233060, "history[1].timestamp": 1778233058},
            1778233058000,
        ),
        ("historical_data", {"timestamp": "yesterday", "humidity": 41.5}, None),
        ("historical_data", {"humidity": 41.5}, None),
        ("temperature_alarm", {"timestamp": 1778233058}, None),
    ],
)
def test_oldest_stored_reading_gives_the_time(
    event_id: str, values: dict[str, Any], time: int | None
) -> None:
    assert stored_reading_time(event_id, values) == time
