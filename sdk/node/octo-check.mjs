// SPDX-License-Identifier: Apache-2.0
// octo's sdk for checks, notifiers and secret plugins, made into one file of the sources in sdk/. Node 22.3 or newer.
var __knownSymbol = (name, symbol) => (symbol = Symbol[name]) ? symbol : /* @__PURE__ */ Symbol.for("Symbol." + name);
var __typeError = (msg) => {
  throw TypeError(msg);
};
var __using = (stack, value, async) => {
  if (value != null) {
    if (typeof value !== "object" && typeof value !== "function") __typeError("Object expected");
    var dispose, inner;
    if (async) dispose = value[__knownSymbol("asyncDispose")];
    if (dispose === void 0) {
      dispose = value[__knownSymbol("dispose")];
      if (async) inner = dispose;
    }
    if (typeof dispose !== "function") __typeError("Object not disposable");
    if (inner) dispose = function() {
      try {
        inner.call(this);
      } catch (e) {
        return Promise.reject(e);
      }
    };
    stack.push([async, dispose, value]);
  } else if (async) {
    stack.push([async]);
  }
  return value;
};
var __callDispose = (stack, error, hasError) => {
  var E = typeof SuppressedError === "function" ? SuppressedError : function(e, s, m, _) {
    return _ = Error(m), _.name = "SuppressedError", _.error = e, _.suppressed = s, _;
  };
  var fail = (e) => error = hasError ? new E(e, error, "An error was suppressed during disposal") : (hasError = true, e);
  var next = (it) => {
    while (it = stack.pop()) {
      try {
        var result = it[1] && it[1].call(it[2]);
        if (it[0]) return Promise.resolve(result).then(next, (e) => (fail(e), next()));
      } catch (e) {
        fail(e);
      }
    }
    if (hasError) throw error;
  };
  return next();
};

// schemas/connection-reasons.ts
var NOT_TRUSTED = "its certificate is by an authority that this machine does not trust";
var ROWS = {
  name: {
    ENOTFOUND: "host name not found",
    ENODATA: "host name has no address",
    EAI_NONAME: "host name not found",
    EAI_NODATA: "host name has no address",
    EAI_FAIL: "the name server refused to look up the host name",
    EBADNAME: "host name is malformed"
  },
  passing: {
    ECONNREFUSED: "refused: nothing listens there",
    ECONNRESET: "reset by the other side",
    ECONNABORTED: "broken off by this machine",
    EPIPE: "closed by the other side",
    EHOSTUNREACH: "host unreachable",
    EHOSTDOWN: "host unreachable",
    ENETUNREACH: "network unreachable",
    ENETDOWN: "the network is down",
    ETIMEDOUT: "no answer in time",
    EAI_AGAIN: "host name could not be looked up",
    ESERVFAIL: "host name could not be looked up: the name server failed",
    ETIMEOUT: "host name could not be looked up: the name server did not answer",
    EADDRNOTAVAIL: "address not available on this machine",
    EADDRINUSE: "no free port on this machine",
    EMFILE: "too many open files in this process",
    EACCES: "permission denied",
    EPERM: "permission denied",
    ENOENT: "no such socket",
    ENOTSOCK: "not a socket"
  },
  untrusted: {
    DEPTH_ZERO_SELF_SIGNED_CERT: "its certificate is self-signed, and this machine does not trust it",
    SELF_SIGNED_CERT_IN_CHAIN: NOT_TRUSTED,
    UNABLE_TO_VERIFY_LEAF_SIGNATURE: NOT_TRUSTED,
    UNABLE_TO_GET_ISSUER_CERT: NOT_TRUSTED,
    UNABLE_TO_GET_ISSUER_CERT_LOCALLY: NOT_TRUSTED,
    CERT_UNTRUSTED: NOT_TRUSTED,
    CERT_REJECTED: NOT_TRUSTED,
    INVALID_CA: "its certificate is by one that is no authority",
    CERT_CHAIN_TOO_LONG: "its chain of certificates is too long",
    PATH_LENGTH_EXCEEDED: "its chain of certificates is longer than an authority in it allows",
    CERT_SIGNATURE_FAILURE: "a signature in its chain of certificates is wrong"
  },
  certificate: {
    CERT_HAS_EXPIRED: "its certificate has expired",
    CERT_NOT_YET_VALID: "its certificate is not valid yet",
    CERT_REVOKED: "its certificate was revoked",
    ERR_TLS_CERT_ALTNAME_INVALID: "its certificate is for another name",
    HOSTNAME_MISMATCH: "its certificate is for another name",
    INVALID_PURPOSE: "its certificate is not for servers",
    ERROR_IN_CERT_NOT_BEFORE_FIELD: "its certificate has an unreadable date",
    ERROR_IN_CERT_NOT_AFTER_FIELD: "its certificate has an unreadable date",
    CERT_CRL_EXPIRED: "the list of revoked certificates has expired"
  },
  handshake: {
    EPROTO: "the server does not speak TLS as expected",
    ERR_SSL_WRONG_VERSION_NUMBER: "the server does not speak TLS there; is it `http://`?",
    ERR_SSL_PACKET_LENGTH_TOO_LONG: "the server does not speak TLS there; is it `http://`?",
    ERR_SSL_UNSUPPORTED_PROTOCOL: "the server speaks only versions of TLS that are no longer safe",
    ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION: "the server speaks only versions of TLS that are not spoken here",
    ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED: "the server asks for a certificate of the client",
    ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE: "the server broke off the TLS handshake",
    ERR_SSL_TLSV1_UNRECOGNIZED_NAME: "the server knows no TLS host of this name"
  },
  protocol: { HPE_HEADER_OVERFLOW: "the headers of the answer are too large" }
};
var BY_CODE = new Map(
  Object.entries(ROWS).flatMap(
    ([kind, texts]) => Object.entries(texts).map(([code, text]) => [code, { kind, text }])
  )
);
function connectionReason(code) {
  if (code === void 0) return void 0;
  const known2 = BY_CODE.get(code);
  if (known2) return known2;
  if (code.startsWith("HPE_")) return { kind: "protocol", text: "the answer is not HTTP" };
  if (/^ERR_(SSL|OSSL)/.test(code)) return { kind: "handshake", text: "the server does not speak TLS as expected" };
  if (/^CERT_|_CERT_|_CERT$|^CRL_|^ERR_TLS_CERT/.test(code)) return { kind: "untrusted", text: NOT_TRUSTED };
  return void 0;
}

// schemas/errors.ts
var CodedError = class extends Error {
  name = "CodedError";
  code;
  /** The message without the place, for who shows that in another way. */
  problem;
  place;
  details;
  hint;
  /** The hint for whoever has the data at hand; undefined where it is the same for all. */
  ownersHint;
  constructor(code, fields) {
    const { message, place, cause } = fields;
    super(place === void 0 ? message : `${place}: ${message}`, cause === void 0 ? void 0 : { cause });
    this.code = code;
    this.problem = message;
    this.place = place;
    this.details = fields.details ?? {};
    this.ownersHint = typeof fields.hint === "function" ? fields.hint : void 0;
    this.hint = typeof fields.hint === "function" ? fields.hint("DIR") : fields.hint;
  }
  toJSON() {
    const details = bounded(this.details);
    return { code: this.code, message: this.message, details, ...this.hint ? { hint: this.hint } : {} };
  }
};
var MAX_WORD = 16 * 1024;
function bounded(value) {
  if (typeof value === "string") return boundedWord(value);
  if (Array.isArray(value)) return value.map(bounded);
  if (typeof value !== "object" || value === null || "toJSON" in value) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, bounded(one)]));
}
function boundedWord(text) {
  return text.length > MAX_WORD ? `${text.slice(0, MAX_WORD).toWellFormed()}…` : text.toWellFormed();
}
function coded(code, fields) {
  return new CodedError(code, fields);
}
function isCoded(error, code) {
  return error instanceof CodedError && (code === void 0 || error.code === code);
}

// schemas/quote.ts
var MAX_SHOWN = 120;
function quote(text) {
  return `\`${printable(isData(text) ? JSON.stringify(text) : String(text))}\``;
}
function isData(value) {
  if (typeof value !== "object" || value === null) return false;
  return Array.isArray(value) || [Object.prototype, null].includes(Object.getPrototypeOf(value));
}
function printable(text, maxLength = MAX_SHOWN) {
  const shown = text.length > maxLength ? `${text.slice(0, maxLength)}…` : text;
  return shown.replace(
    /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu,
    (char) => `\\u{${(char.codePointAt(0) ?? 0).toString(16)}}`
  );
}

// schemas/content-coding.ts
var MAX_CODINGS = 3;
function decodeContent(bytes, header, maxBytes, { isCut = false } = {}) {
  const codings = codingsOf(header);
  if (codings.length > MAX_CODINGS) throw unreadable(header ?? "", "more codings than are undone");
  let plain = bytes;
  for (const coding of codings.reverse()) plain = decodeOne(plain, coding, { maxOutputLength: maxBytes, isCut });
  return plain;
}
function codingsOf(header) {
  const names = (header ?? "").split(",").map((name) => name.trim().toLowerCase());
  return names.filter((name) => name !== "" && name !== "identity");
}
function decodeOne(bytes, coding, limits) {
  const decode = DECODERS.get(coding);
  if (!decode) throw unreadable(coding, "a coding that is not understood");
  try {
    return decode(bytes, limits);
  } catch (error) {
    if (isCoded(error)) throw error;
    const { maxOutputLength: maxBytes } = limits;
    if (error.code === "ERR_BUFFER_TOO_LARGE")
      throw coded("LIMIT_EXCEEDED", { message: `it unpacks to more than ${maxBytes} bytes`, details: { maxBytes } });
    throw unreadable(coding, "and cannot be unpacked", error);
  }
}
var zlib = () => process.getBuiltinModule("node:zlib");
var DECODERS = /* @__PURE__ */ new Map([
  ["gzip", gunzip],
  ["x-gzip", gunzip],
  ["deflate", inflate],
  ["br", unbrotli],
  ["zstd", unzstd]
]);
function gunzip(bytes, limits) {
  return zlib().gunzipSync(bytes, zlibOptions(limits));
}
function inflate(bytes, limits) {
  const isZlib = bytes.length >= 2 && ((bytes[0] ?? 0) & 15) === 8 && bytes.readUInt16BE(0) % 31 === 0;
  return isZlib ? zlib().inflateSync(bytes, zlibOptions(limits)) : zlib().inflateRawSync(bytes, zlibOptions(limits));
}
function zlibOptions({ maxOutputLength, isCut }) {
  return { maxOutputLength, ...isCut ? { finishFlush: zlib().constants.Z_SYNC_FLUSH } : {} };
}
function unbrotli(bytes, { maxOutputLength, isCut }) {
  const finishFlush = isCut ? { finishFlush: zlib().constants.BROTLI_OPERATION_FLUSH } : {};
  return zlib().brotliDecompressSync(bytes, { maxOutputLength, ...finishFlush });
}
function unzstd(bytes, { maxOutputLength, isCut }) {
  const { zstdDecompressSync, constants } = zlib();
  if (typeof zstdDecompressSync !== "function") throw unreadable("zstd", "a coding that this Node does not understand");
  return zstdDecompressSync(bytes, { maxOutputLength, ...isCut ? { finishFlush: constants.ZSTD_e_flush } : {} });
}
function unreadable(coding, problem, cause) {
  return coded("FETCH_REFUSED", {
    message: `it is encoded as ${quote(coding)}, ${problem}`,
    details: { encoding: coding },
    cause
  });
}

// sdk/document.ts
import { readSync } from "node:fs";

// schemas/is-map.ts
function isMap(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

// sdk/result.ts
var EXIT_CODES = { ok: 0, warn: 1, critical: 2, unknown: 3 };
var MAX_SUMMARY = 2e3;
var ok = (summary, extra = {}) => ({ status: "ok", summary, ...extra });
var warn = (summary, extra = {}) => ({ status: "warn", summary, ...extra });
var critical = (summary, extra = {}) => ({ status: "critical", summary, ...extra });
var unknown = (summary, extra = {}) => ({ status: "unknown", summary, ...extra });
var InvalidOptions = class extends Error {
  name = "InvalidOptions";
};
function invalidOptions(message) {
  return new InvalidOptions(message);
}
function renderResult({ status, summary, ...extra }) {
  return JSON.stringify({ v: 1, status, summary: summary.slice(0, MAX_SUMMARY), ...extra });
}

// sdk/stand-still.ts
function standStill(milliseconds) {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}

// sdk/document.ts
var MAX_BYTES = 4 * 1024 * 1024;
var CHUNK_BYTES = 64 * 1024;
var PAUSE_MS = 5;
function readDocument() {
  const text = readInput();
  if (text.trim() === "") throw invalidOptions('standard input is empty, expected one JSON document: {"v":1,…}');
  const document = fieldsOf(parsed(text), "standard input");
  if (document.v !== 1) throw invalidOptions('the document on standard input is of another version, expected `"v":1`');
  return document;
}
function argumentsOf({ arguments: given = {} }) {
  return fieldsOf(given, "`arguments` of the document");
}
function fieldsOf(value, what) {
  if (isMap(value)) return value;
  throw invalidOptions(`${what} is no JSON object`);
}
function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    throw invalidOptions("standard input is no JSON");
  }
}
function readInput() {
  const chunks = [];
  for (let size = 0; size <= MAX_BYTES; ) {
    const chunk = Buffer.alloc(CHUNK_BYTES);
    const count = readSome(chunk);
    if (count === 0) return Buffer.concat(chunks).toString("utf8");
    if (count === void 0) continue;
    chunks.push(chunk.subarray(0, count));
    size += count;
  }
  throw invalidOptions(`standard input is larger than ${MAX_BYTES} bytes`);
}
function readSome(chunk) {
  try {
    return readSync(0, chunk);
  } catch (error) {
    const { code } = error;
    if (code === "EOF") return 0;
    if (code !== "EAGAIN") throw error;
    standStill(PAUSE_MS);
    return void 0;
  }
}

// sdk/options.ts
import { parseArgs } from "node:util";

// schemas/duration.ts
var HOUR_MS = 36e5;
var DAY_MS = 24 * HOUR_MS;
var LONGEST_TIMER_MS = 2 ** 31 - 1;
var UNITS_MS = { ms: 1, s: 1e3, m: 6e4, h: HOUR_MS };
var MAX_LENGTH = 40;
var PART = String.raw`[0-9]{1,9}(\.[0-9]{1,3})?(ms|s|m|h)`;
var DURATION = new RegExp(`^(?:${PART})+$`);
var SINGLE_DURATION_PATTERN = `^${PART}$`;
var SINGLE_DURATION = new RegExp(SINGLE_DURATION_PATTERN);
function parseDuration(text) {
  if (text.length > MAX_LENGTH || !DURATION.test(text)) return void 0;
  const parts = [...text.matchAll(new RegExp(PART, "g"))];
  return Math.round(
    parts.reduce((sum, [part, , unit]) => sum + Number.parseFloat(part) * (UNITS_MS[unit ?? ""] ?? 0), 0)
  );
}
function parseSingleDuration(text) {
  return SINGLE_DURATION.test(text) ? parseDuration(text) : void 0;
}

// sdk/options.ts
var readBefore = /* @__PURE__ */ new WeakMap();
var MAX_KEPT = 1e3;
function parseOptionsAgain(specs, argv, document) {
  if (document !== void 0) return parseOptions(specs, argv, document);
  const known2 = readBefore.get(specs) ?? /* @__PURE__ */ new Map();
  readBefore.set(specs, known2);
  const key = [argv.length, ...argv].join("\0");
  const before = known2.get(key);
  if (before !== void 0) return before;
  const values = parseOptions(specs, argv);
  for (const value of [values, ...Object.values(values)]) Object.freeze(value);
  if (known2.size < MAX_KEPT) known2.set(key, values);
  return values;
}
function parseOptions(specs, argv, document = {}) {
  const given = Map.groupBy([...readTokens(specs, argv), ...readMap(specs, document)], ({ key }) => key);
  const values = Object.entries(specs).map(([key, spec]) => [key, readValue(key, spec, given.get(key) ?? [])]);
  return Object.fromEntries(values);
}
function readTokens(specs, argv) {
  const options = Object.entries(specs).map(([key, { type }]) => [
    key,
    // The operator writes an option of one letter as `-k value`.
    { type: type === "boolean" ? type : "string", ...key.length === 1 ? { short: key } : {} }
  ]);
  const { tokens } = parseArgs({
    args: [...argv],
    options: Object.fromEntries(options),
    strict: false,
    tokens: true
  });
  const given = [];
  for (const token of tokens) {
    if (token.kind === "option") given.push({ key: open(specs, token), text: token.value });
    if (token.kind === "positional") given.push({ key: positionalKey(specs, token.value), text: token.value });
  }
  return given;
}
function readMap(specs, document) {
  return Object.entries(document).flatMap(([name, value]) => {
    const key = known(specs, name, name);
    const values = Array.isArray(value) ? value : value === null ? [] : [value];
    return values.map((item) => {
      if (typeof item === "object" || item === void 0)
        throw invalidOptions(`\`${key}\` is a map, expected a plain value`);
      return { key, text: String(item) };
    });
  });
}
function open(specs, { name, rawName }) {
  const key = known(specs, name, rawName);
  if (!isSecret(specs[key])) return key;
  throw invalidOptions(
    `--${key} is secret and never read from the command line, which every user of the machine can read: give it on standard input, as \`{"v":1,"arguments":{"${key}":…}}\``
  );
}
function isSecret(spec) {
  return spec !== void 0 && "secret" in spec && spec.secret === true;
}
function known(specs, name, rawName) {
  if (Object.hasOwn(specs, name)) return name;
  const keys = Object.keys(specs).map((key) => `--${key}`);
  throw invalidOptions(`unknown option \`${cut(rawName)}\`, expected one of ${keys.join(", ")}`);
}
function positionalKey(specs, value) {
  const key = Object.keys(specs).find((name) => specs[name]?.positional);
  if (key) return key;
  throw invalidOptions(`\`${cut(value)}\` belongs to no option`);
}
function readValue(key, spec, given) {
  if (spec.type === "strings") return listOf(key, spec, given);
  if (given.length > 1) throw invalidOptions(`--${key} is given ${given.length} times, expected once`);
  const [first] = given;
  if (spec.type === "boolean") return first !== void 0 && flagOf(key, first.text);
  if (first) return convert(key, spec, first.text);
  if (spec.required) throw invalidOptions(`--${key} is missing: ${spec.description}`);
  return spec.default === void 0 ? void 0 : convert(key, spec, String(spec.default));
}
function listOf(key, spec, given) {
  if (spec.required && given.length === 0) throw invalidOptions(`--${key} is missing: ${spec.description}`);
  return given.map(({ text }) => textOf(key, text, spec.choices));
}
function convert(key, spec, raw) {
  if (spec.type === "string") return textOf(key, raw, spec.choices);
  const text = textOf(key, raw);
  return spec.type === "integer" ? integerOf(key, text, spec) : durationOf(key, text);
}
function textOf(key, text, choices) {
  if (text === void 0) throw invalidOptions(`--${key} needs a value`);
  if (choices && !choices.includes(text))
    throw invalidOptions(
      `--${key} is \`${cut(text)}\`, expected ${choices.map((choice) => `\`${choice}\``).join(" or ")}`
    );
  return text;
}
function flagOf(key, text) {
  if (text === void 0 || text === "true") return true;
  if (text === "false") return false;
  throw invalidOptions(`--${key} is \`${cut(text)}\`, expected \`true\` or \`false\``);
}
function integerOf(key, text, { min, max }) {
  const value = /^-?[0-9]{1,15}$/.test(text) ? Number(text) : Number.NaN;
  const lowest = min ?? Number.MIN_SAFE_INTEGER;
  const highest = max ?? Number.MAX_SAFE_INTEGER;
  if (value >= lowest && value <= highest) return value;
  const bounds = min !== void 0 && max !== void 0 ? ` from ${min} to ${max}` : "";
  throw invalidOptions(`--${key} is \`${cut(text)}\`, expected a whole number${bounds}`);
}
function durationOf(key, text) {
  const ms = parseSingleDuration(text);
  if (ms !== void 0) return ms;
  throw invalidOptions(`--${key} is \`${cut(text)}\`, expected a duration such as \`500ms\` or \`10s\``);
}
function cut(text) {
  const safe = text.replace(/[\p{Cc}\p{Zl}\p{Zp}]/gu, "?");
  return safe.length > 80 ? `${safe.slice(0, 80)}…` : safe;
}

// sdk/help.ts
var PLACEHOLDERS = { string: "text", strings: "text", integer: "number", duration: "10s", boolean: "" };
function renderHelp({ name, version, options, atLeastOne = [] }, purpose) {
  const rows = Object.entries(options).map(([key, spec]) => [typed(key, spec), explained(spec)]);
  const width = Math.max(...rows.map(([left]) => left.length), 0);
  const lines = rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`);
  const needed = atLeastOne.length > 0 ? ["", `One of these is needed: ${atLeastOne.map((key) => `--${key}`).join(", ")}`] : [];
  return [`${name} ${version}: ${purpose}`, "", "Options:", ...lines, ...needed].join("\n");
}
function typed(key, spec) {
  if (isSecret(spec)) return key;
  if (spec.type === "boolean") return `--${key}`;
  const value = "choices" in spec && spec.choices ? spec.choices.join("|") : `<${PLACEHOLDERS[spec.type]}>`;
  return spec.positional ? `[--${key}=]${value}` : `--${key}=${value}`;
}
function explained(spec) {
  const notes = [];
  if (spec.required) notes.push("required");
  if (isSecret(spec)) notes.push("secret: on standard input");
  if (spec.type === "strings") notes.push("may be repeated");
  if ("default" in spec && spec.default !== void 0) notes.push(`default ${spec.default}`);
  return notes.length > 0 ? `${spec.description} (${notes.join("; ")})` : spec.description;
}

// sdk/main.ts
import { writeSync as writeSync2 } from "node:fs";

// sdk/deadline.ts
var MARGIN_MS = 250;
var MARGIN_SHARE = 0.1;
var NO_ANSWER_IN_TIME = "no result before the deadline";
function deadlineSignal(deadlineMs) {
  const controller = new AbortController();
  const { promise: passed, resolve } = Promise.withResolvers();
  const abort = () => {
    controller.abort(new Error(NO_ANSWER_IN_TIME));
    setImmediate(resolve);
  };
  const timer = deadlineMs === void 0 ? void 0 : setTimeout(abort, timeLeft(deadlineMs));
  return { signal: controller.signal, passed, [Symbol.dispose]: () => clearTimeout(timer) };
}
function boundedSignal(signal, timeoutMs) {
  const controller = new AbortController();
  const onAbort = () => controller.abort(signal.reason);
  const timer = setTimeout(() => controller.abort(new DOMException("the time is up", "TimeoutError")), timeoutMs);
  if (signal.aborted) onAbort();
  else signal.addEventListener("abort", onAbort, { once: true });
  return {
    signal: controller.signal,
    [Symbol.dispose]() {
      clearTimeout(timer);
      signal.removeEventListener("abort", onAbort);
    }
  };
}
function readDeadline(text) {
  return text !== void 0 && /^[0-9]{1,15}$/.test(text) ? Number(text) : void 0;
}
function timeLeft(deadlineMs) {
  const left = deadlineMs - Date.now();
  return Math.max(0, left - Math.min(MARGIN_MS, left * MARGIN_SHARE));
}

// sdk/defect-line.ts
function defectLine(error) {
  const text = error instanceof Error ? error.stack ?? error.message : String(error);
  return `${JSON.stringify({ level: "error", msg: text })}
`;
}

// sdk/leave.ts
var LEFT_OPEN_MS = 200;
var STREAMS = ["PipeWrap", "TTYWrap"];
function leave() {
  if (process.getActiveResourcesInfo().every((kind) => STREAMS.includes(kind))) {
    setTimeout(() => process.exit(), LEFT_OPEN_MS).unref();
  } else process.exit();
}

// sdk/say.ts
import { writeSync } from "node:fs";
var PAUSE_MS2 = 5;
function say(text) {
  let rest = Buffer.from(`${text}
`);
  while (rest.length > 0) rest = rest.subarray(writeSome(rest));
}
function writeSome(bytes) {
  try {
    return writeSync(1, bytes);
  } catch (error) {
    if (error.code !== "EAGAIN") throw error;
    standStill(PAUSE_MS2);
    return 0;
  }
}

// sdk/stay.ts
import { Console } from "node:console";

// sdk/run.ts
async function runGuarded({ name, act, onFailure }, { deadlineMs, onDefect }) {
  var _stack = [];
  try {
    const deadline = __using(_stack, deadlineSignal(deadlineMs));
    try {
      const run = act(deadline.signal);
      return await Promise.race([run, deadline.passed.then(() => onFailure({ kind: "time", text: NO_ANSWER_IN_TIME }))]);
    } catch (error) {
      if (error instanceof InvalidOptions)
        return onFailure({ kind: "options", text: `${error.message}; see \`${name} --help\`` });
      onDefect?.(error);
      return onFailure({ kind: "defect", text: `${name} failed: ${firstLine(error)}` });
    }
  } catch (_) {
    var _error = _, _hasError = true;
  } finally {
    __callDispose(_stack, _error, _hasError);
  }
}
function firstLine(error) {
  const text = error instanceof Error ? error.message || error.name : String(error);
  return (text.split("\n", 1)[0] ?? "").slice(0, 300);
}

// sdk/stay.ts
function stay(program) {
  globalThis.console = new Console(process.stderr);
  process.on("uncaughtException", (error) => process.stderr.write(defectLine(error)));
  let rest = "";
  process.stdin.setEncoding("utf8");
  process.stdin.on("data", (chunk) => {
    const lines = `${rest}${chunk}`.split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) void answer(program, JSON.parse(line));
  });
  process.stdin.on("end", leave);
}
async function answer(program, question) {
  const { id, words, document, deadlineMs } = question;
  const log = [];
  const onDefect = (error) => void log.push(defectLine(error));
  const given = document === void 0 ? {} : { document: () => document };
  const printed = (result) => ({
    exitCode: program.exitCode(result),
    stdout: `${program.render(result)}
`
  });
  let end;
  try {
    end = printed(await program.answer(words, { deadlineMs, onDefect, ...given }));
  } catch (error) {
    onDefect(error);
    end = printed(program.failed(`${program.name} failed: ${firstLine(error)}`));
  }
  say(JSON.stringify({ id, ...end, ...log.length > 0 ? { stderr: log.join("") } : {} }));
}

// sdk/main.ts
var HOST = /* @__PURE__ */ Symbol.for("octo.host/v1");
async function runProgram(program) {
  const { [HOST]: host } = globalThis;
  if (host) return host(program);
  const argv = process.argv.slice(2);
  if (argv[0] === "--version") return say(program.version);
  if (argv[0] === "--help") return say(program.help());
  if (argv[0] === "--schema") return say(JSON.stringify(program.schema(), null, 2));
  if (process.env.OCTO_RESIDENT === "lines/v1") {
    delete process.env.OCTO_RESIDENT;
    return stay(program);
  }
  const report = reportOnce(program);
  answerWhateverHappens(program, report);
  const deadlineMs = readDeadline(process.env.OCTO_DEADLINE_MS);
  const document = process.env.OCTO_INPUT === "json" ? { document: readDocument } : {};
  report(await program.answer(argv, { deadlineMs, onDefect: tell, ...document }));
  leave();
}
function answerWhateverHappens(program, report) {
  const give = (summary) => report(program.failed(`${program.name} ${summary}`));
  process.on("uncaughtException", (thrown) => {
    const error = program.shown ? program.shown(thrown) : thrown;
    tell(error);
    give(`failed: ${error instanceof Error ? error.message.split("\n", 1)[0] ?? "" : "unknown error"}`);
    leave();
  });
  process.on("SIGTERM", () => {
    give("was told to stop before it had a result");
    leave();
  });
  process.on("exit", () => give("ended without a result"));
}
function reportOnce(program) {
  let reported = false;
  return (result) => {
    if (reported) return;
    reported = true;
    process.exitCode = program.exitCode(result);
    say(program.render(result));
  };
}
function tell(error) {
  writeSync2(2, defectLine(error));
}

// sdk/options-schema.ts
function optionsSchema(specs, atLeastOne = []) {
  const required = Object.keys(specs).filter((key) => specs[key]?.required);
  return {
    type: "object",
    additionalProperties: false,
    ...required.length > 0 ? { required } : {},
    ...atLeastOne.length > 0 ? { anyOf: atLeastOne.map((key) => ({ required: [key] })) } : {},
    properties: Object.fromEntries(
      Object.entries(specs).map(([key, spec]) => [key, { ...propertySchema(spec), ...exampleOf(spec) }])
    )
  };
}
function exampleOf({ example }) {
  return example === void 0 ? {} : { examples: [example] };
}
function propertySchema(spec) {
  const { description } = spec;
  if (spec.type === "boolean") return { type: "boolean", description };
  if (spec.type === "strings") {
    const item = spec.choices ? { enum: spec.choices } : { anyOf: [{ type: "string" }, { type: "integer" }] };
    return { anyOf: [{ type: "array", items: item }, item], description };
  }
  const fallback = spec.default === void 0 ? {} : { default: spec.default };
  if (spec.type === "duration") return { type: "string", pattern: SINGLE_DURATION_PATTERN, ...fallback, description };
  if (spec.type === "string")
    return {
      ...spec.choices ? choicesSchema(spec.choices) : { type: "string" },
      ...fallback,
      ...spec.secret ? { writeOnly: true } : {},
      description
    };
  const minimum = spec.min === void 0 ? {} : { minimum: spec.min };
  const maximum = spec.max === void 0 ? {} : { maximum: spec.max };
  return { type: "integer", ...minimum, ...maximum, ...fallback, description };
}
function choicesSchema(choices) {
  const numbers = choices.filter((choice) => /^(0|[1-9][0-9]{0,8})$/.test(choice)).map(Number);
  return numbers.length > 0 ? { enum: [...choices, ...numbers] } : { type: "string", enum: choices };
}

// sdk/check.ts
function defineCheck(definition) {
  const { name, version, summary, options } = definition;
  const check = {
    name,
    version,
    summary,
    options,
    schema: () => optionsSchema(options, definition.atLeastOne),
    evaluate: (argv, evaluation = {}) => runGuarded(
      {
        name,
        act: (signal) => definition.run({ options: parseOptionsAgain(options, argv, evaluation.arguments), signal }),
        onFailure: ({ text }) => unknown(text)
      },
      evaluation
    ),
    main: () => runProgram({
      name,
      version,
      help: () => renderHelp({ ...check, atLeastOne: definition.atLeastOne }, `passes when ${summary}`),
      schema: () => check.schema(),
      answer: async (argv, { document, ...evaluation }) => check.evaluate(argv, {
        ...evaluation,
        ...document ? { arguments: argumentsOf(document()) } : {}
      }),
      failed: unknown,
      exitCode: ({ status }) => EXIT_CODES[status],
      render: renderResult
    })
  };
  return check;
}

// sdk/connect.ts
import { isIP, connect as openSocket } from "node:net";

// schemas/side-by-side.ts
var HEAD_START_MS = 250;
function raceSideBySide(race) {
  const { candidates, start, afterHeadStart: afterHeadStart2 } = race;
  const { promise, resolve, reject } = Promise.withResolvers();
  const running = /* @__PURE__ */ new Set();
  const errors = [];
  let next = 0;
  let callOff = () => {
  };
  function finish() {
    callOff();
    next = candidates.length;
    for (const attempt of running) attempt.cancel();
    running.clear();
  }
  function launch() {
    callOff();
    const candidate = candidates[next++];
    if (candidate === void 0) return;
    const attempt = start(candidate);
    running.add(attempt);
    attempt.opened.then(
      (opened) => {
        if (!running.delete(attempt)) return;
        finish();
        resolve(opened);
      },
      (error) => {
        if (!running.delete(attempt)) return;
        errors.push(error);
        if (next < candidates.length) launch();
        else if (running.size === 0) reject(errors.length === 1 ? error : new AggregateError(errors));
      }
    );
    if (next < candidates.length) callOff = afterHeadStart2(launch);
  }
  launch();
  return {
    opened: promise,
    cancel() {
      finish();
      reject(new AggregateError(errors, "called off"));
    }
  };
}
function interleaveFamilies(addresses) {
  const first = addresses[0]?.family;
  const [preferred, other] = [true, false].map(
    (wanted) => addresses.filter(({ family }) => family === first === wanted)
  );
  return preferred.flatMap((address, index) => [address, ...other.slice(index, index + 1)]).concat(other.slice(preferred.length));
}

// sdk/duration.ts
function formatMs(ms) {
  if (ms >= 1e3) return `${(ms / 1e3).toFixed(1)} s`;
  return ms >= 10 ? `${Math.round(ms)} ms` : `${ms.toFixed(1)} ms`;
}

// sdk/connect.ts
var HIGHEST_PORT = 65535;
function parseEndpoint(text, defaultHost = "localhost") {
  const match = /^(?:(?:\[([0-9a-fA-F:.%a-z]+)\]|([^:[\]/?#@\s]*)):)?([0-9]{1,5})$/.exec(text);
  const port = Number(match?.[3]);
  if (match && port >= 1 && port <= HIGHEST_PORT) return { host: match[1] || match[2] || defaultHost, port };
  throw invalidOptions(`\`${text.slice(0, 80)}\` is no address, expected \`host:port\` or \`[ipv6]:port\``);
}
function renderEndpoint(endpoint) {
  if (endpoint.kind === "unix") return endpoint.path;
  return endpoint.host.includes(":") ? `[${endpoint.host}]:${endpoint.port}` : `${endpoint.host}:${endpoint.port}`;
}
async function connect(endpoint, timeoutMs, signal) {
  const startedAt = performance.now();
  const socket = await dial(endpoint, timeoutMs, signal);
  const latencyMs = performance.now() - startedAt;
  const { remoteAddress, remoteFamily } = socket;
  socket.destroy();
  return { latencyMs, address: remoteAddress ?? renderEndpoint(endpoint), family: remoteFamily ?? "unix" };
}
async function dial(endpoint, timeoutMs, signal) {
  signal.throwIfAborted();
  const { promise: ended, reject } = Promise.withResolvers();
  const onAbort = () => reject(signal.reason);
  const timer = setTimeout(() => reject(timedOut(timeoutMs)), timeoutMs);
  signal.addEventListener("abort", onAbort, { once: true });
  let attempt;
  try {
    const candidates = await Promise.race([placesOf(endpoint), ended]);
    attempt = raceSideBySide({ candidates, start: attemptAt, afterHeadStart });
    return await Promise.race([attempt.opened, ended]);
  } catch (error) {
    attempt?.opened.catch(() => void 0);
    attempt?.cancel();
    throw error;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", onAbort);
  }
}
async function placesOf(endpoint) {
  if (endpoint.kind === "unix") return [{ path: endpoint.path }];
  const { host, port, family } = endpoint;
  if (isIP(host) !== 0) return [{ host, port }];
  const { lookup } = process.getBuiltinModule("node:dns/promises");
  const addresses = await lookup(host, { all: true, family: family ?? 0 });
  return interleaveFamilies(addresses).map(({ address }) => ({ host: address, port }));
}
function attemptAt(place) {
  const socket = openSocket(place);
  const { promise, resolve, reject } = Promise.withResolvers();
  socket.once("error", reject);
  socket.once("connect", () => {
    socket.off("error", reject);
    resolve(socket);
  });
  return { opened: promise, cancel: () => void socket.on("error", () => void 0).destroy() };
}
function afterHeadStart(act) {
  const timer = setTimeout(act, HEAD_START_MS);
  return () => clearTimeout(timer);
}
function timedOut(timeoutMs) {
  return Object.assign(new Error(`no answer within ${formatMs(timeoutMs)}`), { code: "ETIMEDOUT" });
}
function describeConnectError(error) {
  if (error instanceof AggregateError && error.errors.length > 0)
    return [...new Set(error.errors.map(describeConnectError))].join("; ");
  const { code, message } = error;
  if (code === "ETIMEDOUT") return message.startsWith("no answer") ? message : "no answer in time";
  return connectionReason(code)?.text ?? (message || code || String(error));
}

// sdk/outcome.ts
var OUTCOME_CODES = { ok: 0, retry: 75, failed: 69 };
var MAX_SUMMARY2 = 2e3;
var MAX_WARNINGS = 20;
var MAX_WARNING = 400;
var sent = (summary, extra = {}) => ({ status: "ok", summary, ...extra });
var provided = (summary, extra) => ({ status: "ok", summary, ...extra });
var retry = (summary, extra = {}) => ({
  status: "retry",
  summary,
  ...extra
});
var failed = (summary, extra = {}) => ({
  status: "failed",
  summary,
  ...extra
});
function unsuccessful({ kind, text }) {
  if (kind === "options") return failed(text, { reason: "arguments" });
  return retry(text, { reason: kind === "time" ? "late" : "defect" });
}
function renderOutcome({ status, summary, warnings, ...extra }) {
  return JSON.stringify({
    v: 1,
    status,
    summary: summary.slice(0, MAX_SUMMARY2).toWellFormed(),
    ...extra,
    ...warnings && warnings.length > 0 ? { warnings: warnings.slice(0, MAX_WARNINGS).map(asLine) } : {}
  });
}
function asLine(text) {
  return text.slice(0, MAX_WARNING).toWellFormed().replace(/[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069\ufeff]/gu, "?");
}

// sdk/notifier.ts
function defineNotifier(definition) {
  const { name, version, summary, options } = definition;
  const run = (argv, readDocument2, evaluation) => runGuarded(
    {
      name,
      act: (signal) => {
        const document = readDocument2();
        const values = parseOptions(options, argv, argumentsOf(document));
        return definition.run({ options: values, notification: notificationOf(document), signal });
      },
      onFailure: unsuccessful
    },
    evaluation
  );
  const notifier = {
    name,
    version,
    summary,
    options,
    schema: () => optionsSchema(options),
    evaluate: (document, evaluation = {}) => run([], () => document, evaluation),
    main: () => runProgram({
      name,
      version,
      help: () => renderHelp(notifier, summary),
      schema: () => notifier.schema(),
      answer: (argv, asked) => run(argv, readDocument, asked),
      failed: retry,
      exitCode: ({ status }) => OUTCOME_CODES[status],
      render: renderOutcome
    })
  };
  return notifier;
}
var TEXTS = ["id", "kind", "project", "message", "since", "at", "host"];
var OPTIONAL_TEXTS = ["follows", "service", "check", "status", "title"];
function notificationOf({ notification }) {
  const fields = fieldsOf(notification, "`notification` of the document");
  for (const key of TEXTS)
    if (typeof fields[key] !== "string") throw invalidOptions(`the notification has no \`${key}\``);
  for (const key of OPTIONAL_TEXTS)
    if (!["string", "undefined"].includes(typeof fields[key]))
      throw invalidOptions(`\`${key}\` of the notification is no text`);
  if (!Number.isSafeInteger(fields.count)) throw invalidOptions("the notification has no `count`");
  return fields;
}

// sdk/secrets.ts
function defineSecrets(definition) {
  const { name, version, summary, options } = definition;
  const run = (argv, readDocument2, evaluation) => runGuarded(
    {
      name,
      act: async (signal) => {
        const document = readDocument2();
        const values = parseOptions(options, argv, argumentsOf(document));
        const context = { options: values, service: serviceOf(document), lease: leaseOf(document), signal };
        return await withoutMessages(async () => definition.run(context));
      },
      onFailure: unsuccessful
    },
    evaluation
  );
  const secrets = {
    name,
    version,
    summary,
    options,
    schema: () => optionsSchema(options),
    evaluate: (document, evaluation = {}) => run([], () => document, evaluation),
    main: () => runProgram({
      name,
      version,
      help: () => renderHelp(secrets, summary),
      schema: () => secrets.schema(),
      answer: (argv, asked) => run(argv, readDocument, asked),
      shown: withoutMessage,
      failed: retry,
      exitCode: ({ status }) => OUTCOME_CODES[status],
      render: renderOutcome
    })
  };
  return secrets;
}
async function withoutMessages(act) {
  try {
    return await act();
  } catch (error) {
    throw error instanceof InvalidOptions ? error : withoutMessage(error);
  }
}
function withoutMessage(error) {
  const isError = error instanceof Error;
  const places = isError ? (error.stack ?? "").split("\n").filter((line) => /^ +at /.test(line)) : [];
  const plain = new Error(`${isError ? error.name : "error"} (its message is left out, as it may hold secrets)`);
  plain.stack = [plain.message, ...places].join("\n");
  return plain;
}
function serviceOf({ service }) {
  if (service === void 0 || typeof service === "string") return service;
  throw invalidOptions("`service` of the document is no text");
}
function leaseOf({ lease }) {
  if (lease === void 0) return void 0;
  const { id, durationMs } = fieldsOf(lease, "`lease` of the document");
  if (typeof id === "string" && typeof durationMs === "number") return { id, durationMs };
  throw invalidOptions("`lease` of the document has no `id` and `durationMs`");
}

// schemas/omit-undefined.ts
function omitUndefined(fields) {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== void 0));
}

// sdk/thresholds.ts
function latencyStatus(ms, { warnMs, critMs }) {
  if (critMs !== void 0 && ms > critMs) return "critical";
  return warnMs !== void 0 && ms > warnMs ? "warn" : "ok";
}
function latencyMetric(ms, { warnMs, critMs }) {
  return {
    name: "latency",
    value: Math.round(ms * 1e3) / 1e3,
    unit: "ms",
    min: 0,
    ...omitUndefined({ warn: warnMs, crit: critMs })
  };
}

// sdk/tls.ts
import { readFileSync } from "node:fs";
import { isIP as isIP2 } from "node:net";
function tlsOptions({ insecure, caFile, serverName }, host) {
  return {
    rejectUnauthorized: !insecure,
    ...caFile === void 0 ? {} : { ca: readAuthorities(caFile) },
    host,
    servername: serverName ?? (isIP2(host) === 0 ? host : "")
  };
}
function readAuthorities(file) {
  const text = readText(file);
  if (/-----BEGIN (TRUSTED |X509 )?CERTIFICATE-----/.test(text)) return text;
  throw invalidOptions("--ca-file holds no certificate, expected PEM: `-----BEGIN CERTIFICATE-----`");
}
function readText(file) {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw invalidOptions(`--ca-file cannot be read (${error.code})`);
  }
}
function describeTlsError(error) {
  const { code, message } = error;
  const kind = connectionReason(code)?.kind;
  if (kind === "untrusted") return `the TLS certificate is not trusted: ${message.split(";")[0]}`;
  if (kind === "handshake") return "the server does not speak TLS as expected";
  return describeConnectError(error).replace(/^its certificate/, "the TLS certificate");
}
export {
  boundedSignal,
  connect,
  connectionReason,
  critical,
  decodeContent,
  defineCheck,
  defineNotifier,
  defineSecrets,
  describeConnectError,
  describeTlsError,
  dial,
  failed,
  formatMs,
  invalidOptions,
  latencyMetric,
  latencyStatus,
  ok,
  parseEndpoint,
  provided,
  renderEndpoint,
  retry,
  sent,
  tlsOptions,
  unknown,
  warn
};
