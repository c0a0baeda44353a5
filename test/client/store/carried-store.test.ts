// What somebody else may have put into a store: a restored cache, an image layer, a copy. Nothing in it vouches for itself.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { chmodSync, chownSync, cpSync, mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { statOf } from '../../../client/store/identity.ts'
import type { Layout } from '../../../client/store/layout.ts'
import { openStore } from '../../../client/store/open-store.ts'
import { storedArtifact } from '../../../client/store/stored-artifact.ts'
import { writeOwnRecord } from '../../../client/store/write-own-record.ts'
import type { ReleaseArtifact } from '../../../schemas/release-statement.ts'
import { identityOf } from '../../../system/files/file-identity.ts'
import { aConfig } from '../../support/builders/a-config.ts'
import { tarballOf } from '../../support/builders/archive-builder.ts'
import { aScript } from '../../support/builders/test-authority.ts'
import { aMachine, key, LINUX, run } from '../../support/client/client-machine.ts'
import { filesBelow } from '../../support/machine/temp-folder.ts'

const EVIL = '#!/bin/sh\necho evil\n'
const packed = {
  bytes: tarballOf([
    { path: 'bin/run', content: aScript('packed'), mode: 0o755 },
    { path: 'lib/data', content: 'data' },
  ]),
  ...{ file: 'packed.tar.gz', format: 'tar.gz' as const, executable: 'bin/run' },
}
const RAW_SAYS = 'hello 1.0.0 !\n'
const PACKED_SAYS = 'packed !\n'

/** A machine whose store came from elsewhere: the genuine one, copied, then changed. */
async function aCarriedStore(t: TestContext) {
  const machine = await aMachine(t, [{}, { plugin: 'packed', platforms: { linux_amd64: packed } }])
  const config = aConfig([{ url: machine.registry.url(), trust: key }], ['hello', 'packed'])
  await machine.install({ config })
  const [raw, tar] = machine.releases.map(({ predicate }) =>
    storedArtifact(predicate.platforms[LINUX] as ReleaseArtifact, LINUX),
  )
  assert(raw && tar)
  let count = 0
  return {
    ...{ config, raw, tar },
    /** What runs with the store: the output of both, or the code that refused. */
    async carried(change: (layout: Layout) => void) {
      const storeRoot = join(machine.folder, `carried-${count++}`)
      execFileSync('cp', ['-a', machine.base.storeRoot, storeRoot])
      const layout = openStore(storeRoot)
      change(layout)
      const { executables, failed } = await machine.installRest({ config, storeRoot, frozen: true, offline: true })
      return {
        layout,
        ran: executables.map((executable) => run(executable)),
        codes: failed.map(({ error }) => error.code),
      }
    },
  }
}

const opened = (path: string) => {
  chmodSync(path, 0o755)
  return path
}

/** A memo that says everything is as it is now. */
function forgeMemo(layout: Layout, key: Parameters<Layout['tree']>[0], paths: readonly string[], body?: unknown): void {
  const root = layout.tree(key)
  const entries = ['.', ...paths].map((path) => [path, identityOf(statOf(join(root, path)))])
  const memo = {
    format: 'octo.record/v1',
    path: layout.memo(key),
    boot: 'guessed',
    at: Date.now(),
    body: body ?? { entries },
  }
  writeFileSync(layout.memo(key), JSON.stringify(memo))
}

test('runs only proven bytes from a store that was carried here and tampered with', { timeout: 400_000 }, async (t) => {
  const { carried, raw, tar } = await aCarriedStore(t)
  const both = [RAW_SAYS, PACKED_SAYS]
  const evilRaw = (layout: Layout) => writeFileSync(opened(join(layout.tree(raw.key), raw.executable)), EVIL)
  const evilTar = (layout: Layout) => writeFileSync(opened(join(layout.tree(tar.key), 'bin/run')), EVIL)
  const cases: Readonly<Record<string, readonly [change: (layout: Layout) => void, ran: readonly string[]]>> = {
    untouched: [() => undefined, both],
    'memos gone': [(layout) => rmSync(layout.memos, { recursive: true }), both],
    'trees gone': [(layout) => removeTrees(layout), both],
    'raw file changed': [evilRaw, [PACKED_SAYS]],
    'raw file changed, with a memo': [
      (layout) => {
        evilRaw(layout)
        forgeMemo(layout, raw.key, [raw.executable])
      },
      [PACKED_SAYS],
    ],
    'raw file replaced, blob whole': [
      (layout) => {
        const root = opened(layout.tree(raw.key))
        rmSync(join(root, raw.executable))
        writeFileSync(join(root, raw.executable), EVIL, { mode: 0o755 })
      },
      both,
    ],
    'unpacked file changed': [evilTar, both],
    'unpacked file changed, with a memo': [
      (layout) => {
        evilTar(layout)
        forgeMemo(layout, tar.key, ['bin', 'lib', 'bin/run', 'lib/data'])
      },
      both,
    ],
    'unpacked file changed, with a list of contents': [
      (layout) => {
        evilTar(layout)
        mkdirSync(join(layout.base, 'contents'))
        writeFileSync(join(layout.base, 'contents', `${tar.digest.slice(7)}.json`), '[{"path":"bin/run"}]')
      },
      both,
    ],
    'library changed': [(layout) => writeFileSync(opened(join(layout.tree(tar.key), 'lib/data')), 'atad'), both],
    'file added': [(layout) => writeFileSync(join(opened(layout.tree(tar.key)), 'evil.js'), EVIL), both],
    'file added beside a raw one': [
      (layout) => writeFileSync(join(opened(layout.tree(raw.key)), 'evil.js'), EVIL),
      both,
    ],
    'folder added': [(layout) => mkdirSync(join(opened(layout.tree(tar.key)), 'node_modules')), both],
    'file replaced by a link': [
      (layout) => {
        const folder = opened(join(layout.tree(tar.key), 'bin'))
        rmSync(join(folder, 'run'))
        writeFileSync(join(layout.staging, 'evil'), EVIL, { mode: 0o755 })
        symlinkSync(join(layout.staging, 'evil'), join(folder, 'run'))
      },
      both,
    ],
    'tree replaced by a link': [
      (layout) => {
        opened(layout.tree(tar.key))
        renameSync(layout.tree(tar.key), join(layout.base, 'elsewhere'))
        symlinkSync(join(layout.base, 'elsewhere'), layout.tree(tar.key))
      },
      both,
    ],
    'writable by others': [(layout) => chmodSync(join(layout.tree(tar.key), 'bin/run'), 0o777), both],
    'folder writable by others': [(layout) => chmodSync(join(layout.tree(tar.key), 'lib'), 0o777), both],
    'blob and tree changed alike': [
      (layout) => {
        evilTar(layout)
        const bytes = tarballOf([{ path: 'bin/run', content: EVIL, mode: 0o755 }])
        writeFileSync(opened(layout.blob(tar.digest)), bytes)
      },
      [RAW_SAYS],
    ],
    'bundle replaced': [
      (layout) => {
        for (const digest of bundlesIn(layout)) writeFileSync(opened(join(layout.releases, digest)), '{}')
      },
      [],
    ],
  }
  for (const [what, [change, expected]] of Object.entries(cases)) {
    const { ran, layout } = await carried(change)
    assert.deepEqual(ran, expected, what)
    const left = [...filesBelow(layout.staging), ...filesBelow(layout.parts)]
    assert.deepEqual(
      left.filter((path) => path !== 'evil'),
      [],
      what,
    )
  }
  if (process.getuid?.() === 0) {
    const { ran } = await carried((layout) => chownSync(join(layout.tree(tar.key), 'bin/run'), 12_345, 12_345))
    assert.deepEqual(ran, both, 'of another user')
  }
})

test('believes no memo whose entries leave its tree or leave something out, even with a good seal', async (t) => {
  const { carried, raw, tar } = await aCarriedStore(t)
  const others: Readonly<Record<string, unknown>> = {
    'no entries': { entries: [] },
    'entries of another kind': { entries: 'all' },
    'nothing but the root of another file': { entries: [['../../../../bin/sh', identityOf(statOf('/bin/sh'))]] },
    'a path that goes up': {
      entries: [
        ['.', ''],
        ['../x', ''],
      ],
    },
    nothing: null,
  }
  for (const [what, body] of Object.entries(others)) {
    const { ran } = await carried((layout) => {
      writeFileSync(opened(join(layout.tree(tar.key), 'bin/run')), EVIL)
      writeOwnRecord(layout, layout.memo(tar.key), body)
      writeOwnRecord(layout, layout.memo(raw.key), body)
    })
    assert.deepEqual(ran, [RAW_SAYS, PACKED_SAYS], what)
  }
})

function removeTrees(layout: Layout): void {
  execFileSync('chmod', ['-R', 'u+w', layout.trees])
  rmSync(layout.trees, { recursive: true })
  cpSync(layout.staging, layout.trees, { recursive: true })
}

function bundlesIn(layout: Layout): readonly string[] {
  return execFileSync('ls', [layout.releases], { encoding: 'utf8' }).trim().split('\n')
}
