"""One run of `tap-polar | target-postgres` for one organization. It knows nothing of Dagster."""

import json
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from upath import UPath

# An organization is a file of settings with its token, such as organizations/acme.json. In
# Kubernetes that is a Secret with one key for each, mounted as a folder.
ORGANIZATIONS = Path(os.environ.get("POLAR_ORGANIZATIONS", "organizations"))
# A folder, or a place in a bucket such as s3://bucket/states (with the package s3fs).
STATES = UPath(os.environ.get("POLAR_STATES", "states"))


@dataclass(frozen=True)
class Ending:
    """How a run has ended: exit codes (negative: the signal that ended it), and the tap's summary."""

    tap: int
    target: int
    summary: dict

    @property
    def problem(self) -> str | None:
        """What is wrong, in a sentence; None if nothing is."""
        if self.target != 0:
            return f"target-postgres ended with {self.target}: its log says why"
        if self.tap != 0:
            return self.summary.get("message") or f"tap-polar ended with {self.tap}"
        return None


def organizations() -> set[str]:
    """The names of all organizations that there are settings for."""
    return {path.stem for path in ORGANIZATIONS.iterdir() if path.suffix == ".json"}


def sync(organization: str, group: str, streams: str) -> Ending:
    """Reads these streams of an organization into a schema of its own, from the last state on."""
    state = STATES / organization / f"{group}.json"
    with TemporaryDirectory() as folder:
        summary = Path(folder, "summary.json")
        tap = ["tap-polar", "--config", str(ORGANIZATIONS / f"{organization}.json")]
        tap += ["--select", streams, "--summary", str(summary)]
        if state.exists():
            copy = Path(folder, "state.json")
            copy.write_text(state.read_text())
            tap += ["--state", str(copy)]
        codes = pipe(tap, ["target-postgres", "--config=ENV"], f"polar_{organization}", state)
        return Ending(*codes, json.loads(summary.read_text()) if summary.exists() else {})


def pipe(tap: list[str], target: list[str], schema: str, state: UPath) -> tuple[int, int]:
    """Runs both to their end, and keeps the states on the way. Returns their exit codes."""
    into = {**os.environ, "TARGET_POSTGRES_DEFAULT_TARGET_SCHEMA": schema}
    output = subprocess.PIPE
    with (
        subprocess.Popen(tap, stdout=output) as reading,
        subprocess.Popen(
            target, stdin=reading.stdout, stdout=output, text=True, env=into
        ) as loading,
    ):
        reading.stdout.close()  # The target has the only other end: when it dies, the tap ends.
        try:
            for line in loading.stdout:
                # A target prints a state once the rows before it are safe, whatever comes after.
                if line.endswith("\n"):
                    replace(state, line)
        except BaseException:  # Dagster ends a run, or the state can't be kept.
            reading.terminate()
            raise
    return reading.returncode, loading.returncode


def replace(path: UPath, text: str) -> None:
    """Writes beside the file, then moves it there: who reads sees the old text or the new one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_name(f"{path.name}.new")
    new.write_text(text)
    new.rename(path)
