"""The machine, the tree, and processes as seen from outside."""

import os
import platform
import resource
import shutil
import subprocess
import time
from datetime import datetime, timezone
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BUILD = ROOT / ".build"
PATHS = os.environ.get("PATH", "") + ":/usr/sbin:/sbin"


class Trouble(Exception):
    """What stops a run or a sender, in one sentence."""


def tool(name):
    """The path of an installed program, or None."""
    return shutil.which(name, path=PATHS)


def pinned(core, command):
    return [tool("taskset"), "-c", str(core), *command] if core is not None else list(command)


def cores():
    """The cores of the sender and of the receiver: one each when there are two, otherwise wherever they fit."""
    usable = sorted(os.sched_getaffinity(0))
    if len(usable) < 2 or tool("taskset") is None:
        return None, None
    return usable[-1], usable[0]


def cpu_seconds(pid):
    """User and system time of a process and all its threads, from the kernel's clock of that process."""
    cpuclock_sched = 2
    return time.clock_gettime((~pid << 3) | cpuclock_sched)


def reaped_cpu_seconds(pid):
    """The time of the children that a process has waited for."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[13]) + int(fields[14])) / os.sysconf("SC_CLK_TCK")


def children(pid):
    found = []
    for entry in os.scandir("/proc"):
        if not entry.name.isdigit():
            continue
        try:
            fields = Path(entry.path, "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[1]) == pid:
            found.append(int(entry.name))
    return found


def family_cpu_seconds(pid):
    """The time of a process, its children that live, and those that it has waited for."""
    total = cpu_seconds(pid) + reaped_cpu_seconds(pid)
    for child in children(pid):
        try:
            total += cpu_seconds(child)
        except OSError:
            pass
    return total


def ended_children_cpu_seconds():
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def run_measured(command, limit):
    """Runs a program to its end: (standard output, wall seconds, CPU seconds)."""
    before, started = ended_children_cpu_seconds(), time.monotonic()
    process = subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        output, errors = process.communicate(timeout=limit)
    except subprocess.TimeoutExpired:
        raise Trouble(f"did not end within {limit} s") from None
    finally:
        if process.returncode is None:
            process.kill()
            process.communicate()
    wall, cpu = time.monotonic() - started, ended_children_cpu_seconds() - before
    if process.returncode != 0:
        last = (errors.strip() or output.strip() or "no message").splitlines()[-1]
        raise Trouble(f"exit status {process.returncode}: {last}")
    return output, wall, cpu


def first_line(path, key):
    try:
        for line in Path(path).read_text().splitlines():
            if line.startswith(key):
                return line.partition(":")[2].strip()
    except OSError:
        pass
    return "unknown"


def git(*words):
    result = subprocess.run(["git", "-C", str(ROOT), *words], capture_output=True, text=True, check=False)
    return result.stdout.strip() if result.returncode == 0 else ""


def facts():
    sender, receiver = cores()
    changed = git("status", "--porcelain", "--untracked-files=no") != ""
    return {
        "date": datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "commit": (git("rev-parse", "--short=12", "HEAD") or "unknown") + ("+changes" if changed else ""),
        "cpu": first_line("/proc/cpuinfo", "model name"),
        "cores": len(os.sched_getaffinity(0)),
        "memory_gib": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1),
        "kernel": platform.release(),
        "sender_core": sender,
        "receiver_core": receiver,
        "load_average": round(os.getloadavg()[0], 2),
    }


def build():
    """Builds sluice and the floor programs; returns the path of sluice."""
    floor = BUILD / "floor"
    floor.mkdir(parents=True, exist_ok=True)
    flags = ["-std=gnu11", "-O2", "-Wall", "-Wextra", "-Werror"]
    for name in ("floor-sink", "floor-source"):
        source = ROOT / "Benchmarks" / "floor" / f"{name}.c"
        subprocess.run(["gcc", *flags, "-o", floor / name, source, "-luring"], check=True)
    swift = ["swift", "build", "--package-path", str(ROOT), "-c", "release"]
    subprocess.run([*swift, "--product", "sluice"], check=True, stdout=subprocess.DEVNULL)
    place = subprocess.run([*swift, "--show-bin-path"], check=True, capture_output=True, text=True)
    return str(Path(place.stdout.strip()) / "sluice")
