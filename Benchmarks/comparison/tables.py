"""Results as Markdown, for a terminal and for docs/performance.md."""

import re

from .cases import size_text

HEADINGS = ("sender", "messages/s", "", "client CPU µs", "", "rate ÷ floor", "CPU ÷ floor",
            "rate ÷ smtp-source", "receiver CPU µs")


def figure(value):
    """A number with three digits that count, and thousands apart."""
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def range_text(spread):
    return f"{figure(spread['lowest'])}–{figure(spread['highest'])}"


def aligned(rows):
    """A Markdown table whose columns line up; the first column is text, the others are figures."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = []
    for index, row in enumerate(rows):
        cells = [cell.ljust(width) if column == 0 else cell.rjust(width)
                 for column, (cell, width) in enumerate(zip(row, widths))]
        lines.append("| " + " | ".join(cells) + " |")
        if index == 0:
            rules = ["-" * widths[0]] + ["-" * max(1, width - 1) + ":" for width in widths[1:]]
            lines.append("| " + " | ".join(rules) + " |")
    return "\n".join(lines)


def ratio_text(entry, other, key):
    found = entry["ratios"].get(other)
    return figure(found[key]["median"]) if found and key in found else ""


def sending_row(entry):
    rate, cpu = entry["messages_per_second"], entry["cpu_microseconds_per_message"]
    return [
        entry["sender"], figure(rate["median"]), range_text(rate), figure(cpu["median"]), range_text(cpu),
        ratio_text(entry, "floor", "messages_per_second"),
        ratio_text(entry, "floor", "cpu_microseconds_per_message"),
        ratio_text(entry, "smtp-source", "messages_per_second"),
        figure(entry["receiver_cpu_microseconds_per_message"]["median"])]


def receiving_row(entry):
    cost = entry["receiver_cpu_microseconds_per_message"]
    against = entry["ratios"].get("smtp-sink")
    times = 1 / against["receiver_cpu_microseconds_per_message"]["median"] if against else None
    return [
        f"{entry['receiver']}, from {entry['sender']}", figure(cost["median"]), range_text(cost),
        figure(1e6 / cost["median"]), figure(times) if times else ""]


def case_table(case):
    if len({entry["receiver"] for entry in case["entries"]}) > 1:
        headings = ("receiver", "receiver CPU µs", "", "messages per CPU-second", "× smtp-sink")
        rows = [list(headings), *(receiving_row(entry) for entry in case["entries"])]
    else:
        rows = [list(HEADINGS), *(sending_row(entry) for entry in case["entries"])]
    notes = [f"- {skipped['sender']}: skipped, {skipped['reason']}" for skipped in case["skipped"]]
    return "\n".join(([aligned(rows)] if case["entries"] else []) + ([""] + notes if notes else []))


def case_title(case):
    options = " " + " ".join(case["receiver_options"]) if case["receiver_options"] else ""
    receiver = case["name"].split("/")[0]
    return f"{receiver}{options}: {size_text(case['bytes'])}, {case['sessions']:,} sessions".replace(
        ", 1 sessions", ", 1 session")


def goal_table(goals):
    rows = [["goal", "wanted", "measured", "met"]]
    for goal in goals:
        wanted = ("≤ " if goal["at_most"] else "≥ ") + f"{goal['limit']:g} ×"
        value = "not run" if goal["measured"] is None else figure(goal["measured"]) + " ×"
        rows.append([goal["goal"], wanted, value, {True: "yes", False: "no", None: ""}[goal["met"]]])
    return aligned(rows)


def machine_text(results):
    machine = results["machine"]
    pinning = "not pinned" if machine["sender_core"] is None else "sender and receiver on a core each"
    return (f"{machine['date'][:10]}, commit {machine['commit']}: {machine['cpu']}, {machine['cores']} cores, "
            f"{machine['memory_gib']:g} GiB, Linux {machine['kernel']}; {pinning}; load average {machine['load_average']} "
            f"at the start; {results['rounds']} rounds, medians with lowest–highest; ratios are medians of the "
            "ratios within a round.")


def document(results):
    """The part of docs/performance.md that a run writes."""
    parts = [machine_text(results), goal_table(results["goals"])]
    shown = ("floor-sink/1KiB/50", "durable/1KiB/50", "receivers/1KiB/50", "delay/1KiB/1")
    for case in results["cases"]:
        if case["name"] in shown:
            parts += [f"**{case_title(case)}**", case_table(case)]
    folded = [case for case in results["cases"] if case["name"] not in shown]
    if folded:
        parts.append("<details><summary>All other cases</summary>")
        for case in folded:
            parts += [f"**{case_title(case)}**", case_table(case)]
        parts.append("</details>")
    return "\n\n".join(parts)


BEGIN, END = "<!-- begin: make bench -->", "<!-- end: make bench -->"


def write_into(path, results):
    text = path.read_text()
    pattern = re.compile(re.escape(BEGIN) + ".*?" + re.escape(END), re.DOTALL)
    block = f"{BEGIN}\n{document(results)}\n{END}"
    if not pattern.search(text):
        raise ValueError(f"{path.name} has no place for the results, from {BEGIN} to {END}")
    path.write_text(pattern.sub(lambda _: block, text, count=1))
