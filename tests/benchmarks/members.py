"""Members who ask over HTTP, one question after the other, in a process of their own.

`python -m tests.benchmarks.members PORT MEMBERS SECONDS FILE`: the file has a request a line, in
JSON: body and headers. Prints how many were answered and the seconds that it took.
"""

import asyncio
import json
import sys
import time
from itertools import count
from pathlib import Path


def main() -> None:
    """Ask for so long, and say how many answers came."""
    port, members, seconds = int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])
    lines = Path(sys.argv[4]).read_text(encoding="utf-8").splitlines()
    requests = [_bytes(**json.loads(line)) for line in lines]
    began = time.perf_counter()
    answered = asyncio.run(_all(port, members, seconds, requests))
    print(answered, time.perf_counter() - began)


def _bytes(body: str, headers: dict[str, str]) -> bytes:
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    length = f"host: 127.0.0.1\r\ncontent-length: {len(body)}\r\n"
    return f"POST /slack/events HTTP/1.1\r\n{length}{lines}\r\n{body}".encode()


async def _all(port: int, members: int, seconds: float, requests: list[bytes]) -> int:
    until, turns = time.perf_counter() + seconds, count()
    asking = (_ask(port, until, requests, turns) for _ in range(members))
    return sum(await asyncio.gather(*asking))


async def _ask(port: int, until: float, requests: list[bytes], turns: "count[int]") -> int:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    answered = 0
    while time.perf_counter() < until:
        writer.write(requests[next(turns) % len(requests)])
        head = await reader.readuntil(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 200"), head
        length = int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0])
        assert b"How sure?" in await reader.readexactly(length)
        answered += 1
    writer.close()
    return answered


if __name__ == "__main__":
    main()
