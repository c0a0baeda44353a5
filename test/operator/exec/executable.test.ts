// Which file is executed for a plugin.
import assert from 'node:assert/strict'
import { renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { programOf, thisMachine } from '../../../operator/exec/executable.ts'
import { requireRuntimeVersion, versionRequirement } from '../../../operator/exec/runtime-version.ts'
import type { Runtime } from '../../../schemas/manifest.ts'
import { checkPlatformMagic } from '../../../trust/artifact/platform-magic.ts'
import { expectCode } from '../../support/assertions/expect-code.ts'
import { anExecutable, fixturePath } from '../../support/builders/executables.ts'
import { aPlatform } from '../../support/builders/names.ts'
import { anElfFile } from '../../support/builders/native-files.ts'
import { tempFolder } from '../../support/machine/temp-folder.ts'

const MACHINE = {
  ...thisMachine(requireRuntimeVersion),
  ...({ platform: 'linux', nodePath: '/octo/node', nodeVersion: '26.10.0', path: '/nowhere' } as const),
}
const withRuntime = (name: Runtime['name'], version?: string) => ({
  ...anExecutable('says.sh'),
  runtime: { name, ...(version ? { version } : {}) },
})

test('node is the one that octo runs under, sh is /bin/sh', () => {
  const path = fixturePath('says.sh')
  assert.equal(programOf(withRuntime('node'), MACHINE).file, '/octo/node')
  assert.deepEqual(programOf(withRuntime('node'), MACHINE).leading.slice(-1), [path])
  assert.deepEqual(programOf(withRuntime('sh'), MACHINE), { file: '/bin/sh', leading: [path] })
})

test('python3 is looked for in fixed folders only', async (t) => {
  expectCode('RUNTIME_MISSING', () => programOf(withRuntime('python3'), MACHINE))
  const directory = await mkdtemp(join(tmpdir(), 'octo-python-'))
  t.after(() => rm(directory, { recursive: true }))
  await writeFile(join(directory, 'python3'), '#!/bin/sh\necho Python 3.11.2\n')
  await chmod(join(directory, 'python3'), 0o755)
  const found = programOf(withRuntime('python3'), { ...MACHINE, path: `/nowhere:${directory}:relative:` })
  assert.equal(found.file, join(directory, 'python3'))
  assert.deepEqual(
    found.leading,
    ['-E', '-s', '-B', fixturePath('says.sh')],
    'it leaves no compiled modules in the store',
  )
})

test('the version of node is checked against the range of the release', () => {
  for (const range of ['>=22', '>=26.10', '>=26.10.0', '^26', '22 || 26'])
    assert.equal(programOf(withRuntime('node', range), MACHINE).file, '/octo/node', range)
  for (const range of ['>=27', '>=26.11', '>=26.10.1', '^24', '<26'])
    expectCode('RUNTIME_MISSING', () => programOf(withRuntime('node', range), MACHINE))
})

test('the version of every runtime that has one is asked of the runtime itself', async (t) => {
  const directory = await mkdtemp(join(tmpdir(), 'octo-runtimes-'))
  t.after(() => rm(directory, { recursive: true }))
  const answers = { python3: 'Python 3.11.2', bash: 'GNU bash, version 5.2.15(1)-release', perl: '5.36.0' }
  const machine = { ...MACHINE, path: directory }
  for (const [name, answer] of Object.entries(answers) as [keyof typeof answers, string][]) {
    await writeFile(join(directory, name), `#!/bin/sh\necho '${answer}'\n`, { mode: 0o755 })
    const [major = 0] = answer.match(/\d+/) ?? []
    assert.equal(programOf(withRuntime(name, `>=${major}`), machine).file, join(directory, name))
    assert.equal(programOf(withRuntime(name, `^${major}.2`), machine).file, join(directory, name))
    const error = expectCode('RUNTIME_MISSING', () => programOf(withRuntime(name, '>=40'), machine))
    assert.match(error.message, new RegExp(`found \`${major}\\.`))
    await writeFile(join(directory, name), '#!/bin/sh\nexit 1\n', { mode: 0o755 })
    expectCode('RUNTIME_MISSING', () => programOf(withRuntime(name, '>=1'), machine))
  }
  expectCode('RUNTIME_MISSING', () => programOf(withRuntime('sh', '>=1'), machine))
})

test('on Windows batch files are refused, and there is no sh', () => {
  const windows = { ...MACHINE, platform: 'win32' } as const
  for (const path of ['C:\\p\\x.bat', 'C:\\p\\x.CMD'])
    expectCode('PLUGIN_NOT_EXECUTABLE', () => programOf(anExecutable('bare', { bare: true, path }), windows))
  expectCode('RUNTIME_MISSING', () => programOf(withRuntime('sh'), windows))
})

test('a program is known by its first bytes', () => {
  assert.deepEqual(programOf(anExecutable('true', { bare: true, path: '/bin/true' }), MACHINE), {
    ...{ file: '/bin/true', leading: [], argv0: 'true' },
  })
  const named = { ...anExecutable('true', { bare: true, path: '/bin/true' }), argv0: 'check_udp' }
  assert.equal(programOf(named, MACHINE).argv0, 'check_udp')
  expectCode('PLUGIN_NOT_EXECUTABLE', () => programOf(anExecutable('no-interpreter', { bare: true }), MACHINE))
  expectCode('PLUGIN_MISSING', () => programOf(anExecutable('gone', { bare: true }), MACHINE))
})

test('a file that is there and cannot be read is not called gone', (t) => {
  const folder = tempFolder(t)
  const loop = join(folder, 'loop')
  symlinkSync(loop, loop)
  for (const [path, reason] of [
    [folder, 'EISDIR'],
    [loop, 'ELOOP'],
  ] as const) {
    const error = expectCode('PLUGIN_NOT_EXECUTABLE', () =>
      programOf(anExecutable('check', { bare: true, path }), MACHINE),
    )
    assert.equal(error.message, 'plugin `check` cannot be read')
    assert.equal((error.cause as NodeJS.ErrnoException).code, reason)
  }
})

test('a plugin that is asked and not run is refused, whatever its file is', () => {
  for (const file of [{}, { bare: true }, { bare: true, path: '/bin/true' }]) {
    const subject = anExecutable('says.sh', { ...file, protocol: 'ocm' })
    const error = expectCode('PLUGIN_NOT_EXECUTABLE', () => programOf(subject, MACHINE))
    assert.equal(error.message, 'plugin `says` is a service plugin, which answers calls and is not run by itself')
    assert.match(error.hint ?? '', /^`octo plugin inspect says`/)
  }
})

/** Each begins like a program, and no kernel executes it: the C library would read it as a script of /bin/sh. */
const NO_PROGRAM: Readonly<Record<string, Buffer>> = {
  'the first four bytes of ELF alone': Buffer.from('\x7fELF', 'latin1'),
  'a short text that begins as ELF does': Buffer.from('\x7fELF\ntouch x\n', 'latin1'),
  'a Java class': Buffer.from([0xca, 0xfe, 0xba, 0xbe, 0, 0, 0, 61, 0, 0, 0, 0]),
  'a universal Mach-O without a slice': Buffer.from([0xca, 0xfe, 0xba, 0xbe, 0, 0, 0, 0, 0, 0, 0, 0]),
  'a Mach-O of the PowerPC': Buffer.from([0xfe, 0xed, 0xfa, 0xce, 0, 0, 0, 18, 0, 0, 0, 0]),
  'a short text that begins with MZ': Buffer.from('MZ=1\ntouch x\n'),
  'a shell script without a first line': Buffer.from('echo x\n'),
  'nothing at all': Buffer.alloc(0),
}

test('what begins like a program and is none is refused, as it is when it is published', async (t) => {
  const path = join(tempFolder(t), 'tool')
  for (const [what, bytes] of Object.entries(NO_PROGRAM)) {
    await writeFile(path, bytes, { mode: 0o755 })
    const error = expectCode('PLUGIN_NOT_EXECUTABLE', () =>
      programOf(anExecutable('tool', { bare: true, path }), MACHINE),
    )
    assert.match(error.message, /is neither a program nor a script/, what)
    expectCode('PLATFORM_MISMATCH', () => checkPlatformMagic(bytes, aPlatform('linux_amd64'), what))
  }
})

test('a runtime that answered is asked again only when its file changed, a script and one without an answer each time', (t) => {
  const folder = tempFolder(t)
  const runtime = join(folder, 'python3')
  let asked = 0
  let answer: string | undefined = '3.11.0'
  const requireVersion = versionRequirement(() => {
    asked += 1
    return answer
  })
  const machine = { ...MACHINE, path: folder, requireVersion }
  const asks = (range = '>=3') => {
    asked = 0
    for (let run = 0; run < 5; run++) programOf(withRuntime('python3', range), machine)
    return asked
  }
  writeFileSync(runtime, '#!/bin/sh\n', { mode: 0o755 })
  assert.equal(asks(), 5)
  writeFileSync(runtime, anElfFile(), { mode: 0o755 })
  assert.deepEqual([asks(), asks('>=3.5')], [1, 0])
  writeFileSync(runtime, anElfFile({ gap: 8 }), { mode: 0o755 })
  answer = '4.0.0'
  assert.deepEqual([asks('>=4'), asks('>=4')], [1, 0], 'another file is another runtime')
  renameSync(runtime, `${runtime}.real`)
  symlinkSync(`${runtime}.real`, runtime)
  assert.equal(asks(), 1, 'a moved one has another ctime')
  writeFileSync(`${runtime}.other`, anElfFile(), { mode: 0o755 })
  rmSync(runtime)
  symlinkSync(`${runtime}.other`, runtime)
  assert.deepEqual([asks(), asks()], [1, 0], 'where a link leads counts')
  writeFileSync(runtime, anElfFile({ gap: 16 }), { mode: 0o755 })
  answer = undefined
  asked = 0
  for (let run = 0; run < 3; run++)
    expectCode('RUNTIME_MISSING', () => programOf(withRuntime('python3', '>=3'), machine))
  assert.equal(asked, 3)
})
