"""The interop server of Ruby's gRPC, as Debian packages it, called by protoloupe.

Usage: ruby.py PROTOLOUPE FOLDER SERVER, where SERVER is the package's pb/test/server.rb
"""

import json
import os
import signal
import socket
import subprocess
import sys
import time

# The parts of the interop service that are called here.
SCHEMA = """
syntax = "proto3";
package grpc.testing;
enum PayloadType { COMPRESSABLE = 0; }
message Empty {}
message Payload { PayloadType type = 1; bytes body = 2; }
message EchoStatus { int32 code = 1; string message = 2; }
message SimpleRequest {
  PayloadType response_type = 1; int32 response_size = 2; Payload payload = 3; EchoStatus response_status = 7;
}
message SimpleResponse { Payload payload = 1; }
message StreamingInputCallRequest { Payload payload = 1; }
message StreamingInputCallResponse { int32 aggregated_payload_size = 1; }
message ResponseParameters { int32 size = 1; }
message StreamingOutputCallRequest {
  repeated ResponseParameters response_parameters = 2; Payload payload = 3; EchoStatus response_status = 7;
}
message StreamingOutputCallResponse { Payload payload = 1; }
service TestService {
  rpc EmptyCall(Empty) returns (Empty);
  rpc UnaryCall(SimpleRequest) returns (SimpleResponse);
  rpc StreamingInputCall(stream StreamingInputCallRequest) returns (StreamingInputCallResponse);
  rpc StreamingOutputCall(StreamingOutputCallRequest) returns (stream StreamingOutputCallResponse);
  rpc FullDuplexCall(stream StreamingOutputCallRequest) returns (stream StreamingOutputCallResponse);
  rpc UnimplementedCall(Empty) returns (Empty);
}
"""
SERVICE = "grpc.testing.TestService"
SPECIAL = "\t\ntest with whitespace\r\nand Unicode BMP ☺ and non-BMP 😈\t\n"


def free_port():
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


def main(program, folder, server):
    program, server = os.path.abspath(program), os.path.abspath(server)
    os.chdir(folder)
    open("interop.proto", "w").write(SCHEMA)
    open("empty.bin", "wb").close()
    port = free_port()
    running = subprocess.Popen(["ruby", server, "--port", str(port)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(200):
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                break
            except OSError:
                time.sleep(0.1)
        check(program, f"http://127.0.0.1:{port}")
    finally:
        running.terminate()


def check(program, url):
    n_done = 0

    def make(name, message, *edits, add=()):
        args = [program, "set", "empty.bin", *edits, "--type", f"grpc.testing.{message}", "--proto", "interop.proto"]
        for edit in add:
            args += ["--add", edit]
        subprocess.run([*args, "-o", name], check=True, capture_output=True)
        return name

    def body(name, size):
        open(name, "wb").write(bytes(size))
        return f"payload.body=@{name}"

    def call(method, *files, exits=0, more=()):
        nonlocal n_done
        n_done += 1
        replies = f"ruby-{n_done}"
        args = [program, "call", url, f"{SERVICE}/{method}", "--proto", "interop.proto", "-o", replies]
        args += ["--data", *files] if files else []
        ran = subprocess.run([*args, "--compact", *more], capture_output=True)
        said = ran.stderr.decode()
        assert ran.returncode == exits, (method, ran.returncode, said)
        sizes = [os.path.getsize(f"{replies}/{name}") for name in sorted(os.listdir(replies))]
        return [json.loads(line) for line in ran.stdout.splitlines()], sizes, said

    out, sizes, _ = call("EmptyCall", "empty.bin")
    assert (out, sizes) == ([{}], [0]), (out, sizes)
    large = make("large-unary.bin", "SimpleRequest", "response_size=314159", body("zeros.bin", 271828))
    out, sizes, _ = call("UnaryCall", large)
    # The payload, its tag and length, around it the message's.
    assert sizes == [314159 + 8], sizes
    print("empty and large unary calls work")

    inputs = [
        make(f"in-{n}.bin", "StreamingInputCallRequest", body("zeros.bin", size))
        for n, size in enumerate([27182, 8, 1828, 45904])
    ]
    out, _, _ = call("StreamingInputCall", *inputs)
    assert out == [{"aggregatedPayloadSize": 74922}], out
    wanted = [31415, 9, 2653, 58979]
    one = make("out.bin", "StreamingOutputCallRequest", add=[f'response_parameters={{"size":{n}}}' for n in wanted])
    out, sizes, _ = call("StreamingOutputCall", one)
    assert len(out) == 4 and all(size > want for size, want in zip(sizes, wanted)), sizes
    pings = [
        make(f"ping-{n}.bin", "StreamingOutputCallRequest", body("zeros.bin", n + 1), add=[f'response_parameters={{"size":{n}}}'])
        for n in wanted
    ]
    out, sizes, _ = call("FullDuplexCall", *pings)
    assert len(out) == 4 and all(size > want for size, want in zip(sizes, wanted)), sizes
    out, sizes, _ = call("FullDuplexCall")
    assert sizes == []
    print("client-streaming, server-streaming, ping-pong and an empty stream work")

    bad = make("bad.bin", "SimpleRequest", "response_status.code=2", "response_status.message=test status message")
    _, _, said = call("UnaryCall", bad, exits=1)
    assert "gRPC 2 UNKNOWN: test status message" in said, said
    special = make("special.bin", "SimpleRequest", "response_status.code=2", f"response_status.message={SPECIAL}")
    _, _, said = call("UnaryCall", special, exits=1)
    assert "and Unicode BMP ☺ and non-BMP 😈" in said and "\t" not in said, said
    bad = make("bad-stream.bin", "StreamingOutputCallRequest", "response_status.code=2", "response_status.message=test status message")
    _, _, said = call("FullDuplexCall", bad, exits=1)
    assert "gRPC 2 UNKNOWN: test status message" in said, said
    _, _, said = call("UnimplementedCall", "empty.bin", exits=1)
    assert "gRPC 12 UNIMPLEMENTED" in said, said
    print("statuses and their messages are said")

    echo = ["-H", "x-grpc-test-echo-initial: test_initial_metadata_value", "-H", "x-grpc-test-echo-trailing-bin: q6ur", "-v"]
    for method, request in [("UnaryCall", large), ("FullDuplexCall", pings[1])]:
        _, _, said = call(method, request, more=echo)
        headers, trailers = said.split("trailers", 1)
        assert "x-grpc-test-echo-initial: test_initial_metadata_value" in headers.split("headers, HTTP 200", 1)[1], said
        assert "x-grpc-test-echo-trailing-bin" in trailers, said
    print("metadata, text and binary, comes back")

    # Standard input stays open, so the stream does: the deadline ends it.
    _, _, said = call("FullDuplexCall", pings[0], exits=1, more=("--deadline", "1ms"))
    assert "deadline" in said.lower(), said
    args = [program, "call", url, f"{SERVICE}/StreamingOutputCall", "--data", "endless.bin", "--proto", "interop.proto"]
    make("endless.bin", "StreamingOutputCallRequest", add=['response_parameters={"size":1000000}'] * 60)
    running = subprocess.Popen([*args, "--compact"], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    running.stdout.read(1)
    running.send_signal(signal.SIGINT)
    _, said = running.communicate(timeout=30)
    assert running.returncode == 1 and b"cancel" in said.lower(), (running.returncode, said)
    print("a deadline and a cancel end a call")


if __name__ == "__main__":
    main(*sys.argv[1:])
