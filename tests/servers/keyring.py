"""The system keyring: gnome-keyring on a session bus of its own, and a server that says what it got.

Usage: dbus-run-session -- python keyring.py PROTOLOUPE FOLDER; needs gnome-keyring, secret-tool and grpcio.
"""

import os
import pty
import subprocess
import sys
import time
from concurrent import futures

import grpc

SECRET = "hush-keyring-4711"
TYPED = "hush-typed-0815"


class Echo(grpc.GenericRpcHandler):
    """Answers every unary call with the values of the metadata that it came with."""

    def service(self, call):
        def answer(request, context):
            got = dict(context.invocation_metadata())
            return (got.get("x-token", "") + got.get("x-typed", "")).encode()

        return grpc.unary_unary_rpc_method_handler(answer)


def run(program, *args, given=None, bus=None):
    environment = {**os.environ, "DBUS_SESSION_BUS_ADDRESS": bus or os.environ["DBUS_SESSION_BUS_ADDRESS"]}
    return subprocess.run(
        [program, *args], input=given, capture_output=True, text=True, timeout=60, env=environment
    )


def check(what, is_so, ran=None):
    if not is_so:
        raise SystemExit(f"FAILED: {what}\n{ran.stdout if ran else ''}\n{ran.stderr if ran else ''}")
    print(f"ok: {what}")


def typed(args, text):
    """Runs a program on a terminal of its own and types; gives all that the terminal showed."""
    child, terminal = pty.fork()
    if child == 0:
        os.execv(args[0], args)
    shown = b""
    while b"not shown" not in shown:
        shown += os.read(terminal, 4096)
    time.sleep(0.2)
    os.write(terminal, text.encode())
    try:
        while part := os.read(terminal, 4096):
            shown += part
    except OSError:
        pass
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status), shown.decode(errors="replace")


def files(folder):
    for base, _, names in os.walk(folder):
        for name in names:
            with open(os.path.join(base, name), "rb") as file:
                yield os.path.join(base, name), file.read()


def main(program, folder):
    program = os.path.abspath(program)
    os.makedirs(folder, exist_ok=True)
    os.chdir(folder)
    own = os.path.join(os.getcwd(), "own")
    os.environ["XDG_STATE_HOME"] = os.path.join(own, "state")
    os.environ["XDG_CONFIG_HOME"] = os.path.join(own, "config")
    os.environ["XDG_DATA_HOME"] = os.path.join(os.getcwd(), "keyrings")
    server = grpc.server(futures.ThreadPoolExecutor(2), handlers=[Echo()])
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    profiles = os.path.join(own, "config", "protoloupe", "profiles")
    os.makedirs(profiles)
    text = f"endpoint = http://127.0.0.1:{port}\n[metadata]\nx-token = ?keyring\n"
    with open(os.path.join(profiles, "local.profile"), "w") as file:
        file.write(text)
    with open(os.path.join(own, "local.profile"), "w") as file:
        file.write(text)
    with open(os.path.join(own, "typed.profile"), "w") as file:
        file.write(text.replace("x-token = ?keyring", "x-typed = ?"))
    with open(os.path.join(own, "empty.bin"), "wb"):
        pass
    os.chdir(own)

    def call(profile="local", bus=None):
        return run(program, "call", "--profile", profile, "a.B/C", "--data", "empty.bin", "--to", "hex", bus=bus)

    def has(ran, secret):
        return secret.encode().hex() in "".join(line[10:60].replace(" ", "") for line in ran.stdout.splitlines()) \
            or secret in ran.stdout

    ran = call(bus="unix:path=/nowhere")
    check("without a keyring a call says so", ran.returncode == 2 and "no system keyring" in ran.stderr, ran)
    daemon = subprocess.Popen(
        ["gnome-keyring-daemon", "--replace", "--unlock", "--foreground", "--components=secrets"],
        stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )
    try:
        daemon.stdin.write(b"password")
        daemon.stdin.close()
        time.sleep(1)
        ran = run(program, "keyring", "local")
        check("an empty keyring has nothing", ran.returncode == 1 and "metadata.x-token  absent" in ran.stdout, ran)
        ran = call()
        check("a call says what is missing", ran.returncode == 2 and "--put" in ran.stderr, ran)
        ran = run(program, "keyring", "local", "metadata.x-token", "--put", given=SECRET + "\n")
        check("a secret is put from standard input", ran.returncode == 0 and SECRET not in ran.stderr, ran)
        ran = run(program, "keyring", "local")
        check("another process finds it", ran.returncode == 0 and "metadata.x-token  kept" in ran.stdout, ran)
        found = run("secret-tool", "lookup", "application", "protoloupe", "profile", "local")
        check("so does libsecret's own tool", found.stdout == SECRET, found)
        ran = call()
        check("a call sends it", ran.returncode == 0 and has(ran, SECRET), ran)
        check("and does not say it", SECRET not in ran.stderr and "system keyring" in ran.stderr, ran)
        ran = call("./local.profile")
        check("a profile of that name elsewhere does not get it", ran.returncode == 2, ran)
        status, shown = typed([program, "keyring", "local", "metadata.x-token", "--put"], "worng\x15" + TYPED + "x\x7f\r")
        check("a secret is typed at the terminal, unseen", status == 0 and TYPED not in shown and "worng" not in shown)
        ran = call()
        check("what was typed stands in the place of the old one", has(ran, TYPED) and not has(ran, SECRET), ran)
        args = [program, "call", "--profile", "./typed.profile", "a.B/C", "--data", "empty.bin", "--to", "hex"]
        status, shown = typed(args, "hush-asked\r")
        check("a call asks for ? at the terminal", status == 0 and "hush-asked" in shown.replace("|", ""))
        status, shown = typed(args, "hush\x03")
        check("and sends nothing when the person gives up", status == 1 and "Nothing was sent" in shown)
        ran = run(program, "keyring", "local", "metadata.x-token", "--remove")
        check("it is taken out", ran.returncode == 0, ran)
        ran = run(program, "keyring", "local", "metadata.x-token", "--remove")
        check("and is gone", ran.returncode == 1 and "no such secret" in ran.stderr, ran)
        check("a call says so", call().returncode == 2)
        for path, content in files(own):
            for secret in (SECRET, TYPED, "hush"):
                if secret.encode() in content:
                    raise SystemExit(f"FAILED: {secret} is in {path}")
        print("ok: no file of ours has any of it")
    finally:
        daemon.terminate()
        daemon.wait()
        server.stop(None)


if __name__ == "__main__":
    main(*sys.argv[1:])
