// The commands of docs/OPERATING.md, typed as they stand there.

import assert from 'node:assert/strict'
import {
  appendFileSync,
  chmodSync,
  copyFileSync,
  existsSync,
  globSync,
  mkdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { parse, stringify } from 'yaml'
import { LIMIT_OPTIONS } from '../../registry/limit-names.ts'
import { registrySettings } from '../../registry/settings.ts'
import { ARCHIVE_LIMITS } from '../../schemas/limits.ts'
import { aPluginProject } from '../support/builders/plugin-project.ts'
import { issueKey } from '../support/builders/test-authority.ts'
import { filesBelow, tempFolder } from '../support/machine/temp-folder.ts'
import { until } from '../support/machine/until.ts'
import { blocksOfKind, tableRows } from '../support/octo/document-blocks.ts'
import { typeOcto } from '../support/octo/in-process-octo.ts'
import { typeShell, typeWell } from '../support/octo/typed-shell.ts'
import { publishProjects, writeKeyFiles } from '../support/publisher/publish-project.ts'
import { untilStill } from '../support/registry/still-registry.ts'
import { startTestRegistry } from '../support/registry/test-registry.ts'

const PAGE = 'docs/OPERATING.md'

const commands = (kind: string) => blocksOfKind(PAGE, kind).join('\n')

/** A registry in this process with one version of `core/hello`. */
async function aBusyRegistry(t: TestContext) {
  const folder = tempFolder(t)
  const registry = await startTestRegistry(t)
  await using project = await aPluginProject()
  const keys = writeKeyFiles(folder, registry.key)
  await publishProjects([project.dir], registry, keys)
  return { folder, registry, keys, env: { DATA: registry.dataDir, BACKUP: join(folder, 'backup') } }
}

/** As whoever committed the lockfile did before, who has the store that the commands of the page find. */
async function isLocked(cwd: string): Promise<void> {
  const { code, stderr } = await typeOcto(['lock'], { cwd, env: { OCTO_HOME: join(cwd, 'store') } })
  assert.equal(code, 0, stderr)
}

test('a registry is set up, keys change, tokens come and go, and all is tidy, beside a running server', async (t) => {
  const { folder, env } = await aBusyRegistry(t)
  const data = join(folder, 'new')
  writeKeyFiles(folder, issueKey(), 'publisher')
  writeKeyFiles(folder, issueKey(), 'next')
  await typeWell(commands('setup'), { cwd: folder, env: { DATA: data } })
  assert.match(readFileSync(join(folder, 'ci.token'), 'utf8'), /^octo_/)
  const listed = await typeOcto(['registry', 'repo', 'key', 'list', 'core', '--data', data, '--json'])
  const [{ id }] = JSON.parse(listed.stdout)
  await typeWell(commands('keys'), { cwd: folder, env: { DATA: data, KEY_ID: id } })
  const tokens = await typeOcto(['registry', 'token', 'list', '--data', data, '--json'])
  const [token] = JSON.parse(tokens.stdout)
  await typeWell(commands('tokens'), { cwd: folder, env: { DATA: data, TOKEN_ID: token.id } })
  const said = await typeWell(commands('private'), { cwd: folder, env: { DATA: data } })
  assert.match(said, /created private repo internal[\s\S]*repo core is private\n[\s\S]*internal +private +0 +1/)
  assert.match(await typeWell(commands('audit'), { cwd: folder, env }), /publish +core\/hello/)
  assert.match(await typeWell(commands('tidy'), { cwd: folder, env }), /all is well: 1 version/)
})

test('a backup that was made beside a running registry is whole, and serves', async (t) => {
  const { folder, registry, env } = await aBusyRegistry(t)
  await untilStill(registry)
  assert.match(await typeWell(commands('backup'), { cwd: folder, env }), /all is well: 1 version, 2 blobs/)
  const again = await typeShell(commands('backup'), { cwd: folder, env })
  assert.notEqual(again.code, 0, 'a backup in the folder of another one passes')
  await registry.stop()
  const restored = await startTestRegistry(t, { dataDir: env.BACKUP, key: registry.key })
  const shown = () => globSync('tree/repos/core/hello/1.0.0/*.tar.gz', { cwd: env.BACKUP })
  // The tree of a restored backup is rendered beside the first requests.
  await until(() => shown().length > 0)
  const [artifact] = shown()
  assert.equal((await fetch(`${restored.url}/${artifact?.slice('tree/'.length)}`)).status, 200)
})

test('damaged bytes of a published version come back from a backup', async (t) => {
  const { folder, registry, env } = await aBusyRegistry(t)
  await registry.stop()
  const fsck = (...words: string[]) => typeOcto(['registry', 'fsck', ...words, '--data', env.DATA], { cwd: folder })
  const [blob = ''] = globSync('blobs/sha256/*', { cwd: registry.dataDir })
  const path = join(registry.dataDir, blob)
  copyFileSync(path, join(folder, 'good'))
  chmodSync(path, 0o600)
  appendFileSync(path, 'x')
  assert.equal((await fsck('--repair')).code, 1)
  rmSync(path)
  copyFileSync(join(folder, 'good'), path)
  assert.equal((await fsck('--repair')).code, 0)
  assert.equal((await fsck()).code, 0)
})

test('the commands for CI and the store work with a committed lockfile', async (t) => {
  const { folder, registry, keys } = await aBusyRegistry(t)
  const repos = { core: { url: `${registry.url}/repos/core.yaml`, keys: [{ file: keys.publicKey }] } }
  const services = { web: { health: [{ tool: 'hello', args: ['you'] }] } }
  writeFileSync(join(folder, 'octo.yaml'), stringify({ operator: { repos, services } }))
  await isLocked(folder)
  await typeWell(commands('ci'), { cwd: folder })
  assert.ok(existsSync(join(folder, 'report.xml')))
  assert.match(await typeWell(commands('store'), { cwd: folder }), /core\/hello@1\.0\.0/)
})

for (const tree of ['tree', 'private-tree'])
  test(`what a registry has in ${tree}/ is carried to a machine that reaches nothing, and runs there`, async (t) => {
    const { folder, registry, keys, env } = await aBusyRegistry(t)
    if (tree === 'private-tree') await registry.setVisibility('core', 'private')
    await registry.serving.registry.tree.drain()
    const [medium, away] = [join(folder, 'medium'), join(folder, 'away')]
    for (const made of [medium, away]) mkdirSync(made)
    const typed = (kind: string) => commands(kind).replaceAll('/tree', `/${tree}`)
    await typeWell(typed('carry-repos'), { cwd: folder, env: { ...env, MEDIUM: medium } })
    await registry.stop()
    copyFileSync(keys.publicKey, join(away, 'core.pub'))
    const said = await typeWell(typed('carried-repos'), { cwd: away, env: { MEDIUM: medium, PLUGIN: 'hello' } })
    assert.match(said, /they prove hello@1\.0\.0[\s\S]*^hello\s*$/m)
  })

test('a store and its lockfile are carried to a machine that reaches nothing, and what was changed does not run', async (t) => {
  const { folder, registry, keys } = await aBusyRegistry(t)
  const key = readFileSync(keys.publicKey, 'utf8')
  const repos = { core: { url: `${registry.url}/repos/core.yaml`, keys: [key] } }
  const services = { web: { health: [{ tool: 'hello', args: ['you'] }] } }
  const [medium, away, here] = ['medium', 'away', 'here'].map((name) => join(folder, name)) as [string, string, string]
  for (const made of [medium, away, here]) mkdirSync(made)
  writeFileSync(join(here, 'octo.yaml'), stringify({ operator: { repos, services } }))
  await isLocked(here)
  await typeWell(commands('carry-store'), { cwd: here, env: { MEDIUM: medium } })
  await registry.stop()
  await typeWell(commands('carried-store'), { cwd: away, env: { MEDIUM: medium } })
  rmSync(join(away, 'store'), { recursive: true })
  for (const part of ['trees', 'blobs']) {
    const place = join(medium, 'store/v1', part)
    const files = filesBelow(place)
    assert.ok(files.length > 0)
    for (const file of files) {
      chmodSync(join(place, file), 0o700)
      appendFileSync(join(place, file), '#')
    }
  }
  const changed = await typeShell(commands('carried-store'), { cwd: away, env: { MEDIUM: medium } })
  assert.notEqual(changed.code, 0)
  assert.match(changed.output, /STORE_CORRUPT/)
})

test('the workflow is YAML and runs the commands of the page', () => {
  const { jobs } = parse(commands('workflow'))
  const runs = jobs.check.steps.flatMap(({ run }: { run?: string }) => run ?? [])
  assert.deepEqual(runs, commands('ci').trim().split('\n'))
})

test('the limits are those of the program', () => {
  const rows = new Map(tableRows(PAGE, '### Limits').map(([what = '', limit = '']) => [what, limit]))
  const { limits } = registrySettings({ dataDir: '/x', baseUrl: 'http://x' })
  assert.equal(
    rows.get('an artifact, a release'),
    `${limits.artifactBytes / 2 ** 30} GiB, ${limits.releaseBytes / 2 ** 30} GiB`,
  )
  assert.match(rows.get('open publishing sessions of a token') ?? '', new RegExp(`^${limits.openSessions} \\(`))
  const page = [...rows.values()].join('\n')
  for (const option of LIMIT_OPTIONS) assert.match(page, new RegExp(`\\(\`${option}\`\\)`))
  const hourly = { releasesPerHour: 'releases-per-hour', newPluginsPerHour: 'new-plugins-per-hour' } as const
  for (const [name, option] of Object.entries(hourly))
    assert.match(page, new RegExp(`^${limits[name as keyof typeof hourly]} an hour \\(\`${option}\`\\)`, 'm'))
  assert.equal(limits.proofMsPerHour, 10 * 60_000)
  assert.match(page, new RegExp(`^${limits.stateChangesPerHour} an hour \\(`, 'm'))
  assert.match(page, new RegExp(`^${limits.refusedTriesPerHour} an hour \\(`, 'm'))
  const { maxEntries, maxBytes, maxRatio, ratioFloorBytes, maxPathLength } = ARCHIVE_LIMITS
  const numbers = [...(rows.get('an archive') ?? '').replace('10 000', '10000').matchAll(/\d+/g)].map(Number)
  assert.deepEqual(numbers, [maxEntries, maxBytes / 2 ** 30, maxRatio, ratioFloorBytes / 2 ** 20, maxPathLength])
})
