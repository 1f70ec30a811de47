"""What is written for the next boot: text that systemd and cron read, for this checkout alone."""

import os
import stat
import subprocess
from pathlib import Path

import pytest

from daybreak.errors import ProjectError
from daybreak.stack import boot

VARIABLES = {"DAYBREAK_HOME": "/srv/a b/100%"}
CHECKOUT, PROGRAM, STACK = Path("/srv/the house"), Path("/srv/the house/.venv/bin/daybreak"), Path("/srv/state/stack")

# Stands for cron's own program: keeps the table in a file beside itself.
CRONTAB = """#!/bin/sh
table="$(dirname "$0")/table"
if [ "$1" = - ]; then exec cat >"$table"; fi
if [ -f "$table" ]; then exec cat "$table"; fi
echo "no crontab for user" >&2; exit 1
"""


@pytest.fixture
def cron(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine with cron and without systemd; returns the file of its table."""
    program = tmp_path / "bin" / "crontab"
    program.parent.mkdir()
    program.write_text(CRONTAB, encoding="utf-8")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{program.parent}{os.pathsep}/usr/bin{os.pathsep}/bin")
    monkeypatch.setattr(boot, "SYSTEMD", tmp_path / "no-systemd")
    return program.with_name("table")


def test_the_unit_starts_this_checkout_and_keeps_no_secret() -> None:
    text = boot.unit(CHECKOUT, PROGRAM, STACK, VARIABLES)
    assert "WorkingDirectory=/srv/the house\n" in text
    assert 'ExecStart="/srv/the house/.venv/bin/daybreak" up\n' in text
    assert 'ExecStop="/srv/the house/.venv/bin/daybreak" down\n' in text
    assert 'Environment="DAYBREAK_HOME=/srv/a b/100%%"\n' in text, "a percent sign means something to systemd"
    assert "PIDFile=/srv/state/stack/supervisor.pid\n" in text
    assert f"EnvironmentFile=-%h/.config/daybreak/{boot.name_of(CHECKOUT)}.env\n" in text
    assert "WantedBy=default.target" in text


@pytest.mark.skipif(not Path("/usr/bin/systemd-analyze").exists(), reason="no systemd-analyze here")
def test_systemd_itself_can_read_the_unit(tmp_path: Path) -> None:
    file = tmp_path / f"{boot.name_of(tmp_path)}.service"
    file.write_text(boot.unit(tmp_path, Path("/bin/true"), tmp_path, VARIABLES), encoding="utf-8")
    done = subprocess.run(
        ["systemd-analyze", "verify", "--user", str(file)], capture_output=True, text=True, timeout=30
    )
    assert file.name not in done.stderr, done.stderr


def test_two_checkouts_of_one_name_have_two_units(tmp_path: Path) -> None:
    names = {boot.name_of(tmp_path / place / "house") for place in ("a", "b")}
    assert len(names) == 2
    assert all(name.startswith("daybreak-house-") for name in names)


def test_with_systemd_the_unit_is_enabled_and_removed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said = tmp_path / "said"
    program = tmp_path / "bin" / "systemctl"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\necho "$@" >>"{said}"\n', encoding="utf-8")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(program.parent) + os.pathsep + "/usr/bin:/bin")
    monkeypatch.setattr(boot, "SYSTEMD", tmp_path)
    monkeypatch.setattr(boot.shutil, "which", lambda name: str(program) if name == "systemctl" else None)
    for _ in range(2):
        notes = boot.install(CHECKOUT, PROGRAM, STACK, VARIABLES, home=tmp_path)
    assert "enable-linger" in " ".join(notes)
    file = boot.unit_file(CHECKOUT, tmp_path)
    assert file.read_text(encoding="utf-8") == boot.unit(CHECKOUT, PROGRAM, STACK, VARIABLES)
    assert boot.remove(CHECKOUT, home=tmp_path) == [f"removed {file}"]
    assert boot.remove(CHECKOUT, home=tmp_path) == []
    lines = said.read_text(encoding="utf-8").splitlines()
    assert lines == [*["--user daemon-reload", f"--user enable {file.name}"] * 2, f"--user disable {file.name}"]


def test_with_cron_there_is_one_line_however_often_it_is_asked_for(tmp_path: Path, cron: Path) -> None:
    cron.write_text("0 4 * * * backup\n", encoding="utf-8")
    for _ in range(2):
        boot.install(CHECKOUT, PROGRAM, STACK, VARIABLES, home=tmp_path)
    line = (
        "@reboot cd '/srv/the house' && env 'DAYBREAK_HOME=/srv/a b/100\\%' '/srv/the house/.venv/bin/daybreak' up "
        f">/dev/null 2>&1 {boot.mark(CHECKOUT)}\n"
    )
    assert cron.read_text(encoding="utf-8") == "0 4 * * * backup\n" + line
    assert len(boot.remove(CHECKOUT, home=tmp_path)) == 1
    assert cron.read_text(encoding="utf-8") == "0 4 * * * backup\n"
    assert boot.remove(CHECKOUT, home=tmp_path) == []


def test_an_empty_table_is_no_error(tmp_path: Path, cron: Path) -> None:
    boot.install(CHECKOUT, PROGRAM, STACK, {}, home=tmp_path)
    assert cron.read_text(encoding="utf-8").startswith("@reboot cd ")


def test_a_cron_that_refuses_is_quoted(tmp_path: Path, cron: Path) -> None:
    (cron.parent / "crontab").write_text("#!/bin/sh\necho 'you are not allowed' >&2; exit 1\n", encoding="utf-8")
    with pytest.raises(ProjectError, match=r"`crontab -` said: you are not allowed"):
        boot.install(CHECKOUT, PROGRAM, STACK, {}, home=tmp_path)


def test_without_either_it_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(boot, "SYSTEMD", tmp_path / "no-systemd")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ProjectError, match="neither systemd nor cron"):
        boot.install(CHECKOUT, PROGRAM, STACK, {}, home=tmp_path)


def test_this_user_is_arranged_for(tmp_path: Path, cron: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert boot.arrange(CHECKOUT, STACK, wanted=False) == ["nothing was set to start at boot"]
    boot.arrange(CHECKOUT, STACK, wanted=True)
    assert "DAYBREAK_HOME=/srv/state " in cron.read_text(encoding="utf-8")
    assert len(boot.arrange(CHECKOUT, STACK, wanted=False)) == 1
