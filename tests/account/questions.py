"""The open questions about the platform, each asked with a few requests."""

from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from http import HTTPStatus
import time
from typing import Any, Final
from uuid import uuid4

from custom_components.milesight.api import ThingSpecification, parse_specification
from custom_components.milesight.api.client import (
    DEVICES_PATH,
    INFERRED_MEMBERSHIP_PATH,
    INFERRED_RPS_LIST_PATH,
    TASKS_PATH,
)
from custom_components.milesight.api.codec import decode
from custom_components.milesight.api.parsing import (
    MIN_MILLISECONDS,
    Json,
    as_integer,
    as_list,
    as_mapping,
    as_text,
)
from custom_components.milesight.api.paths import flatten, template_of
from custom_components.milesight.api.specification import DataType
from custom_components.milesight.mapping.tokens import vocabulary

from .lines import NONE, Line, compare, listed, not_asked
from .requests import Account, CheckError, Exchange

MAX_MODELS: Final = 12
DAY_MS: Final = 24 * 60 * 60 * 1000
LONG_AGO_DAYS: Final = 40
MAX_REACH_DAYS: Final = 3
MIN_PAGE: Final = 100
HUGE_PAGE: Final = 1000
EXPIRY: Final = range(3000, 7201)

TOKEN_FIELDS: Final = "access_token, expires_in, refresh_token, refresh_token_expires_in"
DEVICE_FIELDS: Final = vocabulary("""
    application autopStatus connectStatus description devEUI deviceId deviceType electricity
    firmwareVersion hardwareVersion imei lastUpdateTime licenseStatus mac model name project
    rpsStatus sn snDevEUI tag wlanMac
    """)
CONNECT_STATUSES: Final = frozenset(("ONLINE", "OFFLINE", "DISCONNECT", "None"))
DEVICE_TYPES: Final = frozenset(("GATEWAY", "SUB_DEVICE", "COMMON", "None"))
ITEM_FIELDS: Final = vocabulary("""
    id propertyKey name description accessMode hidden dataSpec type callType outputs inputs
    """)
DATA_SPEC_FIELDS: Final = vocabulary("""
    dataType parentId elementDataType unitName fractionDigits coefficient mappings validator
    defaultValue
    """)
VALIDATOR_FIELDS: Final = frozenset(("min", "max", "minSize", "maxSize"))
MAPPING_FIELDS: Final = frozenset(("key", "value"))
CONFIG_FIELDS: Final = ("properties, type, version", "values, version")


class Questions:
    """Asks the questions in order; what one of them finds is used by the next."""

    def __init__(self, account: Account, client_id: str, client_secret: str) -> None:
        """Initialize with the credentials of the Application."""
        self._account = account
        self._client_id = client_id
        self._client_secret = client_secret
        self._devices: list[Mapping[str, Json]] = []
        self._specifications: dict[str, ThingSpecification] = {}

    async def ask(self) -> AsyncIterator[Line]:
        """Yield the lines of the table; raises ``CheckError`` if the check cannot go on."""
        for group in (
            self._tokens,
            self._refusals,
            self._search,
            self._device,
            self._specification,
            self._history,
            self._configuration,
            self._paths,
        ):
            async for line in group():
                yield line
        for line in self._transport():
            yield line

    async def write_interval(self, sn: str) -> AsyncIterator[Line]:
        """Write the reporting interval of a device to its own value."""
        question = "write: accepted properties"
        device = next((device for device in self._devices if device.get("sn") == sn), None)
        if device is None:
            raise CheckError(f"The Application has no device with the serial number {sn}.")
        device_id = str(device["deviceId"])
        path = f"{DEVICES_PATH}/{device_id}"
        raw = (await self._account.get(f"{device_id}/thing-specification")).data
        interval = next(
            (
                leaf.path
                for leaf in parse_specification(raw).leaves()
                if leaf.writable
                and leaf.path.startswith("reporting_interval")
                and leaf.data_type.is_number
            ),
            None,
        )
        config = as_mapping((await self._account.get(f"{device_id}/config")).data)
        values = flatten(as_mapping(config.get("properties")))
        for record in await self._records(device_id):
            values = flatten(as_mapping(record.get("properties"))) | values
        if interval is None or values.get(interval) is None:
            yield not_asked(question, "the present reporting interval is unknown")
            return
        written = _nest(interval, values[interval])
        exchange = await self._account.send("PATCH", f"{path}/properties", {"properties": written})
        yield compare(question, str(written), _data_or_outcome(exchange, "properties"))

    async def _records(self, device_id: str) -> list[Mapping[str, Json]]:
        exchange = await self._account.get(f"{device_id}/properties/history", pageSize=MIN_PAGE)
        return [as_mapping(record) for record in as_list(as_mapping(exchange.data).get("list"))]

    # Authentication

    async def _tokens(self) -> AsyncIterator[Line]:
        credentials = {
            "grant_type": "client_credentials",
            "client_id": self._client_id,
            "client_secret": self._client_secret,
        }
        first = await self._account.request_token(**credentials)
        data = as_mapping(first.data)
        if not first.succeeded or not as_text(data.get("access_token")):
            raise CheckError(_explain(first))
        yield compare("token: fields", TOKEN_FIELDS, listed(data))
        lifetime = as_integer(data.get("expires_in"))
        yield compare("token: lifetime", "about 3600 s", f"{lifetime} s", agrees=lifetime in EXPIRY)
        refresh_token = as_text(data.get("refresh_token")) or ""
        form = {"grant_type": "refresh_token", "refresh_token": refresh_token}
        second = await self._account.request_token(**form)
        yield compare("refresh: two fields", "accepted", _accepted(second))
        renewed = as_text(as_mapping(second.data).get("refresh_token"))
        another = "another" if renewed and renewed != refresh_token else "the same or none"
        yield compare("refresh: refresh token", "another", another)
        again = await self._account.request_token(**form)
        refused = "accepted" if again.succeeded else "refused"
        yield compare("refresh: used refresh token", "refused", refused)
        last = await self._account.request_token(**credentials)
        self._account.token = as_text(as_mapping(last.data).get("access_token")) or ""

    async def _refusals(self) -> AsyncIterator[Line]:
        stranger = await self._account.request_token(
            grant_type="client_credentials", client_id=str(uuid4()), client_secret="none"
        )
        yield compare("wrong credentials", "HTTP 401 authentication_failed", stranger.outcome)
        body: dict[str, Json] = {"pageSize": 1, "pageNumber": 1}
        refused = await self._account.send("POST", f"{DEVICES_PATH}/search", body, token="none")
        yield compare("wrong token", "HTTP 401 token_not_found", refused.outcome)
        unknown = await self._account.send("GET", "device/openapi/v1/unknown")
        message = as_text(as_mapping(unknown.answer).get("errMsg")) or ""
        phrase = "No matching handler"
        actual = f"HTTP {unknown.status}, {phrase if phrase in message else message or NONE}"
        yield compare("unknown path", f"HTTP 404, {phrase}", actual)
        fields = listed(as_mapping(unknown.answer))
        yield compare("failure: fields", "errCode, errMsg, requestId, status", fields)

    # Devices

    async def _search(self) -> AsyncIterator[Line]:
        page = await self._account.search()
        data = as_mapping(page.data)
        self._devices = [as_mapping(device) for device in as_list(data.get("content"))]
        yield compare("search: fields", "content, pageNumber, pageSize, total", listed(data))
        huge = await self._account.search(pageSize=HUGE_PAGE)
        yield _page_size("search: largest page", huge)
        if not self._devices:
            yield not_asked("search: first page, filter", "the Application has no devices")
            return
        first = await self._account.search(pageSize=1)
        same = _ids(first) == _ids(page)[:1]
        yield compare("search: first page", "1", "1" if same else "another")
        filtered = await self._account.search(sn=self._devices[0].get("sn"))
        count = f"{len(_ids(filtered))} of {len(self._devices)} devices"
        yield compare("search: filter by sn", f"1 of {len(self._devices)} devices", count)

    async def _device(self) -> AsyncIterator[Line]:
        if not self._devices:
            yield not_asked("devices", "the Application has no devices")
            return
        ids = listed(type(device.get("deviceId")).__name__ for device in self._devices)
        yield compare("device: type of the id", "str", ids)
        times = {_unit(device.get("lastUpdateTime")) for device in self._devices} - {NONE}
        yield compare("device: last report", "ms", listed(times), agrees=times <= {"ms"})
        fields = {field for device in self._devices for field in device}
        yield compare("device: unknown fields", NONE, listed(fields - DEVICE_FIELDS))
        for field, known in (("connectStatus", CONNECT_STATUSES), ("deviceType", DEVICE_TYPES)):
            values = {str(device.get(field)) for device in self._devices}
            yield compare(f"device: unknown {field}", NONE, listed(values - known))
        device = self._devices[0]
        exchange = await self._account.get(str(device["deviceId"]))
        fields = set(as_mapping(exchange.data))
        actual = "those of the search" if fields == set(device) else listed(fields ^ set(device))
        yield compare("device: fields when queried", "those of the search", actual)

    async def _specification(self) -> AsyncIterator[Line]:
        raws: list[Mapping[str, Json]] = []
        models: dict[str, Mapping[str, Json]] = {}
        for device in self._devices:
            models.setdefault(str(device.get("model")), device)
        for device in list(models.values())[:MAX_MODELS]:
            device_id = str(device["deviceId"])
            exchange = await self._account.get(f"{device_id}/thing-specification")
            raws.append(as_mapping(exchange.data))
            self._specifications[device_id] = parse_specification(exchange.data)
        if not raws:
            yield not_asked("specification", "the Application has no devices")
            return
        fields = {field for raw in raws for field in raw}
        known = "events, properties, services, version"
        yield compare("specification: fields", known, listed(fields))
        yield compare("specification: unknown fields of items", NONE, listed(_unknown_fields(raws)))
        types = {as_text(spec.get("dataType")) or NONE for spec in _data_specs(raws)}
        unknown = types - (set(DataType) - {DataType.UNKNOWN})
        yield compare("specification: unknown data types", NONE, listed(unknown))
        actual = {
            problem for parsed in self._specifications.values() for problem in parsed.problems
        }
        yield compare("specification: problems", NONE, listed(actual))
        yield compare(
            "specification: parameter ids", "<function>.<parameter>", listed(_parameter_forms(raws))
        )

    # History and configuration

    async def _history(self) -> AsyncIterator[Line]:
        reporting = [
            device
            for device in self._devices
            if str(device.get("deviceId")) in self._specifications and device.get("lastUpdateTime")
        ]
        reporting.sort(key=lambda device: as_integer(device["lastUpdateTime"]) or 0, reverse=True)
        for device in reporting[:MAX_MODELS]:
            device_id = str(device["deviceId"])
            path = f"{device_id}/properties/history"
            page = await self._account.get(path, pageSize=MIN_PAGE)
            if len(as_list(as_mapping(page.data).get("list"))) > 1:
                async for line in self._history_of(device_id, path, page):
                    yield line
                return
        yield not_asked("history", "no device has a stored history")

    async def _history_of(self, device_id: str, path: str, page: Exchange) -> AsyncIterator[Line]:
        data = as_mapping(page.data)
        records = [as_mapping(record) for record in as_list(data["list"])]
        fields = listed(data.keys() - {"nextPageKey"})
        yield compare("history: fields beside nextPageKey", "list, pageSize", fields)
        fields = listed(key for record in records for key in record)
        yield compare("history: fields of a record", "properties, ts", fields)
        kinds = listed(type(record.get("properties")).__name__ for record in records)
        yield compare("history: properties", "dict", kinds)
        yield compare("history: time", "ms", listed(_unit(record.get("ts")) for record in records))
        yield compare("history: order", "newest first", _order(records))
        oldest = await self._account.get(path, pageSize=MIN_PAGE, order="asc")
        ascending = [as_mapping(r) for r in as_list(as_mapping(oldest.data).get("list"))]
        yield compare("history: order asc", "oldest first", _order(ascending))
        huge = await self._account.get(path, pageSize=HUGE_PAGE)
        yield _page_size("history: largest page", huge)
        yield await self._next_page(path)
        yield await self._bounds(path, as_integer(records[0].get("ts")) or 0)
        yield await self._reach(path)
        yield self._readable(device_id, records)

    async def _next_page(self, path: str) -> Line:
        first = as_mapping((await self._account.get(path, pageSize=1)).data)
        key = as_text(first.get("nextPageKey"))
        if key is None:
            return compare("history: next page", "another record", "no nextPageKey")
        second = as_mapping((await self._account.get(path, pageSize=1, pageKey=key)).data)
        differs = bool(second.get("list")) and second.get("list") != first.get("list")
        actual = "another record" if differs else "the same or none"
        return compare("history: next page", "another record", actual)

    async def _bounds(self, path: str, ts: int) -> Line:
        exact = await self._account.get(path, pageSize=MIN_PAGE, startTime=ts, endTime=ts)
        actual = "included" if as_list(as_mapping(exact.data).get("list")) else "not included"
        return compare("history: start and end", "included", actual)

    async def _reach(self, path: str) -> Line:
        now = int(time.time() * 1000)
        start = now - LONG_AGO_DAYS * DAY_MS
        first = await self._account.get(path, pageSize=1, order="asc", startTime=start, endTime=now)
        records = as_list(as_mapping(first.data).get("list"))
        ts = as_integer(as_mapping(records[0]).get("ts")) if records else None
        days = (now - (ts or 0)) / DAY_MS
        return compare(
            "history: reach",
            f"at most {MAX_REACH_DAYS} days",
            f"{days:.1f} days" if ts else "nothing",
            agrees=bool(ts) and days <= MAX_REACH_DAYS,
        )

    def _readable(self, device_id: str, records: Iterable[Mapping[str, Json]]) -> Line:
        items = {item.path: item for item in self._specifications[device_id].leaves()}
        unreadable: set[str] = set()
        for record in records:
            for path, value in flatten(as_mapping(record.get("properties"))).items():
                item = items.get(template_of(path))
                if item is None or (value is not None and decode(item, value) is None):
                    unreadable.add(path)
        return compare("history: values that are not understood", NONE, listed(unreadable))

    async def _configuration(self) -> AsyncIterator[Line]:
        by_kind: dict[bool, str] = {}
        for device in self._devices:
            by_kind.setdefault(device.get("deviceType") == "GATEWAY", str(device["deviceId"]))
        for is_gateway, kind in ((False, "of a node"), (True, "of a gateway")):
            question = f"configuration {kind}"
            if is_gateway not in by_kind:
                yield not_asked(question, "the Application has none")
                continue
            exchange = await self._account.get(f"{by_kind[is_gateway]}/config")
            actual = _data_or_outcome(exchange)
            yield compare(
                question, CONFIG_FIELDS[is_gateway], actual, agrees=actual in CONFIG_FIELDS
            )

    # Paths and headers

    async def _paths(self) -> AsyncIterator[Line]:
        urls = await self._account.send("GET", INFERRED_RPS_LIST_PATH)
        actual = type(urls.data).__name__ if urls.succeeded else urls.outcome
        yield compare("inferred path: profile URLs", "list", actual)
        paths = {"create a task": TASKS_PATH, "update a device": DEVICES_PATH}
        if self._devices:
            device = f"{DEVICES_PATH}/{self._devices[0]['deviceId']}"
            paths["call a service"] = f"{device}/services/call"
            paths["remove from the Application"] = f"{device}/{INFERRED_MEMBERSHIP_PATH}"
        for name, path in paths.items():
            # A path that exists refuses the method; asking so changes nothing.
            exchange = await self._account.send("GET", path)
            exists = exchange.status == HTTPStatus.METHOD_NOT_ALLOWED
            actual = "HTTP 405: exists" if exists else exchange.outcome
            yield compare(f"path: {name}", "HTTP 405: exists", actual)

    def _transport(self) -> Iterator[Line]:
        exchanges = self._account.exchanges
        headers = {name for exchange in exchanges for name in exchange.headers}
        limits = {name for name in headers if "ratelimit" in name.replace("-", "")}
        yield compare("headers that tell of limits", NONE, listed(limits))
        successes = [as_mapping(exchange.answer) for exchange in exchanges if exchange.succeeded]
        fields = {field for answer in successes for field in answer}
        yield compare("success: fields", "data, requestId, status", listed(fields))
        ids = {as_text(as_mapping(exchange.answer).get("requestId")) for exchange in exchanges}
        proper = all(key and len(key) == 32 and key.isalnum() for key in ids)
        yield compare("request id", "32 characters", "32 characters" if proper else "another form")


def _explain(exchange: Exchange) -> str:
    """Return why no token came, for the user."""
    if as_mapping(exchange.answer).get("errCode"):
        return f"The platform does not accept client id and secret ({exchange.outcome})."
    return (
        "The server does not answer as the Milesight Development Platform does"
        f" ({exchange.outcome}). Check the server address."
    )


def _accepted(exchange: Exchange) -> str:
    return "accepted" if exchange.succeeded else exchange.outcome


def _data_or_outcome(exchange: Exchange, member: str | None = None) -> str:
    if not exchange.succeeded:
        return exchange.outcome
    data = as_mapping(exchange.data)
    return listed(data) if member is None else str(data.get(member))


def _ids(exchange: Exchange) -> list[Json]:
    content = as_list(as_mapping(exchange.data).get("content"))
    return [as_mapping(device).get("deviceId") for device in content]


def _unit(value: Json) -> str:
    number = as_integer(value)
    return NONE if number is None else "ms" if number >= MIN_MILLISECONDS else "s"


def _order(records: Iterable[Mapping[str, Json]]) -> str:
    times = [as_integer(record.get("ts")) or 0 for record in records]
    if times == sorted(times):
        return "oldest first"
    return "newest first" if times == sorted(times, reverse=True) else "none"


def _page_size(question: str, exchange: Exchange) -> Line:
    size = as_integer(as_mapping(exchange.data).get("pageSize"))
    actual = exchange.outcome if size is None else str(size)
    return compare(question, f"at least {MIN_PAGE}", actual, agrees=(size or 0) >= MIN_PAGE)


def _nest(path: str, value: Json) -> dict[str, Json]:
    first, _, rest = path.partition(".")
    return {first: _nest(rest, value) if rest else value}


def _items(raws: Iterable[Mapping[str, Json]]) -> Iterator[tuple[str, Mapping[str, Json]]]:
    """Yield the items of specifications, each with the id of its event or service."""
    for raw in raws:
        yield from (("", as_mapping(item)) for item in as_list(raw.get("properties")))
        for kind, members in (("events", "outputs"), ("services", "inputs")):
            for function in map(as_mapping, as_list(raw.get(kind))):
                yield "", function
                for parameter in as_list(function.get(members)):
                    yield str(function.get("id")), as_mapping(parameter)


def _data_specs(raws: Iterable[Mapping[str, Json]]) -> Iterator[Mapping[str, Json]]:
    return (as_mapping(item["dataSpec"]) for _, item in _items(raws) if item.get("dataSpec"))


def _unknown_fields(raws: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    for _, item in _items(raws):
        yield from item.keys() - ITEM_FIELDS
    for spec in _data_specs(raws):
        yield from (f"dataSpec.{field}" for field in spec.keys() - DATA_SPEC_FIELDS)
        validator = as_mapping(spec.get("validator"))
        yield from (f"validator.{field}" for field in validator.keys() - VALIDATOR_FIELDS)
        for pair in map(as_mapping, as_list(spec.get("mappings"))):
            yield from (f"mappings.{field}" for field in pair.keys() - MAPPING_FIELDS)


def _parameter_forms(raws: Iterable[Mapping[str, Json]]) -> Iterator[str]:
    for function, item in _items(raws):
        if function:
            prefixed = str(item.get("id")).startswith(f"{function}.")
            yield "<function>.<parameter>" if prefixed else "<parameter>"
