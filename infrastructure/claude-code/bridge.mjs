/**
 * Claude Code's MCP server behind a WebSocket: ws://…:3001/mcp, with the header
 * `Authorization: Bearer TOKEN` and the subprotocol `mcp`. One JSON-RPC message is one text frame.
 *
 * `claude mcp serve` speaks on its standard input and output only. Each connection gets a process of
 * its own, in an empty home, which ends with the connection; nothing of the bridge's environment
 * reaches it.
 */
import { spawn } from "node:child_process";
import { createHash, timingSafeEqual } from "node:crypto";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { WebSocketServer } from "ws";

const PORT = Number(process.env.PORT ?? 3001);
const TOKEN_FILE = process.env.CLAUDE_CODE_TOKEN_FILE ?? "/run/secrets/claude_code_token";
const COMMAND = process.env.CLAUDE_CODE_COMMAND ?? "claude";
const FOLDER = process.env.CLAUDE_CODE_FOLDER ?? "/workspaces";
const MOST_CONNECTIONS = Number(process.env.CLAUDE_CODE_MOST_CONNECTIONS ?? 8);
const HEARTBEAT_MS = Number(process.env.CLAUDE_CODE_HEARTBEAT_MS ?? 20_000);
const MARK = "AGENTLAB_CONNECTION";
const MOST_BYTES = 8 * 1024 * 1024;
const GRACE_MS = 5_000;
const PARSE_ERROR = {
  jsonrpc: "2.0",
  id: null,
  error: { code: -32700, message: "Send one JSON-RPC message a frame, as an object." },
};

const server = createServer((request, response) => {
  const alive = request.method === "GET" && request.url === "/healthz";
  response.writeHead(alive ? 200 : 404, { "Content-Type": "application/json" });
  response.end(alive ? '{"status":"alive"}\n' : '{"status":"unknown address"}\n');
});
const sockets = new WebSocketServer({
  noServer: true,
  maxPayload: MOST_BYTES,
  handleProtocols: () => "mcp",
});

server.on("upgrade", (request, socket, head) => {
  socket.on("error", () => socket.destroy());
  refusal(request).then(
    (reason) => {
      if (reason) return refuse(socket, reason);
      sockets.handleUpgrade(request, socket, head, (accepted) =>
        serve(accepted).catch((error) => {
          say("connection_failed", { error: String(error) });
          accepted.close(1011, "Claude Code could not be started");
        }),
      );
    },
    (error) => {
      say("token_unreadable", { error: String(error) });
      refuse(socket, "500 Internal Server Error");
    },
  );
});

/** Why this request gets no connection; nothing when it gets one. */
async function refusal(request) {
  if (new URL(request.url, "http://bridge").pathname !== "/mcp") return "404 Not Found";
  // A browser says where its page is from. No page may talk to a program that runs commands.
  if (request.headers.origin !== undefined) return "403 Forbidden";
  if (!(await isAuthorised(request.headers.authorization))) return "401 Unauthorized";
  if (!offersMcp(request)) return "400 Bad Request";
  if (sockets.clients.size >= MOST_CONNECTIONS) return "503 Service Unavailable";
}

/** The file is read each time: a token that is rotated holds from the next connection on. */
async function isAuthorised(header) {
  const token = (await readFile(TOKEN_FILE, "utf8")).trim();
  return token !== "" && timingSafeEqual(digest(header ?? ""), digest(`Bearer ${token}`));
}

function digest(text) {
  return createHash("sha256").update(text).digest();
}

function offersMcp(request) {
  const offered = (request.headers["sec-websocket-protocol"] ?? "").split(",");
  return offered.some((name) => name.trim() === "mcp");
}

function refuse(socket, status) {
  const challenge = status.startsWith("401") ? "WWW-Authenticate: Bearer\r\n" : "";
  socket.end(`HTTP/1.1 ${status}\r\n${challenge}Connection: close\r\nContent-Length: 0\r\n\r\n`);
}

async function serve(socket) {
  socket.pause(); // until somebody listens
  socket.on("error", (error) => say("connection_failed", { error: error.message }));
  const home = await mkdtemp(join(tmpdir(), "claude-"));
  const claude = start(home);
  claude.on("error", (error) => say("claude_did_not_start", { error: error.message }));
  claude.on("close", async () => {
    if (socket.readyState === socket.OPEN) socket.close(1011, "Claude Code ended");
    await endLeftovers(home);
    await rm(home, { recursive: true, force: true, maxRetries: 3 });
  });
  socket.on("close", () => end(claude));
  if (socket.readyState === socket.CLOSED) return end(claude);
  keepAlive(socket);
  forwardMessages(socket, claude);
  forwardReplies(socket, claude);
  socket.resume();
}

function start(home) {
  return spawn(COMMAND, ["mcp", "serve"], {
    cwd: FOLDER,
    stdio: ["pipe", "pipe", "inherit"],
    env: {
      PATH: process.env.PATH,
      HOME: home,
      TMPDIR: home,
      LANG: "C.UTF-8",
      [MARK]: home,
      CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1",
      DISABLE_AUTOUPDATER: "1",
      DISABLE_TELEMETRY: "1",
    },
  });
}

/** Proxies cut what is silent, and a peer that vanished would hold its process for ever. */
function keepAlive(socket) {
  let answered = true;
  socket.on("pong", () => {
    answered = true;
  });
  const heartbeat = setInterval(() => {
    if (!answered) return socket.terminate();
    answered = false;
    socket.ping();
  }, HEARTBEAT_MS);
  socket.on("close", () => clearInterval(heartbeat));
}

function forwardMessages(socket, claude) {
  claude.stdin.on("error", () => {}); // it ended; `close` says so
  claude.stdin.on("drain", () => socket.resume());
  socket.on("message", (data, isBinary) => {
    if (isBinary) return socket.close(1003, "JSON-RPC messages are text");
    const line = oneLine(data.toString());
    if (line === undefined) return socket.send(JSON.stringify(PARSE_ERROR));
    if (!claude.stdin.write(`${line}\n`)) socket.pause();
  });
}

/** The message without line breaks, since each line is a message for Claude Code. */
function oneLine(text) {
  try {
    const message = JSON.parse(text);
    const isObject = typeof message === "object" && message !== null && !Array.isArray(message);
    return isObject ? JSON.stringify(message) : undefined;
  } catch {
    return undefined;
  }
}

async function forwardReplies(socket, claude) {
  for await (const line of createInterface({ input: claude.stdout })) {
    if (socket.readyState !== socket.OPEN) return;
    await new Promise((sent) => socket.send(line, sent)); // no faster than the peer reads
  }
}

function end(claude) {
  claude.kill("SIGTERM");
  const last = setTimeout(() => claude.kill("SIGKILL"), GRACE_MS);
  claude.on("close", () => clearTimeout(last));
}

/** Commands run in sessions of their own and outlive Claude Code; its environment marks them. */
async function endLeftovers(home) {
  const marked = `${MARK}=${home}\0`;
  for (const pid of (await readdir("/proc")).filter((name) => /^\d+$/.test(name))) {
    try {
      if ((await readFile(`/proc/${pid}/environ`, "utf8")).includes(marked))
        process.kill(pid, "SIGKILL");
    } catch (error) {
      if (!["EACCES", "ENOENT", "EPERM", "ESRCH"].includes(error.code)) throw error; // it ended, or is another's
    }
  }
}

function say(event, details = {}) {
  process.stdout.write(
    `${JSON.stringify({ time: new Date().toISOString(), event, ...details })}\n`,
  );
}

function stop() {
  server.close();
  for (const socket of sockets.clients) socket.close(1001, "the bridge stops");
  setTimeout(() => process.exit(0), GRACE_MS).unref();
}

process.on("SIGTERM", stop);
process.on("SIGINT", stop);
server.listen(PORT, () => say("listening", { port: PORT }));
