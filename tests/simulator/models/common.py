"""Items that many models share, with the spelling and shape variants that the platform shows."""

from typing import Final

from ..specification import (
    RW,
    Event,
    Item,
    Service,
    W,
    choice,
    date,
    flag,
    integer,
    local_time,
    number,
    struct,
    text,
)

ZERO_ONE: Final = ("0", "1")
CONDITIONS: Final = (
    "disable",
    "condition: x<A",
    "condition: x>B",
    "condition: A<x<B",
    "condition: x<A or x>B",
)
SCHEDULES: Final = {str(key): f"Schedule{key + 1}" for key in range(8)}

_ZONES: Final = {
    "-480": "UTC-8(PST)",
    "-300": "UTC-5(EST)",
    "0": "UTC(GMT)",
    "60": "UTC+1(CET)",
    "120": "UTC+2(EET)",
    "330": "UTC+5:30(IST)",
    "480": "UTC+8(CT/CST)",
    "540": "UTC+9(JST)",
    "600": "UTC+10(AEST)",
}


def identity(*, lorawan_class: str = "0", coded_status: bool = False) -> tuple[Item, ...]:
    """Versions, serial number and states that nearly every LoRaWAN model has."""
    status = (
        choice("device_status", {"0": "off", "1": "on"}, data_type="INT", initial=1)
        if coded_status
        else flag("device_status", "off", "on", initial=True)
    )
    return (
        integer("ipso_version", name="IPSO Version", initial=1),
        text("hardware_version", 6),
        text("firmware_version", 6),
        text("tsl_version", 6, name="TSL Version", initial="v1.0"),
        text("sn", 16, name="SN"),
        choice(
            "lorawan_class",
            {"0": "Class A", "1": "Class B", "2": "Class C", "3": "Class CtoB"},
            name="LoRaWAN Class Type",
            initial=lorawan_class,
        ),
        status,
        flag("reset_event", "normal", "reset"),
    )


def battery(initial: int = 97) -> Item:
    """Battery level of a node that has one."""
    return integer("battery", "%", limits=(0, 100), initial=initial)


def time_zone() -> Item:
    """Time zone of the device's own clock."""
    return choice("time_zone", _ZONES, access=W, initial="0")


def reporting_interval(initial: int = 600) -> Item:
    """Reporting interval as a bare number of seconds."""
    return integer("reporting_interval", "s", limits=(60, 64800), access=RW, initial=initial)


def interval_with_unit(item_id: str, minutes: int) -> Item:
    """An interval as a unit and two numbers, of which the unit chooses one."""
    return struct(
        item_id,
        choice("unit", ("second", "min"), initial="1"),
        integer("seconds_of_time", "s", limits=(10, 64800), initial=600),
        integer("minutes_of_time", "min", limits=(1, 1440), initial=minutes),
        access=RW,
    )


def storage(retrieval: str = "retrival_interval") -> tuple[Item, ...]:
    """Data storage and retransmission settings."""
    return (
        flag("data_storage_enable", access=W),
        flag("retransmission_enable", access=W),
        struct(
            "retransmission_interval",
            integer("interval", "s", limits=(30, 1200), initial=600),
            access=W,
        ),
        struct(retrieval, integer("interval", "s", limits=(30, 1200), initial=60), access=W),
    )


def threshold(item_id: str, unit: str, limits: tuple[float, float]) -> Item:
    """An alarm rule: condition and two bounds."""
    return struct(
        item_id,
        choice("threshold_condition", CONDITIONS),
        number("threshold_min", unit, limits=limits, initial=0),
        number("threshold_max", unit, limits=limits, initial=0),
        access=W,
    )


def calibration(item_id: str, unit: str, limits: tuple[float, float]) -> Item:
    """A calibration offset that can be switched on."""
    return struct(
        item_id,
        flag("enable"),
        number("calibration_value", unit, limits=limits, initial=0),
        access=W,
    )


def d2d() -> tuple[Item, ...]:
    """Device-to-device control."""
    return (
        flag("d2d_enable", name="D2D Enable", access=W),
        text("d2d_key", 16, name="D2D Key", access=W, hidden=True, initial="5572404c696e6b4c"),
    )


def quiet_hours(item_id: str) -> Item:
    """A daily pause with start and end."""
    return struct(
        item_id,
        flag("enable"),
        local_time("start_time", initial="1320"),
        local_time("end_time", initial="420"),
        access=W,
    )


def daylight_saving() -> Item:
    """Daylight saving time rule; its first members only."""
    return struct(
        "daylight_saving_time",
        flag("enable", "Disable", "Enable"),
        integer("dst_bias", "min", name="DST Bias", limits=(1, 120), initial=60),
        choice("start_month", {"3": "Mar.", "4": "Apr.", "9": "Sep.", "10": "Oct."}),
        choice("end_month", {"3": "Mar.", "4": "Apr.", "10": "Oct.", "11": "Nov."}, initial="10"),
        access=W,
        hidden=True,
    )


def historical_data(*measured: Item, event_id: str = "historical_data") -> Event:
    """The event that carries stored readings, each with the time at which it was measured."""
    return Event(event_id, (date("timestamp"), *measured))


REBOOT: Final = Service("reboot")
QUERY: Final = Service("query_device_status")
SYNCHRONIZE: Final = Service("synchronize_time")


def history_services(stop: str = "stop_historical_data_retrieval") -> tuple[Service, ...]:
    """Services for the readings that a device stores."""
    return (
        Service("clear_historical_data"),
        Service("retrieve_historical_data_by_time", (date("time"),)),
        Service("retrieve_historical_data_by_time_range", (date("start_time"), date("end_time"))),
        Service(stop),
    )
