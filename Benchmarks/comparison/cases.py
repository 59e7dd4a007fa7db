"""What is compared, and how the runs of a case take turns."""

import statistics
import subprocess
from dataclasses import dataclass, field

from . import receivers
from .machine import Trouble
from .senders import Load, fitting

SIZES = (1024, 10 * 1024, 100 * 1024)
SESSIONS = (1, 50, 1000)
LONGER = {"floor-sink/1KiB/50": 3.0, "floor-sink/100KiB/50": 2.0}


def size_text(size):
    return f"{size // 1024} KiB" if size % 1024 == 0 else f"{size} B"


@dataclass
class Case:
    """One load; `receivers` of more than one make it a comparison of receivers."""

    name: str
    receivers: tuple
    size: int
    sessions: int
    senders: tuple
    receiver_options: tuple = ()
    seconds_factor: float = 1.0
    results: list = field(default_factory=list)
    skipped: list = field(default_factory=list)

    @property
    def compares_receivers(self):
        return len(self.receivers) > 1


def all_cases():
    senders = (
        "floor lockstep", "floor grouped", "floor chunked", "sluice lockstep", "sluice grouped", "sluice chunked",
        "smtp-source", "Postfix smtp")
    cases = [
        sending(receiver, size, sessions, senders)
        for receiver in ("floor-sink", "sluice-sink") for size in SIZES for sessions in SESSIONS]
    cases.append(Case(
        "receivers/1KiB/50", ("floor-sink", "sluice-sink", "smtp-sink"), 1024, 50,
        ("floor lockstep", "floor grouped", "floor chunked", "smtp-source")))
    cases.append(Case(
        "durable/1KiB/50", ("floor-sink",), 1024, 50,
        ("sluice grouped", "sluice chunked", "sluice send, grouped", "sluice send, chunked", "Postfix smtp"),
        seconds_factor=3.0))
    cases.append(Case(
        "delay/1KiB/1", ("sluice-sink",), 1024, 1,
        ("floor lockstep", "floor chunked", "sluice lockstep", "sluice grouped", "sluice chunked"),
        receiver_options=("--reply-delay", "20ms"), seconds_factor=1.5))
    return cases


def sending(receiver, size, sessions, senders):
    """A comparison of senders; runs of the cases that have goals are longer, so that a start weighs less in them."""
    name = f"{receiver}/{size_text(size).replace(' ', '')}/{sessions}"
    return Case(name, (receiver,), size, sessions, senders, seconds_factor=LONGER.get(name, 1.0))


def perform(case, senders, program, cores, rounds, seconds, messages=None, say=print):
    """Runs a case: every sender once a round, in an order that turns; fills `results` and `skipped`."""
    sender_core, receiver_core = cores
    if case.receiver_options and not offers(program, case.receiver_options[0]):
        case.skipped.append({"sender": "all", "reason": f"sluice sink has no {case.receiver_options[0]}"})
        return
    standing = []
    try:
        for name in case.receivers:
            try:
                standing.append(receivers.start(name, program, receiver_core, case.receiver_options))
            except Trouble as trouble:
                case.skipped.append({"sender": "all", "receiver": name, "reason": str(trouble)})
        pairs = [(sender, receiver) for sender in senders for receiver in standing if can(sender, receiver)]
        entries = prepare(case, pairs, sender_core, seconds * case.seconds_factor, messages)
        for turn in range(rounds):
            say(f"{case.name}: round {turn + 1} of {rounds}")
            order = entries[turn % max(1, len(entries)):] + entries[:turn % max(1, len(entries))]
            for entry in order:
                measure(entry, case, sender_core)
    finally:
        for receiver in standing:
            receiver.stop()
    case.results = [entry for entry in entries if entry.runs]


def can(sender, receiver):
    """smtp-sink does not know BDAT."""
    return not (receiver.name == "smtp-sink" and sender.grouping == "chunked")


def offers(program, option):
    page = subprocess.run([program, "sink", "--help"], capture_output=True, text=True, check=False).stdout
    return option in page


@dataclass
class Entry:
    """One sender on one receiver, and what its runs measured."""

    sender: object
    receiver: object
    messages: int
    runs: list = field(default_factory=list)
    failed: bool = False

    def values(self, key):
        return [run[key] for run in self.runs]


def prepare(case, pairs, core, seconds, messages):
    """The uncounted first runs, which warm up and say how many messages a run takes.

    A sender of ours gets as many as the floor in its grouping, so that opening sessions weighs alike in both.
    """
    entries, counts = [], {}
    for sender, receiver in pairs:
        floor_count = counts.get((sender.floor, receiver.name)) if sender.follows_floor else None
        try:
            load = Load(0, case.size, case.sessions)
            count = messages or floor_count or fitting(sender, load, receiver, core, seconds)
            if messages or floor_count:
                sender.send(Load(count, case.size, case.sessions), receiver, core)
        except Trouble as trouble:
            skip(case, sender, receiver, trouble)
            continue
        counts[sender.name, receiver.name] = count
        entries.append(Entry(sender, receiver, count))
    return entries


def measure(entry, case, core):
    if entry.failed:
        return
    before = entry.receiver.cpu_seconds()
    try:
        run = entry.sender.send(Load(entry.messages, case.size, case.sessions), entry.receiver, core)
    except Trouble as trouble:
        entry.failed = True
        skip(case, entry.sender, entry.receiver, trouble)
        return
    received = entry.receiver.cpu_seconds() - before
    entry.runs.append({
        "seconds": round(run.seconds, 6),
        "messages_per_second": round(run.messages / run.seconds, 2),
        "cpu_microseconds_per_message": round(run.cpu_seconds / run.messages * 1e6, 4),
        "receiver_cpu_microseconds_per_message": round(received / run.messages * 1e6, 4),
    })


def skip(case, sender, receiver, trouble):
    case.skipped.append({"sender": sender.name, "receiver": receiver.name, "reason": str(trouble)})


MEASURES = ("messages_per_second", "cpu_microseconds_per_message", "receiver_cpu_microseconds_per_message")


def spread(values):
    return {"median": statistics.median(values), "lowest": min(values), "highest": max(values)}


def ratio(entry, other, key):
    """The median of the ratios of runs of the same round, and their spread; None when there is none."""
    if other is None or other is entry:
        return None
    pairs = [(mine, theirs) for mine, theirs in zip(entry.values(key), other.values(key)) if theirs > 0]
    if not pairs:
        return None
    return {name: round(value, 4) for name, value in spread([mine / theirs for mine, theirs in pairs]).items()}


def find(case, sender, receiver):
    return next(
        (entry for entry in case.results if entry.sender.name == sender and entry.receiver.name == receiver), None)


def summary(case):
    """The case as results.json has it."""
    return {
        "name": case.name, "bytes": case.size, "sessions": case.sessions,
        "receiver_options": list(case.receiver_options), "skipped": case.skipped,
        "entries": [entry_summary(case, entry) for entry in case.results]}


def entry_summary(case, entry):
    receiver = entry.receiver.name
    others = {"floor": entry.sender.floor, "smtp-source": "smtp-source"}
    ratios = {}
    for label, name in others.items():
        other = find(case, name, receiver) if name else None
        found = {key: ratio(entry, other, key) for key in MEASURES[:2]}
        if all(found.values()):
            ratios[label] = found
    if case.compares_receivers and receiver != "smtp-sink":
        found = ratio(entry, find(case, entry.sender.name, "smtp-sink"), MEASURES[2])
        if found:
            ratios["smtp-sink"] = {MEASURES[2]: found}
    return {
        "sender": entry.sender.name, "receiver": receiver, "messages": entry.messages,
        **{key: spread(entry.values(key)) for key in MEASURES}, "ratios": ratios, "runs": entry.runs}
