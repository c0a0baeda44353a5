# SPDX-License-Identifier: Apache-2.0
"""The contract check/v1 of octo in one file: options in, one line of JSON and an exit code out.

    check = Check("check-file", "0.1.0", "a file exists")
    check.option("path", "string", required=True, description="File to look at")

    @check.run
    def look(options, deadline):
        return ok("it is there") if os.path.exists(options["path"]) else critical("it is missing")

    if __name__ == "__main__":
        check.main()

Whatever goes wrong is `unknown`: an exception, an option that cannot be read, an answer that never comes. Python 3.8 or newer.
"""
import json
import os
import re
import signal
import sys
import threading
import time
import traceback

EXIT_CODES = {"ok": 0, "warn": 1, "critical": 2, "unknown": 3}
_MARGIN_MS, _MARGIN_SHARE, _MAX_SUMMARY, _MAX_DOCUMENT = 250, 0.1, 2000, 4 * 1024 * 1024
_UNITS_MS = {"ms": 1, "s": 1000, "m": 60_000, "h": 3_600_000}
_PLACEHOLDERS = {"string": "text", "strings": "text", "integer": "number", "duration": "10s"}
_LARGEST = 2**53 - 1


class InvalidOptions(Exception):
    """Options that cannot be read, or contradict each other: `unknown`, with a pointer to `--help`."""


class Result(dict):
    """What a check says; made by ok, warn, critical and unknown."""


def _result(status, summary, details=None, metrics=None, retry_after_ms=None):
    extra = {"details": details, "metrics": metrics, "retryAfterMs": retry_after_ms}
    return Result(status=status, summary=summary, **{key: value for key, value in extra.items() if value is not None})


def ok(summary, **extra):
    return _result("ok", summary, **extra)


def warn(summary, **extra):
    return _result("warn", summary, **extra)


def critical(summary, **extra):
    return _result("critical", summary, **extra)


def unknown(summary, **extra):
    return _result("unknown", summary, **extra)


def metric(name, value, unit=None, warn=None, crit=None, min=None, max=None):  # the names are those of the line
    """Performance data; `warn` and `crit` are numbers, or ranges of Nagios such as "10:20"."""
    fields = {"name": name, "value": value, "unit": unit, "warn": warn, "crit": crit, "min": min, "max": max}
    return {key: given for key, given in fields.items() if given is not None}


class Check:
    def __init__(self, name, version, summary):
        self.name, self.version, self.summary = name, version, summary
        self._options, self._act = {}, None
        self._said, self._ender = threading.Lock(), None

    def option(self, name, kind, description, required=False, default=None, choices=None, min=None, max=None,
               secret=False, positional=False):
        """`kind` is string, strings (may be repeated), integer, duration (arrives as milliseconds) or boolean."""
        self._options[name] = dict(kind=kind, description=description, required=required, default=default,
                                   choices=choices, min=min, max=max, secret=secret, positional=positional)

    def run(self, act):
        """Decorates the function that looks: it gets the options and the deadline (seconds of time.monotonic, or None)."""
        self._act = act
        return act

    def evaluate(self, argv, arguments=None, deadline=None):
        """Runs in this process, for tests; never raises."""
        try:
            return self._act(read_options(self._options, argv, arguments or {}), deadline)
        except InvalidOptions as error:
            return unknown(f"{error}; see `{self.name} --help`")
        except Exception as error:
            _tell(traceback.format_exc())
            return unknown(f"{self.name} failed: {_first_line(error)}")

    def main(self):
        argv = sys.argv[1:]
        if argv[:1] == ["--version"]:
            return print(self.version)
        if argv[:1] == ["--help"]:
            return print(self.help())
        signal.signal(signal.SIGTERM, lambda *_: self._end(unknown(f"{self.name} was told to stop before it had a result")))
        deadline = self._watch(os.environ.get("OCTO_DEADLINE_MS", ""))
        try:
            arguments = _arguments_of(_read_document()) if os.environ.get("OCTO_INPUT") == "json" else {}
            found = self.evaluate(argv, arguments, deadline)
        except Exception as error:
            _tell(traceback.format_exc())
            found = unknown(f"{self.name} failed: {_first_line(error)}")
        except SystemExit:
            found = None
        self._end(found if isinstance(found, Result) else unknown(f"{self.name} ended without a result"))

    def help(self):
        rows = [(_typed(name, spec), _explained(spec)) for name, spec in self._options.items()]
        width = max((len(left) for left, _ in rows), default=0)
        lines = [f"  {left.ljust(width)}  {right}" for left, right in rows]
        return "\n".join([f"{self.name} {self.version}: passes when {self.summary}", "", "Options:", *lines])

    def _watch(self, text):
        """The operator ends who answers too late; this says so a little earlier."""
        if not re.fullmatch("[0-9]{1,15}", text):
            return None
        left = int(text) - time.time() * 1000
        seconds = max(0, left - min(_MARGIN_MS, left * _MARGIN_SHARE)) / 1000
        # Whoever prints in another thread may be in the middle of a line.
        timer = threading.Timer(seconds, lambda: self._end(unknown("no result before the deadline"), before="\n"))
        timer.daemon = True
        timer.start()
        return time.monotonic() + seconds

    def _end(self, result, before=""):
        """The first result counts, and ends the process whatever else is still open."""
        if not self._said.acquire(blocking=False):
            # A signal came in between; but whoever ends in another thread must not be overtaken by the end of this one.
            return None if self._ender == threading.get_ident() else threading.Event().wait()
        self._ender = threading.get_ident()
        try:
            line = json.dumps({"v": 1, **result, "summary": str(result["summary"])[:_MAX_SUMMARY]}, separators=(",", ":"))
        except (TypeError, ValueError) as error:
            result = unknown(f"{self.name} failed: {_first_line(error)}")
            line = json.dumps({"v": 1, **result})
        try:
            sys.stdout.flush()
        except (RuntimeError, ValueError, OSError):
            pass  # A signal came while it was being flushed.
        data = f"{before}{line}\n".encode()
        while data:
            data = data[os.write(1, data):]
        os._exit(EXIT_CODES[result["status"]])


def read_options(specs, argv, document):
    given = {name: [] for name in specs}
    for name, text in [*_tokens(specs, list(argv)), *_entries(specs, document)]:
        given[name].append(text)
    return {name: _value(name, spec, given[name]) for name, spec in specs.items()}


def _tokens(specs, words):
    while words:
        word = words.pop(0)
        if word == "--":
            for rest in words:
                yield _positional(specs, rest), rest
            return
        if word.startswith("--"):
            name, equals, text = word[2:].partition("=")
            _known(specs, name, f"--{name}")
        elif word.startswith("-") and word != "-":
            name, text = word[1], word[2:]
            equals = text != ""
            _known(specs, name, f"-{name}")
        else:
            yield _positional(specs, word), word
            continue
        if specs[name]["secret"]:
            raise InvalidOptions(
                f"--{name} is secret and never read from the command line, which every user of the machine can read: "
                f'give it on standard input, as `{{"v":1,"arguments":{{"{name}":…}}}}`')
        if not equals:
            text = words.pop(0) if words and specs[name]["kind"] != "boolean" else None
        yield name, text


def _entries(specs, document):
    for name, value in document.items():
        _known(specs, name, name)
        for item in value if isinstance(value, list) else [] if value is None else [value]:
            if isinstance(item, (dict, list)) or item is None:
                raise InvalidOptions(f"`{name}` is a map, expected a plain value")
            yield name, str(item).lower() if isinstance(item, bool) else str(item)


def _known(specs, name, raw):
    if name not in specs:
        raise InvalidOptions(f"unknown option `{_cut(raw)}`, expected one of {', '.join(f'--{one}' for one in specs)}")


def _positional(specs, word):
    for name, spec in specs.items():
        if spec["positional"]:
            return name
    raise InvalidOptions(f"`{_cut(word)}` belongs to no option")


def _value(name, spec, given):
    missing = f"--{name} is missing: {spec['description']}"
    if spec["kind"] == "strings":
        if spec["required"] and not given:
            raise InvalidOptions(missing)
        return [_text(name, text, spec) for text in given]
    if len(given) > 1:
        raise InvalidOptions(f"--{name} is given {len(given)} times, expected once")
    if spec["kind"] == "boolean":
        return bool(given) and _flag(name, given[0])
    if given:
        return _converted(name, spec, given[0])
    if spec["required"]:
        raise InvalidOptions(missing)
    return None if spec["default"] is None else _converted(name, spec, str(spec["default"]))


def _converted(name, spec, text):
    text = _text(name, text, spec)
    if spec["kind"] == "integer":
        return _integer(name, text, spec["min"], spec["max"])
    return _duration(name, text) if spec["kind"] == "duration" else text


def _text(name, text, spec):
    if text is None:
        raise InvalidOptions(f"--{name} needs a value")
    if spec["choices"] and text not in spec["choices"]:
        raise InvalidOptions(f"--{name} is `{_cut(text)}`, expected {' or '.join(f'`{one}`' for one in spec['choices'])}")
    return text


def _flag(name, text):
    if text not in (None, "true", "false"):
        raise InvalidOptions(f"--{name} is `{_cut(text)}`, expected `true` or `false`")
    return text != "false"


def _integer(name, text, lowest, highest):
    if re.fullmatch("-?[0-9]{1,15}", text):
        if (-_LARGEST if lowest is None else lowest) <= int(text) <= (_LARGEST if highest is None else highest):
            return int(text)
    bounds = "" if lowest is None or highest is None else f" from {lowest} to {highest}"
    raise InvalidOptions(f"--{name} is `{_cut(text)}`, expected a whole number{bounds}")


def _duration(name, text):
    found = re.fullmatch(r"([0-9]{1,9}(?:\.[0-9]{1,3})?)(ms|s|m|h)", text)
    if not found:
        raise InvalidOptions(f"--{name} is `{_cut(text)}`, expected a duration such as `500ms` or `10s`")
    return int(float(found[1]) * _UNITS_MS[found[2]] + 0.5)


def _cut(text):
    safe = re.sub("[\x00-\x1f\x7f-\x9f\u2028\u2029]", "?", text)
    return f"{safe[:80]}…" if len(safe) > 80 else safe


def _read_document():
    text = sys.stdin.buffer.read(_MAX_DOCUMENT + 1)
    if len(text) > _MAX_DOCUMENT:
        raise InvalidOptions(f"standard input is larger than {_MAX_DOCUMENT} bytes")
    if not text.strip():
        raise InvalidOptions('standard input is empty, expected one JSON document: {"v":1,…}')
    try:
        document = json.loads(text.decode())
    except ValueError:
        # The reader's own message shows a part of the text.
        raise InvalidOptions("standard input is no JSON") from None
    if not isinstance(document, dict):
        raise InvalidOptions("standard input is no JSON object")
    if document.get("v") != 1:
        raise InvalidOptions('the document on standard input is of another version, expected `"v":1`')
    return document


def _arguments_of(document):
    arguments = document.get("arguments", {})
    if not isinstance(arguments, dict):
        raise InvalidOptions("`arguments` of the document is no JSON object")
    return arguments


def _typed(name, spec):
    if spec["secret"]:
        return name
    if spec["kind"] == "boolean":
        return f"--{name}"
    value = "|".join(spec["choices"]) if spec["choices"] else f"<{_PLACEHOLDERS[spec['kind']]}>"
    return f"[--{name}=]{value}" if spec["positional"] else f"--{name}={value}"


def _explained(spec):
    notes = []
    if spec["required"]:
        notes.append("required")
    if spec["secret"]:
        notes.append("secret: on standard input")
    if spec["kind"] == "strings":
        notes.append("may be repeated")
    if spec["default"] is not None:
        notes.append(f"default {spec['default']}")
    return f"{spec['description']} ({'; '.join(notes)})" if notes else spec["description"]


def _first_line(error):
    return (str(error).split("\n")[0] or type(error).__name__)[:300]


def _tell(text):
    sys.stderr.write(json.dumps({"level": "error", "msg": text}) + "\n")
    sys.stderr.flush()
