"""A RocketMQ server on the loopback, called by protoloupe and by the official Python client.

Usage: rocketmq_server.py PROTOLOUPE BINARIES FOLDER [STAY]

With STAY the servers are left running, and the file of that name says how to reach them.
"""

import hashlib
import json
import os
import pathlib
import socket
import struct
import subprocess
import sys
import time

PROGRAM, BINARIES, FOLDER = (pathlib.Path(path).resolve() for path in sys.argv[1:4])
STAY = pathlib.Path(sys.argv[4]).resolve() if len(sys.argv) > 4 else None
CAPTURES = pathlib.Path(__file__).resolve().parent.parent / "data" / "captures"
SERVICE = "apache.rocketmq.v2.MessagingService"

NAMESRV, BROKER, OPEN, GUARDED = 9876, 10911, 8081, 8082
TOPICS = {"orders": "NORMAL", "later": "DELAY", "transfers": "TRANSACTION"}
GROUPS = ["readers", "python"]
ACCESS_KEY, SECRET, WRONG = "tester", "right-s3cret-4711", "wrong-s3cret-0815"

processes = {}
n_checked = 0


def check(what, found, expected):
    global n_checked
    if found != expected:
        sys.exit(f"{what}\n  expected {expected!r}\n  found    {found!r}")
    n_checked += 1
    print(f"ok  {what}", flush=True)


# The servers


def start_until_up(port, name, binary, *args):
    """Starts a server again if it gives up: on a busy machine what it needs may not be ready in its time."""
    for _ in range(5):
        start(name, binary, *args)
        if wait_for(port, name, must_stay=False):
            return
        time.sleep(3)
    wait_for(port, name)


def wait_for(port, name, must_stay=True):
    for _ in range(600):
        if processes[name].poll() is not None:
            if not must_stay:
                return False
            sys.exit(f"{name} ended:\n{(FOLDER / (name + '.log')).read_text(errors='replace')[-4000:]}")
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return True
        except OSError:
            time.sleep(0.2)
    sys.exit(f"{name} does not listen on port {port}")


def start(name, binary, *args):
    home = FOLDER / "home"
    home.mkdir(exist_ok=True)
    environment = dict(os.environ, HOME=str(home), ROCKETMQ_HOME=str(home))
    log = open(FOLDER / f"{name}.log", "wb")
    command = [str(BINARIES / binary), *map(str, args)]
    processes[name] = subprocess.Popen(
        command, stdout=log, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, env=environment,
        cwd=FOLDER, start_new_session=True,
    )


def write_broker_files():
    store = FOLDER / "store"
    (store / "config").mkdir(parents=True)
    version = {"stateVersion": 0, "timestamp": 0, "counter": 0}
    topics = {
        name: {
            "topicName": name, "readQueueNums": 1, "writeQueueNums": 1, "perm": 6,
            "topicFilterType": "SINGLE_TAG", "topicSysFlag": 0, "order": False,
            "attributes": {"message.type": kind},
        }
        for name, kind in TOPICS.items()
    }
    groups = {
        name: {
            "groupName": name, "consumeEnable": True, "consumeFromMinEnable": True,
            "consumeBroadcastEnable": True, "consumeMessageOrderly": False, "retryQueueNums": 1,
            "retryMaxTimes": 16, "brokerId": 0, "whichBrokerWhenConsumeSlowly": 1,
            "notifyConsumerIdsChangedEnable": True, "groupSysFlag": 0, "consumeTimeoutMinute": 15,
        }
        for name in GROUPS
    }
    write = lambda name, value: (store / "config" / name).write_text(json.dumps(value))
    write("topics.json", {"topicConfigTable": topics, "dataVersion": version})
    write("subscriptionGroup.json", {"subscriptionGroupTable": groups, "forbiddenTable": {}, "dataVersion": version})
    settings = {
        "brokerClusterName": "DefaultCluster", "brokerName": "broker-a", "brokerId": 0,
        "namesrvAddr": f"127.0.0.1:{NAMESRV}", "brokerIP1": "127.0.0.1", "listenPort": BROKER,
        "storePathRootDir": store, "storePathCommitLog": store / "commitlog",
        "autoCreateTopicEnable": "false", "autoCreateSubscriptionGroup": "false",
        "enableMixedMessageType": "true", "timerWheelEnable": "true",
    }
    text = "".join(f"{name} = {value}\n" for name, value in settings.items())
    (FOLDER / "broker.conf").write_text(text)


def write_proxy_file(name, port, is_guarded):
    (FOLDER / name).write_text(
        f"""mode = "cluster"
[grpc]
listenAddr = "127.0.0.1:{port}"
[cluster]
namesrvAddr = "127.0.0.1:{NAMESRV}"
brokerClusterName = "DefaultCluster"
instanceName = "{name}"
[auth]
authenticationEnabled = {str(is_guarded).lower()}
authorizationEnabled = false
authConfigPath = "{FOLDER / 'auth'}"
"""
    )


def create_user(name, password):
    """Asks the broker over its own protocol: lengths, a JSON header, a JSON body."""
    body = json.dumps({"username": name, "password": password, "userType": "Super", "userStatus": "enable"})
    header = {
        "code": 3001, "language": "PYTHON", "version": 0, "opaque": 1, "flag": 0,
        "serializeTypeCurrentRPC": "JSON", "extFields": {"username": name},
    }
    header, body = json.dumps(header).encode(), body.encode()
    with socket.create_connection(("127.0.0.1", BROKER), timeout=10) as connection:
        message = struct.pack(">II", 4 + len(header) + len(body), len(header)) + header + body
        connection.sendall(message)
        reply = b""
        while len(reply) < 8 or len(reply) < 4 + struct.unpack(">I", reply[:4])[0]:
            reply += connection.recv(65536) or sys.exit("The broker hung up")
    answered = json.loads(reply[8 : 8 + struct.unpack(">I", reply[4:8])[0] % (1 << 24)])
    check("The broker takes a user", answered["code"], 0)


# protoloupe


class Ran:
    def __init__(self, process):
        self.code, self.said = process.returncode, process.stderr.decode()
        # One reply a line.
        self.replies = [json.loads(line) for line in process.stdout.decode().splitlines()]


def protoloupe(*args, secret=SECRET):
    environment = dict(os.environ, XDG_STATE_HOME=str(FOLDER / "state"), MQ_SECRET=secret)
    command = [str(PROGRAM), *map(str, args)]
    return subprocess.run(command, capture_output=True, env=environment, cwd=FOLDER, timeout=120)


def call(profile, method, data, *options, secret=SECRET):
    ran = protoloupe(
        "call", "--profile", f"{profile}.profile", f"{SERVICE}/{method}", "--data", data, "--compact", *options,
        secret=secret,
    )
    return Ran(ran)


types = {}


def edit(source, target, *edits):
    """Edits a captured request, or one that was edited before."""
    name = pathlib.Path(source).name
    types[target] = types.get(name) or f"apache.rocketmq.v2.{name.split('-')[0]}Request"
    ran = protoloupe("set", source, *edits, "--type", types[target], "-o", target)
    if ran.returncode != 0:
        sys.exit(f"set {edits}: {ran.stderr.decode()}")
    return FOLDER / target


def write_profiles():
    for name, port, auth in [
        ("open", OPEN, ""),
        ("guarded", GUARDED, f"access-key = {ACCESS_KEY}\nsecret = $MQ_SECRET\n"),
    ]:
        for role in [("producer", ""), ("simple-consumer", "-consumer")]:
            text = f"endpoint = http://127.0.0.1:{port}\n[rocketmq]\nclient-type = {role[0]}\n"
            # The server knows a transaction by the client that began it.
            text += f"client-id = protoloupe@{os.getpid()}@0@{name}{role[1]}\n"
            text += "topics = orders, later, transfers\n" if not role[1] else "topics = orders\n"
            text += "group = readers\n" if role[1] else ""
            (FOLDER / f"{name}{role[1]}.profile").write_text(text + auth)


def sha256(data):
    return hashlib.sha256(data).hexdigest()


def body_of(message):
    import base64

    return base64.b64decode(message["body"])


def code(reply):
    return reply.get("status", {}).get("code")


def run_open():
    """Without authentication, every flow, with no header typed by hand."""
    body = b"sent by protoloupe \x00\xff " + os.urandom(16)
    (FOLDER / "body.bin").write_bytes(body)
    route = edit(
        CAPTURES / "QueryRoute-req-1.bin", "route.bin", "topic.name=orders", "topic.resource_namespace=",
    )
    ran = call("open", "QueryRoute", route)
    check("QueryRoute answers OK", (ran.code, code(ran.replies[0])), (0, "OK"))
    queue = ran.replies[0]["messageQueues"][0]
    check("… with the topic's queue", queue["topic"]["name"], "orders")

    unknown = edit(route, "unknown.bin", "topic.name=nowhere")
    ran = call("open", "QueryRoute", unknown)
    check("QueryRoute of a topic that is not there says so", (ran.code, code(ran.replies[0])), (1, "TOPIC_NOT_FOUND"))

    ran = call("open", "QueryRoute", route, "--session", "-v")
    check("A session opens beside a call", (ran.code, code(ran.replies[0])), (0, "OK"))
    check("… and ends by saying so", "session: termination RocketMQ 20000 OK" in ran.said, True)

    send = edit(
        CAPTURES / "SendMessage-req-1.bin", "send.bin", "messages[0].topic.name=orders",
        "messages[0].topic.resource_namespace=", "messages[0].body=@body.bin",
        "messages[0].system_properties.message_type=NORMAL",
        "messages[0].system_properties.body_encoding=IDENTITY",
        "messages[0].system_properties.queue_id=0",
        'messages[0].user_properties["by"]=protoloupe',
    )
    ran = call("open", "SendMessage", send)
    check("A captured SendMessage, edited, is taken", (ran.code, code(ran.replies[0])), (0, "OK"))

    receive = edit(
        CAPTURES / "ReceiveMessage-req-1.bin", "receive.bin", "group.name=readers", "group.resource_namespace=",
        "message_queue.topic.name=orders", "message_queue.topic.resource_namespace=", "message_queue.id=0",
        f"message_queue.broker.name={queue['broker']['name']}", "batch_size=1",
        "filter_expression.type=TAG", "filter_expression.expression=*", "invisible_duration=30s",
        "long_polling_timeout=5s",
    )
    ran = call("open-consumer", "ReceiveMessage", receive, "--session", "-o", FOLDER / "received")
    message = next((reply["message"] for reply in ran.replies if "message" in reply), None)
    if message is None:
        sys.exit(f"ReceiveMessage gave no message: {ran.replies} {ran.said}")
    check("ReceiveMessage gives the body byte for byte", sha256(body_of(message)), sha256(body))
    check("… and the property that was added", message["userProperties"].get("by"), "protoloupe")

    acknowledge = edit(
        CAPTURES / "AckMessage-req-1.bin", "acknowledge.bin", "group.name=readers", "group.resource_namespace=",
        "topic.name=orders", "topic.resource_namespace=", f"entries[0].message_id={message['systemProperties']['messageId']}",
        f"entries[0].receipt_handle={message['systemProperties']['receiptHandle']}",
    )
    ran = call("open-consumer", "AckMessage", acknowledge, "--session")
    check("AckMessage is OK", (ran.code, code(ran.replies[0])), (0, "OK"))

    again = send_received(send, message)
    follow_up(receive, again)

    at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 3600))
    later = edit(
        send, "later.bin", "messages[0].topic.name=later", "messages[0].system_properties.message_type=DELAY",
        f"messages[0].system_properties.delivery_timestamp={at}",
    )
    ran = call("open", "SendMessage", later)
    check("A delayed message is taken", (ran.code, code(ran.replies[0])), (0, "OK"))
    recall = edit(
        CAPTURES / "RecallMessage-req-1.bin", "recall.bin", "topic.name=later", "topic.resource_namespace=",
        f"recall_handle={ran.replies[0]['entries'][0]['recallHandle']}",
    )
    ran = call("open", "RecallMessage", recall)
    check("RecallMessage is OK", (ran.code, code(ran.replies[0])), (0, "OK"))

    half = edit(
        send, "half.bin", "messages[0].topic.name=transfers",
        "messages[0].system_properties.message_type=TRANSACTION",
    )
    ran = call("open", "SendMessage", half)
    entry = ran.replies[0]["entries"][0]
    check("A half message is taken", (ran.code, code(ran.replies[0])), (0, "OK"))
    end = edit(
        CAPTURES / "EndTransaction-req-1.bin", "end.bin", "topic.name=transfers", "topic.resource_namespace=",
        f"message_id={entry['messageId']}", f"transaction_id={entry['transactionId']}", "resolution=COMMIT",
        "source=SOURCE_CLIENT",
    )
    ran = call("open", "EndTransaction", end)
    check("EndTransaction is OK", (ran.code, code(ran.replies[0])), (0, "OK"))
    return route, send


def send_received(send, message):
    """A received message, sent again as a new one."""
    new_id = "01" + os.urandom(16).hex().upper()
    sent = {
        "topic": message["topic"],
        "userProperties": message["userProperties"],
        "systemProperties": {"messageId": new_id, "messageType": "NORMAL", "bodyEncoding": "IDENTITY"},
        "body": message["body"],
    }
    again = edit(send, "again.bin", f"messages[0]={json.dumps(sent)}")
    ran = call("open", "SendMessage", again)
    check("A received message is taken again under a new id", (ran.code, code(ran.replies[0])), (0, "OK"))
    return new_id


def receive_one(receive, folder):
    ran = call("open-consumer", "ReceiveMessage", receive, "--session", "-o", FOLDER / folder)
    message = next((reply["message"] for reply in ran.replies if "message" in reply), None)
    if message is None:
        sys.exit(f"ReceiveMessage gave no message: {ran.replies} {ran.said}")
    return message


def follow_up(receive, sent_id):
    """What else a consumer does with a message; this server does not do all of it, and its answer is printed."""
    message = receive_one(receive, "received-again")
    properties = message["systemProperties"]
    print(f"   sent as {sent_id}, received as {properties['messageId']}")
    of_message = [
        "group.name=readers", "topic.name=orders", f"message_id={properties['messageId']}",
        f"receipt_handle={properties['receiptHandle']}",
    ]
    change = edit(
        CAPTURES / "ChangeInvisibleDuration-req-1.bin", "change.bin", *of_message, "invisible_duration=60s",
        "group.resource_namespace=", "topic.resource_namespace=",
    )
    ran = call("open-consumer", "ChangeInvisibleDuration", change, "--session")
    outcome = code(ran.replies[0]) if ran.replies else None
    check("ChangeInvisibleDuration is answered", outcome is not None, True)
    check("… and the exit status says the same", ran.code, 0 if outcome == "OK" else 1)
    print(f"   it says {outcome}")
    (FOLDER / "nothing.bin").write_bytes(b"")
    types["nothing.bin"] = "apache.rocketmq.v2.ForwardMessageToDeadLetterQueueRequest"
    forward = edit(
        FOLDER / "nothing.bin", "forward.bin", *of_message, "delivery_attempt=1", "max_delivery_attempts=16",
    )
    ran = call("open-consumer", "ForwardMessageToDeadLetterQueue", forward, "--session")
    outcome = code(ran.replies[0]) if ran.replies else None
    check("ForwardMessageToDeadLetterQueue is answered", outcome is not None, True)
    check("… and the exit status says the same", ran.code, 0 if outcome == "OK" else 1)
    print(f"   it says {outcome}")


def run_guarded(route, send):
    create_user(ACCESS_KEY, SECRET)
    for _ in range(50):
        ran = call("guarded", "QueryRoute", route)
        if ran.code == 0:
            break
        time.sleep(0.2)
    check("With authentication, the right secret: 20000", (ran.code, code(ran.replies[0])), (0, "OK"))
    check("… which the report names without the secret", SECRET in ran.said, False)
    ran = call("guarded", "SendMessage", send)
    check("… also for SendMessage", (ran.code, code(ran.replies[0])), (0, "OK"))
    ran = call("guarded", "QueryRoute", route, secret=WRONG)
    check("The wrong secret: 40100", (ran.code, code(ran.replies[0])), (1, "UNAUTHORIZED"))
    check("… said with its number", "RocketMQ 40100 UNAUTHORIZED" in ran.said, True)
    ran = call("guarded", "QueryRoute", route, "-H", "authorization: MQv2-HMAC-SHA1 nonsense")
    check("A header given by hand stands before the made one", code(ran.replies[0]), "UNAUTHORIZED")


def run_python(send):
    """The official client receives what protoloupe sends."""
    from rocketmq import ClientConfiguration, Credentials, FilterExpression, SimpleConsumer

    body = "von Protoloupe: äöü \0".encode() + os.urandom(1000)
    (FOLDER / "body.bin").write_bytes(body)
    edited = edit(send, "python.bin", "messages[0].body=@body.bin", "messages[0].system_properties.message_id=01" + "AB" * 16)
    ran = call("open", "SendMessage", edited)
    check("A message for the Python client is taken", (ran.code, code(ran.replies[0])), (0, "OK"))
    configuration = ClientConfiguration(f"127.0.0.1:{OPEN}", Credentials())
    consumer = SimpleConsumer(configuration, "python", {"orders": FilterExpression()})
    consumer.startup()
    try:
        for _ in range(20):
            for message in consumer.receive(1, 15) or []:
                consumer.ack(message)
                if message.body.startswith(b"von Protoloupe"):
                    check("The official Python client has the body byte for byte", sha256(message.body), sha256(body))
                    return
        sys.exit("The Python client did not receive it")
    finally:
        consumer.shutdown()


def grep_for_secrets():
    """No secret is in anything that protoloupe wrote."""
    written = [path for path in FOLDER.rglob("*") if path.is_file()]
    ours = [path for path in written if path.suffix in {".bin", ".profile"} or "state" in path.parts]
    found = [str(path) for path in ours if SECRET.encode() in path.read_bytes() or WRONG.encode() in path.read_bytes()]
    check(f"No secret is in any of {len(ours)} files", found, [])


def main():
    write_broker_files()
    write_proxy_file("open.toml", OPEN, False)
    write_proxy_file("guarded.toml", GUARDED, True)
    write_profiles()
    start("namesrv", "rocketmq-namesrv-rust", "--bindAddress", "127.0.0.1", "--listenPort", NAMESRV)
    wait_for(NAMESRV, "namesrv")
    start_until_up(BROKER, "broker", "rocketmq-broker-rust", "-c", FOLDER / "broker.conf")
    # The broker tells the name server of its topics.
    time.sleep(3)
    for name, port in [("open", OPEN), ("guarded", GUARDED)]:
        start_until_up(port, name, "rocketmq-proxy-rust", "-c", FOLDER / f"{name}.toml")
    route, send = run_open()
    run_guarded(route, send)
    run_python(send)
    grep_for_secrets()
    print(f"{n_checked} checks")


def stop():
    """The broker takes a while to put everything in order."""
    for process in processes.values():
        process.terminate()
    for process in processes.values():
        try:
            process.wait(timeout=60)
        except subprocess.TimeoutExpired:
            process.kill()


try:
    main()
except BaseException:
    stop()
    raise
if STAY is None:
    stop()
else:
    lines = [f"{name} {process.pid}" for name, process in processes.items()]
    lines.append(f"folder {FOLDER}")
    lines.append(f"enter: nsenter --net=/proc/{processes['namesrv'].pid}/ns/net COMMAND")
    STAY.write_text("\n".join(lines) + "\n")
