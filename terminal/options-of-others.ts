// Options, and words behind a word, that programs like octo have and octo has not: what is typed in their place. No distance between
// letters finds it, and the list of the help does not say what became of them.

const GOES_ON = 'leave it away: `octo start` returns when the services are up, and they go on'
const HAS_TERMINAL = 'leave it away: `octo exec SERVICE -- COMMAND` has your terminal'
const IN_FRONT = 'there is no TLS in octo: put a web server in front, and say its address with `--url`'
const DAYS = 'say how long it lives with `--days 30`'
const NO_SECRET =
  'name a file with `--token-file FILE`, or set OCTO_TOKEN: what stands in a command line can be read by everybody'
const KEEPS_NAME =
  'a repo keeps its name, which configs, lockfiles and signatures hold: make another with `octo registry repo create NAME --key FILE --data DIR`'
const KEEPS_REPO =
  'what was published stays: `octo registry repo visibility NAME private --data DIR` hides a repo from everybody without a token for it'
const TIME_TO_STOP = 'how long a service may take is in the config: `stop: {timeout: 30s}`'

const HINTS: Readonly<Record<string, string>> = {
  'start -d': GOES_ON,
  'start --detach': GOES_ON,
  'start --daemon': GOES_ON,
  'start --background': GOES_ON,
  'status --follow': 'did you mean `octo status --watch`?',
  'status -f': 'did you mean `octo status --watch`?',
  'logs --lines': 'did you mean `octo logs --tail 20`?',
  'exec -i': HAS_TERMINAL,
  'exec -t': HAS_TERMINAL,
  'exec -it': HAS_TERMINAL,
  'exec -ti': HAS_TERMINAL,
  'exec --interactive': HAS_TERMINAL,
  'exec --tty': HAS_TERMINAL,
  'stop -t': TIME_TO_STOP,
  'stop --time': TIME_TO_STOP,
  'stop --timeout': TIME_TO_STOP,
  'publish --token': NO_SECRET,
  'login --token': NO_SECRET,
  'registry serve --listen': 'did you mean `--host ADDRESS --port NUMBER`?',
  'registry serve --bind': 'did you mean `--host ADDRESS --port NUMBER`?',
  'registry serve --base-url': 'did you mean `--url`?',
  'registry serve --public-url': 'did you mean `--url`?',
  'registry serve --tls-cert': IN_FRONT,
  'registry serve --cert': IN_FRONT,
  'registry serve --tls': IN_FRONT,
  'registry token create --expires': DAYS,
  'registry token create --ttl': DAYS,
  'registry repo rename': KEEPS_NAME,
  'registry repo move': KEEPS_NAME,
  'registry repo delete': KEEPS_REPO,
  'registry repo remove': KEEPS_REPO,
  'registry repo rm': KEEPS_REPO,
  'registry repo create --public': 'leave it away: a repo is public unless `--private` is said',
}

/** For words too many, which are not looked at: they may be anything. */
const HINTS_OF_TOO_MANY: Readonly<Record<string, string>> = {
  install: '`octo add NAME` takes a plugin into the config and locks it; `octo install` brings all that is locked',
}

// allow(dead-export): the test types every one
export const OPTIONS_OF_OTHERS = Object.keys(HINTS)

/** `path` is `registry serve`, `option` as it was typed, with or without `=VALUE`; or a word behind `registry repo`. */
export function hintOfOption(path: string, option: string): string | undefined {
  const typed = `${path} ${option.replace(/=.*$/s, '')}`
  return Object.hasOwn(HINTS, typed) ? HINTS[typed] : undefined
}

export function hintOfTooMany(path: string): string | undefined {
  return Object.hasOwn(HINTS_OF_TOO_MANY, path) ? HINTS_OF_TOO_MANY[path] : undefined
}
