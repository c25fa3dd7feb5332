"""Python's grpclib, an HTTP/2 and gRPC of its own, as a server; called by protoloupe, by grpclib's client and by
buf curl, whose answers must agree.

Usage: grpclib_server.py PROTOLOUPE FOLDER BUF
"""

import asyncio
import json
import os
import sys

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from google.protobuf.json_format import MessageToDict
from grpclib import GRPCError, Status
from grpclib.client import Channel, StreamStreamMethod, StreamUnaryMethod, UnaryStreamMethod, UnaryUnaryMethod
from grpclib.const import Cardinality, Handler
from grpclib.server import Server

SERVICE = "demo.v1.Demo"
KINDS = {
    "Echo": (Cardinality.UNARY_UNARY, UnaryUnaryMethod),
    "Count": (Cardinality.UNARY_STREAM, UnaryStreamMethod),
    "Join": (Cardinality.STREAM_UNARY, StreamUnaryMethod),
    "Chat": (Cardinality.STREAM_STREAM, StreamStreamMethod),
    "Fail": (Cardinality.UNARY_UNARY, UnaryUnaryMethod),
}


def schema():
    file = descriptor_pb2.FileDescriptorProto(name="demo.proto", package="demo.v1", syntax="proto3")
    message = file.message_type.add(name="Note")
    message.field.add(name="text", number=1, type=9, label=1)
    message.field.add(name="count", number=2, type=5, label=1)
    service = file.service.add(name="Demo")
    for name, (cardinality, _) in KINDS.items():
        service.method.add(
            name=name, input_type=".demo.v1.Note", output_type=".demo.v1.Note",
            client_streaming=cardinality.client_streaming, server_streaming=cardinality.server_streaming,
        )
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    note = message_factory.GetMessageClass(pool.FindMessageTypeByName("demo.v1.Note"))
    return descriptor_pb2.FileDescriptorSet(file=[file]), note


SET, Note = schema()


class Demo:
    async def echo(self, stream):
        await stream.send_message(await stream.recv_message())

    async def count(self, stream):
        for n in range((await stream.recv_message()).count):
            await stream.send_message(Note(text="n", count=n))

    async def join(self, stream):
        text = "".join([note.text async for note in stream])
        await stream.send_message(Note(text=text))

    async def chat(self, stream):
        async for note in stream:
            await stream.send_message(note)

    async def fail(self, stream):
        await stream.recv_message()
        raise GRPCError(Status.OUT_OF_RANGE, "past the end — 100%")

    def __mapping__(self):
        return {
            f"/{SERVICE}/{name}": Handler(getattr(self, name.lower()), cardinality, Note, Note)
            for name, (cardinality, _) in KINDS.items()
        }


async def run(*args):
    process = await asyncio.create_subprocess_exec(
        *args, stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    out, said = await process.communicate()
    return process.returncode, out.decode(), said.decode()


def values(text):
    """All JSON values in a text."""
    decoder, found, text = json.JSONDecoder(), [], text.strip()
    while text:
        value, end = decoder.raw_decode(text)
        found.append(value)
        text = text[end:].strip()
    return found


async def main(program, folder, buf):
    program, buf = os.path.abspath(program), os.path.abspath(buf)
    os.chdir(folder)
    open("grpclib.binpb", "wb").write(SET.SerializeToString())
    server = Server([Demo()])
    await server.start("127.0.0.1", 0)
    port = server._server.sockets[0].getsockname()[1]
    url, notes = f"http://127.0.0.1:{port}", [Note(text="héllo", count=3), Note(text="b"), Note(count=-1)]
    files = []
    for n, note in enumerate(notes):
        files.append(f"note-{n}.bin")
        open(files[-1], "wb").write(note.SerializeToString())
    channel = Channel("127.0.0.1", port)
    for name, (cardinality, method) in KINDS.items():
        n_sent = 3 if cardinality.client_streaming else 1
        sent = notes[:n_sent]
        code, out, said = await run(
            program, "call", url, f"{SERVICE}/{name}", "--descriptor-set", "grpclib.binpb", "--data", *files[:n_sent]
        )
        data = "".join(json.dumps(MessageToDict(note)) for note in sent)
        _, of_buf, buf_said = await run(
            buf, "curl", "--schema", "grpclib.binpb", "--protocol", "grpc", "--http2-prior-knowledge", "-d", data,
            f"{url}/{SERVICE}/{name}",
        )
        call = method(channel, f"/{SERVICE}/{name}", Note, Note)
        try:
            theirs = await call(sent if cardinality.client_streaming else sent[0])
            theirs = theirs if cardinality.server_streaming else [theirs]
            expected = [MessageToDict(note) for note in theirs]
            assert code == 0, said
            assert values(out) == expected, (name, out, expected)
            assert values(of_buf) == expected, (name, of_buf, buf_said, expected)
        except GRPCError as error:
            assert code == 1 and f"gRPC {error.status.value} {error.status.name}: {error.message}" in said, said
            of_buf = json.loads(buf_said)
            assert (of_buf["code"], of_buf["message"]) == (error.status.name.lower(), error.message), buf_said
        print(f"{name}: protoloupe, grpclib's client and buf curl agree")
    channel.close()
    server.close()
    await server.wait_closed()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
