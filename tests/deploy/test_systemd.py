"""The units run commands that exist, with settings that exist, and wait as long for a stop as the supervisor does."""

import re
import shlex
import shutil
import subprocess
from configparser import ConfigParser

import pytest
from django.core.management import get_commands, load_command_class

from bookimg.supervisor import DRAIN_SECONDS
from tests.services.product import ROOT

FOLDER = ROOT / "deploy" / "systemd"
SERVICES = sorted(FOLDER.glob("*.service"))
OUTSIDE = {"PYTHONUNBUFFERED"}  # read by Python


def unit(path) -> ConfigParser:
    parser = ConfigParser(interpolation=None, strict=True)
    parser.optionxform = str
    parser.read(path)
    return parser


@pytest.mark.parametrize("path", SERVICES, ids=lambda path: path.name)
def test_a_service_runs_a_command_with_settings_that_exist(path):
    service = unit(path)["Service"]
    _, script, name, *arguments = shlex.split(service["ExecStart"])
    command = load_command_class(get_commands()[name], name)
    command.create_parser(script, name).parse_args(arguments)
    documented = set(re.findall(r"^#(\w+)=", (ROOT / ".env.example").read_text(), re.M))
    assert {pair.partition("=")[0] for pair in service["Environment"].split()} <= documented | OUTSIDE


def test_a_stop_waits_for_the_current_stage():
    service = unit(FOLDER / "bookimg.service")["Service"]
    assert int(service["TimeoutStopSec"]) > DRAIN_SECONDS and service["KillMode"] == "mixed"


@pytest.mark.services
@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="no systemd-analyze on the PATH")
def test_systemd_understands_the_units(tmp_path):
    """In a root of its own, where the programs that the units name exist."""
    units = tmp_path / "etc/systemd/system"
    shutil.copytree(FOLDER, units)
    python = tmp_path / "opt/bookimg/.venv/bin/python"
    python.parent.mkdir(parents=True)
    python.write_text("#!/bin/sh\n")
    python.chmod(0o755)
    names = [path.name for path in FOLDER.iterdir()]
    command = ["systemd-analyze", "verify", "--man=no", "--recursive-errors=no", f"--root={tmp_path}", *names]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0 and "bookimg" not in done.stderr, done.stderr
