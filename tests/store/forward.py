"""Pass bytes on between a TCP port and a Unix socket, so many a second towards the socket at the most."""

import asyncio
import socket
import sys
from contextlib import suppress

CHUNK = 4096


async def pass_on(source: asyncio.StreamReader, target: asyncio.StreamWriter, pause: float) -> None:
    with suppress(OSError):
        while data := await source.read(CHUNK):
            target.write(data)
            await target.drain()
            await asyncio.sleep(pause * len(data))
    target.close()


async def serve(address: str, port: int, unix_socket: str, bytes_per_second: int) -> None:
    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        up_reader, up_writer = await asyncio.open_unix_connection(unix_socket)
        await asyncio.gather(pass_on(reader, up_writer, 1 / bytes_per_second), pass_on(up_reader, writer, 0))

    listening = socket.socket()
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, CHUNK)  # what is slow must not pile up here
    listening.bind((address, port))
    server = await asyncio.start_server(connected, sock=listening, limit=CHUNK)
    sys.stdout.write("listening\n")
    sys.stdout.flush()
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(sys.argv[1], int(sys.argv[2]), sys.argv[3], int(sys.argv[4])))
