// The name that a program will find as its own, as the statement says it.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { planArtifact } from '../../../publisher/pack/artifact-plan.ts'
import { parseManifest } from '../../../schemas/manifest.ts'
import type { Platform } from '../../../schemas/platform.ts'
import { expectCode } from '../../support/assertions/expect-code.ts'

const planOf = (entry: string, platform = 'linux_amd64') =>
  planArtifact(
    parseManifest(
      `name: check-udp\nversion: 1.0.0\nkind: tool\ndescription: x\nprotocol: exec\nplatforms:\n  ${platform}: ${entry}\n`,
      'plugin.yaml',
    ),
    platform as Platform,
  )

const ROWS: readonly [string, string | undefined][] = [
  ['{file: out/check_udp}', 'check_udp'],
  ['{file: "out/{{.PLATFORM}}"}', 'linux_amd64'],
  ['{file: out/check-udp}', undefined],
  ['{file: out/check-udp, argv0: check_udp}', 'check_udp'],
  ['{files: [bin], executable: bin/check_udp}', undefined],
  ['{files: [bin], executable: bin/busybox, argv0: wget}', 'wget'],
  ['{file: main.sh, runtime: {name: sh}}', undefined],
]
for (const [entry, expected] of ROWS)
  test(`${entry} is called ${expected ?? 'as usual'}`, () => {
    assert.equal(planOf(entry).argv0, expected)
  })

test('a name that would make a shell read login files, or that holds a path, is refused', () => {
  for (const name of ['-bash', 'a/b', '', '"a\\nb"', `"${'x'.repeat(256)}"`])
    expectCode('MANIFEST_INVALID', () => planOf(`{file: out/tool, argv0: ${name || '""'}}`))
})
