// connect-node (Connect, gRPC-Web and gRPC) and grpc-js with reflection, called by protoloupe and by
// their own clients.
//
// Usage: node node.mjs PROTOLOUPE DEMO.BINPB FOLDER, where node_modules has the packages imported here.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import http from "node:http";
import http2 from "node:http2";
import { createRequire } from "node:module";
import path from "node:path";
import { pathToFileURL } from "node:url";

const [program, binpb, folder] = process.argv.slice(2).map((name) => path.resolve(name));
const require = createRequire(path.join(folder, "x.js"));
const load = (name) => import(pathToFileURL(require.resolve(name)).href);
const { createFileRegistry, fromBinary, toBinary, create } = await load("@bufbuild/protobuf");
const { FileDescriptorSetSchema } = await load("@bufbuild/protobuf/wkt");
const { Code, ConnectError, createClient } = await load("@connectrpc/connect");
const { connectNodeAdapter, createConnectTransport, createGrpcWebTransport } = await load("@connectrpc/connect-node");
const grpc = require("@grpc/grpc-js");
const { ReflectionService } = require("@grpc/reflection");
const protoLoader = require("@grpc/proto-loader");
process.chdir(folder);

const registry = createFileRegistry(fromBinary(FileDescriptorSetSchema, readFileSync(binpb)));
const Demo = registry.getService("demo.v1.Demo");
const Note = registry.getMessage("demo.v1.Note");

const routes = (router) =>
  router.service(Demo, {
    echo: (note) => note,
    async *count(note) {
      for (let n = 0; n < note.count; n++) yield create(Note, { text: "n", count: n });
    },
    async join(notes) {
      let text = "";
      for await (const note of notes) text += note.text;
      return create(Note, { text });
    },
    async *chat(notes) {
      yield* notes;
    },
    fail() {
      throw new ConnectError("none left: 100% sold —", Code.FailedPrecondition, { "x-trace": "7" }, [
        { desc: Note, value: { text: "detail" } },
      ]);
    },
  });

const listen = (server) =>
  new Promise((done) => server.listen(0, "127.0.0.1", () => done(`http://127.0.0.1:${server.address().port}`)));
const one = http.createServer(connectNodeAdapter({ routes }));
const two = http2.createServer(connectNodeAdapter({ routes }));
const [oneUrl, twoUrl] = [await listen(one), await listen(two)];

const run = (args, exits = 0) =>
  new Promise((done, fail) =>
    execFile(program, args, { maxBuffer: 1 << 28 }, (error, out, said) => {
      const code = error ? error.code : 0;
      if (code === exits) done({ out, said });
      else fail(new Error(`${args.join(" ")} exits ${code}: ${said}`));
    }),
  );

let nDone = 0;
const call = async (url, method, files, more = [], exits = 0) => {
  const replies = `node-replies-${++nDone}`;
  const args = ["call", url, `demo.v1.Demo/${method}`, "--descriptor-set", binpb, "-o", replies, ...more];
  const ran = await run(files.length ? [...args, "--data", ...files] : args, exits);
  const names = readdirSync(replies).filter((name) => name.endsWith(".bin")).sort();
  return { ...ran, replies: names.map((name) => readFileSync(path.join(replies, name))) };
};
const bytes = (note) => Buffer.from(toBinary(Note, create(Note, note)));
writeFileSync("n1.bin", bytes({ text: "héllo", count: 3 }));
writeFileSync("n2.bin", Buffer.concat([bytes({ text: "b" }), Buffer.from([0x9a, 6, 1, 7])]));
const [n1, n2] = [readFileSync("n1.bin"), readFileSync("n2.bin")];

for (const [protocol, url, makeTransport] of [
  ["connect", oneUrl, createConnectTransport],
  ["grpc-web", oneUrl, createGrpcWebTransport],
  ["grpc", twoUrl, undefined],
]) {
  const client = makeTransport && createClient(Demo, makeTransport({ baseUrl: url, httpVersion: "1.1" }));
  for (const gzip of [[], ["--gzip"]]) {
    const more = ["--protocol", protocol, ...gzip];
    for (const [file, note] of [["n1.bin", n1], ["n2.bin", n2]]) {
      assert.deepEqual((await call(url, "Echo", [file], more)).replies, [note]);
    }
    const counted = (await call(url, "Count", ["n1.bin"], more)).replies;
    assert.deepEqual(counted, [0, 1, 2].map((count) => bytes({ text: "n", count })));
    if (client) {
      const theirs = [];
      for await (const note of client.count(fromBinary(Note, n1))) theirs.push(Buffer.from(toBinary(Note, note)));
      assert.deepEqual(counted, theirs);
    }
    const failed = await call(url, "Fail", ["n1.bin"], [...more, "-v"], 1);
    assert.match(failed.said, /gRPC 9 FAILED_PRECONDITION: none left: 100% sold —/);
    assert.match(failed.said, /demo\.v1\.Note \{"text":"detail"\}/);
    assert.match(failed.said, /x-trace: 7/);
    if (protocol !== "grpc-web") {
      assert.deepEqual((await call(url, "Join", ["n1.bin", "n1.bin"], more)).replies, [bytes({ text: "héllohéllo" })]);
      assert.deepEqual((await call(twoUrl, "Chat", ["n1.bin", "n2.bin"], more)).replies, [n1, n2]);
    }
  }
  console.log(`connect-node: ${protocol} agrees`);
}
const foreign = await call(oneUrl, "Echo", ["n1.bin"], [], 1);
assert.match(foreign.said, /error: /);
one.close();
two.close();

writeFileSync(
  "demo.proto",
  `syntax = "proto3"; package demo.v1; message Note { string text = 1; int32 count = 2; }
   service Demo { rpc Echo(Note) returns (Note); rpc Chat(stream Note) returns (stream Note); }`,
);
const definition = protoLoader.loadSync("demo.proto");
const server = new grpc.Server();
const echo = (call, done) => done(null, call.request);
const chat = (call) => {
  call.on("data", (note) => call.write(note));
  call.on("end", () => call.end());
};
server.addService(grpc.loadPackageDefinition(definition).demo.v1.Demo.service, { Echo: echo, Chat: chat });
new ReflectionService(definition).addToServer(server);
const port = await new Promise((done, fail) =>
  server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, port) => (error ? fail(error) : done(port))),
);
const url = `http://127.0.0.1:${port}`;
const { out } = await run(["reflect", url]);
assert.match(out, /rpc Chat\(stream demo\.v1\.Note\) returns \(stream demo\.v1\.Note\)/);
const reflected = await run(["call", url, "demo.v1.Demo/Chat", "--reflect", "--compact", "--data", "n1.bin", "n1.bin"]);
assert.equal(reflected.out, '{"text":"héllo","count":3}\n'.repeat(2));
assert.deepEqual((await call(url, "Echo", ["n1.bin"])).replies, [n1]);
server.forceShutdown();
console.log("grpc-js: reflection and calls work");
