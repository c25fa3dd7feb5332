"""Python's grpcio as a server, called by protoloupe and by grpcio's own client.

Usage: grpcio.py PROTOLOUPE FOLDER
"""

import concurrent.futures
import os
import subprocess
import sys
import time

import grpc
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from google.rpc import code_pb2, error_details_pb2, status_pb2
from grpc_reflection.v1alpha import reflection
from grpc_status import rpc_status

SERVICE = "demo.v1.Demo"
METHODS = {
    # name: (client streams, server streams)
    "Echo": (False, False),
    "Count": (False, True),
    "Join": (True, False),
    "Chat": (True, True),
    "Fail": (False, False),
    "Sleep": (False, False),
    "Large": (False, False),
}


def pool_of_demo():
    """The schema, made without a compiler."""
    file = descriptor_pb2.FileDescriptorProto(name="demo.proto", package="demo.v1", syntax="proto3")
    message = file.message_type.add(name="Note")
    message.field.add(name="text", number=1, type=9, label=1)
    message.field.add(name="count", number=2, type=5, label=1)
    service = file.service.add(name="Demo")
    for name, (client, server) in METHODS.items():
        service.method.add(
            name=name,
            input_type=".demo.v1.Note",
            output_type=".demo.v1.Note",
            client_streaming=client,
            server_streaming=server,
        )
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return pool


POOL = pool_of_demo()
Note = message_factory.GetMessageClass(POOL.FindMessageTypeByName("demo.v1.Note"))


def fail(request, context):
    info = error_details_pb2.ErrorInfo(reason="STOCKOUT", domain="demo.example.com")
    status = status_pb2.Status(code=code_pb2.FAILED_PRECONDITION, message="none left: 100% sold — \x1b[31m")
    status.details.add().Pack(info)
    context.set_trailing_metadata((("x-trace-bin", b"\x00\xff"),))
    context.abort_with_status(rpc_status.to_status(status))


def count(request, context):
    for n in range(Note.FromString(request).count):
        yield Note(text="n", count=n).SerializeToString()


def sleep(request, context):
    time.sleep(30)
    return request


HANDLERS = {
    "Echo": grpc.unary_unary_rpc_method_handler(lambda request, context: request),
    "Count": grpc.unary_stream_rpc_method_handler(count),
    "Join": grpc.stream_unary_rpc_method_handler(lambda requests, context: b"".join(requests)),
    "Chat": grpc.stream_stream_rpc_method_handler(lambda requests, context: iter(requests)),
    "Fail": grpc.unary_unary_rpc_method_handler(fail),
    "Sleep": grpc.unary_unary_rpc_method_handler(sleep),
    "Large": grpc.unary_unary_rpc_method_handler(lambda request, context: Note(text="x" * (9 << 20)).SerializeToString()),
}


def start():
    options = [("grpc.max_receive_message_length", 64 << 20)]
    server = grpc.server(concurrent.futures.ThreadPoolExecutor(8), options=options)
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(SERVICE, HANDLERS),))
    reflection.enable_server_reflection((SERVICE, reflection.SERVICE_NAME), server, pool=POOL)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    return server, f"127.0.0.1:{port}"


def main(program, folder):
    server, address = start()
    program = os.path.abspath(program)
    os.chdir(folder)
    documents = {
        "empty.bin": b"",
        "note.bin": Note(text="héllo", count=3).SerializeToString(),
        "unknown.bin": b"\x0a\x01a\x9a\x06\x05hello",
        "padded.bin": b"\x10\x83\x80\x00",
        "large.bin": Note(text="y" * (16 << 20)).SerializeToString(),
        "broken.bin": b"\x0a\x7fcut",
    }
    for name, document in documents.items():
        with open(name, "wb") as file:
            file.write(document)
    n_done = 0

    def run(*args, exits=0):
        ran = subprocess.run([program, *args], capture_output=True)
        said = ran.stderr.decode()
        assert ran.returncode == exits, (args, ran.returncode, said)
        return ran.stdout.decode(), said

    def call(method, *files, exits=0, more=()):
        nonlocal n_done
        n_done += 1
        replies = f"replies-{n_done}"
        out, said = run(
            "call", f"http://{address}", f"{SERVICE}/{method}", "--data", *files, "--reflect", "-o", replies,
            *(() if "--deadline" in more else ("--deadline", "2m")), *more, exits=exits,
        )
        names = sorted(name for name in os.listdir(replies) if name.endswith(".bin"))
        return [open(f"{replies}/{name}", "rb").read() for name in names], out, said

    out, _ = run("reflect", f"http://{address}", "-o", "demo.binpb")
    assert f"service  {SERVICE}\n" in out and "rpc Chat(stream demo.v1.Note) returns (stream demo.v1.Note)" in out, out
    saved = descriptor_pb2.FileDescriptorSet.FromString(open("demo.binpb", "rb").read())
    assert any(file.name == "demo.proto" for file in saved.file)
    print("reflection lists the services, and the saved set is one")

    limits = [("grpc.max_receive_message_length", 64 << 20), ("grpc.max_send_message_length", 64 << 20)]
    with grpc.insecure_channel(address, options=limits) as channel:
        echo = channel.unary_unary(f"/{SERVICE}/Echo")
        for name, document in documents.items():
            more = ("--send-anyway",) if name == "broken.bin" else ()
            for gzip in ((), ("--gzip",)):
                replies, _, _ = call("Echo", name, more=(*more, *gzip))
                assert replies == [document] == [echo(document)], name
        print("documents come back byte for byte, as grpcio's client gets them")

        replies, out, _ = call("Count", "note.bin")
        assert replies == list(channel.unary_stream(f"/{SERVICE}/Count")(documents["note.bin"])), out
        replies, _, _ = call("Join", "note.bin", "unknown.bin")
        assert replies == [documents["note.bin"] + documents["unknown.bin"]]
        replies, _, _ = call("Chat", "note.bin", "empty.bin", "padded.bin")
        assert replies == [documents["note.bin"], b"", documents["padded.bin"]]
        print("all four kinds work")

        _, _, said = call("Fail", "note.bin", exits=1)
        assert "gRPC 9 FAILED_PRECONDITION: none left: 100% sold — \\u{1b}[31m" in said, said
        assert '"reason":"STOCKOUT"' in said, said
        _, _, said = call("Sleep", "note.bin", exits=1, more=("--deadline", "500ms"))
        assert "deadline" in said.lower(), said
        replies, _, _ = call("Large", "note.bin")
        assert len(replies[0]) > 9 << 20
        _, _, said = call("Large", "note.bin", exits=1, more=("--max-message", "1MiB"))
        assert "declared to have" in said, said
    _, said = run("call", f"http://{address}", "demo.v1.Demo/Gone", "--data", "note.bin", exits=1)
    assert "UNIMPLEMENTED" in said, said
    _, said = run("call", f"https://{address}", "demo.v1.Demo/Echo", "--data", "note.bin", "--insecure", exits=1)
    assert "plain text" in said, said
    for protocol in ("grpc-web", "connect"):
        more = ("--data", "note.bin", "--protocol", protocol)
        _, said = run("call", f"http://{address}", "demo.v1.Demo/Echo", *more, exits=1)
        assert "HTTP/2 only" in said and "gRPC" in said, said
    print("statuses, details, deadlines, limits and failures are said")
    server.stop(None)


if __name__ == "__main__":
    main(*sys.argv[1:])
