// Every word that octo knows: the part that runs it, and one line about it for `octo --help`.
export type Part = 'registry' | 'publisher' | 'client' | 'operator' | 'plugin test' | 'completion' | 'demo'

type Word = {
  readonly word: string
  readonly part: Part
  /** Heading in the overview; words without one are not shown. */
  readonly group?: string
  readonly summary: string
}

const group = (name: string, part: Part, words: Readonly<Record<string, string>>): Word[] =>
  Object.entries(words).map(([word, summary]) => ({ word, part, group: name, summary }))

export const WORDS: readonly Word[] = [
  ...group('Run plugins', 'operator', {
    run: 'run one plugin, installing it first when needed',
    check: 'run the preflight and health checks of your services',
    link: 'write shims through which cron and monitoring run proven plugins',
    unlink: 'take shims away',
    plugin: 'list and ask service plugins of the Open Component Model',
    mcp: 'offer plugins as tools of the Model Context Protocol',
    doctor: 'say what is wrong here for octo, and how to mend it',
  }),
  ...group('Run services', 'operator', {
    start: 'start the services of the config',
    apply: 'make what runs as the config says, after showing what changes',
    stop: 'stop the services of the config',
    restart: 'stop services and start them again',
    status: 'show how the services are',
    logs: 'show what services wrote',
    events: 'show what happened to services',
    metrics: 'show what can be measured of services, for Prometheus',
    exec: 'run a command where a service runs',
    autostart: 'start the services with the machine, or with you',
    show: 'show what the operator makes of the config',
    compose: 'pass a command line on to the program behind the operator',
  }),
  ...group('Use plugins', 'client', {
    add: 'write a plugin, a check or a repo into the config',
    remove: 'take a plugin or a repo out of the config',
    lock: 'choose versions for your config and write them to octo.lock',
    install: 'download and verify what is locked',
    update: 'move locked plugins to newer versions',
    outdated: 'list what is newer than what is locked, and what was withdrawn',
    list: 'list what your config uses and what is installed',
    info: 'show one plugin: arguments, a check, versions, what changed',
    search: 'find plugins by word',
    why: 'explain why a version was chosen',
    graph: 'draw services, what they wait for, and their plugins',
    config: 'show, compare and validate your configuration',
    trust: 'say whose signature makes config documents count',
    cache: 'list, verify and clean the store on this machine',
    self: 'show how octo is installed, update it, and go back',
  }),
  ...group('Write and publish plugins', 'publisher', {
    init: 'start a new plugin from a template',
    import: 'take a plugin from an OCM registry into a project folder',
  }),
  ...group('Write and publish plugins', 'plugin test', {
    test: 'build a plugin and run it as its users will, unpublished',
  }),
  ...group('Write and publish plugins', 'publisher', {
    build: 'build the artifacts of a plugin for its platforms',
    keygen: 'make a key pair for signing',
    sign: 'sign built artifacts',
    publish: 'build, sign and upload a version',
    yank: 'withdraw a version from new installs',
    unyank: 'take a yank back',
    deprecate: 'warn those who install a version',
    undeprecate: 'take a deprecation back',
    quarantine: 'block a version: not served, not chosen',
    unquarantine: 'take a quarantine back',
    login: 'store a token for a registry',
    logout: 'forget a stored token',
    whoami: 'show what your token may do',
    repo: 'write a whole repo as static files, without a server',
  }),
  ...group('Serve plugins', 'registry', {
    registry: 'serve plugins; manage repos and tokens; check and back up data',
  }),
  ...group('Set octo up', 'completion', {
    completion: 'print the script that completes octo in bash, zsh and fish',
  }),
  { word: 'octoctl', part: 'operator', summary: 'octo with the words, exit codes and folder of octoctl' },
  { word: 'demo', part: 'demo', summary: 'the quick start of a checkout: registry, core plugins, a demo check' },
]
