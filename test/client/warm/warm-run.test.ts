import assert from 'node:assert/strict'
import { chmodSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import type { VerifiedExecutable } from '../../../client/index.ts'
import { readWarmRun } from '../../../client/index.ts'
import type { TreeKey } from '../../../client/store/layout.ts'
import { layoutOf } from '../../../client/store/layout.ts'
import { openStore } from '../../../client/store/open-store.ts'
import { readOwnRecord } from '../../../client/store/own-record.ts'
import { writeOwnRecord } from '../../../client/store/write-own-record.ts'
import type { WarmRecord } from '../../../client/warm/read.ts'
import { identityOfRun } from '../../../client/warm/read.ts'
import { recordWarmRun } from '../../../client/warm/record.ts'
import type { OctoConfig } from '../../../config/model/config.ts'
import type { Digest } from '../../../schemas/digest.ts'
import { shortHash } from '../../../system/short-hash.ts'
import { aConfig, aPin } from '../../support/builders/a-config.ts'
import { aRelease } from '../../support/builders/test-authority.ts'
import { aMachine, key, one, run } from '../../support/client/client-machine.ts'
import { filesBelow } from '../../support/machine/temp-folder.ts'
import { until } from '../../support/machine/until.ts'

/** The config as if it came from these files, as they are now. */
function read(config: OctoConfig, ...files: readonly string[]): OctoConfig {
  return { ...config, files, inputs: new Map(files.map((file) => [file, readFileSync(file, 'utf8')])) }
}

test('answers a repeated run from its record until anything changes', async (t) => {
  const { withClient, base, folder } = await aMachine(t)
  const configPath = join(folder, 'octo.yaml')
  writeFileSync(configPath, 'operator: {}\n')
  const request = 'hello'
  const warm = () => readWarmRun({ ...base, configPath, request })
  const record = async () => {
    await withClient({ config: read(base.config, configPath) }, async (client) => {
      const executable = one(await client.ensure([aPin('hello')]))
      client.recordWarmRun({ configPath, request }, executable)
      // Files are remembered once they are older than the coarsest clock of a file system.
      await until(() => client.locate(executable) && warm() !== undefined)
    })
  }
  assert.equal(warm(), undefined)
  await record()
  const executable = warm() as VerifiedExecutable
  assert.equal(run(executable), 'hello 1.0.0 !\n')
  assert.equal(readWarmRun({ ...base, configPath, request: 'hello@^1' }), undefined)
  const changes: Record<string, () => void> = {
    config: () => writeFileSync(configPath, 'operator: {x: 1}\n'),
    lock: () => writeFileSync(base.lockPath, `${readFileSync(base.lockPath, 'utf8')}\n`),
    executable: () => {
      chmodSync(executable.path, 0o755)
      chmodSync(executable.path, 0o555)
    },
    store: () => chmodSync(base.storeRoot, 0o777),
    layout: () => chmodSync(join(base.storeRoot, 'v1'), 0o777),
  }
  for (const [what, change] of Object.entries(changes)) {
    chmodSync(base.storeRoot, 0o700)
    await record()
    assert.equal(warm()?.path, executable.path, what)
    change()
    assert.equal(warm(), undefined, what)
  }
})

test('records no warm run where templates, web documents or warnings are involved', async (t) => {
  const { withClient, base, folder } = await aMachine(t)
  const configPath = join(folder, 'octo.yaml')
  const template = join(folder, 'template.yaml')
  writeFileSync(configPath, 'a: 1\n')
  writeFileSync(template, 'a: "{{.env.HOME}}"\n')
  const config = read(base.config, configPath)
  const { inputs: _none, ...withoutInputs } = config
  const cases: OctoConfig[] = [
    read(config, configPath, template),
    { ...config, files: [configPath, 'https://example.org/a.yaml'] },
    { ...config, warnings: [{ file: configPath, message: 'unknown key' }] },
    withoutInputs,
  ]
  for (const changed of cases) {
    await withClient({ config: changed }, async (client) => {
      client.recordWarmRun({ configPath, request: 'hello' }, one(await client.ensure([aPin('hello')])))
    })
    assert.deepEqual(filesBelow(join(base.storeRoot, 'v1/warm')), [])
  }
})

test('records no warm run of a version beside the locked one, which a frozen run would refuse', async (t) => {
  const { registry, withClient, base, folder } = await aMachine(t)
  const configPath = join(folder, 'octo.yaml')
  writeFileSync(configPath, 'operator: {}\n')
  await withClient({}, (client) => client.install())
  registry.publish(await aRelease(key, { version: '2.0.0' }))
  const config = read(aConfig([{ url: registry.url(), trust: key }], []), configPath)
  await withClient({ config }, async (client) => {
    client.recordWarmRun({ configPath, request: 'hello@2' }, one(await client.ensure([aPin('hello@2')])))
    assert.deepEqual(filesBelow(join(base.storeRoot, 'v1/warm')), [])
    client.recordWarmRun({ configPath, request: 'hello' }, one(await client.ensure([aPin('hello')])))
    assert.equal(filesBelow(join(base.storeRoot, 'v1/warm')).length, 1)
  })
})

test('takes no record of another request, though its file name may be the same', async (t) => {
  const { withClient, base, folder } = await aMachine(t)
  const configPath = join(folder, 'octo.yaml')
  writeFileSync(configPath, 'operator: {}\n')
  const asked = { ...base, configPath, request: 'hello' }
  await withClient({ config: read(base.config, configPath) }, async (client) => {
    const executable = one(await client.ensure([aPin('hello')]))
    client.recordWarmRun(asked, executable)
    await until(() => client.locate(executable) && readWarmRun(asked) !== undefined)
  })
  const warm = layoutOf(base.storeRoot).warmRecord
  const [mine, other] = [asked, { ...asked, request: 'evil' }].map((run) => warm(shortHash(identityOfRun(run)))) as [
    string,
    string,
  ]
  renameSync(mine, other)
  assert.equal(readWarmRun({ ...asked, request: 'evil' }), undefined)
  renameSync(other, mine)
  assert(readWarmRun(asked))
})

test('records no warm run of an unsigned plugin, which has to warn each time', async (t) => {
  const { base, folder } = await aMachine(t)
  const configPath = join(folder, 'octo.yaml')
  writeFileSync(configPath, 'operator: {}\n')
  const layout = openStore(base.storeRoot)
  const unsigned = { repo: 'core', plugin: 'hello', version: '0.0.0', signer: 'unsigned' }
  const entry = {
    ...unsigned,
    url: 'http://x/repos/core.yaml',
    registryRepo: 'core',
    ranges: [],
    serial: 0,
    platforms: {},
  }
  writeFileSync(base.lockPath, JSON.stringify({ format: 'octo.lock/v1', plugins: { 'core/hello': entry } }))
  const digest = `sha256:${'0'.repeat(64)}` as Digest
  recordWarmRun(layout, {
    key: { ...base, configPath, request: 'hello' },
    config: read(base.config, configPath),
    isWarned: false,
    stored: {
      key: `${'0'.repeat(64)}-raw-${'0'.repeat(32)}` as TreeKey,
      digest,
      size: 1,
      format: 'raw',
      executable: 'hello',
    },
    executable: unsigned as unknown as VerifiedExecutable,
  })
  assert.deepEqual(filesBelow(layout.warm), [])
})

test('takes a config that changed during the run for another one', async (t) => {
  const { withClient, base, folder } = await aMachine(t)
  const configPath = join(folder, 'octo.yaml')
  writeFileSync(configPath, 'operator: {}\n')
  const asked = { ...base, configPath, request: 'hello' }
  await withClient({ config: read(base.config, configPath) }, async (client) => {
    const executable = one(await client.ensure([aPin('hello')]))
    writeFileSync(configPath, 'operator: {repos: {core: {keys: [{revoked: true}]}}}\n')
    client.recordWarmRun(asked, executable)
    await until(() => client.locate(executable) && filesBelow(join(base.storeRoot, 'v1/memo')).length > 0)
  })
  assert.equal(readWarmRun(asked), undefined)
  writeFileSync(configPath, 'operator: {}\n')
  assert(readWarmRun(asked))
})

/** Each field of a warm record changed by hand, in a record that is believed as one of this machine. */
const FORGED: Readonly<Record<string, (record: WarmRecord, other: WarmRecord) => Partial<WarmRecord>>> = {
  'identity of another request': (_, other) => ({ identity: other.identity }),
  'no identity': () => ({ identity: '' }),
  'inputs that are no list': () => ({ inputs: {} as never }),
  'no inputs': () => ({ inputs: [] }),
  'no config among its inputs': ({ inputs }) => ({ inputs: inputs.filter(({ path }) => path.endsWith('.lock')) }),
  'no lockfile among its inputs': ({ inputs }) => ({ inputs: inputs.filter(({ path }) => !path.endsWith('.lock')) }),
  'another text of an input': ({ inputs }) => ({
    inputs: inputs.map((input) => ({ ...input, text: `${input.text} ` })),
  }),
  'another path of an input': ({ inputs }) => ({
    inputs: inputs.map((input) => ({ ...input, path: `${input.path}x` })),
  }),
  'another tree': (_, other) => ({ tree: other.tree }),
  'a tree that leads out': () => ({ tree: '../../../..' as TreeKey }),
  'no tree': () => ({ tree: undefined as never }),
  'another file': () => ({ inner: 'other' }),
  'a file that leads out': () => ({ inner: '../../../../../../bin/sh' }),
  'a folder': () => ({ inner: '.' }),
  'no file': () => ({ inner: undefined as never }),
}
for (const [what, forge] of Object.entries(FORGED))
  test(`a warm record with ${what} is not run from`, async (t) => {
    const { layout, mine, other, path, asked } = await twoWarmRuns(t)
    const forged = { ...mine, ...forge(mine, other) }
    assert.notDeepEqual(forged, mine)
    assert.ok(writeOwnRecord(layout, path, forged))
    assert.equal(readWarmRun(asked), undefined)
    assert.ok(writeOwnRecord(layout, path, mine))
    assert.ok(readWarmRun(asked))
  })

test('of the executable in a warm record, no path is believed', async (t) => {
  const { layout, mine, other, path, asked } = await twoWarmRuns(t)
  const executable = { ...mine.executable, path: '/bin/sh', root: '/bin' }
  assert.ok(writeOwnRecord(layout, path, { ...mine, executable }))
  const found = readWarmRun(asked)
  assert.equal(found?.path, join(layout.tree(mine.tree), mine.inner))
  assert.equal(found?.root, layout.tree(mine.tree))
  assert.notEqual(mine.tree, other.tree)
})

async function twoWarmRuns(t: Parameters<typeof aMachine>[0]) {
  const { withClient, base, folder } = await aMachine(t, [{}, { plugin: 'second' }])
  const configPath = join(folder, 'octo.yaml')
  writeFileSync(configPath, 'operator: {}\n')
  const layout = layoutOf(base.storeRoot)
  const runs = ['hello', 'second'].map((request) => ({ ...base, configPath, request }))
  const config = read(
    aConfig(
      base.config.repos.map(({ url }) => ({ url, trust: key })),
      ['hello', 'second'],
    ),
    configPath,
  )
  await withClient({ config }, async (client) => {
    const executables = await client.ensure([aPin('hello'), aPin('second')])
    for (const [at, run] of runs.entries()) {
      const executable = executables[at] as VerifiedExecutable
      client.recordWarmRun(run, executable)
      await until(() => client.locate(executable) && readWarmRun(run) !== undefined)
    }
  })
  const paths = runs.map((run) => layout.warmRecord(shortHash(identityOfRun(run))))
  const [mine, other] = paths.map((path) => readOwnRecord(path) as WarmRecord) as [WarmRecord, WarmRecord]
  return { layout, mine, other, path: paths[0] as string, asked: runs[0] as (typeof runs)[number] }
}
