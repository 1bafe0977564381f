"""Tests of the release archive and its workflow."""

import hashlib
import json
from pathlib import Path
import re
import shutil
import subprocess
import sys
import tomllib
from typing import Any
from zipfile import ZipFile

from homeassistant.util.yaml import parse_yaml
import pytest

from custom_components.milesight import const
from tests.files import INTEGRATION, ROOT, read_json

VERSION: str = read_json("manifest.json")["version"]
HACS: dict[str, Any] = json.loads((ROOT / "hacs.json").read_text())
EXCLUDED = {"quality_scale.yaml"}


def _release(root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(root / "scripts" / "release"), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the archive built by the script."""
    out = tmp_path_factory.mktemp("release")
    result = _release(ROOT, "--out", str(out), "--tag", f"v{VERSION}")
    assert result.returncode == 0, result.stderr
    path, version, checksum = result.stdout.split()
    assert Path(path) == out / HACS["filename"]
    assert version == VERSION
    assert checksum == hashlib.sha256(Path(path).read_bytes()).hexdigest()
    return Path(path)


def test_archive_holds_exactly_the_files_to_install(archive: Path) -> None:
    wanted = {
        path.relative_to(INTEGRATION).as_posix(): path.read_bytes()
        for path in INTEGRATION.rglob("*")
        if path.is_file()
        and path.name not in EXCLUDED
        and not {part for part in path.parts if part == "__pycache__" or part.startswith(".")}
    }
    with ZipFile(archive) as found:
        assert found.testzip() is None
        assert {name: found.read(name) for name in found.namelist()} == wanted
    for name in ("manifest.json", "services.yaml", "frontend/milesight.js", "translations/ja.json"):
        assert name in wanted


@pytest.mark.slow
def test_unpacked_archive_can_be_imported(archive: Path, tmp_path: Path) -> None:
    unpacked = tmp_path / "custom_components" / const.DOMAIN
    with ZipFile(archive) as found:
        found.extractall(unpacked)
    modules = [
        ".".join(path.relative_to(tmp_path).with_suffix("").parts)
        for path in sorted(unpacked.rglob("*.py"))
    ]
    code = f"import importlib\nfor name in {modules}: print(importlib.import_module(name).__file__)"
    result = subprocess.run(  # noqa: S603
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stderr
    assert all(line.startswith(str(unpacked)) for line in result.stdout.splitlines())
    assert len(result.stdout.splitlines()) == len(modules) > 50


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """Return a minimal checkout."""
    integration = tmp_path / "custom_components" / const.DOMAIN
    (integration / "__pycache__").mkdir(parents=True)
    (tmp_path / "scripts").mkdir()
    for name in ("scripts/release", "hacs.json", "CHANGELOG.md"):
        shutil.copy(ROOT / name, tmp_path / name)
    for name in ("manifest.json", "const.py"):
        shutil.copy(INTEGRATION / name, integration / name)
    return tmp_path


def test_archive_excludes_leftover_files(checkout: Path) -> None:
    integration = checkout / "custom_components" / const.DOMAIN
    for junk in ("__pycache__/const.py", "const.pyc", "const.py.orig", ".DS_Store", "notes.txt"):
        (integration / junk).write_text("junk")
    assert _release(checkout, "--out", str(checkout)).returncode == 0
    with ZipFile(checkout / HACS["filename"]) as found:
        assert found.namelist() == ["const.py", "manifest.json"]


def test_archive_is_reproducible(checkout: Path) -> None:
    first = _release(checkout, "--out", str(checkout / "first")).stdout.split()[-1]
    for path in checkout.rglob("*.py"):
        path.touch()
    assert _release(checkout, "--out", str(checkout / "second")).stdout.split()[-1] == first


@pytest.mark.parametrize("tag", ["v9.9.9", "9.9.9", "latest", f"v{VERSION}.1"])
def test_tag_must_match_the_version(checkout: Path, tag: str) -> None:
    result = _release(checkout, "--out", str(checkout), "--tag", tag)
    assert result.returncode == 1
    assert VERSION in result.stderr
    assert not (checkout / HACS["filename"]).exists()


def test_version_must_be_in_the_changelog(checkout: Path) -> None:
    (checkout / "CHANGELOG.md").write_text("# Changelog\n\n## [0.0.1] - 2020-01-01\n")
    result = _release(checkout, "--out", str(checkout))
    assert result.returncode == 1
    assert "CHANGELOG" in result.stderr


def test_version_is_in_the_manifest_only() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert "version" not in project
    assert "version" in project["dynamic"]
    assert re.fullmatch(r"\d+\.\d+\.\d+", VERSION)
    code = [path for path in INTEGRATION.rglob("*.py") if f'"{VERSION}"' in path.read_text()]
    assert code == []


def test_changelog_starts_with_this_version() -> None:
    headings = re.findall(r"^## \[(.+?)\](.*)$", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    assert headings[0][0] == "Unreleased"
    assert headings[1][0] == VERSION
    assert all(re.fullmatch(r" - \d{4}-\d{2}-\d{2}", date) for _, date in headings[1:])


def test_hacs_installs_the_archive() -> None:
    assert HACS["zip_release"] is True
    assert HACS["filename"] == f"{const.DOMAIN}.zip"


def test_workflow_releases_the_built_archive() -> None:
    workflows = ROOT / ".github" / "workflows"
    workflow: Any = parse_yaml((workflows / "release.yml").read_text())
    steps = workflow["jobs"]["archive"]["steps"]
    commands = " ".join(step.get("run", "") for step in steps)
    assert 'scripts/release --tag "$TAG" --out dist' in commands
    assert f"dist/{HACS['filename']}" in commands
    used = [step["uses"] for step in steps if "uses" in step]
    assert used
    assert all(re.fullmatch(r"[\w/-]+@[0-9a-f]{40}", action) for action in used)
