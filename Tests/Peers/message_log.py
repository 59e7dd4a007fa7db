"""The log that every receiver here keeps: DIR/messages.jsonl, and the content of message N in DIR/N.eml."""

import hashlib
import json


class MessageLog:
    """Appends messages in the order they come; each line is written and flushed before `append` returns."""

    def __init__(self, directory):
        self.directory = directory
        self.count = 0

    def __enter__(self):
        self.directory.mkdir(parents=True, exist_ok=True)
        self.file = (self.directory / "messages.jsonl").open("w", encoding="utf-8")
        return self

    def __exit__(self, *_):
        self.file.close()

    def append(self, mail_from, rcpt_to, content):
        self.count += 1
        name = f"{self.count}.eml"
        (self.directory / name).write_bytes(content)
        line = {
            "mail_from": mail_from or "",
            "rcpt_to": list(rcpt_to),
            "bytes": len(content),
            "sha256": hashlib.sha256(content).hexdigest(),
            "content": name,
        }
        self.file.write(json.dumps(line, ensure_ascii=False) + "\n")
        self.file.flush()
