"""nginx with TLS and client certificates in front of grpcio, and tinyproxy in between.

Usage: nginx.py PROTOLOUPE FOLDER; needs nginx, tinyproxy and openssl.
"""

import os
import socket
import subprocess
import sys
import time

import grpcio

NGINX = """
daemon off; pid nginx.pid; error_log stderr warn; worker_processes 1;
events {{ }}
http {{
    access_log off;
    client_body_temp_path tmp; proxy_temp_path tmp; fastcgi_temp_path tmp; uwsgi_temp_path tmp; scgi_temp_path tmp;
    client_max_body_size 0;
    ssl_certificate server.crt; ssl_certificate_key server.key;
    server {{ listen 127.0.0.1:{tls} ssl http2; location / {{ grpc_pass grpc://{address}; }} }}
    server {{
        listen 127.0.0.1:{mtls} ssl http2; ssl_client_certificate ca.crt; ssl_verify_client on;
        location / {{ grpc_pass grpc://{address}; }}
    }}
    server {{ listen 127.0.0.1:{dead} ssl http2; location / {{ grpc_pass grpc://127.0.0.1:1; }} }}
}}
"""


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def openssl(*args):
    subprocess.run(["openssl", *args], check=True, capture_output=True)


def certificates():
    openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "ca.key", "-out", "ca.crt", "-subj", "/CN=own CA", "-days", "2")
    for name, extension in [("server", "subjectAltName=DNS:localhost"), ("client", "extendedKeyUsage=clientAuth")]:
        openssl("req", "-newkey", "rsa:2048", "-nodes", "-keyout", f"{name}.key", "-out", f"{name}.csr", "-subj", f"/CN={name}")
        with open(f"{name}.ext", "w") as file:
            file.write(extension)
        openssl("x509", "-req", "-in", f"{name}.csr", "-CA", "ca.crt", "-CAkey", "ca.key", "-CAcreateserial", "-out", f"{name}.crt", "-days", "2", "-extfile", f"{name}.ext")


def wait_for(port):
    for _ in range(100):
        try:
            socket.create_connection(("127.0.0.1", port)).close()
            return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError(f"nothing listens at {port}")


def main(program, folder):
    server, address = grpcio.start()
    program = os.path.abspath(program)
    os.chdir(folder)
    certificates()
    os.makedirs("tmp", exist_ok=True)
    tls, mtls, dead, proxy = (free_port() for _ in range(4))
    with open("nginx.conf", "w") as file:
        file.write(NGINX.format(tls=tls, mtls=mtls, dead=dead, address=address))
    with open("tinyproxy.conf", "w") as file:
        file.write(f"Port {proxy}\nListen 127.0.0.1\nTimeout 60\nMaxClients 10\n")
    note = grpcio.Note(text="x" * 3_000_000, count=2).SerializeToString()
    with open("note.bin", "wb") as file:
        file.write(note)
    started = [
        subprocess.Popen(["nginx", "-p", os.getcwd(), "-c", "nginx.conf"], stderr=subprocess.DEVNULL),
        subprocess.Popen(["tinyproxy", "-d", "-c", "tinyproxy.conf"], stdout=subprocess.DEVNULL),
    ]
    try:
        for port in (tls, mtls, proxy):
            wait_for(port)

        def call(port, *more, exits=0):
            url = f"https://localhost:{port}"
            args = [program, "call", url, "demo.v1.Demo/Echo", "--data", "note.bin", "--compact", *more]
            ran = subprocess.run(args, capture_output=True)
            said = ran.stderr.decode()
            assert ran.returncode == exits, (args, ran.returncode, said)
            return said

        own = ["--ca", "ca.crt"]
        client = ["--cert", "client.crt", "--key", "client.key"]
        for number, more in enumerate([own, [*own, "--gzip"], ["--insecure"], [*own, "--proxy", f"http://127.0.0.1:{proxy}"]]):
            replies = f"tls-{number}"
            call(tls, *more, "-o", replies)
            assert open(f"{replies}/0001.bin", "rb").read() == note, more
        assert "not trusted" in call(tls, exits=1)
        print("nginx: TLS, also through a CONNECT proxy")
        call(mtls, *own, *client)
        said = call(mtls, *own, exits=1)
        assert "client certificate" in said or "No required SSL certificate" in said, said
        print("nginx: client certificates")
        said = call(dead, *own, exits=1)
        assert "502" in said or "UNAVAILABLE" in said, said
        print("nginx: a server behind it that is not there: " + said.splitlines()[1])
    finally:
        for process in started:
            process.terminate()
            process.wait()
        server.stop(None)


if __name__ == "__main__":
    main(*sys.argv[1:])
