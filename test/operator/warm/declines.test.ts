// When a warm run is left to the full path: whenever anything is not as it was, or not as octo can tell. Asked of the file
// that a release has, which must then have done nothing.
import assert from 'node:assert/strict'
import {
  chmodSync,
  copyFileSync,
  linkSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { before, test } from 'node:test'
import { identityOfRun } from '../../../client/warm/read.ts'
import { main } from '../../../operator/warm/main.ts'
import type { Version } from '../../../schemas/version.ts'
import { shortHash } from '../../../system/short-hash.ts'
import { wholeFile } from '../../support/machine/whole-file.ts'
import type { Start, WarmMachine, WarmProgram } from '../../support/operator/warm-machine.ts'
import { aWarmMachine } from '../../support/operator/warm-machine.ts'

const onLinux = { skip: process.platform === 'linux' ? false : 'octo becomes a plugin on Linux only' }
/** Of each plugin other bytes: those of the same would be one file in the store. */
const says = (plugin: string) =>
  Buffer.from(`#!/bin/sh
echo said # ${plugin}
`)
const saysByNode = (plugin: string) =>
  Buffer.from(`console.log('said') // ${plugin}
`)

/** Spoils a plugin of its own with `changes`, or only for a while what all of them have; then it gives what puts that back. */
type Row = {
  readonly changes?: (plugin: string) => unknown
  readonly spoils?: true
  readonly start?: Start
  readonly words?: string[]
}

let machine: WarmMachine
const whole = wholeFile()
const at = (...parts: string[]) => join(machine.base.storeRoot, 'v1', ...parts)
const record = (plugin: string) =>
  at('warm', `${shortHash(identityOfRun({ ...machine.base, configPath: machine.configPath, request: plugin }))}.json`)
const tree = (plugin: string) => JSON.parse(readFileSync(record(plugin), 'utf8')).body.tree as string
const memo = (plugin: string) => at('memo', `${tree(plugin)}.json`)
const program = (plugin: string) => at('trees/sha256', tree(plugin), plugin)

/** Writes into the file as it is, and puts back what was there. */
function text(file: () => string, change: (text: string) => string): Row {
  return {
    changes: () => {
      const before = readFileSync(file(), 'utf8')
      writeFileSync(file(), change(before))
      return () => writeFileSync(file(), before)
    },
  }
}
function mode(folder: () => string, bits: number): Row {
  return {
    changes: () => {
      chmodSync(folder(), bits)
      return () => chmodSync(folder(), 0o700)
    },
  }
}
/** Another file in the place of one that vouches for something. */
const REPLACED: Readonly<Record<string, (file: string) => void>> = {
  'is a copy': (file) => {
    copyFileSync(file, `${file}.copy`)
    renameSync(`${file}.copy`, file)
  },
  'has a second name': (file) => linkSync(file, `${file}.second`),
  'is reached by a link': (file) => {
    renameSync(file, `${file}.first`)
    symlinkSync(`${file}.first`, file)
  },
  'may be written by others': (file) => chmodSync(file, 0o666),
  'is from another boot': (file) => writeFileSync(file, readFileSync(file, 'utf8').replace(/("boot":")./, '$1x')),
  'is of another octo': (file) => writeFileSync(file, readFileSync(file, 'utf8').replace(/("octo":")./, '$19')),
  'is gone': (file) => rmSync(file),
  'is cut off': (file) => writeFileSync(file, readFileSync(file, 'utf8').slice(0, -1)),
}

const opens: Readonly<Record<string, string>> = {
  stdout: 'process.stdout',
  stderr: 'process.stderr',
  stdin: 'process.stdin',
}

const ROWS: Readonly<Record<string, Row>> = {
  'the config is another': text(
    () => machine.configPath,
    (text) => `${text}#`,
  ),
  'the config that nobody named may be written by others': {
    changes: () => {
      chmodSync(machine.configPath, 0o666)
      return () => chmodSync(machine.configPath, 0o600)
    },
  },
  'the lockfile is another': text(
    () => machine.base.lockPath,
    (text) => `${text}\n`,
  ),
  'the store may be written by others': mode(() => machine.base.storeRoot, 0o777),
  'the store is shared, each file with its owner': mode(() => machine.base.storeRoot, 0o1777),
  'a folder above the store may be written by others': mode(() => machine.folder, 0o777),
  'a folder of the store may be written by others': mode(() => at(), 0o770),
  'the folder of all programs may be written by others': mode(() => at('trees/sha256'), 0o722),
  ...Object.fromEntries(
    Object.entries(REPLACED).flatMap(([what, replace]): [string, Row][] => [
      [`the record of the run ${what}`, { spoils: true, changes: (plugin) => replace(record(plugin)) }],
      [`the record of its files ${what}`, { spoils: true, changes: (plugin) => replace(memo(plugin)) }],
    ]),
  ),
  'the program has another mode': { spoils: true, changes: (plugin) => chmodSync(program(plugin), 0o755) },
  'the program is another with the same bytes': {
    spoils: true,
    changes: (plugin) => {
      chmodSync(join(program(plugin), '..'), 0o700)
      REPLACED['is a copy']?.(program(plugin))
    },
  },
  'the program has other bytes, and the old time': {
    spoils: true,
    changes: (plugin) => {
      chmodSync(program(plugin), 0o755)
      writeFileSync(program(plugin), 'x', { flag: 'r+' })
      utimesSync(program(plugin), 1, 1)
    },
  },
  'the program is gone': {
    spoils: true,
    changes: (plugin) => {
      chmodSync(join(program(plugin), '..'), 0o700)
      rmSync(program(plugin))
    },
  },
  'there is no folder for temporary files': { start: { env: { TMPDIR: 'gone' } } },
  'its folder for temporary files is a link': {
    changes: () => {
      const folder = join(machine.temporary, `octo-run-${process.getuid?.()}`)
      const elsewhere = join(machine.folder, 'elsewhere')
      renameSync(folder, elsewhere)
      symlinkSync(elsewhere, folder)
      return () => {
        rmSync(folder)
        renameSync(elsewhere, folder)
      }
    },
  },
  'Node may start no process': { start: { node: ['--permission', '--allow-fs-read=*', '--allow-fs-write=*'] } },
  ...Object.fromEntries(
    Object.entries(opens).map(([name, text]): [string, Row] => [
      `${name} was opened before`,
      { start: { node: ['--import', `data:text/javascript,${text}`] } },
    ]),
  ),
  'a word is no UTF-8': { words: ['--', '\ufffd'] },
  'an option is not plain': { words: ['--verbose'] },
}

/** Plugins that are never warm: what their release asks for takes more than the file of the warm path knows. */
const NEVER = {
  'asks for a newer octo': { manifest: { minimumOperator: '99.0.0' as Version }, bytes: says },
  'asks for a pre-release of octo': { manifest: { minimumOperator: '0.0.1-rc.1' as Version }, bytes: says },
  'asks for a range of node': { runtime: { name: 'node', version: '^26' }, bytes: saysByNode },
  'asks for a newer node': { runtime: { name: 'node', version: '>=99' }, bytes: saysByNode },
  'asks for a python': { runtime: { name: 'python3', version: '>=3' }, bytes: saysByNode },
  'speaks another protocol': { manifest: { protocol: 'ocm' }, bytes: says },
} as const
const ALWAYS = {
  'asks for an older octo': { manifest: { minimumOperator: '0.0.1' as Version }, bytes: says },
  'asks for an older node': { runtime: { name: 'node', version: '>=22' }, bytes: saysByNode },
  'asks for nothing': { bytes: says },
} as const
/** Of the rows that spoil none. It runs before them and behind them, so none declines by what another one left. */
const SHARED = 'shared'
const named = (group: string, index: number) => `${group}-${index}`

before(async () => {
  if (onLinux.skip) return
  const group = (name: string, given: readonly (Omit<WarmProgram, 'bytes'> & { bytes: typeof says })[]) =>
    given.map(({ bytes, ...rest }, index): [string, WarmProgram] => {
      const plugin = named(name, index)
      return [plugin, { ...rest, bytes: bytes(plugin) }]
    })
  const rows = group(
    'row',
    Object.values(ROWS).map(() => ({ bytes: says })),
  )
  const programs: [string, WarmProgram][] = [
    [SHARED, { bytes: says(SHARED) }],
    ...rows.filter((_, index) => Object.values(ROWS)[index]?.spoils),
    ...group('never', Object.values(NEVER)),
    ...group('always', Object.values(ALWAYS)),
  ]
  machine = await aWarmMachine(whole, Object.fromEntries(programs))
})

const DECLINED = { exitCode: 99, signal: null, stdout: '', stderr: '' }
const RAN = { exitCode: 0, signal: null, stdout: 'said\n', stderr: '' }

function temporaryFiles(): string[] {
  return readdirSync(machine.temporary, { recursive: true }).map(String)
}

async function outcome(words: readonly string[], start: Start = {}) {
  const { pid: _, ...rest } = await machine.run('becomes', words, start)
  return rest
}

test('a plugin is run before any of the rows, by whoever asks', onLinux, async () => {
  assert.deepEqual(await outcome([SHARED]), RAN)
  assert.equal(await machine.ask([SHARED]), 'said')
})

for (const [index, [what, { changes, spoils, start, words = [] }]] of Object.entries(ROWS).entries())
  test(`a run is left to the full path where ${what}`, onLinux, async () => {
    const plugin = spoils ? named('row', index) : SHARED
    if (spoils) assert.ok(machine.isWarm(plugin), 'it would be run')
    const putBack = changes?.(plugin)
    const before = temporaryFiles()
    if (start) assert.deepEqual(await outcome([plugin, ...words], start), DECLINED)
    else assert.equal(await machine.ask([plugin, ...words]), 'left')
    const left = temporaryFiles().filter((name) => !before.includes(name))
    if (typeof putBack === 'function') putBack()
    assert.deepEqual(left, [])
  })

test('and when each of them has put back what it changed', onLinux, async () => {
  assert.deepEqual(await outcome([SHARED]), RAN)
})

for (const [index, what] of Object.keys(NEVER).entries())
  test(`a plugin that ${what} is left to the full path`, onLinux, async () => {
    assert.equal(await machine.ask([named('never', index)]), 'left')
  })

for (const [index, what] of Object.keys(ALWAYS).entries())
  test(`a plugin that ${what} is run`, onLinux, async () => {
    assert.deepEqual(await outcome([named('always', index)]), RAN)
  })

test('what is no plain `octo run` is left to the full path', () => {
  const rows = [[], ['check'], ['run'], ['run', '--help'], ['run', 'x', '-v'], ['run', 'x', '--', '\ufffd']]
  for (const words of rows) assert.equal(main(words), undefined, words.join(' '))
})
