"""The states that Home Assistant must show, by what has reached it: the contract, without the code.

Times are epoch milliseconds. Where the contract leaves room there is more than one value to show.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any, Final

from .devices import FIRMWARE, PRESS, PRESSES, Entity, Raw, entities

MINUTE: Final = 60_000
SECOND: Final = 1000
SILENT_INTERVALS: Final = 3


@dataclass(eq=False)
class Command:
    """Values that were sent to a device; its minute begins when the platform has accepted it.

    ``uncertain`` are the paths at which it may be shown or not.
    """

    values: dict[str, Raw]
    sent: int
    accepted: int | None = None
    uncertain: set[str] = field(default_factory=set)


@dataclass
class Known:
    """One device: what Home Assistant has heard of it, and what it has sent to it."""

    model: str
    name: str
    device_id: str
    version: int | None = None
    readings: dict[str, tuple[int, Raw]] = field(default_factory=dict)
    newest: int = 0
    pressed: set[int] = field(default_factory=set)
    perhaps_pressed: set[int] = field(default_factory=set)
    commands: list[Command] = field(default_factory=list)
    kept: dict[str, set[Raw]] = field(default_factory=dict)
    online: bool | None = None
    status_of: int = 0
    listed_at: int = 0
    heard: int = 0
    perhaps_heard: int = 0

    def status(self, online: bool, made: int, now: int, *, again: bool) -> None:
        """Take a pushed sign of life or loss; of two in one second the later arrival counts.

        Whether one that was made between the listed report and the list is older than the list,
        only the platform's clock knows. One that is pushed again may be ignored.
        """
        self.perhaps_heard = now
        if not again:
            self.heard = now
        if made // SECOND >= self.status_of // SECOND:
            is_certain = (made >= self.listed_at and not again) or online == self.online
            if not again:
                self.status_of = made
            self.online = online if is_certain else None

    def listed_status(self, online: bool, reported: int, asked: int) -> None:
        """Take the status of the device list, unless something was pushed since."""
        if self.heard <= asked:
            is_certain = self.perhaps_heard < asked or online == self.online
            self.online, self.status_of = online if is_certain else None, reported
            self.listed_at = asked

    def report(self, made: int, values: Mapping[str, Raw], *, pushed: bool) -> None:
        """Take a report: per path the newest counts, and answers the commands sent before it."""
        self.newest = max(self.newest, made)
        for path, value in values.items():
            if made > self.readings.get(path, (0, None))[0]:
                self.readings[path] = made, value
                self.kept.pop(path, None)
                for command in self.commands:
                    self._answer(command, path, made, pushed=pushed)

    def _answer(self, command: Command, path: str, made: int, *, pushed: bool) -> None:
        """End a command for a path; clocks differ, so what was made just before it may do so."""
        if made >= command.sent:
            command.values.pop(path, None)
        elif pushed or made > command.sent - SECOND:
            command.uncertain.add(path)

    def send(self, command: Command) -> None:
        """Show what is being sent."""
        self.commands.append(command)

    def accept(self, command: Command, now: int) -> None:
        """Note that the platform took a command; what is never reported keeps the value.

        The values of commands that were sent before it are not shown any more, even if the answer
        to them comes later. An answer that comes after a restart may not be heard.
        """
        command.accepted = now
        for earlier in self.commands[: self.commands.index(command)]:
            earlier.uncertain |= command.uncertain & earlier.values.keys()
            for path in command.values.keys() - command.uncertain:
                earlier.values.pop(path, None)
        for path, value in command.values.items():
            if path not in self.readings:
                before = self.kept.get(path, {None}) if path in command.uncertain else set()
                self.kept[path] = before | {value}

    def reject(self, command: Command) -> None:
        """Take back a command that was refused, not answered or cancelled."""
        self.commands = [other for other in self.commands if other is not command]

    def pass_time(self, now: int) -> None:
        """End the commands whose minute is over."""
        self.commands = [
            command
            for command in self.commands
            if command.accepted is None or now < command.accepted + MINUTE
        ]

    def restart(self) -> None:
        """Keep the commands that were accepted; what becomes of the others is open."""
        self.perhaps_pressed |= self.pressed
        self.pressed = set()
        for command in self.commands:
            if command.accepted is None:
                command.uncertain |= command.values.keys()

    def values(self, path: str) -> set[Raw]:
        """Return the raw values that may be shown of a path."""
        admitted: set[Raw] = set()
        for command in reversed(self.commands):
            if path in command.values:
                admitted.add(command.values[path])
                if path not in command.uncertain:
                    return admitted
        if path in self.readings:
            return admitted | {self.readings[path][1]}
        return admitted | self.kept.get(path, {None})

    @property
    def entities(self) -> list[Entity]:
        """Return the entities of the device's values."""
        if self.version is None:
            return []
        return entities(self.model, self.version, self.readings)


class Expected:
    """One Application."""

    def __init__(self) -> None:
        """Know of nothing."""
        self.devices: dict[str, Known] = {}
        self.specifications: set[tuple[str, int]] = set()
        self.unlisted: list[tuple[int, dict[str, Any]]] = []
        self.fired: Counter[tuple[str, str]] = Counter()
        self.may_fire: Counter[tuple[str, str]] = Counter()
        self.leftover: set[str] = set()
        self._earlier: set[str] = set()
        self.contact = 0
        self._saved: tuple[dict[str, Known], set[tuple[str, int]]] = ({}, set())

    @property
    def entity_ids(self) -> set[str]:
        """Return the unique ids of the entities that show values."""
        return {
            f"{sn}_{entity.key}"
            for sn, device in self.devices.items()
            for entity in device.entities
        }

    # What reaches Home Assistant

    def pushed(self, event: Mapping[str, Any], now: int, *, again: bool = False) -> None:
        """Take a pushed event: ``type``, ``sn``, ``created``, ``made`` and ``values``.

        ``again`` is one that was delivered in an earlier run already, which may be remembered.
        """
        if event["sn"] in self.devices:
            self._heard(event, now, again=again)
        else:
            self.unlisted.append((now, {**event, "again": again}))

    def _heard(self, event: Mapping[str, Any], now: int, *, again: bool) -> None:
        sn, kind, made = event["sn"], event["type"], event["made"]
        device = self.devices[sn]
        device.status(kind != "OFFLINE", made or event["created"], now, again=again)
        if kind == "EVENT":
            fired = self.may_fire if again else self.fired
            fired[sn, event["values"]["kind"]] += 1
        elif kind == "PROPERTY":
            if again:
                device.perhaps_pressed.add(made)
            self._reported(sn, made, event["values"], now, pushed=True)

    def listed(self, items: Iterable[Mapping[str, Any]], asked: int, now: int) -> None:
        """Take the device list, and what unlisted devices have said by then."""
        self.contact = now
        listed = {item["sn"]: item for item in items}
        self._earlier |= self.entity_ids
        self.devices = {sn: device for sn, device in self.devices.items() if sn in listed}
        for sn, item in listed.items():
            device = self.devices.setdefault(sn, Known(item["model"], "", ""))
            device.name, device.device_id = item["name"], str(item["deviceId"])
            version = FIRMWARE.index(item["firmwareVersion"])
            if (device.model, version) in self.specifications:
                device.version = version
            online = item["connectStatus"] == "ONLINE"
            device.listed_status(online, item["lastUpdateTime"] or 0, asked)
        self.leftover = {one for one in self.leftover if one.partition("_")[0] in listed}
        waiting, self.unlisted = self.unlisted, []
        for arrived, event in waiting:
            if event["sn"] in listed:
                self._heard(event, now, again=event["again"])
            elif arrived >= asked:
                self.unlisted.append((arrived, event))

    def specified(self, device_id: str, model: str, version: int) -> None:
        """Take a thing specification, which holds for all devices of model and firmware."""
        self._earlier |= self.entity_ids
        self.specifications.add((model, version))
        for device in self.devices.values():
            if device.device_id == device_id:
                device.version = version

    def read(self, sn: str, records: Iterable[tuple[int, Mapping[str, Raw]]], now: int) -> None:
        """Take a page of property history."""
        if sn in self.devices:
            for made, values in sorted(records, key=lambda record: record[0]):
                self._reported(sn, made, values, now, pushed=False)

    def _reported(
        self, sn: str, made: int, values: Mapping[str, Raw], now: int, *, pushed: bool
    ) -> None:
        device = self.devices[sn]
        kind = PRESSES[device.version or 0].get(values.get(PRESS, ""))
        if kind is not None:
            self._pressed(sn, kind.replace(" ", "_"), made, now, pushed=pushed)
        device.report(made, values, pushed=pushed)

    def _pressed(self, sn: str, kind: str, made: int, now: int, *, pushed: bool) -> None:
        """A press fires once: when it is pushed, or found by polling within a minute.

        That nobody can know of one that is older than another, or was heard of in an earlier run.
        """
        device = self.devices[sn]
        latest, _ = device.readings.get(PRESS, (0, None))
        if made in device.pressed or not (pushed or now - made < MINUTE):
            return
        if made in device.perhaps_pressed or not (pushed or made > latest):
            self.may_fire[sn, kind] += 1
            device.perhaps_pressed.add(made)
        else:
            self.fired[sn, kind] += 1
            device.pressed.add(made)

    # Time and interruptions

    def pass_time(self, now: int) -> None:
        """Let commands end whose minute is over."""
        for device in self.devices.values():
            device.pass_time(now)

    def save(self) -> None:
        """Note what is written to the disk now."""
        self._saved = deepcopy((self.devices, self.specifications))

    def restart(self, now: int, *, saved: bool = True) -> None:
        """Begin again with what was known, or with what was written last."""
        if not saved:
            # The registry of Home Assistant may have been written before a removal.
            self.leftover |= self.entity_ids | self._earlier
            self.devices, self.specifications = deepcopy(self._saved)
            for device in self.devices.values():
                device.commands = [one for one in device.commands if one.accepted is not None]
        self.unlisted = []
        self.contact = now
        for device in self.devices.values():
            device.restart()

    def in_touch(self, now: int, intervals: tuple[float, float]) -> bool | None:
        """Return whether the platform is within reach; the interval lies between two of seconds."""
        silence = (now - self.contact) / SECOND
        if silence < SILENT_INTERVALS * intervals[0]:
            return True
        return False if silence > SILENT_INTERVALS * intervals[1] else None
