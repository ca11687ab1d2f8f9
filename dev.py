"""Sets the program up on a bare machine, then runs, tests or checks it; the same on every system.

Only the standard library, and only what Python 3.8 can parse: this file is what tells the owner
of an old Python which one is needed.
"""

from __future__ import annotations

import ctypes
import hashlib
import importlib.util
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Callable, NoReturn, Sequence

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
LOCKS = ROOT / "requirements"
PACKAGE = "justtrades_desktop"
WINDOWS = os.name == "nt"

OLDEST, TOO_NEW = (3, 11), (3, 14)
RIGHT_PYTHON = f"import sys; sys.exit(not {OLDEST} <= sys.version_info[:2] < {TOO_NEW})"

# What Qt's wheels leave to the system, by the Debian package that brings it. The libraries are
# looked for by loading them, so other systems are served as well; only the names are Debian's.
QT_LIBRARIES = {
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libX11.so.6": "libx11-6",
    "libbrotlidec.so.1": "libbrotli1",
    "libdbus-1.so.3": "libdbus-1-3",
    "libfontconfig.so.1": "libfontconfig1",
    "libfreetype.so.6": "libfreetype6",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libgssapi_krb5.so.2": "libgssapi-krb5-2",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libzstd.so.1": "libzstd1",
}
X11_LIBRARIES = {
    "libX11-xcb.so.1": "libx11-xcb1",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-randr.so.0": "libxcb-randr0",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-render.so.0": "libxcb-render0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-shm.so.0": "libxcb-shm0",
    "libxcb-sync.so.1": "libxcb-sync1",
    "libxcb-util.so.1": "libxcb-util1",
    "libxcb-xfixes.so.0": "libxcb-xfixes0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
}
WAYLAND_LIBRARIES = {
    "libwayland-client.so.0": "libwayland-client0",
    "libwayland-cursor.so.0": "libwayland-cursor0",
    "libwayland-egl.so.1": "libwayland-egl1",
}
# What looks into libraries while a bundle is made, and what packs it.
BUILD_PROGRAMS = {"objdump": "binutils", "ldd": "libc-bin", "dpkg-deb": "dpkg"}
# A screen, a window manager, a tray, and somebody outside who sends an alert.
PROOF_PROGRAMS = {
    "Xvfb": "xvfb",
    "openbox": "openbox",
    "trayer": "trayer",
    "xdotool": "xdotool",
    "curl": "curl",
}
FONT_FOLDERS = (
    "/usr/share/fonts",
    "/usr/local/share/fonts",
    "/run/host/fonts",
    "~/.local/share/fonts",
    "~/.fonts",
)
FONT_PACKAGE = "fonts-dejavu-core"

# Names that only make sense on one machine or one registry. Written in pieces, or this file
# would be the first to break its own rule.
FOREIGN_NAMES = (
    "py" + r"pi\.org",
    "python" + r"hosted\.org",
    "deb" + r"ian\.org/debian",
    "npm" + r"js\.org",
    r"(^|[^A-Za-z0-9_.~*-])/" + r"(opt|root|work)/",
)


def say(message: str) -> None:
    """Speak on stderr: stdout belongs to the program that is started."""
    print("dev.py: " + message, file=sys.stderr, flush=True)


def fail(message: str) -> NoReturn:
    """End with one plain line."""
    say(message)
    sys.exit(1)


# --- which Python ---------------------------------------------------------------------------------


def is_right_python() -> bool:
    """Whether this very Python can carry the program."""
    return OLDEST <= sys.version_info[:2] < TOO_NEW


def is_runnable(command: Sequence[str]) -> bool:
    """Whether a Python of the right version answers; a version manager's shim may be hollow."""
    try:
        answer = subprocess.run([*command, "-c", RIGHT_PYTHON], capture_output=True, timeout=30)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return answer.returncode == 0


def find_python() -> list[str] | None:
    """Find the command of another Python that fits, the oldest supported one first."""
    for minor in range(OLDEST[1], TOO_NEW[1]):
        version = f"3.{minor}"
        command = ["py", "-" + version] if WINDOWS else ["python" + version]
        if is_runnable(command):
            return command
    return None


def hand_over_to_right_python(arguments: Sequence[str]) -> None:
    """Start again under a Python that fits, unless this one does."""
    if is_right_python():
        return
    command = find_python()
    if command is None:
        found = ".".join(str(part) for part in sys.version_info[:3])
        fail("Python 3.11, 3.12 or 3.13 is needed and none was found; this is " + found + ".")
    become([*command, str(Path(__file__).resolve()), *arguments])


def become(command: Sequence[str], environment: dict[str, str] | None = None) -> NoReturn:
    """Give the process to the command, so that signals and the exit code are its own."""
    environment = environment or dict(os.environ)
    if not WINDOWS:
        os.execvpe(command[0], list(command), environment)
    # Windows has no exec that keeps the console: wait, and leave Ctrl-C to the child.
    with subprocess.Popen(command, env=environment) as child:
        while True:
            try:
                sys.exit(child.wait())
            except KeyboardInterrupt:
                continue


# --- what the system must bring -------------------------------------------------------------------


def is_missing(library: str) -> bool:
    """Whether the system's loader cannot find a library."""
    try:
        ctypes.CDLL(library)
    except OSError:
        return True
    return False


def has_font() -> bool:
    """Whether any font is installed; without one, Qt draws boxes."""
    folders = (Path(folder).expanduser() for folder in FONT_FOLDERS)
    return any(next(folder.rglob("*.[ot]t[fc]"), None) for folder in folders if folder.is_dir())


def missing_packages(libraries: dict[str, str]) -> list[str]:
    """Name the packages that bring what Qt would miss here."""
    missing = {package for library, package in libraries.items() if is_missing(library)}
    if libraries and not has_font():
        missing.add(FONT_PACKAGE)
    return sorted(missing)


def missing_programs(programs: dict[str, str]) -> list[str]:
    """Name the packages that bring programs which are not there; only Linux is asked."""
    if not sys.platform.startswith("linux"):
        return []
    return sorted({package for name, package in programs.items() if shutil.which(name) is None})


def qt_libraries(*, window: bool) -> dict[str, str]:
    """Name what Qt needs, offscreen or on the screen at hand; only Linux lacks any of it."""
    if not sys.platform.startswith("linux"):
        return {}
    libraries = dict(QT_LIBRARIES)
    if window and os.environ.get("DISPLAY"):
        libraries.update(X11_LIBRARIES)
    if window and os.environ.get("WAYLAND_DISPLAY"):
        libraries.update(WAYLAND_LIBRARIES)
    return libraries


def root_prefix() -> list[str] | None:
    """Say what to put before a command to run it as root; None if it takes a password."""
    if os.geteuid() == 0:
        return []
    if shutil.which("sudo") is None:
        return None
    # Without -n, sudo would wait for a password nobody was told about.
    asked = subprocess.run(["sudo", "-n", "true"], capture_output=True, check=False)
    return ["sudo", "-n"] if asked.returncode == 0 else None


def install_packages(packages: Sequence[str]) -> None:
    """Install system packages where that can be done unasked, else name the exact command."""
    names = " ".join(packages)
    if shutil.which("apt-get") is None:
        fail("system packages are missing; install what Debian calls: " + names)
    prefix = root_prefix()
    if prefix is None:
        by_hand = "sudo apt-get update && sudo apt-get install -y " + names
        fail("system packages are missing; run: " + by_hand)
    say("installing missing system packages: " + names)
    apt = [*prefix, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-q"]
    # An update that fails for one foreign source need not stop the install.
    subprocess.run([*apt, "update"], stdout=sys.stderr, check=False)
    install = [*apt, "install", "-y", "--no-install-recommends", *packages]
    if subprocess.run(install, stdout=sys.stderr, check=False).returncode:
        fail("apt-get could not install " + names + "; see above")


# --- the environment ------------------------------------------------------------------------------


def venv_of(lock: str) -> Path:
    """Give the folder of a lock's environment: what is built holds nothing of development."""
    return VENV.with_name(VENV.name + "-build") if lock == "build" else VENV


def in_venv(program: str, lock: str = "dev") -> str:
    """Give the path of a program of a lock's environment."""
    venv = venv_of(lock)
    return str(venv / "Scripts" / (program + ".exe") if WINDOWS else venv / "bin" / program)


def stamp_of(lock: str) -> Path:
    """Give the file that says which lock was installed in full."""
    return venv_of(lock) / f"installed-{lock}.txt"


def expected_stamp(lock: str) -> str | None:
    """Say what a finished environment's stamp holds; None if its Python does not run."""
    which = "import sys; print(*sys.version_info[:2], sys.platform)"
    try:
        python = in_venv("python", lock)
        answer = subprocess.run([python, "-c", which], capture_output=True, text=True)
    except OSError:
        return None
    if answer.returncode:
        return None
    # Read as text: a checkout with Windows line ends holds the same lock.
    content = (LOCKS / (lock + ".txt")).read_text(encoding="utf-8")
    return hashlib.sha256(content.encode()).hexdigest() + " " + answer.stdout.strip()


def is_installed(lock: str) -> bool:
    """Whether the environment holds exactly this lock."""
    stamp = stamp_of(lock)
    return stamp.is_file() and stamp.read_text(encoding="utf-8") == expected_stamp(lock)


def prepare(lock: str, libraries: dict[str, str], programs: dict[str, str] | None = None) -> None:
    """Have the system packages and the environment ready; what is there already is kept."""
    ready = is_installed(lock)
    packages = missing_packages(libraries) + missing_programs(programs or {})
    if not ready:
        packages = venv_packages() + packages
    if packages:
        install_packages(packages)
    if not ready:
        fill_environment(lock)


def venv_packages() -> list[str]:
    """Name the package with the part of Python that makes environments; Debian keeps it apart."""
    if importlib.util.find_spec("ensurepip") is not None:
        return []
    return [f"python3.{sys.version_info[1]}-venv"]


def fill_environment(lock: str) -> None:
    """Install the lock, over what runs the program already or else into a new environment."""
    # A stamp of development that is still there is outdated, and so may be its packages.
    if lock == "build" or stamp_of("dev").exists() or not is_installed("run"):
        make_venv(venv_of(lock))
    say(f"installing the packages of requirements/{lock}.txt, a minute or two")
    install_lock(lock)
    if lock == "build":
        stamp_of(lock).write_text(expected_stamp(lock) or "", encoding="utf-8")
        return
    link_command()
    # Development holds all that running needs, in the same versions.
    for installed in {"run", lock}:
        stamp_of(installed).write_text(expected_stamp(installed) or "", encoding="utf-8")


def make_venv(folder: Path) -> None:
    """Make an empty environment, in place of whatever half-made or outdated one is there."""
    try:
        if folder.exists():
            shutil.rmtree(folder)
    except OSError as error:
        fail(f"cannot replace {folder}: {error}; is the program still running?")
    # Started from the environment that is to be replaced, use the Python it was made of.
    python = getattr(sys, "_base_executable", None) or sys.executable
    if subprocess.run([python, "-m", "venv", str(folder)], check=False).returncode:
        fail(f"could not make the environment in {folder}; see above")


def link_command() -> None:
    """Put the command ``justtrades`` into the environment, running this very checkout.

    An editable install would ask for build tools that the locks do not hold.
    """
    code = "import sys; from justtrades_desktop.cli.main import main; sys.exit(main())"
    target = Path(in_venv("justtrades"))
    if WINDOWS:
        target = target.with_suffix(".cmd")
        call = f'@set "PYTHONPATH={ROOT}"\r\n@"{in_venv("python")}" -c "{code}" %*\r\n'
    else:
        root, python = shlex.quote(str(ROOT)), shlex.quote(in_venv("python"))
        call = f"#!/bin/sh\nPYTHONPATH={root} exec {python} -c '{code}' \"$@\"\n"
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(call, encoding="utf-8")
    target.chmod(0o755)


def install_lock(lock: str) -> None:
    """Install exactly the locked files, as wheels: building one would need a compiler."""
    command = [in_venv("python", lock), "-m", "pip", "install", "--disable-pip-version-check"]
    command += ["--require-hashes", "--no-deps", "--only-binary", ":all:"]
    if not sys.stderr.isatty():
        command.append("--quiet")
    command += ["-r", str(LOCKS / (lock + ".txt"))]
    if subprocess.run(command, stdout=sys.stderr, check=False).returncode:
        fail(f"pip could not install requirements/{lock}.txt; see above")


# --- the commands ---------------------------------------------------------------------------------


def start(command: Sequence[str], *, offscreen: bool = False) -> NoReturn:
    """Become a program of the environment, in the root of the tree."""
    os.chdir(ROOT)
    environment = dict(os.environ)
    if offscreen:
        environment["QT_QPA_PLATFORM"] = "offscreen"
    become(command, environment)


def has_screen() -> bool:
    """Whether a window can open; a platform named by hand is taken at its word."""
    if not sys.platform.startswith("linux"):
        return True
    return any(os.environ.get(v) for v in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"))


def run(arguments: list[str]) -> None:
    """set up and open the window; without a screen, serve"""
    # A leading word names a command of the program (`run serve`), and none of them opens a window.
    wants_window = not arguments or arguments[0].startswith("-")
    opens_window = wants_window and has_screen()
    prepare("run", qt_libraries(window=True) if opens_window else {})
    if wants_window and not opens_window:
        say("no screen here (neither DISPLAY nor WAYLAND_DISPLAY is set): serving without a window")
        arguments = ["serve", *arguments]
    start([in_venv("python"), "-m", PACKAGE, *arguments])


def demo(arguments: list[str]) -> None:
    """the same with made-up data"""
    run(["--demo", *arguments])


def test(arguments: list[str]) -> None:
    """run the tests, ARGS to pytest"""
    # A file's tests stay together: they may share a process or a window. The last -n wins. A test
    # that hangs ends its worker; in a new one it would hang again.
    spread = ["-n", "2", "--dist", "loadfile", "--no-loadscope-reorder", "--max-worker-restart=0"]
    develop(["pytest", *spread, *arguments])


def pictures(arguments: list[str]) -> None:
    """have the window tests save what they see, in docs/pictures or the folder given"""
    develop(["pytest", "tests/ui", "--pictures", *(arguments or ["docs/pictures"])])


def bench(arguments: list[str]) -> None:
    """measure speed"""
    develop(["bench", *arguments])


def installer(arguments: list[str]) -> None:
    """build the bundle and what this system installs it from, in dist"""
    everything = {}  # type: dict[str, str]
    if sys.platform.startswith("linux"):
        everything = {**QT_LIBRARIES, **X11_LIBRARIES, **WAYLAND_LIBRARIES}
    prepare("build", everything, BUILD_PROGRAMS)
    start([in_venv("python", "build"), "-m", "installer", *arguments], offscreen=True)


def prove(arguments: list[str]) -> None:
    """install what was built, try it as a trader would, and remove it (as root, on Debian)"""
    prepare("dev", qt_libraries(window=False), PROOF_PROGRAMS)
    # A test that hangs must not end the process: what is installed has to be removed again.
    command = ["pytest", "tests/installed", "--installed", "-o", "timeout_method=signal"]
    start([in_venv("python"), "-m", *command, *arguments])


def develop(module: Sequence[str]) -> NoReturn:
    """Become a module of the development environment, where windows open unseen."""
    prepare("dev", qt_libraries(window=False))
    start([in_venv("python"), "-m", *module], offscreen=True)


def check_ruff() -> bool:
    """Lint and look at the layout."""
    ruff = [in_venv("python"), "-m", "ruff"]
    # Both run, or the second fault would only show once the first is mended.
    return all([passes([*ruff, "check"]), passes([*ruff, "format", "--check"])])


def check_mypy() -> bool:
    """Check the types of all that is there."""
    parts = (PACKAGE, "installer", "tests", "bench", "dev.py")
    there = [name for name in parts if (ROOT / name).exists()]
    return passes([in_venv("python"), "-m", "mypy", *there])


def check_imports() -> bool:
    """Check who imports whom."""
    return passes([in_venv("lint-imports"), "--no-cache"])


def check_names() -> bool:
    """Find package hosts and machine paths in the files of the repository."""
    command = ["git", "grep", "--untracked", "-nIE", "|".join(FOREIGN_NAMES)]
    # git grep answers 1 when it finds nothing; anything above is a fault of its own.
    return subprocess.run(command, cwd=ROOT, check=False).returncode == 1


CHECKS: dict[str, Callable[[], bool]] = {
    "ruff": check_ruff,
    "mypy": check_mypy,
    "imports": check_imports,
    "names": check_names,
}


def passes(command: Sequence[str]) -> bool:
    """Run one check in the root of the tree."""
    return subprocess.run(command, cwd=ROOT, check=False).returncode == 0


def check(arguments: list[str]) -> None:
    """lint, types, imports, foreign names (all, or those named)"""
    unknown = set(arguments) - set(CHECKS)
    if unknown:
        fail("no such check: {}; there are {}".format(" ".join(sorted(unknown)), " ".join(CHECKS)))
    prepare("dev", {})
    failed = []
    for name in arguments or CHECKS:
        say("checking " + name)
        if not CHECKS[name]():
            failed.append(name)
    if failed:
        fail("failed: " + " ".join(failed))
    say("all is well")


def lock(arguments: list[str]) -> None:
    """compute the lock files anew from pyproject.toml (ARGS=--upgrade for newer versions)"""
    if venv_packages():
        install_packages(venv_packages())
    with tempfile.TemporaryDirectory() as scratch:
        tool = Path(scratch) / "venv"
        make_venv(tool)
        scripts = tool / ("Scripts" if WINDOWS else "bin")
        install = [str(scripts / "python"), "-m", "pip", "install", "--quiet", "uv"]
        if subprocess.run(install, check=False).returncode:
            fail("pip could not install uv, which computes the locks; see above")
        # Running takes its versions from development, so that one environment serves both.
        uv = str(scripts / "uv")
        compile_lock(uv, "dev", ["--group", "dev", *arguments])
        same = ["--constraint", "requirements/dev.txt", *arguments]
        compile_lock(uv, "run", same)
        compile_lock(uv, "build", ["--group", "build", *same])


def compile_lock(uv: str, name: str, arguments: Sequence[str]) -> None:
    """Compile one lock for all systems and Pythons; without any address, so that mirrors serve."""
    options = ["--universal", "--python-version", "3.11", "--generate-hashes", "--no-header"]
    options += ["--no-annotate", "--no-emit-index-url", "--no-emit-find-links", "--no-config"]
    target = f"requirements/{name}.txt"
    command = [uv, "pip", "compile", "--quiet", *options, *arguments, "-o", target]
    if not passes([*command, "pyproject.toml"]):
        fail("could not compute " + target)
    say("wrote " + target)


def clean(arguments: list[str]) -> None:
    """remove the environment and all that was built"""
    del arguments
    named = [".venv", ".venv-build", "build", "dist"]
    named += [".pytest_cache", ".mypy_cache", ".ruff_cache", ".import_linter_cache", ".hypothesis"]
    built = [ROOT / name for name in named] + list(ROOT.glob("*.egg-info"))
    for folder in (PACKAGE, "tests", "bench", "installer"):
        built += (ROOT / folder).rglob("__pycache__")
    for path in [*built, ROOT / "__pycache__"]:
        shutil.rmtree(path, ignore_errors=True)


COMMANDS: dict[str, Callable[[list[str]], None]] = {
    function.__name__: function
    for function in (run, demo, test, check, bench, pictures, installer, prove, lock, clean)
}


def usage() -> str:
    """List the commands."""
    lines = ["usage: dev.py COMMAND [--] [ARGUMENTS]", ""]
    lines += [f"  {name:9} {task.__doc__}" for name, task in COMMANDS.items()]
    return "\n".join(lines)


def main(argv: list[str]) -> None:
    """Do what the first argument names."""
    if not argv or argv[0] not in COMMANDS:
        print(usage(), file=sys.stderr)
        sys.exit(0 if argv in (["-h"], ["--help"]) else 2)
    hand_over_to_right_python(argv)
    name, *arguments = argv
    if arguments[:1] == ["--"]:
        del arguments[0]
    COMMANDS[name](arguments)


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except KeyboardInterrupt:
        sys.exit(130)
