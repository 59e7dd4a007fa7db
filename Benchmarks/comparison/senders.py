"""Senders: each sends a number of messages to a receiver and says how long it took.

CPU is measured from outside, alike for all: user and system time of the whole process, its start included.
Messages/s go by the sender's own clock, from its first connect to its last reply, where it has one; by the
process's start and end where it has none (smtp-source, which is up in a millisecond or two).
"""

import json
import tempfile
from dataclasses import dataclass
from pathlib import Path

from .machine import BUILD, Trouble, pinned, run_measured, tool
from .postfix import Postfix

DEPTH = 16
LONGEST_RUN = 120


@dataclass(frozen=True)
class Load:
    messages: int
    size: int
    sessions: int


@dataclass(frozen=True)
class Run:
    messages: int
    seconds: float
    cpu_seconds: float


class Sluice:
    follows_floor = True

    def __init__(self, program, grouping):
        self.name, self.program, self.grouping = f"sluice {grouping}", program, grouping
        self.floor = f"floor {grouping}"

    def send(self, load, receiver, core):
        command = [
            self.program, "bench", receiver.address, "--workers", "1", "--grouping", self.grouping,
            "--depth", str(DEPTH), "--sessions", str(load.sessions), "--messages", str(load.messages),
            "--bytes", str(load.size), "--json"]
        output, _, cpu = run_measured(pinned(core, command), LONGEST_RUN)
        report = json.loads(output)
        if report["accepted"] != load.messages:
            raise Trouble(f"{report['accepted']} of {load.messages} messages were accepted")
        if report.get("grouping", self.grouping) != self.grouping:
            raise Trouble(f"sent {report['grouping']}")
        return Run(load.messages, report["seconds"], cpu)


class SluiceSend:
    """A campaign from a list, with its ledger. Its worker has the sender's core, as the other senders have; the ledger
    keeps off it, and the list is read where there is time."""

    follows_floor = False

    def __init__(self, program, grouping):
        self.name, self.program, self.grouping = f"sluice send, {grouping}", program, grouping
        self.floor = f"floor {grouping}"

    def send(self, load, receiver, core):
        worker = ["--workers", "1"] if core is None else ["--cores", str(core)]
        with tempfile.TemporaryDirectory(prefix="sluice-bench-", dir=BUILD) as name:
            directory = Path(name)
            self.write_campaign(load, receiver, directory)
            command = [
                self.program, "send", directory / "campaign.yaml", "--yes", *worker, "--state", directory / "state",
                "--json"]
            output, _, cpu = run_measured(command, LONGEST_RUN)
        report = json.loads(output)
        if report["campaign"]["accepted"] != load.messages:
            raise Trouble(f"{report['campaign']['accepted']} of {load.messages} messages were accepted")
        return Run(load.messages, report["seconds"], cpu)

    def write_campaign(self, load, receiver, directory):
        rows = "".join(f"r{number}@bench.test,n{number}\n" for number in range(load.messages))
        (directory / "list.csv").write_text("email,name\n" + rows)
        # What stands before takes 294 bytes with numbers of six digits; a line end becomes two.
        lines, rest = divmod(max(0, load.size - 294), 67)
        letter = "Hello {{name}},\n" + lines * (65 * "x" + "\n") + max(0, rest - 2) * "x" + "\n"
        (directory / "letter.txt").write_text(letter)
        (directory / "campaign.yaml").write_text(f"""name: bench
class: bulk
from: "Load <load@sender.example>"
envelope-from: bounces@sender.example
subject: "To {{{{name}}}}"
text: letter.txt
recipients: {{ file: list.csv, address: email }}
route: {receiver.address}
grouping: {self.grouping}
depth: {DEPTH}
limits: {{ sessions-per-site: {load.sessions}, sessions: {load.sessions}, messages-per-session: 100000 }}
""")


class Floor:
    follows_floor = False

    def __init__(self, grouping):
        self.name, self.grouping = f"floor {grouping}", grouping
        self.floor = None

    def send(self, load, receiver, core):
        command = [
            BUILD / "floor" / "floor-source", str(receiver.port), self.grouping, str(load.sessions),
            str(load.messages), str(load.size), str(DEPTH)]
        output, _, cpu = run_measured(pinned(core, command), LONGEST_RUN)
        return Run(load.messages, json.loads(output)["seconds"], cpu)


class SmtpSource:
    name, grouping, floor, follows_floor = "smtp-source", "lockstep", "floor lockstep", False

    def send(self, load, receiver, core):
        program = tool("smtp-source")
        if program is None:
            raise Trouble("smtp-source is not installed")
        command = [
            program, "-d", "-s", str(load.sessions), "-l", str(load.size), "-m", str(load.messages),
            "-f", "sender@source.example", "-t", "recipient@destination.example", receiver.address]
        _, wall, cpu = run_measured(pinned(core, command), LONGEST_RUN)
        return Run(load.messages, wall, cpu)


class PostfixClient:
    name, grouping, floor, follows_floor = "Postfix smtp", "lockstep", "floor lockstep", False

    def send(self, load, receiver, core):
        with Postfix(receiver.port, load.sessions, core) as postfix:
            postfix.fill(load.messages, load.size)
            wall, cpu = postfix.deliver(load.messages, LONGEST_RUN)
        return Run(load.messages, wall, cpu)


def all_senders(program):
    groupings = ("lockstep", "grouped", "chunked")
    return [
        *(Floor(grouping) for grouping in groupings), *(Sluice(program, grouping) for grouping in groupings),
        *(SluiceSend(program, grouping) for grouping in groupings),
        SmtpSource(), PostfixClient()]


def fitting(sender, load, receiver, core, seconds):
    """How many messages this sender needs for a run of about so many seconds, from shorter runs."""
    if isinstance(sender, PostfixClient):
        return max(1000, 2 * load.sessions) if load.sessions > 1 else 500
    # Enough for every session to have left its beginnings behind.
    least = load.sessions * (64 if sender.grouping == "chunked" else 20)
    if load.size > 50_000:
        least //= 2
    messages = least
    for share in (0.05, 0.3, 1):
        run = sender.send(Load(messages, load.size, load.sessions), receiver, core)
        wanted = int(run.messages / max(run.seconds, 0.001) * seconds * share)
        messages = min(max(wanted, least), 5_000_000)
        if run.seconds > seconds / 2:
            break
    return messages
