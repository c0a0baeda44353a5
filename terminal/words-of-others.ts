// What programs like octo call what octo has under another word. No distance between letters finds it: the nearest word of
// `uninstall` is `install`.

const MEANT: Readonly<Record<string, string>> = {
  up: 'start',
  down: 'stop',
  kill: 'stop',
  destroy: 'stop',
  reload: 'apply',
  plan: 'apply --dry-run',
  ps: 'status',
  top: 'status',
  journal: 'logs',
  attach: 'logs --follow',
  enable: 'autostart enable',
  disable: 'autostart disable',
  serve: 'registry serve',
  audit: 'registry audit',
  pull: 'install',
  ci: 'install --frozen',
  sync: 'install',
  upgrade: 'update',
  uninstall: 'remove',
  rm: 'remove',
  ls: 'list',
  versions: 'info',
  validate: 'config validate',
  lint: 'config validate',
  diff: 'config diff',
  clean: 'cache gc',
  prune: 'cache gc',
  new: 'init',
  create: 'init',
  push: 'publish',
  release: 'publish',
  hide: 'quarantine',
  unpublish: 'yank',
  tail: 'logs --follow',
  describe: 'info',
  delete: 'remove',
  use: 'add',
  token: 'registry token list',
}

/** Behind a word of octo that has words of its own. */
const MEANT_BEHIND: Readonly<Record<string, string>> = {
  'registry start': 'serve',
  'plugin list': 'ls',
  'plugin info': 'inspect',
  'plugin status': 'ps',
  'plugin validate': 'check',
  'config check': 'validate',
  'config lint': 'validate',
  'cache clean': 'gc',
  'cache prune': 'gc',
  'cache clear': 'gc',
  'registry token delete': 'revoke',
  'registry token remove': 'revoke',
  'registry token rm': 'revoke',
  'registry repo key delete': 'revoke',
  'registry repo key remove': 'revoke',
  'registry repo key rm': 'revoke',
  'registry repo show': 'list',
  'registry token show': 'list',
  'self upgrade': 'update',
  'self downgrade': 'rollback',
}

/** All words of octo are about plugins; behind `octo plugin` stand those about service plugins alone. */
// allow(dead-export): the test types every one
export const OTHERS_IN_FRONT: readonly string[] = [
  ...['run', 'test', 'init', 'build', 'sign', 'publish', 'yank', 'deprecate', 'quarantine'],
  ...['add', 'remove', 'install', 'update', 'search', 'outdated'],
]

/** Programs whose lines are typed by habit: what stands behind one says what is meant. */
const PROGRAMS: Readonly<Record<string, string>> = {
  systemctl: 'status',
  service: 'status',
  supervisorctl: 'status',
  pm2: 'status',
  journalctl: 'logs',
  docker: 'status',
  podman: 'status',
  kubectl: 'status',
  helm: 'list',
  terraform: 'list',
  krew: 'list',
  mise: 'list',
  aqua: 'list',
  npm: 'list',
  brew: 'list',
  apt: 'list',
}

// allow(dead-export): the test types every one
export const OTHERS = Object.keys(MEANT)
// allow(dead-export): the test types every one
export const OTHERS_BEHIND = Object.keys(MEANT_BEHIND)
// allow(dead-export): the test types every one
export const OTHER_PROGRAMS = Object.keys(PROGRAMS)

/** The words of octo, behind `octo`. */
export function wordsMeantBy(typed: string): string | undefined {
  return Object.hasOwn(MEANT, typed) ? MEANT[typed] : undefined
}

/** The word of octo behind `path`, such as `registry`. */
export function wordMeantBehind(path: string, typed: string): string | undefined {
  const both = `${path} ${typed}`
  return Object.hasOwn(MEANT_BEHIND, both) ? MEANT_BEHIND[both] : undefined
}

/** Whether the word stands behind `octo` itself, and not behind `path`. */
export function standsInFront(path: string, typed: string): boolean {
  return path === 'plugin' && OTHERS_IN_FRONT.includes(typed)
}

/** The words of octo for the line of another program, `docker ps`; `isOcto` knows the words of octo. */
export function wordsMeantByLine(
  [program = '', word = '']: readonly string[],
  isOcto: (word: string) => boolean,
): string | undefined {
  if (!Object.hasOwn(PROGRAMS, program)) return undefined
  return isOcto(word) ? word : (wordsMeantBy(word) ?? PROGRAMS[program])
}
