// What each exit code of octo tells a script, for docs/ERRORS.md. Errors have the ones of schemas/error-codes.ts; 0 and 1
// are also the answers of commands that ask something.
export const EXIT_CODES: Readonly<Record<number, string>> = {
  0: 'done; for `octo check`: no check failed',
  1: '`octo check`: a check did not pass; `octo link --check`: a shim is not good; `octo search`: nothing was found; or a plugin reported a failure',
  64: 'the command line cannot be understood',
  65: 'a file or document is not as it must be',
  66: 'what was named does not exist',
  69: 'a server cannot be reached, or its port is taken',
  70: 'a defect of octo',
  71: 'the operating system refused something',
  72: 'octo was installed by something else, which keeps it up to date',
  73: 'it cannot be created: no space, or the name or version exists',
  74: 'the disk, or what is kept on it, is damaged',
  75: 'not now: the same command may succeed in a moment',
  76: 'something is not proven, or is blocked; nothing was run',
  77: 'not allowed: a token, a key or the rights of a file',
  78: 'the config, the lockfile or the machine does not fit what was asked',
  124: 'a plugin did not end in its time',
  126: 'a plugin cannot be executed',
  127: 'a plugin, or the runtime that it needs, is missing',
  255: 'an operator plugin was ended by a signal',
  130: 'interrupted, for example by Ctrl-C',
}
