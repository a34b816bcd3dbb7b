"""The least that asyncio does for a live stream: a line in, and an event out to everybody who follows."""

import asyncio

EVENT = b'data: {"scope":"location:store-0","epoch":"0123456789abcdef","version":12345}\n\n'


async def _main() -> None:
    everybody: list[asyncio.StreamWriter] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if await reader.readline() == b"follow\n":
            everybody.append(writer)
            writer.write(EVENT)
            return
        while await reader.readline():
            for each in everybody:
                each.write(EVENT)

    server = await asyncio.start_server(serve, "127.0.0.1", 0, backlog=1000)
    print(f"ready http://127.0.0.1:{server.sockets[0].getsockname()[1]}", flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(_main())
