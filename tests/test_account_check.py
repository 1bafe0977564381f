"""Tests of `scripts/check-account`: findings, errors and saved files."""

from collections.abc import Mapping
import json
from pathlib import Path
from typing import Any

from aiohttp import ClientSession, web
from aiohttp.test_utils import TestServer
import pytest

from tests.account import __main__ as program
from tests.account.lines import Line, table
from tests.account.listener import Listener
from tests.account.recording import load, redact
from tests.account.requests import MAX_REQUESTS, CheckError
from tests.common import request_counts
from tests.simulator import Simulator

SECRET = "whsec"
LINES = 45


async def check(simulator: Simulator, *words: str, secret: str | None = None) -> list[Line]:
    """Check the simulator's Application and return the lines of the table."""
    arguments = program.arguments_of(
        ["--url", simulator.url, "--client-id", simulator.client_id, *words]
    )
    return await program.check(arguments, secret or simulator.client_secret, SECRET, lambda _: None)


def files_in(folder: Path) -> list[str]:
    """Return the names of the files in a folder."""
    return [file.name for file in folder.iterdir()]


async def test_simulator_agrees_in_every_line(simulator: Simulator) -> None:
    lines = await check(simulator)

    assert [line for line in lines if line.agrees is not True] == []
    assert len(lines) == LINES
    assert len(simulator.requests) <= MAX_REQUESTS


async def test_check_without_commands_only_reads(simulator: Simulator) -> None:
    await check(simulator)

    methods = {request.method for request in simulator.requests}
    assert methods == {"GET", "POST"}
    assert {path for path in request_counts(simulator) if path.startswith("POST")} == {
        "POST /oauth/token",
        "POST /devices/search",
    }


def other_data(path: str, query: Mapping[str, str], data: Any) -> Any:
    """Return data of a platform that differs from the documented one wherever it can."""
    if path.endswith("/search"):
        for device in data["content"]:
            device |= {
                "deviceId": int(device["deviceId"]),
                "lastUpdateTime": 1_790_000_000,
                "connectStatus": "ASLEEP",
                "deviceType": device["deviceType"].replace("SUB_DEVICE", "CAMERA"),
                "online": True,
            }
        small = min(data["pageSize"], 50)
        shown = data["content"][1:] if data["pageSize"] == 1 else data["content"] * 2
        return {"rows": 1, "content": shown, "pageSize": small}
    if path.endswith("/thing-specification"):
        for item in data["properties"]:
            item["icon"] = "mdi:eye"
            if "dataSpec" in item:
                item["dataSpec"]["dataType"] = "int8"
        for service in data["services"]:
            for parameter in service["inputs"]:
                parameter["id"] = parameter["id"].rpartition(".")[2]
        data["properties"].append({"id": "orphan.child", "dataSpec": {"parentId": "orphan"}})
        return {"functions": [], **data}
    if path.endswith("/history"):
        records = data["list"] or [{"ts": 1_790_000_000_000, "properties": {}}]
        shapes = (json.dumps({"no": 1}), {"no": 1})
        records = [
            {"ts": 1_000_000_000 + (index * 37) % 11, "properties": shapes[index % 2], "id": 1}
            for index, _ in enumerate(records * 3)
        ]
        records = [] if "startTime" in query and "order" not in query else records
        return {"list": records, "total": 1}
    if path.endswith("/config"):
        return {"settings": {}}
    return {"total": 0} if path.endswith("/profile") else {**data, "extra": 1}


def rewrite(request: web.Request, response: web.Response) -> web.Response:
    """Answer as a platform that differs in every line."""
    assert isinstance(response.body, bytes)
    envelope = json.loads(response.body) | {"requestId": "1", "code": 0}
    status = response.status
    if request.path == "/oauth/token":
        if envelope["status"] == "Success":
            envelope["data"] = {"access_token": envelope["data"]["access_token"], "expires_in": 60}
        else:
            status, envelope["errCode"] = 403, "invalid_client"
    elif status == 200:
        envelope["data"] = other_data(request.path, request.query, envelope["data"])
    elif status == 405:
        status = 404
    elif status in (401, 404):
        envelope |= {"errCode": "denied", "errMsg": "Nothing here"}
    answer = web.json_response(envelope, status=status)
    answer.headers["X-RateLimit-Remaining"] = "7"
    return answer


@pytest.mark.usefixtures("sloppy_refresh")
async def test_every_difference_is_found(simulator: Simulator) -> None:
    simulator.server.rewrite = rewrite

    lines = await check(simulator)

    assert [line.question for line in lines if line.agrees is not False] == []
    assert len(lines) == LINES


@pytest.fixture
def sloppy_refresh(simulator: Simulator, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the platform refuse the documented refresh form, and then accept a used token."""
    issue, answers = simulator.application.issue_tokens, iter((False, True))

    def answer(form: dict[str, str]) -> dict[str, Any]:
        if form.get("grant_type") == "refresh_token" and next(answers):
            form = {
                "grant_type": "client_credentials",
                "client_id": simulator.client_id,
                "client_secret": simulator.client_secret,
            }
        return issue(form)

    monkeypatch.setattr(type(simulator.application), "issue_tokens", lambda _, form: answer(form))


async def test_write_of_own_value_is_accepted(simulator: Simulator) -> None:
    device = simulator.device("EM300-TH")
    before = device.values["reporting_interval"]

    lines = await check(simulator, "--with-commands", device.sn)
    await simulator.settle()

    assert lines[-1].question == "write: accepted properties"
    assert lines[-1].agrees is True
    assert device.values["reporting_interval"] == before
    assert request_counts(simulator)["PATCH /devices/{deviceId}/properties"] == 1


async def test_unknown_interval_is_not_written(simulator: Simulator) -> None:
    device = simulator.device("EM300-TH")
    del device.values["reporting_interval"]
    device.history = type(device.history)()

    lines = await check(simulator, "--with-commands", device.sn)

    assert lines[-1].agrees is None
    assert "PATCH /devices/{deviceId}/properties" not in request_counts(simulator)


async def test_unknown_device_is_named(simulator: Simulator) -> None:
    with pytest.raises(CheckError, match="serial number 4711"):
        await check(simulator, "--with-commands", "4711")


@pytest.mark.parametrize("devices", [[]])
async def test_questions_about_missing_devices_are_not_asked(simulator: Simulator) -> None:
    lines = await check(simulator)

    assert {line.agrees for line in lines} == {True, None}
    assert "not asked: the Application has no devices" in table(lines)


async def test_wrong_secret_is_explained(simulator: Simulator, tmp_path: Path) -> None:
    path = tmp_path / "saved.json"

    with pytest.raises(CheckError, match="does not accept client id and secret"):
        await check(simulator, "--save", str(path), secret="wrong")

    assert len(simulator.requests) == 1
    assert files_in(tmp_path) == []


async def test_other_server_is_explained(socket_enabled: None) -> None:
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", _page)
    async with TestServer(app) as server:
        words = ["--url", str(server.make_url("/")), "--client-id", "id"]
        with pytest.raises(CheckError, match="does not answer as the Milesight"):
            await program.check(program.arguments_of(words), "secret", "", lambda _: None)


async def _page(_request: web.Request) -> web.Response:
    return web.Response(text="<html>Welcome</html>", content_type="text/html")


def test_unreachable_server_is_explained(
    socket_enabled: None,
    unused_tcp_port: int,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv(program.SECRET, "secret")

    assert program.main(["--url", f"http://127.0.0.1:{unused_tcp_port}", "--client-id", "id"]) == 1
    assert "check-account: 127.0.0.1 cannot be reached" in capsys.readouterr().err


def test_interruption_saves_nothing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupt(coroutine: Any) -> None:
        coroutine.close()
        raise KeyboardInterrupt

    monkeypatch.setenv(program.SECRET, "secret")
    monkeypatch.setattr("asyncio.run", interrupt)

    assert program.main(["--url", "localhost", "--client-id", "id"]) == 130
    assert "nothing was saved" in capsys.readouterr().err


async def test_rate_limit_ends_check(simulator: Simulator) -> None:
    simulator.fault("thing-specification", "rate_limit")

    with pytest.raises(CheckError, match="refuses further requests"):
        await check(simulator)


def test_invalid_address_is_an_error_of_usage() -> None:
    with pytest.raises(SystemExit):
        program.arguments_of(["--url", "ftp://x", "--client-id", "id"])


async def test_saved_recording_holds_no_ids(simulator: Simulator, tmp_path: Path) -> None:
    path = tmp_path / "saved.json"
    await check(simulator, "--save", str(path))

    text = path.read_text()
    recording = load(path)
    for device in simulator.platform.devices:
        for private in (device.sn, str(device.device_id), device.dev_eui, device.name):
            assert not private or private not in text
    assert simulator.client_secret not in text
    assert redact(recording) == recording
    assert files_in(tmp_path) == ["saved.json"]


async def test_pushes_of_simulator_agree(simulator: Simulator) -> None:
    async with Listener(0, simulator.webhook_secret, lambda _: None) as listener:
        await simulator.add_callback(f"{listener.url}/hook")
        await simulator.report(simulator.device("EM300-TH").sn)
        await simulator.settle()

    lines = list(listener.lines())
    assert [line for line in lines if not line.agrees] == []
    assert len(lines) == 9
    assert listener.deliveries


async def test_other_pushes_differ_in_every_line(socket_enabled: None) -> None:
    event = {
        "eventID": "1",
        "eventType": "OTHER",
        "data": {"ts": 1_790_000_000, "deviceProfile": {"uuid": "1"}},
    }
    async with Listener(0, "secret", lambda _: None) as listener, ClientSession() as session:
        await session.put(listener.url, data=b"")
        await session.post(listener.url, json=event)

    lines = list(listener.lines())
    assert [line.question for line in lines if line.agrees is not False] == []


async def test_listening_ends_after_its_time(simulator: Simulator, tmp_path: Path) -> None:
    words = ("--listen", "https://example.org", "--port", "0", "--minutes", "0.001")

    lines = await check(simulator, *words)

    assert [line.found for line in lines[-2:]] == [
        "not asked: no probe came",
        "not asked: none came",
    ]
