"""Set Seedloupe up and run it, on Linux, macOS or Windows.

    python install.py demo    open the demo app
    python install.py run     the command line: `python install.py run noise 42 --shape 4,64,64`
    python install.py test    run all tests
    python install.py dev     set up for development, run nothing

The first call makes a virtual environment in .venv beside this file, or takes the active one, and
installs the versions named in requirements.lock; later calls start at once. Anything after the
word is handed on: `python install.py demo --port 8000`, `python install.py test -k noise`.

Hosts call this file bare. AUTOMATIC1111 does so at every start: what requirements.txt names and
the host lacks is then installed the host's way. ComfyUI-Manager does so after it has installed
requirements.txt itself: there is nothing left to do.
"""

import sys

if sys.version_info < (3, 10):  # noqa: UP036 - an older Python must get this far to be told
    sys.exit(f"Seedloupe needs Python 3.10 or newer; this is {sys.version.split()[0]}.")

import hashlib
import os
import re
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from importlib import metadata
from pathlib import Path
from typing import NamedTuple, NoReturn

ROOT = Path(__file__).resolve().parent


class Task(NamedTuple):
    """What one word on the command line needs and runs."""

    extras: tuple[str, ...]
    command: tuple[str, ...] = ()
    folder: Path | None = None  # where it runs; None stays where the user is


TASKS = {
    "demo": Task(("app", "ocr", "mining"), ("seedloupe", "demo")),
    "run": Task(("app", "ocr", "mining"), ("seedloupe",)),
    "test": Task(("app", "ocr", "mining", "dev"), ("pytest",), ROOT),
    "dev": Task(("app", "ocr", "mining", "dev")),
}

# What pip says when something outside Seedloupe stops it, and what that means.
TROUBLES = (
    (r"No space left on device|Errno 28", "the disk is full"),
    (
        r"NewConnectionError|NameResolutionError|ConnectTimeout|ReadTimeout|ProxyError|SSLError"
        r"|Max retries exceeded|Could not fetch URL|Temporary failure in name resolution"
        r"|Network is unreachable|connection broken",
        "pip cannot reach the package index; check the network, then run this again",
    ),
    (
        r"No matching distribution found for (?P<name>[\w.-]+)",
        "pip finds no {name} for this Python and system; the tests ran with Python 3.11",
    ),
    (r"No module named pip", "its pip is missing; delete that folder, then run this again"),
    (r"Permission denied|Errno 13|externally-managed", "the environment cannot be written to"),
)


def main(arguments: Sequence[str]) -> int:
    """Do what the first word says; without one, do what a host expects."""
    if not arguments:
        return serve_host()
    word, *rest = arguments
    if word in ("-h", "--help"):
        sys.stdout.write(f"{__doc__}\n")
        return 0
    if word not in TASKS:
        complain(f"unknown word {word!r}; use one of: {', '.join(TASKS)}", code=2)
    task = TASKS[word]
    environment = find_environment()
    prepare(environment, task.extras)
    if task.command:
        become(environment, (*task.command, *rest), task.folder)
    return 0


# --- in a host ---------------------------------------------------------------------------------


def serve_host() -> int:
    """Let AUTOMATIC1111 install what is missing; be silent everywhere else."""
    missing = [requirement for requirement in requirements() if not is_installed(requirement)]
    if not missing:
        return 0
    try:
        import launch  # AUTOMATIC1111's; it puts its folder on the path of this process
    except ImportError:
        return 0
    if hasattr(launch, "run_pip"):
        for requirement in missing:
            launch.run_pip(f'install "{requirement}"', f"{requirement} for Seedloupe")
    return 0


def requirements() -> Iterator[str]:
    """Go through requirements.txt, whose lines all read ``name>=version``."""
    for line in (ROOT / "requirements.txt").read_text("utf-8").splitlines():
        requirement = line.partition("#")[0].strip()
        if requirement:
            yield requirement


def is_installed(requirement: str) -> bool:
    """Tell whether this Python has the distribution, and no older than asked."""
    name, _, floor = requirement.partition(">=")
    try:
        return numbers(metadata.version(name.strip())) >= numbers(floor)
    except metadata.PackageNotFoundError:
        return False


def numbers(version: str) -> tuple[int, ...]:
    """Return the leading numbers of a version: ``"0.4.2rc1"`` gives ``(0, 4, 2)``."""
    match = re.match(r"\s*(\d+(?:\.\d+)*)", version)
    return tuple(map(int, match[1].split("."))) if match else ()


# --- on its own --------------------------------------------------------------------------------


def find_environment() -> Path:
    """Return the active virtual environment, or the place for our own.

    Inside a host the active one is the host's. It must keep its own versions, so there
    Seedloupe's tests and demo get their own.
    """
    in_host = ROOT.parent.name in ("extensions", "custom_nodes")
    active = sys.prefix != sys.base_prefix
    return Path(sys.prefix) if active and not in_host else ROOT / ".venv"


def prepare(environment: Path, extras: Sequence[str]) -> None:
    """Make the environment hold what the task needs, unless it already does."""
    stamp = environment / "seedloupe-installed.txt"
    state = fingerprint()
    present = read_stamp(stamp, state)
    if present.issuperset(extras):
        return
    began = time.monotonic()
    make_environment(environment)
    say(f"installing the tested versions into {environment} (only this once)")
    install(environment, sorted(present.union(extras)))
    stamp.write_text(f"{state} {','.join(sorted(present.union(extras)))}\n", "utf-8")
    say(f"ready after {time.monotonic() - began:.0f} s")


def fingerprint() -> str:
    """Sum up everything that decides what has to be installed, and from where."""
    parts = [str(ROOT).encode()]
    parts += [(ROOT / name).read_bytes() for name in ("pyproject.toml", "requirements.lock")]
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def read_stamp(stamp: Path, state: str) -> frozenset[str]:
    """Return the extras that were installed in this very state; none if it was another."""
    try:
        noted, extras = stamp.read_text("utf-8").split()
    except (OSError, ValueError):
        return frozenset()
    return frozenset(extras.split(",")) if noted == state else frozenset()


def python_of(environment: Path) -> Path:
    """Return the environment's interpreter."""
    windows = os.name == "nt"
    return environment / ("Scripts/python.exe" if windows else "bin/python")


def make_environment(environment: Path) -> None:
    """Make a virtual environment where there is none; leave nothing half made behind."""
    if environment.exists():
        if not python_of(environment).exists():
            complain(f"{environment} has no working Python; delete that folder, then try again")
        return
    say(f"making {environment}")
    made = False
    try:
        command = [sys.executable, "-m", "venv", str(environment)]
        made = subprocess.run(command, cwd=ROOT, capture_output=True, check=False).returncode == 0
    finally:
        if not made:
            shutil.rmtree(environment, ignore_errors=True)
    if not made:
        complain(
            f"{sys.executable} cannot make virtual environments: its venv or ensurepip module is "
            "missing (Debian, Ubuntu: apt install python3-venv), or the folder is read-only"
        )


def install(environment: Path, extras: Sequence[str]) -> None:
    """Install Seedloupe, editable, with these extras; every version comes from the lock."""
    # The build tools come first and from the lock too, so that nothing is fetched unpinned.
    run_pip(environment, "pip>=23", "setuptools>=77")
    run_pip(environment, "--no-build-isolation", "--editable", f".[{','.join(extras)}]")


def run_pip(environment: Path, *arguments: str) -> None:
    """Run ``pip install`` under the lock; say in one line what went wrong if it fails."""
    log = environment / "seedloupe-install.log"
    options = ("--disable-pip-version-check", "--no-input", "--constraint", "requirements.lock")
    command = isolated(environment, "pip", "install", *options, *arguments)
    try:
        with log.open("w", encoding="utf-8") as file:
            code = follow(command, file.write)
    except OSError as error:
        complain(f"{environment} does not work ({error}); delete that folder, then try again")
    if code:
        complain(f"setting up {environment} failed: {explain(log.read_text('utf-8'))} (see {log})")


def follow(command: Sequence[str], keep: Callable[[str], object]) -> int:
    """Run a command, keep its output and show its latest line where a person is watching."""
    pipe = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "cwd": ROOT}
    text = {"text": True, "encoding": "utf-8", "errors": "replace"}
    with subprocess.Popen(command, **pipe, **text) as process:
        for line in process.stdout:
            keep(line)
            show(line.strip())
        show("")
        return process.wait()


def show(line: str) -> None:
    """Write over the status line of a terminal."""
    if sys.stderr.isatty():
        width = shutil.get_terminal_size().columns - 1
        sys.stderr.write(f"\r{line[:width]:{width}}\r")
        sys.stderr.flush()


def explain(log: str) -> str:
    """Say in a few words why pip failed."""
    for pattern, meaning in TROUBLES:
        match = re.search(pattern, log)
        if match:
            return meaning.format(**match.groupdict())
    errors = [line for line in log.splitlines() if line.startswith("ERROR")]
    return errors[-1] if errors else "pip failed"


def isolated(environment: Path, *command: str) -> list[str]:
    """Return a command line for a module in the environment.

    ``-I`` keeps the working folder off the path: beside a clone called ``seedloupe`` that name
    would otherwise mean the clone, and not the package in it.
    """
    return [str(python_of(environment)), "-I", "-m", *command]


def become(environment: Path, command: Sequence[str], folder: Path | None) -> NoReturn:
    """Go on as another program; its exit code becomes ours."""
    line = isolated(environment, *command)
    os.chdir(folder or ".")
    try:
        if os.name != "nt":
            os.execv(line[0], line)
        sys.exit(wait_for(subprocess.Popen(line)))
    except OSError as error:
        complain(f"{environment} does not work ({error}); delete that folder, then try again")


def wait_for(child: subprocess.Popen[bytes]) -> int:
    """Wait to the end: on Ctrl-C the child is asked too, and it decides."""
    while True:
        try:
            return child.wait()
        except KeyboardInterrupt:
            continue


def say(text: str) -> None:
    """Tell the user something."""
    sys.stderr.write(f"Seedloupe: {text}\n")


def complain(text: str, *, code: int = 1) -> NoReturn:
    """End with one line that says what is wrong."""
    say(text)
    sys.exit(code)


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        complain("stopped; the same command goes on from here", code=130)
