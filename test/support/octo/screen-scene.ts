// A folder as somebody has it who looks at a screen, and a registry; as nothing in it is left to chance, what octo shows of it is the
// same each time, but for what `plain` takes away.
import { createPrivateKey, createPublicKey } from 'node:crypto'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { stringify } from 'yaml'
import { supervisorOf } from '../../../operator/services/project/control-file.ts'
import { placesOf } from '../../../operator/services/project/places.ts'
import type { Name } from '../../../schemas/name.ts'
import { parsePublicKey, publicKeyLine } from '../../../schemas/trust-key.ts'
import { renderKeys } from '../../../static-tree/render/keys.ts'
import type { ReleaseRecipe, SigningKey } from '../builders/test-authority.ts'
import { aRelease } from '../builders/test-authority.ts'
import { tempFolderAt } from '../machine/temp-folder.ts'
import { until } from '../machine/until.ts'
import { endMarked } from '../operator/service-scene.ts'
import type { StaticRegistry } from '../registry/static-registry.ts'
import { startStaticRegistry } from '../registry/static-registry.ts'

/** Of an Ed25519 key, whose signatures are the same each time as well. */
const PKCS8 = '302e020100300506032b657004220420'

/** Ends once the file that it is given is there: whoever looks at the screen says when. */
const says = (plugin: string, text: string, code: number) => ({
  plugin,
  manifest: { output: 'nagios' as const, description: `looks at the ${plugin.replace('check-', '')}` },
  platforms: {
    any: {
      bytes: Buffer.from(
        `#!/bin/sh\nwhile [ -n "$1" ] && [ ! -e "$1" ]; do sleep 0.05; done\necho '${text}'\nexit ${code}\n`,
      ),
      runtime: { name: 'sh' as const },
    },
  },
})

const PLUGINS: readonly ReleaseRecipe[] = [
  says('check-port', 'OK - answers in time | time=0.021s;1;5', 0),
  says(
    'check-disk',
    'WARNING - /var/lib/postgresql/data has 9% left (11 of 120 GiB), less than the 10% that are asked for',
    1,
  ),
  says(
    'check-certificate',
    'CRITICAL - certificate of https://shop.example.com/ ended 3 days ago\nissuer: Example CA 3\nserial: 04:a1',
    2,
  ),
  says('check-queue', 'UNKNOWN - the queue does not say how long it is', 3),
  { plugin: 'check-http', version: '1.0.0' },
  {
    plugin: 'check-http',
    version: '2.0.0',
    manifest: {
      ...{ description: 'asks a web address and looks at what it answers', output: 'check/v1', license: 'Apache-2.0' },
      changelog:
        '- `expect` takes several codes\n- redirects are followed only to the same host, as everything else was a surprise to most',
      needs: { network: ['the address that is asked'], files: [], secrets: [] },
      arguments: {
        type: 'object',
        properties: {
          url: {
            type: 'string',
            format: 'uri',
            description: 'what is asked',
            examples: ['https://shop.example.com/health'],
          },
          expect: {
            type: 'array',
            items: { type: 'integer' },
            default: [200],
            description: 'codes that pass; every other one is critical, and a redirect to another host as well',
          },
          method: { enum: ['GET', 'HEAD'], default: 'GET' },
        },
        required: ['url'],
        additionalProperties: false,
      },
    },
  },
]

/** Services of the config; each check waits for its file in the folder where `held` says so. */
const servicesIn = (folder: string, held: boolean) => {
  const check = (tool: string) => ({
    ...{ tool, failureThreshold: 1, interval: '1h', timeout: '10m' },
    ...(held ? { args: [join(folder, tool)] } : {}),
  })
  return {
    shop: { preflight: [check('check-port')], health: [check('check-disk'), check('check-certificate')] },
    orders: { health: [check('check-queue')] },
    archive: {},
  }
}

const STARTED = {
  web: { command: ['sleep', '86400'] },
  migration: { command: ['true'], restart: 'no' },
  'mail-to-customers': { command: ['sh', '-c', 'exit 3'], restart: 'no' },
}

export type ScreenScene = {
  readonly folder: string
  readonly registry: StaticRegistry
  readonly env: Readonly<Record<string, string>>
  /** Lets a held check end, and all that come after it. */
  release(plugin: string): void
  /** Holds them all again. */
  hold(): void
  /** Lets a plugin arrive that was half downloaded. */
  download(plugin: string): Promise<void>
  /** Whatever is left of those that were started. */
  endServices(): Promise<void>
  /** The lines without what differs from run to run, in its place something as wide. */
  plain(rows: readonly string[]): readonly string[]
}

export async function aScreenScene(t: TestContext): Promise<ScreenScene> {
  const key = alwaysTheSameKey()
  const registry = await startStaticRegistry(t, await Promise.all(PLUGINS.map((recipe) => aRelease(key, recipe))))
  const { path, bytes } = renderKeys('core' as Name, [key.trustKey])
  registry.files.set(path, Buffer.from(bytes))
  const { port } = new URL(registry.base)
  // Not in the folder for temporary files, whose name is longer here than there: where lines are wrapped hangs on it.
  const folder = tempFolderAt(t, '/tmp/octo-')
  const [home, store, state] = [join(folder, 'home'), join(folder, 'store'), join(folder, 'state')]
  mkdirSync(home)
  const repos = { core: { url: registry.url(), keys: [publicKeyLine(key.trustKey)] } }
  for (const held of [false, true]) {
    const text = stringify({ operator: { repos, services: servicesIn(folder, held) } })
    writeFileSync(join(folder, held ? 'held.yaml' : 'octo.yaml'), text)
  }
  writeFileSync(join(folder, 'services.yaml'), stringify({ services: STARTED }))
  const env = {
    ...{ PATH: process.env.PATH ?? '', HOME: home, LC_ALL: 'C.UTF-8', TZ: 'UTC' },
    ...{ OCTO_HOME: store, XDG_STATE_HOME: state, XDG_RUNTIME_DIR: state },
  }
  return {
    ...{ folder, registry, env },
    async endServices() {
      const places = placesOf(join(folder, 'services.yaml'), env)
      const supervisor = supervisorOf(places)
      if (supervisor) process.kill(supervisor.pid, 'SIGKILL')
      await endMarked(places.key)
    },
    hold() {
      for (const { plugin = '' } of PLUGINS) rmSync(join(folder, plugin), { force: true })
    },
    release: (plugin) => writeFileSync(join(folder, plugin), ''),
    download: holdDownloads(registry),
    plain: (rows) => withoutThisMachine(withoutCores(rows)).map((row) => plainRow(row, { folder, port })),
  }
}

/** Half of each archive comes at once, and the other half when it is asked for. */
function holdDownloads(registry: StaticRegistry): ScreenScene['download'] {
  const waiting = new Map<string, () => void>()
  registry.misbehave = (path, _request, response) => {
    const [, plugin] = /^repos\/core\/([^/]+)\/[^/]+\/[^/]+_any$/.exec(path) ?? []
    const bytes = registry.files.get(path)
    if (plugin === undefined || bytes === undefined) return false
    const half = bytes.length >> 1
    response.writeHead(200, { 'content-type': 'application/octet-stream', 'content-length': bytes.length })
    response.write(bytes.subarray(0, half))
    waiting.set(plugin, () => void response.end(bytes.subarray(half)))
    return true
  }
  return async (plugin) => {
    await until(() => waiting.has(plugin))
    waiting.get(plugin)?.()
  }
}

function alwaysTheSameKey(): SigningKey {
  const der = Buffer.concat([Buffer.from(PKCS8, 'hex'), Buffer.alloc(32, 'octo')])
  const privateKey = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' })
  const pem = createPublicKey(privateKey).export({ type: 'spki', format: 'pem' }).toString()
  return { privateKey, trustKey: parsePublicKey(pem, 'test key') }
}

const SPINNER = /^[⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏] /

/** What `octo doctor` says of the machine, and of the octo that it has. */
const OF_THIS_MACHINE =
  /^\S+ +(?:octo|node|temporary folder|installation|disk of the store|authorities) {2,}|^\S+ +(?:octo|node|installation)$/

/** A machine with more than two has a digit more in this sentence, which is as wide as the narrowest terminal without it. */
function withoutCores(rows: readonly string[]): readonly string[] {
  return rows
    .join('\n')
    .replace(/(?<=, at most \d{2,} at once;)\n {2}Ctrl-C /, ' Ctrl-C\n  ')
    .split('\n')
}

/** With the lines on which it goes on. */
function withoutThisMachine(rows: readonly string[]): readonly string[] {
  let isLeftOut = false
  return rows.filter((row) => {
    if (!row.startsWith(' ')) isLeftOut = OF_THIS_MACHINE.test(row)
    return !isLeftOut
  })
}

function plainRow(row: string, { folder, port }: { readonly folder: string; readonly port: string }): string {
  const plain = row.replaceAll(folder, '/tmp/octo-FOLDER').replaceAll(`127.0.0.1:${port}`, '127.0.0.1:55555')
  if (SPINNER.test(plain)) return plain.replace(SPINNER, '⠋ ').replace(/\d+ s$/, '0 s')
  if (/^[✓✗] /.test(plain)) return plain.replace(/ {2}\d+(?:\.\d)? m?s$/, '  0 s')
  return plain
    .replace(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/, '2026-01-02T03:04:05Z')
    .replace(/(?<=, at most )\d+(?= at once)/, '8')
    .replace(/(?<= running .*?) +\d+(?= )/, (pid) => '4711'.padStart(pid.length))
    .replace(/ {2,}\d+(?:\.\d)? (?:m?s|min)(?= {2}|$)/, (time) => '0 s'.padStart(time.length))
    .replace(/ in \d+(?:\.\d)? m?s$/, ' in 0 s')
    .replace(/^\d+ things looked at: 0 bad, \d+ warnings?$/, '18 things looked at: 0 bad, 0 warnings')
}
