// The config of the stack, as somebody would write it: what is started, in which order, and how it is seen to be well.
import { join } from 'node:path'
import { shellWord } from '../../schemas/quote.ts'
import type { FoundPostgres } from './find-postgres.ts'
import { databaseFolder } from './place.ts'

type StackFacts = {
  readonly dir: string
  /** Folder of the checkout, with the programs of the stack. */
  readonly root: string
  /** The Node that the web runs on. */
  readonly node: string
  readonly registry: string
  readonly webPort: number
  readonly databasePassword: string
  readonly postgres?: FoundPostgres
}

export const webAddress = ({ webPort }: Pick<StackFacts, 'webPort'>) => `http://127.0.0.1:${webPort}`

export function renderStack(facts: StackFacts): string {
  const { dir, registry, postgres } = facts
  return `# What \`npm run demo:stack\` starts. \`octo config show --origin\` shows what octo reads here.
operator:
  repos:
    core:
      url: ${registry}/repos/core.yaml
      keys: [{file: keys/core.pub}]
    shop:
      url: ${registry}/repos/shop.yaml
      keys: [{file: keys/core.pub}]

services:
${postgres ? renderDatabase(facts, postgres) : ''}  # A plugin of the repo \`shop\`, proven before each start.
  api:
    plugin: shop/api
    environment:
      API_SOCKET: ${text(join(dir, 'sockets', 'api.sock'))}
${postgres ? renderDatabaseAccess(facts) : ''}    health:
      - tool: check-grpc
        args: {url: ${text(`unix://${join(dir, 'sockets', 'api.sock')}`)}}
        interval: 2s
    restart: always

${renderWeb(facts)}`
}

function renderDatabase({ dir, databasePassword }: StackFacts, { bin, runAs }: FoundPostgres): string {
  const data = join(databaseFolder(dir), 'data')
  const initdb = [
    `[ -e ${shellWord(join(data, 'PG_VERSION'))} ] || printf %s "$DATABASE_PASSWORD" | ${shellWord(join(bin, 'initdb'))}`,
    `--pgdata=${shellWord(data)} --username=shop --auth=password --pwfile=/dev/stdin --encoding=UTF8 --locale=C --no-sync`,
  ].join(' ')
  const options = ['listen_addresses=', `unix_socket_directories=${databaseFolder(dir)}`, 'shared_buffers=16MB']
  return `  # Ends with 0 when the files of the database are there.
  database-files:
    command: ${list([...runAs, '/bin/sh', '-c', initdb])}
    environment: {DATABASE_PASSWORD: ${text(databasePassword)}}

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

function renderDatabaseAccess({ dir, databasePassword }: StackFacts): string {
  return `      DATABASE_SOCKET: ${text(socketOf(dir))}
      DATABASE_PASSWORD: ${text(databasePassword)}
    depends_on: {database: {condition: healthy}}
    # Before each start with something new: \`api migrate\`, whose exit code decides.
    init:
      - tool: run-service
        args: [migrate]
`
}

/** A program of this machine. */
function renderWeb(facts: StackFacts): string {
  const { dir, root, node, webPort, postgres } = facts
  return `  web:
    command: ${list([node, join(root, 'examples', 'stack', 'web.ts')])}
    environment:
      WEB_PORT: ${text(String(webPort))}
      API_SOCKET: ${text(join(dir, 'sockets', 'api.sock'))}
    depends_on:
${postgres ? '      database: {condition: healthy}\n' : ''}      api: {condition: healthy}
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
