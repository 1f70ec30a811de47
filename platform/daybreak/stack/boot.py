"""Brings the stack up when the machine starts: a systemd user unit, or a line of cron where there is no systemd."""

import hashlib
import shlex
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from daybreak.errors import ProjectError
from daybreak.stack.supervisor import PID

SYSTEMD = Path("/run/systemd/system")  # sd_booted(3): there while systemd runs this machine
UNIT = """\
[Unit]
Description=Daybreak's stack in {checkout}
After=network-online.target

[Service]
Type=forking
PIDFile={pid_file}
WorkingDirectory={checkout}
EnvironmentFile=-%h/.config/daybreak/{name}.env
{environment}ExecStart={start}
ExecStop={stop}
TimeoutStartSec=600
TimeoutStopSec=60
Restart=on-failure
RestartSec=30

[Install]
WantedBy=default.target
"""


def arrange(checkout: Path, stack: Path, *, wanted: bool) -> list[str]:
    """Install or remove the start at boot for this user; returns what was done, in sentences."""
    home = Path.home()
    if not wanted:
        return remove(checkout, home=home) or ["nothing was set to start at boot"]
    program = Path(sys.executable).with_name("daybreak")
    return install(checkout, program, stack, {"DAYBREAK_HOME": str(stack.parent)}, home=home)


def install(checkout: Path, program: Path, stack: Path, variables: Mapping[str, str], *, home: Path) -> list[str]:
    """Let `program up` run at boot, for the user whose `home` it is; returns what was done and is left to do.

    Doing it again changes nothing. Raises ProjectError where neither systemd nor cron is at hand.
    """
    if SYSTEMD.is_dir() and shutil.which("systemctl"):
        file = unit_file(checkout, home)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(unit(checkout, program, stack, variables), encoding="utf-8")
        _run("systemctl", "--user", "daemon-reload")
        _run("systemctl", "--user", "enable", file.name)
        return [f"at boot: {file}", "for a start without a login, once: sudo loginctl enable-linger $USER"]
    if shutil.which("crontab"):
        _write_crontab(with_line(_crontab(), checkout, program, variables))
        return [f"at boot: a line of crontab marked {mark(checkout)}"]
    raise ProjectError("there is neither systemd nor cron here", "one of them", f"Start `{program} up` by other means")


def remove(checkout: Path, *, home: Path) -> list[str]:
    """Take back what `install` did, if anything; returns what was done."""
    done = []
    file = unit_file(checkout, home)
    if file.exists():
        if SYSTEMD.is_dir() and shutil.which("systemctl"):
            _run("systemctl", "--user", "disable", file.name)
        file.unlink()
        done.append(f"removed {file}")
    if shutil.which("crontab") and mark(checkout) in (table := _crontab()):
        _write_crontab(without_line(table, checkout))
        done.append(f"removed the line of crontab marked {mark(checkout)}")
    return done


def name_of(checkout: Path) -> str:
    """A name for one checkout, readable, and different for two of the same folder's name."""
    return f"daybreak-{checkout.name}-{hashlib.sha256(bytes(checkout)).hexdigest()[:6]}"


def mark(checkout: Path) -> str:
    return f"# {name_of(checkout)}"


def unit_file(checkout: Path, home: Path) -> Path:
    return home / ".config" / "systemd" / "user" / f"{name_of(checkout)}.service"


def unit(checkout: Path, program: Path, stack: Path, variables: Mapping[str, str]) -> str:
    """Text of the systemd unit. Secrets go into the file that EnvironmentFile names, not here."""
    environment = "".join(f"Environment={_quoted(f'{name}={value}')}\n" for name, value in variables.items())
    return UNIT.format(
        checkout=_escaped(str(checkout)),
        name=name_of(checkout),
        pid_file=_escaped(str(stack / PID)),
        environment=environment,
        start=f"{_quoted(str(program))} up",
        stop=f"{_quoted(str(program))} down",
    )


def with_line(table: str, checkout: Path, program: Path, variables: Mapping[str, str]) -> str:
    """A crontab with our line in it once."""
    command: Sequence[str] = ["env", *(f"{name}={value}" for name, value in variables.items()), str(program), "up"]
    line = f"@reboot cd {shlex.quote(str(checkout))} && {shlex.join(command)} >/dev/null 2>&1"
    return without_line(table, checkout) + line.replace("%", r"\%") + f" {mark(checkout)}\n"


def without_line(table: str, checkout: Path) -> str:
    """A crontab without our line."""
    return "".join(f"{line}\n" for line in table.splitlines() if not line.endswith(mark(checkout)))


def _escaped(text: str) -> str:
    return text.replace("%", "%%")


def _quoted(text: str) -> str:
    """As systemd.syntax(7) reads a word: % and \\ and " mean something there."""
    return '"' + _escaped(text).replace("\\", "\\\\").replace('"', '\\"') + '"'


def _crontab() -> str:
    done = subprocess.run(["crontab", "-l"], capture_output=True, encoding="utf-8", check=False)
    return done.stdout if done.returncode == 0 else ""


def _write_crontab(text: str) -> None:
    _run("crontab", "-", given=text)


def _run(*command: str, given: str = "") -> None:
    done = subprocess.run(list(command), input=given, capture_output=True, encoding="utf-8", check=False)
    if done.returncode:
        reason = " ".join(done.stderr.split()) or f"status {done.returncode}"
        raise ProjectError(f"`{shlex.join(command)}` said: {reason}", "", "Mend that, or start the stack by hand")
