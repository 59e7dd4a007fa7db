#!/usr/bin/python3
"""aiosmtpd_receiver.py DIR: receives mail with aiosmtpd on 127.0.0.1 and stores it in DIR (see README.md)."""

import asyncio
import os
import signal
import sys
import threading
from pathlib import Path

from aiosmtpd.smtp import SMTP

from message_log import MessageLog


class Store:
    def __init__(self, log):
        self.log = log

    async def handle_DATA(self, server, session, envelope):
        self.log.append(envelope.mail_from, envelope.rcpt_tos, envelope.content)
        return "250 2.0.0 stored"


async def receive(directory):
    loop = asyncio.get_running_loop()
    ended = asyncio.Event()
    with MessageLog(directory) as log:
        store = Store(log)
        server = await loop.create_server(
            lambda: SMTP(store, hostname="aiosmtpd.test", enable_SMTPUTF8=True, data_size_limit=1 << 30),
            "127.0.0.1", 0, backlog=1024)
        loop.add_signal_handler(signal.SIGTERM, ended.set)
        threading.Thread(target=wait_for_end_of_input, args=(loop, ended), daemon=True).start()
        print("ready", server.sockets[0].getsockname()[1], flush=True)
        await ended.wait()
        server.close()


def wait_for_end_of_input(loop, ended):
    while os.read(0, 4096):
        pass
    loop.call_soon_threadsafe(ended.set)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: aiosmtpd_receiver.py DIR")
    asyncio.run(receive(Path(sys.argv[1])))
