// From plugin.yaml to argument vectors: placeholders, environment words, what is shared between platforms.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { stringify } from 'yaml'
import { planArtifact } from '../../../publisher/pack/artifact-plan.ts'
import { planCommands } from '../../../publisher/pack/plan-commands.ts'
import { parseManifest } from '../../../schemas/manifest.ts'
import { expectCode } from '../../support/assertions/expect-code.ts'
import { aPlatform } from '../../support/builders/names.ts'

function aManifest(changes: object) {
  const base = { name: 'tool', version: '1.2.3', kind: 'tool', description: 'x', protocol: 'exec' }
  const platforms = {
    linux_amd64: { file: 'out/{{.PLATFORM}}/tool' },
    windows_amd64: { file: 'out/{{.PLATFORM}}/tool.exe' },
  }
  return parseManifest(stringify({ ...base, platforms, ...changes }), 'plugin.yaml')
}

const both = [aPlatform('linux_amd64'), aPlatform('windows_amd64')]

test('fills placeholders and takes leading assignments as environment', () => {
  const manifest = aManifest({
    build: {
      env: { CGO_ENABLED: '0' },
      commands: ['GOOS={{.OS}} GOARCH={{ .ARCH }} go build -o out/{{.PLATFORM}}/tool{{.EXE}} -X={{.VERSION}}'],
    },
  })
  const [linux, windows] = planCommands(manifest, both)
  assert.deepEqual(linux, {
    program: 'go',
    args: ['build', '-o', 'out/linux_amd64/tool', '-X=1.2.3'],
    env: { CGO_ENABLED: '0', GOOS: 'linux', GOARCH: 'amd64' },
    passEnv: [],
  })
  assert.equal(windows?.args[2], 'out/windows_amd64/tool.exe')
})

test('runs once what all platforms have in common, and a platform its own build instead', () => {
  const manifest = aManifest({
    build: { commands: ['npm ci'] },
    platforms: {
      linux_amd64: { file: 'a' },
      windows_amd64: { file: 'a' },
      any: { runtime: { name: 'sh' }, file: 'b', build: { commands: [['make', 'b c']] } },
    },
  })
  const commands = planCommands(manifest, [...both, aPlatform('any')])
  assert.deepEqual(
    commands.map(({ program, args }) => [program, ...args]),
    [
      ['npm', 'ci'],
      ['make', 'b c'],
    ],
  )
})

test('refuses a placeholder that does not exist, naming those that do', () => {
  const manifest = aManifest({ build: { commands: ['make {{.TARGET}}'] } })
  const error = expectCode('MANIFEST_INVALID', () => planCommands(manifest, both))
  assert.match(error.message, /`{{.TARGET}}`.*`{{.PLATFORM}}`/)
})

test('refuses a command without a program', () => {
  expectCode('MANIFEST_INVALID', () => planCommands(aManifest({ build: { commands: ['A=1'] } }), both))
})

test('names artifacts uniquely per plugin, version and platform', () => {
  const manifest = aManifest({
    platforms: {
      linux_amd64_musl: { file: 'a' },
      windows_amd64: { file: 'a.exe' },
      any: { runtime: { name: 'node' }, file: 'main.mjs' },
      darwin_arm64: { files: ['a'], executable: 'a' },
    },
  })
  const names = Object.keys(manifest.platforms).map((key) => planArtifact(manifest, aPlatform(key)).file)
  assert.deepEqual(names, [
    'tool_1.2.3_linux_amd64_musl',
    'tool_1.2.3_windows_amd64.exe',
    'tool_1.2.3_any.mjs',
    'tool_1.2.3_darwin_arm64.tar.gz',
  ])
})

for (const [what, platforms] of [
  ['neither file nor files', { linux_amd64: {} }],
  ['both file and files', { linux_amd64: { file: 'a', files: ['b'], executable: 'b' } }],
  ['an archive without executable', { linux_amd64: { files: ['b'] } }],
  ['`any` without a runtime', { any: { file: 'a' } }],
] as const)
  test(`refuses ${what}`, () => {
    expectCode('MANIFEST_INVALID', () => aManifest({ platforms }))
  })
