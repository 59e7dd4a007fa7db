#!/usr/bin/python3
"""collect.py smtp-sink|postfix DIR: rewrites what the receiver stored in DIR as messages.jsonl and N.eml.

Both programs store lines that end in LF behind header lines of their own; README.md says what is taken away.
The files are read in the order in which they were last written.
"""

import re
import sys
from pathlib import Path

from message_log import MessageLog


def split_header(data, first_of_last):
    """Parts `data` behind the receiver's last own header, whose first line starts with `first_of_last`."""
    position = 0
    inside = False
    while position < len(data):
        end = data.index(b"\n", position) + 1
        line = data[position:end]
        if inside and line[:1] not in b"\t ":
            return data[:position], data[position:]
        inside = inside or line.startswith(first_of_last)
        position = end
    if inside:
        return data, b""
    raise ValueError("the receiver's own header lines are not there")


def with_crlf(content):
    return content.replace(b"\n", b"\r\n")


def values(header, name):
    return [path.decode() for path in re.findall(rb"^" + name + rb": <?(.*?)>?$", header, re.MULTILINE)]


def path_of(argument):
    """The address in `<address> PARAMETER...`, as smtp-sink writes the arguments of MAIL and RCPT."""
    return re.match(r"<?((?:\"(?:\\.|[^\"])*\"|[^\">])*)>?", argument).group(1)


def from_smtp_sink(data):
    header, content = split_header(data, b"Received: ")
    arguments = re.findall(rb"^X-(Mail|Rcpt)-Args: (.*)$", header, re.MULTILINE)
    sender = [path_of(value.decode()) for name, value in arguments if name == b"Mail"]
    recipients = [path_of(value.decode()) for name, value in arguments if name == b"Rcpt"]
    if not content.endswith(b"\n"):
        raise ValueError("the empty line behind the content is missing")
    return sender[0], recipients, with_crlf(content[:-1])


def from_postfix(data):
    header, content = split_header(data, b"Received: ")
    return values(header, b"Return-Path")[0], values(header, b"X-Original-To"), with_crlf(content)


def collect(kind, directory):
    stored, read = {
        "smtp-sink": (directory / "dump", from_smtp_sink),
        "postfix": (directory / "queue" / "mail" / "new", from_postfix),
    }[kind]
    files = sorted(stored.iterdir(), key=lambda file: (file.stat().st_mtime_ns, file.name))
    with MessageLog(directory) as log:
        for file in files:
            try:
                log.append(*read(file.read_bytes()))
            except ValueError as problem:
                sys.exit(f"collect.py: {file}: {problem}")


if __name__ == "__main__":
    if len(sys.argv) != 3 or sys.argv[1] not in ("smtp-sink", "postfix"):
        sys.exit("usage: collect.py smtp-sink|postfix DIR")
    collect(sys.argv[1], Path(sys.argv[2]))
