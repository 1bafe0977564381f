"""The demo without Home Assistant: configuration, ports and child processes."""

import asyncio
import json
from pathlib import Path
import socket
import sys

import pytest

from .demo import process
from .demo.__main__ import SIMULATOR_PORT, parse
from .demo.configuration import configuration, configured_url, local_time_zone, prepare
from .demo.process import (
    ROOT,
    DemoError,
    PortTakenError,
    free_port,
    port_is_free,
    require_free_port,
    running,
    tail,
    until_ready,
)

PYTHON = sys.executable


def test_prepared_folder_has_port_in_all_settings(
    tmp_path: Path,
) -> None:
    prepare(tmp_path, 8456, ["127.0.0.1"])
    text = (tmp_path / "configuration.yaml").read_text()
    assert "external_url: http://localhost:8456\n" in text
    stored = json.loads((tmp_path / ".storage" / "http").read_text())["data"]["stable"]
    assert (stored["server_host"], stored["server_port"]) == (["127.0.0.1"], 8456)
    assert (tmp_path / "custom_components").resolve() == ROOT / "custom_components"


def test_preparing_used_folder_keeps_changes(tmp_path: Path) -> None:
    prepare(tmp_path, 8123, ["127.0.0.1"])
    (tmp_path / "automations.yaml").write_text("- alias: mine\n")
    (tmp_path / ".storage" / "onboarding").write_text("mine")
    prepare(tmp_path, 8124, ["127.0.0.1"])
    assert (tmp_path / "automations.yaml").read_text() == "- alias: mine\n"
    assert (tmp_path / ".storage" / "onboarding").read_text() == "mine"
    assert "http://localhost:8124\n" in (tmp_path / "configuration.yaml").read_text()


def test_configuration_trusts_this_machine() -> None:
    text = configuration(8123)
    assert text.index("type: trusted_networks") < text.index("type: homeassistant")
    assert "allow_bypass_login: true" in text


def test_time_zone_is_local_or_utc(tmp_path: Path) -> None:
    localtime = tmp_path / "localtime"
    localtime.symlink_to("/usr/share/zoneinfo/Europe/Berlin")
    assert local_time_zone(localtime) == "Europe/Berlin"
    assert local_time_zone(tmp_path / "missing") == "UTC"


def test_url_of_stored_entry_is_found(tmp_path: Path) -> None:
    assert configured_url(tmp_path, "milesight") is None
    entries = [
        {"domain": "sun", "data": {}},
        {"domain": "milesight", "data": {"url": "http://127.0.0.1:8199"}},
    ]
    (tmp_path / ".storage").mkdir()
    storage = tmp_path / ".storage" / "core.config_entries"
    storage.write_text(json.dumps({"data": {"entries": entries}}))
    assert configured_url(tmp_path, "milesight") == "http://127.0.0.1:8199"
    assert configured_url(tmp_path, "hue") is None


@pytest.mark.usefixtures("socket_enabled")
def test_taken_port_is_named_and_free_one_offered() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port: int = other.getsockname()[1]
        assert free_port(port) > port
        with pytest.raises(PortTakenError, match=rf"Port {port} is taken(?s:.)*--port \d+"):
            require_free_port(port)
    assert port_is_free(port)
    require_free_port(port)


def test_command_line_has_documented_defaults() -> None:
    options = parse([])
    assert (options.port, options.empty, options.reset, options.verbose) == (8123, *[False] * 3)
    assert parse(["--empty"]).folder != options.folder


async def test_child_process_ends_with_block_and_keeps_log(tmp_path: Path) -> None:
    log = tmp_path / "log"
    program = "import time; print('hello', flush=True); time.sleep(60)"
    async with running([PYTHON, "-c", program], log) as process:
        await until_ready(process, lambda: said_hello(log), "The child", log)
        assert process.returncode is None
    assert process.returncode is not None
    assert tail(log).splitlines() == ["", f"The end of {log}:", "  hello"]


async def test_early_end_of_child_shows_its_log(tmp_path: Path) -> None:
    log = tmp_path / "log"
    async with running([PYTHON, "-c", "print('no room'); raise SystemExit(3)"], log) as process:
        with pytest.raises(DemoError, match=r"The child stopped(?s:.)*no room"):
            await until_ready(process, never, "The child", log)


async def test_unresponsive_child_process_is_an_error(tmp_path: Path) -> None:
    log = tmp_path / "log"
    async with running([PYTHON, "-c", "import time; time.sleep(60)"], log) as process:
        with pytest.raises(DemoError, match="The child does not answer"):
            await until_ready(process, never, "The child", log, seconds=0.2)


async def test_long_wait_is_announced_with_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(process, "NOTICE_SECONDS", 0.05)
    log = tmp_path / "log"
    async with running([PYTHON, "-c", "import time; time.sleep(60)"], log) as child:
        with pytest.raises(DemoError):
            await until_ready(child, never, "The child", log, seconds=0.2)
    assert f"Still waiting for The child. Its log is {log}" in capsys.readouterr().out


@pytest.mark.usefixtures("socket_enabled")
def test_simulator_leaves_port_of_home_assistant_alone() -> None:
    port = free_port(SIMULATOR_PORT)
    assert parse(["--port", str(port)]).simulator_port > port


async def said_hello(log: Path) -> bool:
    """Tell whether the child has written its line."""
    return "hello" in await asyncio.to_thread(log.read_text)


async def never() -> bool:
    """Tell that the child is not ready."""
    return False
