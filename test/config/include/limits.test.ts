// How much a config may be: levels and number of documents, bytes of each and of all.
import assert from 'node:assert/strict'
import { symlink, truncate } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { CONFIG_LIMITS } from '../../../config/include/documents.ts'
import { expectCodeAsync } from '../../support/assertions/expect-code.ts'
import { readConfig } from '../../support/builders/read-configs.ts'
import { readFiles, writeConfigFiles } from '../../support/machine/config-files.ts'

const { documentBytes, totalBytes } = CONFIG_LIMITS
const ofSize = (bytes: number) => `name: x\n# ${'x'.repeat(bytes - 11)}\n`

test('includes end after eight levels', async (t) => {
  const files = Object.fromEntries(
    Array.from({ length: 12 }, (_, level) => [`${level}.yaml`, `include: [${level + 1}.yaml]\n`]),
  )
  const error = await expectCodeAsync('LIMIT_EXCEEDED', () => readFiles(t, files, { named: ['0.yaml'] }))
  assert.match(error.message, /8 levels/)
})

test('includes end after 64 documents', async (t) => {
  const names = Array.from({ length: 80 }, (_, index) => `${index}.yaml`)
  const files = {
    'octo.yaml': `include: [${names}]\n`,
    ...Object.fromEntries(names.map((name) => [name, 'name: x\n'])),
  }
  const error = await expectCodeAsync('LIMIT_EXCEEDED', () => readFiles(t, files))
  assert.match(error.message, /64 documents/)
})

test('a document of 256 KiB is read, and a larger one is not even opened', async (t) => {
  const directory = await writeConfigFiles(t, { 'octo.yaml': ofSize(documentBytes), 'huge.yaml': '' })
  const deps = { cwd: directory, env: {} }
  assert.equal((await readConfig('octo.yaml', deps)).name, 'x')
  // More than Node reads at all, and no byte of it on the disk.
  for (const size of [documentBytes + 1, 2 ** 32]) {
    await truncate(join(directory, 'huge.yaml'), size)
    const error = await expectCodeAsync('LIMIT_EXCEEDED', () => readConfig('huge.yaml', deps))
    assert.match(error.message, /huge\.yaml` is larger than 262144 bytes$/)
  }
})

test('all documents together end after 2 MiB, wherever they come from', async (t) => {
  const count = totalBytes / documentBytes
  const names = Array.from({ length: count - 1 }, (_, index) => `https://x.example/${index}.yaml`)
  const read = (size: number) =>
    readFiles(
      t,
      { 'octo.yaml': `include: [b.yaml, ${names.map((name) => JSON.stringify(name))}]\n`, 'b.yaml': ofSize(size) },
      { fetchText: async () => ofSize(documentBytes) },
    )
  assert.equal((await read(documentBytes / 2)).files.length, count + 1)
  const error = await expectCodeAsync('LIMIT_EXCEEDED', () => read(documentBytes))
  assert.match(error.message, /^config `https:\/\/x\.example\/6\.yaml` is larger than 2097152 bytes in all$/)
})

const onLinux = { skip: process.platform === 'linux' ? false : 'files of the kernel are needed' }
test('files that say nothing of their size are read no further than what may be in them', onLinux, async (t) => {
  const directory = await writeConfigFiles(t, {
    'octo.yaml': 'include: [endless.yaml]\n',
    'keys.yaml':
      'operator: {repos: {core: {url: "https://x.example/repos/core.yaml", keys: [{file: endless.yaml}]}}}\n',
  })
  // Every symbol of the kernel, in a file of no bytes.
  await symlink('/proc/kallsyms', join(directory, 'endless.yaml'))
  const deps = { cwd: directory, env: {} }
  const document = await expectCodeAsync('LIMIT_EXCEEDED', () => readConfig(undefined, deps))
  assert.match(document.message, /endless\.yaml` is larger than 262144 bytes$/)
  const key = await expectCodeAsync('CONFIG_INVALID', () => readConfig('keys.yaml', deps))
  assert.match(key.message, /endless\.yaml` is larger than 65536 bytes/)
})
