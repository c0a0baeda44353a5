// A machine with a store that all its users read.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import type { Layout } from '../../../client/store/layout.ts'
import { layoutOf } from '../../../client/store/layout.ts'
import { openToReaders } from '../../../client/store/open-to-readers.ts'
import type { StoredArtifact } from '../../../client/store/stored-artifact.ts'
import { storedArtifact } from '../../../client/store/stored-artifact.ts'
import type { ReleaseArtifact } from '../../../schemas/release-statement.ts'
import { aConfig } from '../builders/a-config.ts'
import { tarballOf } from '../builders/archive-builder.ts'
import { aScript } from '../builders/test-authority.ts'
import { aMachine, key, LINUX } from './client-machine.ts'

const packed = {
  bytes: tarballOf([
    { path: 'bin/run', content: aScript('packed'), mode: 0o755 },
    { path: 'lib/data', content: 'data' },
  ]),
  ...{ file: 'packed.tar.gz', format: 'tar.gz' as const, executable: 'bin/run' },
}
/** Nobody of this machine. */
export const STRANGER = 12_345
export const isRoot = process.getuid?.() === 0

/** A machine whose shared store has both plugins, and users whose own stores are empty. */
export async function aSharedMachine(t: TestContext) {
  const machine = await aMachine(t, [{}, { plugin: 'packed', platforms: { linux_amd64: packed } }])
  const config = aConfig([{ url: machine.registry.url(), trust: key }], ['hello', 'packed'])
  const common = join(machine.folder, 'common')
  const sharedRoot = join(common, 'shared')
  mkdirSync(common)
  // Whatever the umask is.
  chmodSync(common, 0o755)
  await machine.install({ config, storeRoot: sharedRoot })
  const layout = layoutOf(sharedRoot)
  openToReaders(layout)
  const [raw, tar] = machine.releases.map(({ predicate }) =>
    storedArtifact(predicate.platforms[LINUX] as ReleaseArtifact, LINUX),
  )
  assert(raw && tar)
  let users = 0
  const aUser = () => ({ config, storeRoot: join(machine.folder, `user-${users++}`), sharedRoot, frozen: true })
  /** Undone when it is left. */
  function change(act: () => void): Disposable {
    execFileSync('cp', ['-a', common, `${common}.kept`])
    act()
    return {
      [Symbol.dispose]() {
        chmodSync(common, 0o755)
        execFileSync('chmod', ['-R', 'u+w', common])
        rmSync(common, { recursive: true, force: true })
        renameSync(`${common}.kept`, common)
      },
    }
  }
  return { ...machine, config, sharedRoot, layout, raw, tar, aUser, change }
}

/** What the two plugins say, in the order of their names. */
export const OUTPUTS = ['hello 1.0.0 !\n', 'packed !\n']

export function removeOpen(folder: string): void {
  chmodSync(folder, 0o755)
  rmSync(folder, { recursive: true })
}

/** One file of the unpacked plugin becomes another. */
export function rewrite({ tree }: Layout, { key }: StoredArtifact): void {
  chmodSync(join(tree(key), 'lib/data'), 0o644)
  writeFileSync(join(tree(key), 'lib/data'), 'atad')
  chmodSync(join(tree(key), 'lib/data'), 0o444)
}
