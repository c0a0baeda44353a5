// Random artifacts must pass for programs of their platform, or the registry would refuse what is measured.
import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { executableHeader, writeRandomFile } from '../../bench/bytes.ts'
import { PLATFORMS } from '../../bench/ours/project.ts'
import { checkPlatformMagic } from '../../trust/artifact/platform-magic.ts'
import { aPlatform } from '../support/builders/names.ts'

test('every platform of the benchmarks has a header that is accepted for it alone', () => {
  for (const platform of PLATFORMS)
    for (const other of PLATFORMS) {
      const check = () => checkPlatformMagic(executableHeader(platform), aPlatform(other), 'x')
      if (platform === other) check()
      else assert.throws(check, { code: 'PLATFORM_MISMATCH' })
    }
})

test('a random file has its header, its exact size and no repeated content', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'octo-bench-test-'))
  try {
    const header = executableHeader('linux_amd64')
    await writeRandomFile(join(folder, 'a'), 5_000_001, header)
    await writeRandomFile(join(folder, 'b'), 5_000_001, header)
    const [a, b] = [await readFile(join(folder, 'a')), await readFile(join(folder, 'b'))]
    assert.equal(a.length, 5_000_001)
    assert.deepEqual(a.subarray(0, header.length), header)
    assert.notDeepEqual(a, b)
  } finally {
    await rm(folder, { recursive: true })
  }
})
