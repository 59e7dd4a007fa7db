"""The goals, as ratios inside one run."""

from dataclasses import dataclass

MAIN, LARGE = "floor-sink/1KiB/50", "floor-sink/100KiB/50"
RATE, CPU, RECEIVER = (
    "messages_per_second", "cpu_microseconds_per_message", "receiver_cpu_microseconds_per_message")


@dataclass(frozen=True)
class Goal:
    text: str
    case: str
    sender: str
    other: str
    key: str
    limit: float
    at_most: bool = False


GOALS = (
    Goal("client CPU per message, grouped, against the floor", MAIN, "sluice grouped", "floor", CPU, 1.25, True),
    Goal("client CPU per message, chunked, against the floor", MAIN, "sluice chunked", "floor", CPU, 1.6, True),
    Goal("messages/s, grouped, against the floor", MAIN, "sluice grouped", "floor", RATE, 0.8),
    Goal("messages/s, chunked, against the floor", MAIN, "sluice chunked", "floor", RATE, 0.8),
    Goal("messages/s, grouped, against smtp-source", MAIN, "sluice grouped", "smtp-source", RATE, 4.5),
    Goal("messages/s, chunked, against smtp-source", MAIN, "sluice chunked", "smtp-source", RATE, 40),
    Goal("bytes/s, 100 KiB, grouped, against the floor", LARGE, "sluice grouped", "floor", RATE, 0.9),
    Goal("bytes/s, 100 KiB, chunked, against the floor", LARGE, "sluice chunked", "floor", RATE, 0.9),
)
DURABLE_GOALS = (
    ("messages/s, `send` with its ledger against `bench`, grouped", "sluice send, grouped", "sluice grouped", 0.5),
    ("messages/s, `send` with its ledger against `bench`, chunked", "sluice send, chunked", "sluice chunked", 0.5),
    ("messages/s, `send`, grouped, against Postfix's queue", "sluice send, grouped", "Postfix smtp", 30),
    ("messages/s, `send`, chunked, against Postfix's queue", "sluice send, chunked", "Postfix smtp", 30),
)
DELAY_GOAL = "messages/s, one session, replies after 20 ms, chunked against lockstep"
RECEIVER_GOAL = "messages per receiver CPU-second, `sluice sink` against smtp-sink, "


def measured(cases):
    """Each goal with what was measured for it, or with nothing when its case did not run."""
    by_name = {case["name"]: case for case in cases}
    rows = [row(goal.text, goal.case, goal.limit, goal.at_most, from_case(by_name.get(goal.case), goal))
            for goal in GOALS]
    durable = by_name.get("durable/1KiB/50")
    rows += [row(text, "durable/1KiB/50", limit, False, rate_ratio(durable, ours, theirs))
             for text, ours, theirs, limit in DURABLE_GOALS]
    delay = by_name.get("delay/1KiB/1")
    rows.append(row(
        DELAY_GOAL, "delay/1KiB/1", 12, False, rate_ratio(delay, "sluice chunked", "sluice lockstep")))
    receivers = by_name.get("receivers/1KiB/50")
    for text, ours, theirs in (
            ("from smtp-source", "smtp-source", "smtp-source"), ("grouped", "floor grouped", "floor grouped"),
            ("each at its best (chunked, grouped)", "floor chunked", "floor grouped")):
        rows.append(row(
            RECEIVER_GOAL + text, "receivers/1KiB/50", 5, False, receiver_ratio(receivers, ours, theirs)))
    return rows


def row(text, case, limit, at_most, value):
    met = None if value is None else (value <= limit if at_most else value >= limit)
    return {"goal": text, "case": case, "limit": limit, "at_most": at_most, "measured": value, "met": met}


def entry(case, sender, receiver=None):
    if case is None:
        return None
    return next((found for found in case["entries"]
                 if found["sender"] == sender and receiver in (None, found["receiver"])), None)


def from_case(case, goal):
    found = entry(case, goal.sender)
    if found is None or goal.other not in found["ratios"]:
        return None
    return found["ratios"][goal.other][goal.key]["median"]


def rate_ratio(case, ours, theirs):
    mine, other = entry(case, ours), entry(case, theirs)
    if mine is None or other is None:
        return None
    return round(mine[RATE]["median"] / other[RATE]["median"], 2)


def receiver_ratio(case, ours, theirs):
    sink, other = entry(case, ours, "sluice-sink"), entry(case, theirs, "smtp-sink")
    if sink is None or other is None:
        return None
    return round(other[RECEIVER]["median"] / sink[RECEIVER]["median"], 2)
