// Every field that a config may have: what it holds, what it means, and what a document that was fetched from elsewhere
// may do with it. Readers reach a field only by its row (field-of.ts), the rights are enforced by admit.ts, and the table
// of docs/CONFIG.md is written from here. Answers THREATS.md: elsewhere adds, it decides nothing.
// allow(long-file): one table

/**
 * `add`: its own entries stand beside the local ones, which they never change.
 * `fill in`: counts only where no local document says anything.
 * `never`: an error that names the fetched document.
 * `with trust`: an error, but where its include says `trust: unsigned`; then `fill in`.
 * `left aside`: read from local documents only. What a fetched one says is for containers, and `octo start` tells of it.
 */
export type Right = 'add' | 'fill in' | 'never' | 'with trust' | 'left aside'

export type ShapeName =
  | 'prompt'
  | 'secret'
  | ('config' | 'project' | 'operator' | 'octoctl' | 'include' | 'versions')
  | ('repos' | 'octoctl repos' | 'repo' | 'key' | 'plugins' | 'pin' | 'mcp')
  | (
      | 'operator services'
      | 'services'
      | 'service'
      | 'compose service'
      | 'hooks'
      | 'settings'
      | 'stop'
      | 'limits'
      | 'metrics'
      | 'probes'
      | 'check'
      | 'tool'
      | 'notification'
      | 'plugin directory'
    )

/** Plain values (one or a list), data whose keys are the user's, a map of fixed or free keys, or a list of such maps. */
export type Holds = 'value' | 'data' | { readonly map: ShapeName } | { readonly list: ShapeName }

export type Field = {
  readonly fetched: Right
  readonly holds: Holds
  readonly means: string
  /** Templates of fetched documents may read it from a local one: always, or what the include of theirs offers. */
  readonly offered?: 'always' | 'by the include'
}

/** `*` stands for every name; without it only the keys of the shape are known. */
type Shape = Readonly<Record<string, Field>>

const UNREAD = 'for other tools, not read'
const unread = (fetched: Right = 'fill in'): Field => ({ fetched, holds: 'data', means: UNREAD })
const checks = (means: string): Field => ({ fetched: 'add', holds: { list: 'check' }, means })
/** How a service is run: see read-service-spec.ts for what of it a fetched document may say about which service. */
const run = (means: string): Field => ({ fetched: 'fill in', holds: 'data', means })
const ofTheProject: Field = {
  fetched: 'never',
  holds: { list: 'secret' },
  means: 'one source of secrets, which services take or add to',
}
const ofTheHost = (means: string): Field => ({ fetched: 'left aside', holds: 'data', means })
const ofContainers = (means: string): Field => ({ fetched: 'left aside', holds: 'data', means })
/** Whoever is told of what happens here, and where a password of theirs is sent, is for local documents alone. */
const local = (means: string): Field => ({ fetched: 'never', holds: 'value', means })
const metrics: Field = { fetched: 'never', holds: { map: 'metrics' }, means: 'where Prometheus may ask for measures' }
const probes: Field = {
  fetched: 'never',
  holds: { map: 'probes' },
  means: 'by which image operators of containers install the plugins of checks',
}
const notifications: Field = {
  fetched: 'never',
  holds: { list: 'notification' },
  means: 'who is told of what happens to services and checks: a list, or a map of names',
}

const pluginDirectories: Field = {
  fetched: 'never',
  holds: { list: 'plugin directory' },
  means: 'folders with plugins of OCM, for `octo plugin`',
}

const ocmConfig = local(
  'documents of OCM with configurations for service plugins: files such as `~/.ocmconfig`, or `$OCM_CONFIG`',
)
const credentialRepositories: Field = {
  fetched: 'never',
  holds: 'data',
  means:
    'who is asked for the credentials of calls to service plugins: a list of maps, each with the `type` of a credential repository',
}
const configurations: Field = {
  fetched: 'never',
  holds: 'data',
  means: 'what service plugins are configured with: a list of maps, each with the `type` that the plugin declares',
}

const SERVICE = {
  preflight: checks('checks before the start'),
  preflightCheck: checks('`preflight` as early v1 configs call it'),
  validate: checks('`preflight` in formats v2 and v3'),
  health: checks('checks of the running service'),
  healthCheck: checks('`health` as early v1 configs call it'),
  init: checks('what runs once before the first start'),
  hooks: { fetched: 'add', holds: { map: 'hooks' }, means: 'hooks of early v1 configs' },
  enabled: {
    fetched: 'fill in',
    holds: 'value',
    means:
      'whether the service is started and its checks run; elsewhere says so only for a service that is not in a local document',
  },
  disabled: { fetched: 'fill in', holds: 'value', means: 'the opposite of `enabled`, under the same rule' },
  command: ofTheHost('the program of the service and its words, as a list'),
  plugin: {
    fetched: 'fill in',
    holds: 'value',
    means: 'instead of `command`: `[repo/]name[@range]` of a plugin that is the service',
  },
  args: run('arguments of `plugin`, as those of a check; the words of `binary`, `image` and `source`, as a list'),
  binary: ofTheHost(
    'instead of `command`: the program by platform, from an address: `{linux_amd64: {url, sha256, binary}}`; `binary` is its path in an archive',
  ),
  source: ofTheHost(
    'instead of `command`: the program is built here: `{repo, ref, build, binary, allowBuild, timeout}`; `ref` is a full commit',
  ),
  environment: ofTheHost('variables of the service, as a map or as a list of `NAME=value`'),
  env: ofTheHost('`environment`'),
  working_dir: ofTheHost('its working directory; else the folder of the config'),
  depends_on: run(
    'services that come first: a list of names, or a map of `{condition: started | healthy | completed}`',
  ),
  depends: run('`depends_on` as v1 configs say it: `[{service: NAME}, {health: NAME}]`'),
  restart: run('`no`, `on-failure`, `on-failure:5`, `always`, `unless-stopped`, or `{policy, max_attempts}`; `no`'),
  stop: { fetched: 'fill in', holds: { map: 'stop' }, means: 'how it is ended' },
  stop_signal: run('`stop.signal`'),
  stop_grace_period: run('`stop.timeout`'),
  replicas: run('how many of it run: 1'),
  limits: { fetched: 'fill in', holds: { map: 'limits' }, means: 'the most that it may use of the machine' },
  start_period: run('time after the start in which failing health checks do not count: `10s`'),
  config: { fetched: 'fill in', holds: { map: 'settings' }, means: 'what the service is given of `configs`' },
  priority: unread(),
  secrets: {
    fetched: 'never',
    holds: { list: 'secret' },
    means: 'where its secrets come from; `true`: from the source of the project, as that is written',
  },
} as const satisfies Shape

export const FIELDS = {
  config: {
    name: {
      fetched: 'fill in',
      holds: 'value',
      means: 'name of the project; one from elsewhere is for templates only',
      offered: 'always',
    },
    projectID: { fetched: 'fill in', holds: 'value', means: '`name` in format v2', offered: 'always' },
    project: { fetched: 'fill in', holds: { map: 'project' }, means: UNREAD },
    include: {
      fetched: 'add',
      holds: { list: 'include' },
      means: 'other documents; a fetched one includes web addresses only',
    },
    operator: { fetched: 'add', holds: { map: 'operator' }, means: 'repos, pins and services in format v1' },
    octoctl: { fetched: 'add', holds: { map: 'octoctl' }, means: 'repos and pins in format v2' },
    repos: { fetched: 'add', holds: { map: 'octoctl repos' }, means: 'repos in format v3, which octoctl reads' },
    services: { fetched: 'add', holds: { map: 'services' }, means: "services, with Compose's own keys beside ours" },
    configs: {
      fetched: 'fill in',
      holds: 'data',
      means: 'values for templates, by service',
      offered: 'by the include',
    },
    service: {
      fetched: 'fill in',
      holds: 'data',
      means: '`configs` in format v1',
      offered: 'by the include',
    },
    globals: {
      fetched: 'fill in',
      holds: 'data',
      means: 'values in named sets, for services that name one and for templates',
      offered: 'by the include',
    },
    version: unread(),
    networks: unread(),
    volumes: unread(),
    secrets: unread(),
    models: unread(),
  },
  project: { name: unread(), id: unread() },
  operator: {
    repos: { fetched: 'never', holds: { map: 'repos' }, means: 'where plugins come from' },
    plugins: { fetched: 'never', holds: { map: 'plugins' }, means: 'pins' },
    services: { fetched: 'add', holds: { map: 'operator services' }, means: 'services and their checks' },
    secrets: ofTheProject,
    notifications,
    metrics,
    probes,
    prompts: { fetched: 'never', holds: { list: 'prompt' }, means: 'values that a person is asked for' },
    globals: run('values of all services, where they say nothing themselves'),
    pluginDirectories,
    ocmConfig,
    credentialRepositories,
  },
  octoctl: {
    repos: { fetched: 'never', holds: { map: 'repos' }, means: 'where plugins come from' },
    plugins: { fetched: 'never', holds: { map: 'plugins' }, means: 'pins' },
    operator: {
      fetched: 'fill in',
      holds: 'value',
      means:
        'what runs the services: `baremetal`, `docker`, `podman`, `nerdctl`, `compose`, `kubernetes`, or `[repo/]name[@range]` of a plugin of kind operator; elsewhere gives a bare name only',
    },
    plugin: { fetched: 'fill in', holds: 'value', means: '`operator` as early v2 configs call it' },
    project: unread(),
    version: unread(),
    namespace: { fetched: 'left aside', holds: 'data', means: 'where `kubernetes` runs the services' },
    prefix: unread(),
    api: unread(),
    token: unread(),
    command: unread(),
    prompts: { fetched: 'never', holds: { list: 'prompt' }, means: 'values that a person is asked for' },
    secrets: ofTheProject,
    notifications,
    pluginDirectories,
    ocmConfig,
    credentialRepositories,
    metrics,
    probes,
  },
  include: {
    url: { fetched: 'add', holds: 'value', means: 'path or address, without templates' },
    template: {
      fetched: 'add',
      holds: 'value',
      means:
        '`true`, as `?template=true` behind the address: the text of the document is a template, which may write keys and items',
    },
    offers: {
      fetched: 'never',
      holds: 'value',
      means:
        'the only local values that templates of this web document, and of all that it includes, may read, such as `configs.web`',
    },
    trust: {
      fetched: 'never',
      holds: 'value',
      means:
        '`signed`: what this web document, and all that it includes, say of how services run counts, as one of the `keys` signed it; `unsigned`: the same without proof, with a warning each time',
    },
    keys: {
      fetched: 'never',
      holds: { list: 'key' },
      means:
        'who has to sign this web document, and all that it includes: a fingerprint that `octo trust` keeps, `{file: ./their.asc}`, or the public key of a Sigstore bundle',
    },
    gpg: {
      fetched: 'add',
      holds: 'value',
      means:
        'address of its OpenPGP signature, where that is not the address of the document with `.asc` behind its path',
    },
    sigstore: {
      fetched: 'add',
      holds: 'value',
      means:
        'address of its Sigstore bundle, where that is not the address of the document with `.sigstore.json` behind its path',
    },
    versions: {
      fetched: 'fill in',
      holds: { map: 'versions' },
      means: 'where newer versions of this document are listed, for `octo config outdated` and `octo config upgrade`',
    },
  },
  versions: {
    format: {
      fetched: 'fill in',
      holds: 'value',
      means: '`github`: releases of the repository in the address; `octo`: versions of a plugin in a registry',
    },
    url: {
      fetched: 'fill in',
      holds: 'value',
      means: 'address of the list, where that of the document does not say it; without templates',
    },
  },
  prompt: {
    name: { fetched: 'never', holds: 'value', means: 'what the person is asked' },
    var: {
      fetched: 'never',
      holds: 'value',
      means: 'variable for `{{.env.VAR}}`; where the environment has it, nobody is asked',
    },
    type: {
      fetched: 'never',
      holds: 'value',
      means: '`text`, `password`, `confirm` (`true` or `false`) or `select`; text',
    },
    options: { fetched: 'never', holds: 'value', means: 'what `select` lets choose from' },
  },
  repos: { '*': { fetched: 'never', holds: { map: 'repo' }, means: 'a repo, by the name that the config gives it' } },
  'octoctl repos': {
    include: { fetched: 'never', holds: { list: 'repo' }, means: 'repos, called by the last part of their address' },
    operators: unread('never'),
    tools: unread('never'),
    services: {
      fetched: 'with trust',
      holds: 'data',
      means:
        'what a repo says of services, by their name: `docker` for operators of containers; in local documents `baremetal` for octo itself: `binary` by platform with `sha256`, or `source`',
    },
    files: {
      fetched: 'with trust',
      holds: 'data',
      means: 'files for services, by name: `url`, and `template: true` for one whose templates are filled in',
    },
    operator: unread('never'),
    tool: unread('never'),
    service: unread('never'),
    '*': { fetched: 'never', holds: { map: 'repo' }, means: 'a repo, by the name that the config gives it' },
  },
  repo: {
    url: {
      fetched: 'never',
      holds: 'value',
      means:
        "address of the repo's YAML, without environment variables, whose last part is the repo's name in signed statements; or of a plugin registry of OCM: `ocm://HOST/PATH//COMPONENT`",
    },
    mirrors: local(
      "where the same repo is served too: addresses as `url`, with the same last part, asked in this order when the repo's own does not answer; needs `keys`",
    ),
    keys: {
      fetched: 'never',
      holds: { list: 'key' },
      means: 'who may sign: one line of base64, PEM, `{key: …}` or `{file: ./octo.pub}`; RSA for a registry of OCM',
    },
    digests: local(
      'component versions of a registry of OCM that may run, its list among them, each as `sha256:…` of its normalised descriptor',
    ),
    trust: {
      fetched: 'never',
      holds: 'value',
      means: 'only `unsigned`: octo runs what the YAML names, without proof and with a warning each time',
    },
    gpg: unread('never'),
  },
  key: {
    key: { fetched: 'never', holds: 'value', means: 'the public key itself' },
    file: { fetched: 'never', holds: 'value', means: 'path of the public key, beside the document' },
    name: { fetched: 'never', holds: 'value', means: 'whose it is, for people; the name of its file when absent' },
    from: { fetched: 'never', holds: 'value', means: 'first moment of the key' },
    to: { fetched: 'never', holds: 'value', means: 'last moment of the key' },
    revoked: { fetched: 'never', holds: 'value', means: '`true`: nothing that it signed counts' },
    'trust-lockfile': {
      fetched: 'never',
      holds: 'value',
      means: '`true`: after `to`, what octo.lock names counts as signed in time, with a warning each time',
    },
  },
  plugins: { '*': { fetched: 'never', holds: { map: 'pin' }, means: 'a pin: a range, or a map' } },
  pin: {
    version: { fetched: 'never', holds: 'value', means: 'range of versions' },
    repo: { fetched: 'never', holds: 'value', means: 'the repo that the name means' },
    prerelease: { fetched: 'never', holds: 'value', means: 'whether prereleases count' },
    optional: {
      fetched: 'never',
      holds: 'value',
      means: '`true`: a platform without an artifact is no failure of an install',
    },
    configurations,
    mcp: {
      fetched: 'never',
      holds: { map: 'mcp' },
      means: '`true`, or a map: `octo mcp` offers the plugin to programs that speak the Model Context Protocol',
    },
  },
  mcp: {
    destructive: {
      fetched: 'never',
      holds: 'value',
      means: 'whether a call may undo something: `true`, but of checks, which change nothing',
    },
    timeout: { fetched: 'never', holds: 'value', means: 'longest time of one call; else the plugin says it, or 1m' },
  },
  'operator services': { '*': { fetched: 'add', holds: { map: 'service' }, means: 'a service' } },
  services: { '*': { fetched: 'add', holds: { map: 'compose service' }, means: 'a service' } },
  service: {
    ...SERVICE,
    image: ofTheHost(
      'instead of `command`: the program out of the files of an image: `host/path:tag@sha256:…`, or `{name, binary}` for another path than its entrypoint',
    ),
  },
  'compose service': {
    ...SERVICE,
    octocompose: { fetched: 'add', holds: { map: 'service' }, means: 'the checks, apart from the keys of Compose' },
    service: unread(),
    image: ofContainers('an image; octo runs none by itself, so `command` beside it belongs to the container'),
    build: ofContainers('how the image is built'),
    entrypoint: ofContainers('the program in the image'),
    user: ofContainers('refused where octo runs the service: it runs services as the user who starts it'),
    env_file: ofContainers('refused where octo runs the service: write `environment`'),
    deploy: ofContainers('`resources.limits` of it are `limits`; all else is for containers'),
    mem_limit: ofContainers('`limits.memory`'),
    cpus: ofContainers('`limits.cpus`'),
    pids_limit: ofContainers('`limits.processes`'),
    ulimits: ofContainers('`nofile` of it is `limits.open_files`; all else is for containers'),
    secrets: ofContainers(
      'names of secrets of Compose; or sources as below `octocompose`, which have `tool` or `args`',
    ),
  },
  secret: {
    tool: {
      fetched: 'never',
      holds: 'value',
      means: '`[repo/]name[@range]` of a plugin that gives secrets; else that of the project, with its arguments',
    },
    args: { fetched: 'never', holds: 'data', means: 'its arguments, a map; they count before those of the project' },
    config: { fetched: 'never', holds: 'data', means: '`args` as v1 configs call it' },
    environment: {
      fetched: 'never',
      holds: 'data',
      means: 'variables for programs that read no files: `{DB_PASSWORD: password}`, or a list of secrets',
    },
    values: {
      fetched: 'never',
      holds: 'data',
      means: 'where secrets stand in what `config: {file: json}` hands over: `{database.password: password}`',
    },
    on_change: {
      fetched: 'never',
      holds: 'value',
      means:
        'what a running service is told of new secrets: `restart`, `SIGHUP`, `SIGUSR1`, `SIGUSR2` or `nothing`; `restart`',
    },
    refresh: {
      fetched: 'never',
      holds: 'value',
      means: 'how often they are asked for again at the least, such as `1h`; else as their source says',
    },
    timeout: { fetched: 'never', holds: 'value', means: 'longest time of one question; else as the plugin says' },
    depends: { fetched: 'never', holds: 'data', means: 'services that the source needs, as `depends_on` of a service' },
    depends_on: { fetched: 'never', holds: 'data', means: '`depends`' },
    external: unread('never'),
  },
  hooks: { preStart: checks('`init` as early v1 configs call it') },
  settings: {
    file: run('`json` or `yaml`: `configs` of the service is handed over as a file, by `--config FILE`'),
    globals: {
      fetched: 'fill in',
      holds: 'value',
      means: 'the set of `globals` that the values of the service are filled up from',
    },
    noGlobals: { fetched: 'fill in', holds: 'value', means: '`true`: no values of `globals` and `operator.globals`' },
    noTemplate: {
      fetched: 'fill in',
      holds: 'value',
      means: '`true`: templates of the service and of its values stay as they are',
    },
    withServiceName: unread(),
  },
  stop: {
    signal: run('the first signal: `SIGTERM`'),
    timeout: run('time until SIGKILL: `10s`'),
    target: run('who gets the first signal: `main`, or its whole `group`'),
  },
  limits: {
    memory: run('of all its processes: `512m`, `2g`'),
    cpus: run('processors: `1.5`'),
    processes: run('how many there may be at a time'),
    open_files: run('files and connections that each of its processes may have open'),
  },
  metrics: {
    listen: local('address and port: `127.0.0.1:9464`; with port `0` any that is free'),
    exposed: local('`true`: others may reach that address'),
  },
  probes: {
    image: local('an image with `octo` in it: `ghcr.io/acme/octo:1.4@sha256:…`'),
    login: local('name of the secret with OCTO_REGISTRY and OCTO_TOKEN, for plugins of a private repo: `octo-login`'),
  },
  check: {
    tool: { fetched: 'add', holds: 'value', means: '`[repo/]name[@range]` of the plugin' },
    args: {
      fetched: 'add',
      holds: 'data',
      means: "a map is checked against the plugin's schema, a list is passed as it is written",
    },
    toolArgs: { fetched: 'add', holds: 'data', means: '`args` as early v2 configs call it' },
    enabled: { fetched: 'add', holds: 'value', means: 'whether this check runs' },
    disabled: { fetched: 'add', holds: 'value', means: 'the opposite of `enabled`' },
    interval: {
      fetched: 'add',
      holds: 'value',
      means: 'time between tries: `500ms`, `10s`, `1m30s`; 1 s, of what is healthy 10 s',
    },
    timeout: { fetched: 'add', holds: 'value', means: 'longest time of one try' },
    operators: { fetched: 'add', holds: 'value', means: 'kinds of operators that run it; octo is `baremetal`' },
    successThreshold: { fetched: 'add', holds: 'value', means: 'passes in a row that decide: 1' },
    successTreshold: { fetched: 'add', holds: 'value', means: '`successThreshold` as v1 configs spell it' },
    failureThreshold: {
      fetched: 'add',
      holds: 'value',
      means: 'failures in a row that decide: 1 in preflight, 3 in health, 1 in init',
    },
    failureTreshold: { fetched: 'add', holds: 'value', means: '`failureThreshold` as v1 configs spell it' },
  },
  notification: {
    notifier: local('`[repo/]name[@range]` of the plugin; in a map of names the name, when absent'),
    tool: local('the same as `notifier`'),
    args: {
      fetched: 'never',
      holds: 'data',
      means: 'arguments of the plugin, as those of a check; early configs write them beside the other keys',
    },
    toolArgs: { fetched: 'never', holds: 'data', means: '`args` as early v2 configs call it' },
    enabled: local('whether anything is sent there'),
    disabled: local('the opposite of `enabled`'),
    services: local('only what happens to these services; all when absent'),
    events: local(
      'only these of `failed`, `resolved`, `started`, `stopped`, `crashed`, `gave-up`; all that are severe enough when absent',
    ),
    severity: local('the least that is told: `critical`, `warning` or `info`; `warning`, and `info` beside `events`'),
    group: local('how long is waited for what else happens, so that it becomes one message: `5s`'),
    limit: local('the most messages in a time: `20/1h`; what is too much becomes part of the next one'),
    timeout: local('longest time of one try; else what the plugin says, else `30s`'),
    subject: local('template of the subject: one line'),
    body: local('template of the text'),
  },
  'plugin directory': {
    path: local('the folder; a path that is not absolute begins at the document'),
    trust: local('only `unsigned`: octo runs what lies in the folder, without proof and with a warning each time'),
    digests: local(
      'the plugins of the folder that may run, each as `sha256:…` of its file; `octo plugin ls` shows them',
    ),
    configurations,
  },
  tool: {
    'repo/': {
      fetched: 'never',
      holds: 'value',
      means: 'the repo that the name means; elsewhere may repeat what a local document says, or name the only repo',
    },
    name: { fetched: 'add', holds: 'value', means: 'the plugin' },
    '@range': {
      fetched: 'fill in',
      holds: 'value',
      means: 'range of versions; elsewhere may give one for plugins that no local document asks for',
    },
  },
} as const satisfies Readonly<Record<ShapeName, Shape>>

export type FieldName<Name extends ShapeName> = Exclude<keyof (typeof FIELDS)[Name] & string, '*'>

export function shapeOf(name: ShapeName): Shape {
  return FIELDS[name]
}

/** The row of a key; undefined for one that is not known. */
export function rowOf(shape: ShapeName, key: string): Field | undefined {
  const rows = shapeOf(shape)
  return Object.hasOwn(rows, key) && key !== '*' ? rows[key] : rows['*']
}

export function knownKeys(shape: ShapeName): readonly string[] {
  return KNOWN_KEYS.get(shape) ?? []
}

const KNOWN_KEYS: ReadonlyMap<string, readonly string[]> = new Map(
  Object.entries(FIELDS).map(([shape, rows]) => [shape, Object.keys(rows).filter((key) => key !== '*')]),
)
