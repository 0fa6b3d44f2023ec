"""A bad network between the phones and the office, as one proxy.

It holds the office's own TLS key (this is our own office), so that phones accept it and it can do to whole requests
inside TLS what a network does to packets: lose, cut, delay, repeat. A repeated request is really sent to the office
twice, at once or some time later.
"""

import asyncio
import random
import ssl
import threading
from collections import Counter

# Chances in percent of what befalls a request; the rest pass.
FATES = {
    "dropped": 8,  # before the office has seen it
    "unanswered": 8,  # the office has done it, the answer is lost
    "cut": 10,  # half of the answer
    "repeated": 10,  # two copies at once
    "echoed": 8,  # an old copy arrives again later
    "slow": 10,
}
LARGEST_HEAD = 64 * 1024


class BadNetwork:
    def __init__(self, port, office_port, tls_files, seed):
        self.port, self.office_port = port, office_port
        self.chance = random.Random(f"network {seed}")
        self.counts = Counter()
        self._inward = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._inward.load_cert_chain(*tls_files)
        self._outward = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        self._outward.check_hostname = False
        self._outward.verify_mode = ssl.CERT_NONE
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self):
        self._thread.start()
        if not self._ready.wait(10):
            raise OSError("the proxy did not start")
        return self

    def __exit__(self, *_):
        self._loop.call_soon_threadsafe(self._stopping.set)
        self._thread.join(10)

    def _run(self):
        self._loop.run_until_complete(self._serve())
        self._loop.close()

    async def _serve(self):
        self._stopping = asyncio.Event()
        self._tasks = set()
        server = await asyncio.start_server(self._accept, "127.0.0.1", self.port, ssl=self._inward, backlog=256)
        self._ready.set()
        await self._stopping.wait()
        server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _accept(self, reader, writer):
        task = asyncio.current_task()
        self._tasks.add(task)
        try:
            while await self._pass_on(reader, writer):
                pass
        except (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, asyncio.CancelledError):
            pass
        finally:
            self._tasks.discard(task)
            writer.transport.abort()

    def _fate(self):
        draw = self.chance.randrange(100)
        for fate, percent in FATES.items():
            draw -= percent
            if draw < 0:
                return fate
        return "passed"

    async def _pass_on(self, reader, writer):
        """One request and its answer. False when the phone's connection is over."""
        request = await read_message(reader)
        fate = self._fate()
        self.counts["requests"] += 1
        self.counts[fate] += 1
        self.counts["bytes_up"] += len(request)
        if fate == "dropped":
            return False
        if fate == "slow":
            await asyncio.sleep(self.chance.uniform(0.05, 0.3))
        if fate == "repeated":
            answers = await asyncio.gather(self._ask(request), self._ask(request), return_exceptions=True)
            answer = self.chance.choice(answers)
            if isinstance(answer, BaseException):
                raise answer
        else:
            answer = await self._ask(request)
        if fate == "echoed":
            echo = asyncio.create_task(self._echo(request))
            self._tasks.add(echo)
            echo.add_done_callback(self._tasks.discard)
        if fate == "unanswered":
            return False
        if fate == "cut":
            answer = answer[: len(answer) // 2]
        writer.write(answer)
        self.counts["bytes_down"] += len(answer)
        await writer.drain()
        if fate == "cut":
            writer.close()
            await writer.wait_closed()
        return fate != "cut"

    async def _echo(self, request):
        await asyncio.sleep(self.chance.uniform(0.2, 1.0))
        try:
            await self._ask(request)
        except (OSError, asyncio.IncompleteReadError):
            pass

    async def _ask(self, request):
        reader, writer = await asyncio.open_connection("127.0.0.1", self.office_port, ssl=self._outward)
        try:
            writer.write(request)
            return await read_message(reader)
        finally:
            writer.transport.abort()


async def read_message(reader):
    """A whole HTTP request or response, as bytes. Both sides of ours always send Content-Length."""
    head = await reader.readuntil(b"\r\n\r\n")
    if len(head) > LARGEST_HEAD:
        raise asyncio.LimitOverrunError("head", len(head))
    length = 0
    for line in head.split(b"\r\n")[1:]:
        name, _, value = line.partition(b":")
        if name.strip().lower() == b"content-length":
            length = int(value)
    return head + await reader.readexactly(length)
