// Who may import whom. An edge that is not here is denied. docs/ARCHITECTURE.md shows the same table to people, written by
// tools/write-import-table.ts.

export type PartRule = {
  /** Other parts, files (`client/index.ts`) or folders that this part may import. `*` is everything. */
  readonly parts: readonly string[]
  /** Node's own modules; absent means all of them. */
  readonly builtins?: readonly string[]
  /** Node's own modules are named as Node 12 knows them, without `node:`. */
  readonly isForOldNodes?: boolean
  /** Packages; absent means all that package.json declares. */
  readonly packages?: readonly string[]
  /** Said when an import is denied. */
  readonly instead: string
}

/** Modules that compute and do not touch the world. `node:module` is for loading a package only when it is needed. */
const PURE = ['node:buffer', 'node:crypto', 'node:module', 'node:util', 'node:zlib']

const CONFIG = ['config', 'config/document', 'config/model']

/** The longest folder that a path starts with decides its part. */
export const IMPORT_TABLE: Readonly<Record<string, PartRule>> = {
  schemas: {
    parts: [],
    builtins: PURE,
    packages: ['semver', 'yaml', 'zod', 'ajv-formats'],
    instead:
      'schemas say what things are, without I/O: take the value as an argument, or move the code to the part that does the I/O',
  },
  system: {
    parts: ['schemas'],
    packages: ['zod'],
    instead: 'system is the machine and knows nothing of what octo does: take what it needs to know as an argument',
  },
  credentials: {
    parts: ['schemas', 'system'],
    packages: ['zod'],
    instead:
      'what servers are told of this user is found in files and variables: take what else is needed as an argument',
  },
  oci: {
    parts: ['schemas', 'system', 'credentials'],
    packages: ['zod'],
    instead: 'registries of images and components are only read here: what their documents prove belongs in trust/',
  },
  trust: {
    parts: ['schemas'],
    builtins: PURE,
    packages: ['@sigstore/bundle', '@sigstore/verify', '@sigstore/protobuf-specs', 'openpgp', 'zod'],
    instead: 'proof is pure: take bytes and time as arguments, and let the caller read, fetch and look at the clock',
  },
  'config/template': {
    parts: ['schemas'],
    builtins: PURE,
    packages: [],
    instead:
      'templates compute over values that they are given: what these mean, and who may read them, belongs in config/document/',
  },
  'config/document': {
    parts: ['schemas', 'config/template'],
    builtins: PURE,
    packages: ['smol-toml'],
    instead: 'a document is values with their places: what they mean belongs in config/model/, reading them in config/',
  },
  'config/model': {
    parts: ['schemas', 'config/document'],
    builtins: PURE,
    packages: [],
    instead:
      'the model is made from documents that were read: take what a file, the environment or the web says as an argument',
  },
  config: {
    parts: ['schemas', 'system', 'credentials', 'trust', 'config/document', 'config/model'],
    instead: 'config reads what people wrote and knows no part that uses it: take what it needs as an argument',
  },
  'static-tree': {
    parts: ['schemas'],
    builtins: PURE,
    packages: [],
    instead: 'the tree is rendered from records: take them as an argument, and leave writing to static-tree/write/',
  },
  'static-tree/write': {
    parts: ['schemas', 'system', 'static-tree'],
    instead: 'the writer writes what it is given: render in static-tree/, and decide in the part that owns the data',
  },
  'static-tree/write/disk.ts': {
    parts: ['schemas', 'system', 'static-tree', 'static-tree/write'],
    instead: 'a tree on the disk knows no more than its port says: take what else is needed as an argument',
  },
  terminal: {
    parts: ['schemas', 'system/source-positions.ts'],
    instead: 'terminal shows what it is given: let the part pass the finished value',
  },
  'terminal/commands.ts': { parts: [], instead: 'the table of commands is plain data, so that help loads nothing' },
  'terminal/missing-module.ts': {
    parts: ['schemas', 'bin/installed.js'],
    instead: 'what lies in node_modules is for bin/installed.js to say',
  },
  client: {
    parts: ['schemas', 'system', 'credentials', 'oci', 'trust', ...CONFIG, 'static-tree/paths.ts'],
    instead:
      'the client proves and stores without showing anything: return the value, and let client/main.ts or client/commands/ show it; what two parts share moves down to schemas/ or system/',
  },
  'client/main.ts': {
    parts: ['schemas', 'system', 'client', 'client/commands', 'client/words', 'terminal'],
    instead: 'what two parts share moves down to schemas/, system/ or terminal/',
  },
  'client/words': {
    parts: ['client/commands', 'terminal'],
    instead: 'words say how a command is typed: let the command do the work',
  },
  'client/commands': {
    parts: ['schemas', 'system', ...CONFIG, 'client', 'client/main.ts', 'terminal'],
    instead: 'what two parts share moves down to schemas/, system/ or terminal/',
  },
  registry: {
    parts: [
      'schemas',
      'system',
      'credentials',
      'trust',
      'static-tree',
      'static-tree/write',
      'terminal',
      'registry/open-registry.ts',
    ],
    packages: ['hono', '@hono/node-server', 'commander', 'markdown-it', 'pino', 'zod'],
    instead:
      'the registry stands on trust/, static-tree/, system/ and schemas/: move what it shares with another part there, or speak HTTP; adapters of its ports are for open-registry.ts alone',
  },
  'registry/open-registry.ts': {
    parts: [
      'schemas',
      'system',
      'registry',
      'registry/blobs/disk.ts',
      'registry/db/sqlite',
      'static-tree',
      'static-tree/write',
      'registry/tree/disk.ts',
    ],
    instead: 'this file chooses what stands behind the ports of the registry, and nothing else',
  },
  'registry/db/sqlite': {
    parts: ['schemas', 'static-tree', 'registry'],
    packages: ['drizzle-orm', 'better-sqlite3'],
    instead:
      'a database knows no more than its port says: leave rules to the callers, and hand over values that are ready',
  },
  'registry/blobs/disk.ts': {
    parts: ['schemas', 'system', 'trust', 'registry', 'static-tree/write'],
    instead: 'blobs on the disk know no more than their port says: take what else is needed as an argument',
  },
  'registry/tree/disk.ts': {
    parts: ['schemas', 'system', 'registry', 'static-tree/write', 'static-tree/write/disk.ts'],
    instead: 'trees on the disk know no more than their port says: take what else is needed as an argument',
  },
  publisher: {
    parts: [
      'schemas',
      'system',
      'credentials',
      'oci',
      'trust',
      'static-tree',
      'static-tree/write',
      'static-tree/write/disk.ts',
      'terminal',
    ],
    instead:
      'the publisher stands on trust/, static-tree/, system/ and schemas/: move what it shares with another part there, or speak HTTP',
  },
  operator: {
    parts: ['schemas', 'system', 'credentials', ...CONFIG, 'client/index.ts', 'terminal', 'unpublished/run-folder.ts'],
    instead: 'the operator sees the client by client/index.ts alone: export there what it needs, as a verified thing',
  },
  sdk: {
    parts: ['schemas', 'system/async/in-time.ts'],
    instead: 'the sdk ships to plugin authors: keep it to schemas/ and Node itself',
  },
  plugins: {
    parts: ['sdk'],
    instead: 'a plugin sees what any author sees: import from sdk/, and add there what is missing',
  },
  demo: {
    parts: [
      'schemas',
      'system',
      'terminal',
      'client/index.ts',
      'client/main.ts',
      'registry/main.ts',
      'publisher/main.ts',
      'operator/main.ts',
    ],
    instead: 'the quick start does what a person would type: call the main of a part with its words',
  },
  'plugin-test': {
    parts: ['schemas', 'system', 'terminal', 'client/index.ts', 'operator/ask-once.ts', 'unpublished'],
    instead: 'a test does what an author and a user type: run octo with these words',
  },
  unpublished: {
    parts: ['schemas', 'system', 'terminal', 'client/index.ts', 'publisher/sign/make-key.ts'],
    instead: 'it does what an author and a user type: run octo with these words',
  },
  completion: {
    parts: ['schemas', 'client/index.ts', 'client/query/stored-versions.ts', 'terminal'],
    packages: ['commander'],
    instead:
      'completion answers within milliseconds: read a file of a known form, or have the table made when octo is built',
  },
  'programs.ts': {
    parts: [
      'terminal/commands.ts',
      'registry/main.ts',
      'publisher/main.ts',
      'client/main.ts',
      'operator/operator-program.ts',
      'plugin-test/main.ts',
      'completion',
      'demo/main.ts',
    ],
    packages: ['commander'],
    instead: 'programs.ts lists the commands: let the part describe them',
  },
  'complete.ts': {
    parts: ['programs.ts', 'completion'],
    instead: 'complete.ts only joins the commands with what completes them: put the work into completion/',
  },
  'octo.ts': {
    parts: [
      'terminal',
      'terminal/commands.ts',
      'terminal/missing-module.ts',
      'system/files/refusal.ts',
      'registry/main.ts',
      'publisher/main.ts',
      'client/main.ts',
      'operator/main.ts',
      'plugin-test/main.ts',
      'completion/main.ts',
      'complete.ts',
      'demo/main.ts',
    ],
    instead: 'octo.ts only chooses a part: put the work into that part',
  },
  'help.ts': {
    parts: ['octo.ts', 'programs.ts', 'terminal', 'terminal/commands.ts'],
    packages: [],
    instead: 'help.ts only shows what commands are: let the part describe them',
  },
  bin: {
    parts: ['octo.ts', 'help.ts'],
    isForOldNodes: true,
    packages: [],
    instead: 'the launcher must load in a few milliseconds under any Node: put the work into octo.ts',
  },
  'setup.js': { parts: ['bin'], instead: 'setup runs before anything is installed: keep it to bin/ and Node itself' },
  tools: {
    parts: [
      ...['schemas', 'system', 'terminal', 'terminal/commands.ts', 'config/document', 'completion/command-table.ts'],
      ...['bin/bundle.js', 'plugins/bundle-options.js'],
      ...['publisher/pack/epoch-seconds.ts', 'publisher/pack/gzip-stream.ts', 'publisher/pack/tar-stream.ts'],
    ],
    instead: 'checks look at the parts from outside: read files, or import schemas/',
  },
  examples: { parts: ['sdk'], instead: 'an example shows what a user can do: run `octo`, or import from sdk/' },
  bench: { parts: ['*'], instead: '' },
  fuzz: { parts: ['*'], instead: '' },
  test: { parts: ['*'], instead: '' },
}

/** Nobody imports these but the named parts. */
export const PRIVATE_PARTS: Readonly<Record<string, readonly string[]>> = {
  test: ['bench', 'fuzz'],
  bench: ['test'],
  fuzz: ['test'],
  tools: ['test'],
}
