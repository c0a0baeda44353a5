// What a process gives back of its memory beside the heap of V8, without losing anything that it needs.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { openCalls } from '../../../system/process/c-library.ts'
import { unwrittenPages } from '../../../system/process/spare-memory.ts'

const MODULE = fileURLToPath(new URL('../../../system/process/spare-memory.ts', import.meta.url))
const canCall = openCalls({ malloc_trim: { return: 'int32', arguments: ['uint64'] } }) !== undefined
const skip = canCall ? false : 'this Node cannot call the C library, or it has nothing to give back'

/** As /proc shows a mapping, with what of it was written to. */
const mapping = (line: string, anonymous: number) =>
  `${line}\nSize: 4 kB\nAnonymous:      ${anonymous} kB\nVmFlags: rd\n`

const CASES: readonly (readonly [what: string, line: string, anonymous: number, isGiven: boolean])[] = [
  ['its text', '00400000-00500000 r-xp 00000000 fe:00 7    /opt/my node/bin/node', 0, true],
  ['its constants', '00400000-00500000 r--p 00000000 fe:00 7    /opt/my node/bin/node', 0, true],
  ['what the loader wrote to before it was closed', '00400000-00500000 r--p 0 fe:00 7 /opt/my node/bin/node', 4, false],
  ['its variables', '00400000-00500000 rw-p 00000000 fe:00 7    /opt/my node/bin/node', 0, false],
  ['what others share', '00400000-00500000 r--s 00000000 fe:00 7    /opt/my node/bin/node', 0, false],
  ['a library', '00400000-00500000 r-xp 00000000 fe:00 8    /usr/lib/libc.so.6', 0, false],
  ['a file that was replaced', '00400000-00500000 r-xp 0 fe:00 7 /opt/my node/bin/node (deleted)', 0, false],
  ['memory of no file', '00400000-00500000 r-xp 00000000 00:00 0 ', 0, false],
]

test(`of all that is mapped, only the program’s own unwritten pages are given back (${CASES.length})`, () => {
  for (const [what, line, anonymous, isGiven] of CASES) {
    const around = mapping('00100000-00200000 r-xp 00000000 fe:00 9    /usr/lib/ld.so', 0)
    const found = unwrittenPages(`${around}${mapping(line, anonymous)}${around}`, '/opt/my node/bin/node')
    assert.deepEqual(found, isGiven ? [{ from: 0x400000n, to: 0x500000n }] : [], what)
  }
})

/** In a process of its own: this one would have to load again what it runs. */
const SCRIPT = `
import { readFileSync } from 'node:fs'
import { giveBackSpare, keepLittleSpare } from ${JSON.stringify(MODULE)}
const bytes = (name) => Number(new RegExp('^' + name + ':\\\\s+(\\\\d+)', 'm').exec(readFileSync('/proc/self/status', 'utf8'))[1]) * 1024
keepLittleSpare()
const before = bytes('RssFile')
giveBackSpare()
const after = bytes('RssFile')
const sum = JSON.parse('[' + Array.from({ length: 1000 }, (_, at) => at).join() + ']').reduce((all, one) => all + one, 0)
console.log(JSON.stringify({ before, after, sum, text: new Intl.NumberFormat('de').format(1234.5) }))
`

test('pages of the program go away and come back as they were', { skip }, () => {
  const words = ['--disable-warning=ExperimentalWarning', '--input-type=module-typescript', '-e', SCRIPT]
  const { before, after, ...rest } = JSON.parse(execFileSync(process.execPath, words, { encoding: 'utf8' }))
  assert.deepEqual(rest, { sum: 499_500, text: '1.234,5' })
  assert.ok(after < before / 2, `${before} → ${after}`)
})
