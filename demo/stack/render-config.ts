// The config of the stack, as somebody would write it: what is started, in which order, and how it is seen to be well.
import { join } from 'node:path'
import { shellWord } from '../../schemas/quote.ts'
import type { FoundPostgres } from './find-postgres.ts'
import { databaseFolder } from './place.ts'
import { SECRET_PATH } from './secret-server.ts'

type StackFacts = {
  readonly dir: string
  /** Folder of the checkout, with the programs of the stack. */
  readonly root: string
  /** The Node that the web runs on. */
  readonly node: string
  readonly registry: string
  readonly webPort: number
  readonly mailPort: number
  readonly database?: {
    readonly postgres: FoundPostgres
    /** The server that knows its password, and the file of the token for it. */
    readonly secrets: { readonly url: string; readonly tokenFile: string }
  }
}

type Database = NonNullable<StackFacts['database']>

export const webAddress = ({ webPort }: Pick<StackFacts, 'webPort'>) => `http://127.0.0.1:${webPort}`

export function renderStack(facts: StackFacts): string {
  const { dir, registry, mailPort, database } = facts
  return `# What \`npm run demo:stack\` starts. \`octo config show --origin\` shows what octo reads here.
operator:
  repos:
    core:
      url: ${registry}/repos/core.yaml
      keys: [{file: keys/core.pub}]
    shop:
      url: ${registry}/repos/shop.yaml
      keys: [{file: keys/core.pub}]
${database ? renderSecrets(database) : ''}  # Who is told of what happens to the API.
  notifications:
    - notifier: smtp
      args: {server: 127.0.0.1, port: ${mailPort}, tls: none, from: octo@localhost, to: [you@localhost]}
      services: [api]
      events: [crashed, gave-up, resolved]
      group: 100ms

services:
${database ? renderDatabase(facts, database) : ''}  # A plugin of the repo \`shop\`, proven before each start.
  api:
    plugin: shop/api
    environment:
      API_SOCKET: ${text(join(dir, 'sockets', 'api.sock'))}
${database ? renderDatabaseAccess(facts) : ''}    health:
      - tool: check-grpc
        args: {url: ${text(`unix://${join(dir, 'sockets', 'api.sock')}`)}}
        interval: 2s
    restart: always

${renderWeb(facts)}`
}

/** What all services that ask for secrets have in common. */
function renderSecrets({ secrets: { url, tokenFile } }: Database): string {
  return `  secrets:
    tool: vault-client
    args: {address: ${text(url)}, path: ${SECRET_PATH}, token_file: ${text(tokenFile)}}
`
}

function renderDatabase({ dir }: StackFacts, { postgres: { bin, runAs } }: Database): string {
  const data = join(databaseFolder(dir), 'data')
  const initdb = [
    `[ -e ${shellWord(join(data, 'PG_VERSION'))} ] || printf %s "$DATABASE_PASSWORD" | ${shellWord(join(bin, 'initdb'))}`,
    `--pgdata=${shellWord(data)} --username=shop --auth=password --pwfile=/dev/stdin --encoding=UTF8 --locale=C --no-sync`,
  ].join(' ')
  const options = ['listen_addresses=', `unix_socket_directories=${databaseFolder(dir)}`, 'shared_buffers=16MB']
  return `  # Ends with 0 when the files of the database are there. Compose has a \`secrets\` of its own, so octo's stands below \`octocompose\`.
  database-files:
    command: ${list([...runAs, '/bin/sh', '-c', initdb])}
    octocompose: {secrets: [{environment: {DATABASE_PASSWORD: password}}]}

  database:
    command: ${list([...runAs, join(bin, 'postgres'), '-D', data, ...options.flatMap((option) => ['-c', option])])}
    depends_on: {database-files: {condition: completed}}
    health:
      - tool: check-tcp
        args: {network: unix, address: ${text(socketOf(dir))}}
        interval: 2s
    restart: always
    # PostgreSQL's word for: end what runs, and stop in order.
    stop: {signal: SIGINT, timeout: 20s}

`
}

function renderDatabaseAccess({ dir }: StackFacts): string {
  return `      DATABASE_SOCKET: ${text(socketOf(dir))}
    octocompose: {secrets: [{environment: {DATABASE_PASSWORD: password}}]}
    depends_on: {database: {condition: healthy}}
    # Before each start with something new: \`api migrate\`, whose exit code decides.
    init:
      - tool: run-service
        args: [migrate]
`
}

/** A program of this machine. */
function renderWeb(facts: StackFacts): string {
  const { dir, root, node, webPort, database } = facts
  return `  web:
    command: ${list([node, join(root, 'examples', 'stack', 'web.ts')])}
    environment:
      WEB_PORT: ${text(String(webPort))}
      API_SOCKET: ${text(join(dir, 'sockets', 'api.sock'))}
    depends_on:
${database ? '      database: {condition: healthy}\n' : ''}      api: {condition: healthy}
    preflight:
      - tool: check-tcp-port
        args: {port: ${webPort}}
    health:
      - tool: check-server-url
        args: {url: ${text(`${webAddress(facts)}/healthz`)}, body-contains: ready}
        interval: 2s
    restart: always
`
}

const socketOf = (dir: string) => join(databaseFolder(dir), '.s.PGSQL.5432')

/** JSON is YAML too. */
const text = (value: string) => JSON.stringify(value)
const list = (words: readonly string[]) => `[${words.map(text).join(', ')}]`
