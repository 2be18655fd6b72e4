#!/usr/bin/env python3
"""Casebook's one tool for people and CI: it makes the environment, then does what was asked.

Standard library alone, so that Python is all a machine needs. It must be readable by
older Pythons too, which get a sentence from it instead of a syntax error.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import http.client
import importlib.util
import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent
WINDOWS = os.name == "nt"
VENV = ROOT / ".venv"
PYTHON = VENV / ("Scripts/python.exe" if WINDOWS else "bin/python")
UV = "requirements-uv.txt"
LISTS = {"run": ["requirements.txt"], "test": ["requirements.txt", "requirements-test.txt"]}
HOST = "127.0.0.1"
CLOSING_LINE = re.compile(r"\b(passed|failed|errors?|skipped|deselected|no tests ran)\b.* in \d+\.\d+s")
VERBS = {
    "demo": "try Casebook with an invented charity, in a database of its own",
    "run": "run Casebook for real use",
    "test": "check and test everything; what it doesn't know goes to pytest",
    "bench": "measure speed; arguments go to tests.bench",
    "jobs": "count and time ten jobs of a working day in a browser; arguments go to tests.bench.jobs",
    "matrix": "write the whole policy to tests/policy/matrix.txt",
    "fix": "put the code in order, as far as ruff can",
    "lock": "pin all that the lists need, with hashes; arguments go to uv, such as --upgrade-package NAME",
}


def main(argv: list[str]) -> int:
    """Do one verb; its exit code."""
    sys.stdout.reconfigure(errors="replace")  # an old Windows console can't show every sign
    asked, rest = arguments(argv)
    serves = asked.verb in ("demo", "run")
    if serves:
        need_free(asked.port, asked.verb)
    try:
        environment("run" if serves else "test")
        if serves:
            return demo(asked.cases, asked.port) if asked.verb == "demo" else run(asked.port)
        if asked.verb in ("test", "fix"):
            return test(asked.fast, asked.all, rest) if asked.verb == "test" else fix()
        if asked.verb == "lock":
            return lock(rest)
        module = {"bench": "tests.bench", "jobs": "tests.bench.jobs", "matrix": "tests.policy.matrix"}[asked.verb]
        more = {"OKF_BROWSER": find_browser()[0]} if asked.verb == "jobs" else {}
        return call(PYTHON, "-m", module, *rest, env=surroundings(ours=False, **more))
    except KeyboardInterrupt:
        say("Stopped.")
        return 130


def arguments(argv: list[str]) -> tuple[argparse.Namespace, list[str]]:
    """What was asked, and the rest, which only `test`, `bench`, `jobs` and `lock` hand on."""
    top = argparse.ArgumentParser(prog="dev.py", description="Casebook: run it, try it, test it.", allow_abbrev=False)
    verbs = top.add_subparsers(dest="verb", required=True, metavar="VERB")
    take = {name: verbs.add_parser(name, help=told, allow_abbrev=False) for name, told in VERBS.items()}
    take["demo"].add_argument("--cases", type=int, help="make a larger demo, of this many cases")
    for name in ("demo", "run"):
        take[name].add_argument("--port", type=int, default=8501, help="port on this machine (8501)")
    take["test"].add_argument("--fast", action="store_true", help="leave out the tests that need a browser")
    told = "run every test on both databases, sweep everything as everybody, and try ten times as many examples"
    take["test"].add_argument("--all", action="store_true", help=told)
    asked, rest = top.parse_known_args(argv)
    if rest and asked.verb not in ("test", "bench", "jobs", "lock"):
        take[asked.verb].error("unknown: " + " ".join(rest))
    return asked, rest


def demo(cases: int | None, port: int) -> int:
    """Make the demo when it isn't there, serve it, and say who can sign in."""
    env = surroundings(ours=False, OKF_DEMO="1")
    command = [PYTHON, "-m", "okf", "demo"] + ([] if cases is None else ["--cases", str(cases)])
    say("Preparing the demo ...")
    made = subprocess.run(command, cwd=ROOT, env=env, stdout=subprocess.PIPE, encoding="utf-8", errors="replace")
    if made.returncode == 0:
        return serve(port, env, made.stdout.strip())
    say(made.stdout)
    return made.returncode


def run(port: int) -> int:
    """Bring the real database up to date, serve it, and say how the first person gets in."""
    env = surroundings()
    env.pop("OKF_DEMO", None)
    here, python = (subprocess.list2cmdline([p]) if WINDOWS else shlex.quote(p) for p in (str(ROOT), str(PYTHON)))
    told = "No account comes with it. In another terminal, invite the first administrator:"
    invite = 'invite USERNAME --name "..." --email ... --role administrator --capacity staff'
    migrated = call(PYTHON, "-m", "okf", "migrate", env=env)
    return migrated or serve(port, env, f"{told}\n  cd {here}\n  {python} -m okf {invite}")


def serve(port: int, env: dict[str, str], told: str) -> int:
    """Serve until Ctrl-C or a termination signal; tell the address and `told` once it answers."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    server = subprocess.Popen([PYTHON, "-m", "okf", "serve", "--port", str(port)], cwd=ROOT, env=env)
    try:
        while not answers(port):
            if server.poll() is not None:
                say("The server stopped before it answered; what it said stands above.")
                return server.returncode or 1
            time.sleep(0.1)
        say(f"\n{told}\n\nCasebook is at http://{HOST}:{port}\nCtrl-C stops it; what was entered stays.")
        return server.wait()
    except KeyboardInterrupt:
        say("\nStopping ...")
        return 0
    finally:
        stop(server)


def stop(server: subprocess.Popen) -> None:
    """End the server, gently first; an impatient second Ctrl-C ends the waiting."""
    # On Windows terminate() is a kill, so the console's own Ctrl-C gets its time before it.
    for end, seconds in (*[(lambda: None, 5)] * WINDOWS, (server.terminate, 10), (server.kill, None)):
        if server.poll() is None:
            end()
            with contextlib.suppress(subprocess.TimeoutExpired, KeyboardInterrupt):
                server.wait(seconds)


def answers(port: int) -> bool:
    """Whether something speaks HTTP here: any status will do, since the Gate may refuse us."""
    silence = contextlib.suppress(OSError, http.client.HTTPException)
    with silence, contextlib.closing(http.client.HTTPConnection(HOST, port, timeout=5)) as asked:
        asked.request("GET", "/_stcore/health")
        return asked.getresponse().status > 0
    return False


def need_free(port: int, verb: str) -> None:
    """Stop with a sentence when another program listens on this port."""
    with socket.socket() as tried:
        if not WINDOWS:  # where the option would let two programs share the port
            tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            tried.bind((HOST, port))
        except (OSError, OverflowError) as fault:
            told = f"Port {port} can't be used: {fault}. If Casebook runs already, stop it; "
            raise SystemExit(f"{told}or choose another port: python3 dev.py {verb} --port 8502") from None


def test(fast: bool, every: bool, rest: list[str]) -> int:
    """Run every check and every test, whatever fails; pytest's closing line comes last."""
    env = surroundings(ours=False)
    if not fast:
        browser, missing = find_browser()
        env.update({"OKF_BROWSER": browser} if browser else {"OKF_BROWSER_MISSING": missing})
        say(f"Browser: {browser or missing}")
    workers = min(6, max(2, os.cpu_count() or 2))  # our default; more of them wait for one another
    # A file stays on one worker, with the server or the charity that its tests share, in the order that conftest gives.
    shared = ["--dist", "loadfile", "--no-loadscope-reorder"]
    tests = ["-m", "pytest", "-n", str(workers), *shared, "--durations", "5"]
    tests += ["--color=yes"] * sys.stdout.isatty() + ["-m", "not browser"] * fast + ["--all"] * every + rest
    commands = {
        "ruff format": ["-m", "ruff", "format", "--check", "."],
        "ruff check": ["-m", "ruff", "check", "."],
        "lint-imports": ["-c", "from importlinter.cli import lint_imports_command as lint; lint()", "--no-logo"],
        "mypy": ["-m", "mypy", "okf"],
        "pytest": tests,
    }
    piped = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "encoding": "utf-8", "errors": "replace"}
    failed, closing = [], ""
    with contextlib.ExitStack() as stack:  # side by side, and told one after the other
        started = {
            name: stack.enter_context(subprocess.Popen([PYTHON, *arguments], cwd=ROOT, env=env, **piped))
            for name, arguments in commands.items()
        }
        for name, running in started.items():
            say(f"--- {name}")
            for line in running.stdout:
                print(line, end="", flush=True)
                closing = line if CLOSING_LINE.search(line) else closing
            failed += [name] * bool(running.wait())
    if failed:
        say(f"\nFailed: {', '.join(failed)}.\n{closing}")
    return 1 if failed else 0


def fix() -> int:
    """Mend what ruff can mend; non-zero when something is left for a person."""
    call(PYTHON, "-m", "ruff", "check", "--fix-only", ".")
    return call(PYTHON, "-m", "ruff", "format", ".") or call(PYTHON, "-m", "ruff", "check", ".")


def lock(rest: list[str]) -> int:
    """Compile each list that people write (.in) into the one that is installed (.txt), the same on every system.

    What is pinned already keeps its version unless a list or an argument asks for another.
    """
    command = [PYTHON, "-m", "uv", "pip", "compile", "--universal", "--python-version", "3.11", "--generate-hashes"]
    command += ["--no-annotate", "--quiet", "--custom-compile-command", "python3 dev.py lock", *rest]
    lists = {"requirements-uv": [], "requirements": [], "requirements-test": ["-c", "requirements.txt"]}
    return max(call(*command, *same, "-o", f"{name}.txt", f"{name}.in") for name, same in lists.items())


def find_browser() -> tuple[str, str]:
    """A browser for the tests, or else what to say about there being none."""
    named = os.environ.get("OKF_BROWSER")
    if named:
        found = shutil.which(named)
        return (found, "") if found else ("", f"OKF_BROWSER names {named}, which can't be run: correct or unset it.")
    found = installed_browser() or (apt("chromium-headless-shell") and installed_browser()) or ""
    told = "No Chrome, Chromium or Edge was found, so the browser tests fail: install one (Debian: apt-get install "
    told += "chromium-headless-shell) or put its path in OKF_BROWSER; `dev.py test --fast` leaves these tests out."
    return found, "" if found else told


def installed_browser() -> str:
    """The first Chrome, Chromium or Edge in the three systems' usual places, or nothing."""
    names = ["chromium-headless-shell"]  # the lightest: it draws no window, and takes a sixth less of the processor
    names += ["google-chrome", "google-chrome-stable", "chromium", "chromium-browser", "microsoft-edge"]
    apps = ["Google Chrome", "Chromium", "Microsoft Edge"]
    mac = ["/Applications", f"{Path.home()}/Applications"]
    windows = filter(None, map(os.environ.get, ["PROGRAMFILES", "PROGRAMFILES(X86)", "LOCALAPPDATA"]))
    windows = [f"{base}/{{}}/Application/{{}}.exe" for base in windows]
    names += [f"{base}/{app}.app/Contents/MacOS/{app}" for app in apps for base in mac]
    names += [base.format("Google/Chrome", "chrome") for base in windows]
    names += [base.format("Microsoft/Edge", "msedge") for base in windows]
    return next(filter(None, map(shutil.which, names)), "")


def environment(kind: str) -> None:
    """Make `.venv` when it is missing or broken, and install when the lists have changed."""
    if sys.version_info < (3, 11):
        found = ".".join(map(str, sys.version_info[:3]))
        raise SystemExit(f"Casebook needs Python 3.11 or newer, and {sys.executable} is {found}. See python.org.")
    version = venv_version() or make_venv()
    wanted = {}
    for each, names in LISTS.items():
        content = b"".join((ROOT / name).read_bytes() for name in names)
        wanted[VENV / f"installed-for-{each}"] = hashlib.sha256(version.encode() + content).hexdigest()
    stamp = VENV / f"installed-for-{kind}"
    if stamp.is_file() and stamp.read_text(encoding="utf-8") == wanted[stamp]:
        return
    say(f"Installing what {LISTS[kind][-1]} lists, into {VENV} ...")
    install(LISTS[kind][-1])
    for path in wanted if kind == "test" else [stamp]:  # the test list holds the run-time list
        path.write_text(wanted[path], encoding="utf-8")


def venv_version() -> str:
    """The version of `.venv`'s own Python; nothing when it can't be used."""
    ask = "import pip, sys; print(sys.version if sys.version_info >= (3, 11) and sys.prefix != sys.base_prefix else '')"
    with contextlib.suppress(OSError, subprocess.CalledProcessError):
        return subprocess.run([PYTHON, "-c", ask], capture_output=True, encoding="utf-8", check=True).stdout.strip()
    return ""


def make_venv() -> str:
    """Make `.venv` anew, on Debian as root with the package that this needs; its Python's version."""
    hint = "On Debian or Ubuntu: apt-get install python3-venv"
    if not importlib.util.find_spec("ensurepip") and not apt(f"python3.{sys.version_info[1]}-venv"):
        raise SystemExit(f"This Python, {sys.executable}, lacks its venv module. {hint}")
    say(f"Making {VENV} ...")
    if call(sys.executable, "-m", "venv", "--clear", VENV) or not venv_version():
        raise SystemExit(f"{VENV} could not be made: see above. {hint}")
    return venv_version()


def install(name: str) -> None:
    """Install a list with uv, or with pip where uv can't."""
    env = surroundings()
    pip = [PYTHON, "-m", "pip", "install", "--quiet"]
    uv = [PYTHON, "-m", "uv", *pip[2:], "--python", PYTHON]
    if call(*pip, "-r", UV, env=env) or call(*uv, "-r", name, env=env):
        say("uv could not do it; trying pip, which takes a minute longer ...")
        if not call(*pip, "-r", name, env=env):
            return
        raise SystemExit("The packages could not be installed: see above. Check the network, and run this again.")


def apt(package: str) -> bool:
    """Install a Debian package, if we are root where there is apt-get; whether it worked."""
    if WINDOWS or not shutil.which("apt-get") or os.geteuid() != 0:
        return False
    say(f"Installing Debian's {package} ...")
    env = surroundings(DEBIAN_FRONTEND="noninteractive")
    quiet = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL}
    steps = (["update"], ["install", "-y", "--no-install-recommends", package])
    return all(call("apt-get", "-qq", *step, env=env, **quiet) == 0 for step in steps)


def surroundings(*, ours: bool = True, **more: str) -> dict[str, str]:
    """The environment for what we start; not `ours`: without OKF_ settings, so that no test or demo meets real data."""
    kept = {k: v for k, v in os.environ.items() if ours or not k.startswith("OKF_") or k.startswith("OKF_TEST_")}
    kept.pop("PYTHONDONTWRITEBYTECODE", None)  # images set it: then every start compiles all it imports, 4 seconds
    quiet = {"PIP_NO_INPUT": "1", "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    return {**kept, **quiet, "PYTHONUTF8": "1", "PYTHONUNBUFFERED": "1", **more}


def call(*command: str | Path, **how: object) -> int:
    """Run a command in our folder; its exit code."""
    return subprocess.call([str(part) for part in command], cwd=ROOT, **how)


def say(text: str) -> None:
    """Print at once, also into a pipe."""
    print(text, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
