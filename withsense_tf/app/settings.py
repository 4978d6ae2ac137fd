"""What a server is told when it starts; its workers read the same from the environment."""

from __future__ import annotations

import ipaddress
import json
import os
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final, Self

from withsense_tf.errors import SettingError
from withsense_tf.index.trail.decision_trail import STATE
from withsense_tf.policy.countries import known_country
from withsense_tf.policy.service import FILES, LawFiles

VARIABLE: Final = "WITHSENSE_APP"
DEFAULT_PORT: Final = 8000
LOOPBACK_NAMES: Final = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True)
class AppSettings:
    """What a server is told.

    - `index`: the folder of the index
    - `state`: where thumbnails, uploads and the key of photo ids are kept; without one, `app` in the index's folder
    - `keys`: the file of API keys; without one nobody needs a key, which is for this machine alone
    - `host_names`: names by which this server may be called, beside its address and, on loopback, `localhost`
    - `country`: whose law holds where a request names none; without one, the strictest
    - `fixed_country`: no request may name another one
    - `threads`: requests that a worker answers at the same time
    - `searches`: of these, searches that run while the others wait. Each has decisions and pages of its own to keep in
      mind, and Python's lock lets one at a time work; with more of them none waits behind one that takes long
    - `rate`, `burst`: requests a second of one client, and at once; 0 is no limit. Writing has a tenth of it
    - `reports`: the folder where comparisons write what they measured
    - `policy_report`: the JSON file of a `policy report`; without one, `policy/report.json` in that folder
    - `drain_seconds`: how long requests that are under way may take once the server is told to stop
    - `quiet`: whether the log has what goes wrong and who was turned away alone
    """

    index: Path
    state: Path | None = None
    host: str = "127.0.0.1"
    port: int = DEFAULT_PORT
    workers: int = 1
    keys: Path | None = None
    reports: Path | None = None
    policy_report: Path | None = None
    host_names: tuple[str, ...] = ()
    country: str | None = None
    fixed_country: bool = False
    threads: int = 8
    searches: int = 1
    rate: float = 100.0
    burst: int = 400
    upload_bytes: int = 30_000_000
    upload_pixels: int = 60_000_000
    request_seconds: float = 30.0
    drain_seconds: int = 20
    quiet: bool = False
    law: LawFiles = field(default_factory=LawFiles)

    def __post_init__(self) -> None:
        for name in (
            "port",
            "workers",
            "threads",
            "searches",
            "upload_bytes",
            "upload_pixels",
            "drain_seconds",
        ):
            if (value := getattr(self, name)) < 1:
                raise SettingError(f"{name} must be a whole number from 1 up, got {value}.")
        if self.rate < 0 or (self.rate and self.burst < 1):
            raise SettingError(
                f"rate and burst must not be below 0 and 1, got {self.rate:g} and {self.burst}. A rate of 0 is no "
                "limit."
            )
        if self.country is not None:
            object.__setattr__(self, "country", known_country(self.country))

    @property
    def state_folder(self) -> Path:
        """Return where what the server makes is kept; without links, as the index writes down what was brought."""
        return (self.state if self.state is not None else self.index / STATE).resolve()

    @property
    def policy_report_file(self) -> Path | None:
        """Return where a report on how well the law is read is looked for."""
        if self.policy_report is not None or self.reports is None:
            return self.policy_report
        return self.reports / "policy" / "report.json"

    @property
    def on_loopback(self) -> bool:
        """Return whether only this machine can reach the server."""
        if self.host in LOOPBACK_NAMES:
            return True
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return False

    @property
    def for_one_person(self) -> bool:
        """Return whether who asks is who started it, as far as settings tell: on this machine, by no other name."""
        return self.on_loopback and self.keys is None and not self.host_names

    def cookie(self, name: str) -> str:
        """Return what a cookie is called here: browsers send those of a host to each of its ports.

        >>> AppSettings(Path("index"), port=8001).cookie("withsense_key")
        'withsense_key_8001'
        """
        return name if self.port == DEFAULT_PORT else f"{name}_{self.port}"

    def check_open_to_others(self) -> None:
        """Raise if others could reach the server and nobody needed a key."""
        if not self.on_loopback and self.keys is None:
            raise SettingError(
                f"--host {self.host} can be reached from other machines, and no API keys are set, so anybody could "
                "write to the index. Make a key: withsense keys create NAME --scope read --keys FILE; "
                "then serve with --keys FILE. Or listen on this machine alone, with --host 127.0.0.1."
            )

    def to_environment(self) -> None:
        """Write the settings where the workers, which are processes of their own, read them."""
        os.environ[VARIABLE] = json.dumps(asdict(self), default=str)

    @classmethod
    def from_environment(cls) -> Self:
        """Read what `to_environment` wrote."""
        text = os.environ.get(VARIABLE)
        if text is None:
            raise SettingError(f"{VARIABLE} is not set: start the server with withsense serve.")
        try:
            return cls._of_cells(json.loads(text))
        except (ValueError, TypeError, KeyError) as error:
            raise SettingError(f"{VARIABLE} holds no settings of a server ({error}).") from error

    @classmethod
    def _of_cells(cls, cells: dict[str, Any]) -> Self:
        law = cells.pop("law")
        for name in FILES:
            law[name] = _path(law[name])
        return cls(
            index=Path(cells.pop("index")),
            state=_path(cells.pop("state")),
            keys=_path(cells.pop("keys")),
            reports=_path(cells.pop("reports")),
            policy_report=_path(cells.pop("policy_report")),
            law=LawFiles(**law),
            host_names=tuple(cells.pop("host_names")),
            **cells,
        )


def _path(text: str | None) -> Path | None:
    return None if text is None else Path(text)
