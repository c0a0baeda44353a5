// What a program finds, and how its end is told, in both ways of starting it apart: by the C library, and by Node where there is
// none. Whoever starts it does not notice which.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtempSync, openSync, readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs'
import { constants, tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { Worker } from 'node:worker_threads'
import { pluginLaunchWords } from '../../../operator/exec/launch-words.ts'
import type { CLibrary } from '../../../system/process/c-library.ts'
import { cLibrary } from '../../../system/process/c-library.ts'
import { closeInherited } from '../../../system/process/inherited.ts'
import type { Launch } from '../../../system/process/launch.ts'
import type { ApartChild } from '../../../system/process/launch-apart.ts'
import { launchApartBy } from '../../../system/process/launch-apart.ts'
import { expectCodeAsync } from '../../support/assertions/expect-code.ts'

const library = cLibrary()
const canTell = process.platform === 'linux' && ['x64', 'arm64'].includes(process.arch)
const skip = library ? false : 'this Node cannot call the C library'

type Way = { readonly name: string; readonly library: CLibrary | undefined; readonly skip: string | false }

const WAYS: readonly Way[] = [
  { name: 'by the C library', library, skip },
  { name: 'by Node', library: undefined, skip: false },
]

/** One row is one claim, tried in both ways. */
function bothWays(title: string, claim: (way: Way, t: TestContext) => Promise<void>): void {
  for (const way of WAYS) test(`started ${way.name}, ${title}`, { skip: way.skip }, (t) => claim(way, t))
}

const WHAT: Launch = { file: '/bin/sh', argv: [], env: { PATH: '/usr/bin:/bin' }, cwd: '/' }

function aLaunch(script: string, ...words: string[]): Launch {
  return { ...WHAT, argv: ['-c', script, 'sh', ...words] }
}

async function start({ library }: Way, what: Launch, input?: string): Promise<ApartChild> {
  const child = await launchApartBy(library, what, {
    stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
    words: pluginLaunchWords,
  })
  child.stdin?.on('error', () => undefined).end(input)
  return child
}

async function outputOf(way: Way, what: Launch, input?: string): Promise<string> {
  const child = await start(way, what, input)
  const [text] = await Promise.all([textOf(child.stdout), textOf(child.stderr), child.ended])
  return text
}

async function textOf(stream: Readable | null): Promise<string> {
  let text = ''
  if (stream) for await (const chunk of stream.setEncoding('utf8')) text += chunk
  return text
}

test(
  'on Linux the Node that octo brings can start programs without a copy of itself',
  {
    skip: canTell ? false : 'only there',
  },
  () => assert.ok(library),
)

/** No shell between: it would change some of what it finds. */
async function found(way: Way) {
  const what = { ...WHAT, file: '/bin/cat', argv0: 'a name', env: { A: '1', B: undefined, C: 'ü €' } }
  const file = (name: string) => outputOf(way, { ...what, argv: [`/proc/self/${name}`] })
  const status = new Map((await file('status')).split('\n').map((line) => line.split(':\t') as [string, string]))
  const own = (name: string) => status.get(name)?.split('\t').at(-1) === status.get('Pid')
  const { SigBlk, SigIgn } = Object.fromEntries(status)
  const same = ['Umask', 'Uid', 'Gid', 'SigCgt', 'CapEff', 'NoNewPrivs', 'Seccomp']
  return {
    ...Object.fromEntries(same.map((name) => [name, status.get(name)])),
    ...{
      SigBlk,
      SigIgn,
      isOfItsOwn: own('NSsid') && own('NSpgid'),
      environ: await file('environ'),
      limits: await file('limits'),
    },
    cmdline: (await file('cmdline')).split('\0'),
    folder: await outputOf(way, { ...WHAT, file: '/bin/pwd', cwd: tmpdir() }),
    descriptors: (await outputOf(way, { ...WHAT, file: '/bin/ls', argv: ['/proc/self/fd'] })).split('\n'),
  }
}

test('a program finds the same in both ways, and nothing of this process', {
  skip: skip || (canTell ? false : 'asks /proc'),
}, async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'octo-apart-'))
  t.after(() => rmSync(folder, { recursive: true }))
  // As octo does before all else.
  closeInherited([])
  // Signals that Node ignores, open files and the pipes of another child.
  const beside = await start(WAYS[0] as Way, aLaunch('cat'), undefined)
  openSync(join(folder, 'open'), 'w')
  const [byLibrary, byNode] = [await found(WAYS[0] as Way), await found(WAYS[1] as Way)]
  await beside.ended
  assert.deepEqual(byLibrary, byNode)
  assert.deepEqual([byLibrary.SigIgn, byLibrary.SigBlk], ['0000000000000000', '0000000000000000'])
  assert.deepEqual([byLibrary.environ, byLibrary.cmdline[0]], ['A=1\0C=ü €\0', 'a name'])
  assert.deepEqual([byLibrary.isOfItsOwn, byLibrary.folder], [true, `${tmpdir()}\n`])
  // The last one is the folder that it reads.
  assert.deepEqual(byLibrary.descriptors, ['0', '1', '2', '3', ''])
})

bothWays('words come as they are', async (way) => {
  const words = ['', ' a  b ', '-x', "'", '"$HOME"', 'ü€😀', '\n', '\\', 'x'.repeat(100_000)]
  const said = await outputOf(way, aLaunch('for word; do printf "%s|" "$word"; done', ...words))
  assert.equal(said, words.map((word) => `${word}|`).join(''))
})

bothWays('input is read to its end, and there is none without', async (way) => {
  assert.equal(await outputOf(way, aLaunch('cat'), 'typed'), 'typed')
  assert.equal(await outputOf(way, aLaunch('cat; echo nothing')), 'nothing\n')
})

bothWays('a file that is given as output takes both streams', async (way, t) => {
  const folder = mkdtempSync(join(tmpdir(), 'octo-apart-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const path = join(folder, 'log')
  const log = openSync(path, 'a')
  const child = await launchApartBy(way.library, aLaunch('echo out; echo err >&2; exit 3'), {
    ...{ stdio: ['ignore', log, log], words: pluginLaunchWords },
  })
  assert.deepEqual(await child.ended, { exitCode: 3, signal: null })
  assert.deepEqual([child.stdin, child.stdout, child.stderr], [null, null, null])
  assert.equal(readFileSync(path, 'utf8'), 'out\nerr\n')
})

bothWays('own streams that it is given are not mixed up', async (way, t) => {
  const folder = mkdtempSync(join(tmpdir(), 'octo-apart-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const path = join(folder, 'streams')
  const says = 'one=$(readlink /proc/$$/fd/1); two=$(readlink /proc/$$/fd/2); printf "%s\\n" "$one" "$two" > "$1"'
  const child = await launchApartBy(way.library, aLaunch(says, path), {
    ...{ stdio: ['ignore', 2, 1], words: pluginLaunchWords },
  })
  await child.ended
  const own = [2, 1].map((stream) => `${readlinkSync(`/proc/self/fd/${stream}`)}\n`)
  assert.equal(readFileSync(path, 'utf8'), own.join(''))
})

test('of one that somebody else collected nobody says how it ended', { skip }, async () => {
  const child = await start(WAYS[0] as Way, aLaunch('exit 0'))
  for (const stream of [child.stdout, child.stderr]) stream?.resume()
  assert.equal(library?.waitpid(child.pid, Buffer.alloc(8), 0), child.pid)
  assert.deepEqual(await child.ended, { exitCode: null, signal: null })
})

test('memory that the library reads is held to its last call, and then holds no variables', { skip }, async () => {
  const used: Buffer[] = []
  const heldAtTheEnd: boolean[] = []
  const watched = {
    ...(library as CLibrary),
    addressOf(bytes: Buffer) {
      used.push(bytes)
      return (library as CLibrary).addressOf(bytes)
    },
    posix_spawnattr_destroy(at: bigint) {
      heldAtTheEnd.push(used.at(-1)?.includes('A=secret') === true)
      return (library as CLibrary).posix_spawnattr_destroy(at)
    },
  } as CLibrary
  const way = { name: 'watched', library: watched, skip: false } as const
  const env = { A: 'secret' }
  assert.equal(await outputOf(way, { ...WHAT, file: '/bin/echo', argv: ['x'], env }), 'x\n')
  await expectCodeAsync('PLUGIN_MISSING', () => start(way, { ...WHAT, file: '/nowhere/program', env }))
  assert.deepEqual(heldAtTheEnd, [true, true])
  assert.ok(used.every((bytes) => bytes.every((byte) => byte === 0)))
})

bothWays('each of many that end at once is told its own end', async (way) => {
  const codes = [0, 1, 2, 126, 255, ...Array.from({ length: 15 }, (_, index) => 10 + index)]
  const children = await Promise.all(codes.map((code) => start(way, aLaunch(`exit ${code}`))))
  for (const { stdout, stderr } of children) for (const stream of [stdout, stderr]) stream?.resume()
  const ends = await Promise.all(children.map(({ ended }) => ended))
  assert.deepEqual(
    ends.map(({ exitCode }) => exitCode),
    codes,
  )
})

for (const signal of ['SIGTERM', 'SIGKILL', 'SIGSEGV', 'SIGPIPE', 'SIGUSR1', 'SIGXFSZ'] as const)
  bothWays(`one that ${signal} ends is told so, and has no exit code`, async (way) => {
    const child = await start(way, aLaunch(`ulimit -c 0; kill -${constants.signals[signal]} $$; sleep 100`))
    for (const stream of [child.stdout, child.stderr]) stream?.resume()
    assert.deepEqual(await child.ended, { exitCode: null, signal })
  })

bothWays('a name is looked up in its own PATH', async (way, t) => {
  const folder = mkdtempSync(join(tmpdir(), 'octo-apart-'))
  t.after(() => rmSync(folder, { recursive: true }))
  writeFileSync(join(folder, 'cat'), 'no program')
  const what = { ...WHAT, file: 'cat', env: { PATH: `${folder}:relative::/usr/bin:/bin` } }
  assert.equal(await outputOf(way, { ...what, argv: ['/proc/self/comm'] }), 'cat\n')
  await expectCodeAsync('PLUGIN_NOT_EXECUTABLE', () => start(way, { ...what, env: { PATH: folder } }))
  await expectCodeAsync('PLUGIN_MISSING', () => start(way, { ...what, file: 'no-such-program' }))
})

const REFUSED: readonly (readonly [why: string, code: Parameters<typeof expectCodeAsync>[0], what: Partial<Launch>])[] =
  [
    ['a file that is gone', 'PLUGIN_MISSING', { file: '/nowhere/program' }],
    ['a folder as its file', 'PLUGIN_NOT_EXECUTABLE', { file: '/etc' }],
    ['a file that is no program', 'PLUGIN_NOT_EXECUTABLE', { file: '/etc/passwd' }],
    ['a working directory that is gone', 'OS_FAILED', { cwd: '/nowhere' }],
    ['words that are too long', 'LIMIT_EXCEEDED', { argv: Array.from({ length: 40 }, () => 'x'.repeat(100_000)) }],
    ['a zero byte in a word', 'PLUGIN_NOT_EXECUTABLE', { argv: ['-c', 'exit 0', 'all\0but'] }],
    ['a zero byte in a variable', 'PLUGIN_NOT_EXECUTABLE', { env: { A: 'all\0but' } }],
    ['a zero byte in the name of a variable', 'PLUGIN_NOT_EXECUTABLE', { env: { 'A\0B': 'b' } }],
    ['a zero byte in its own name', 'PLUGIN_NOT_EXECUTABLE', { argv0: 'all\0but' }],
    ['a zero byte in its file', 'PLUGIN_NOT_EXECUTABLE', { file: '/bin/sh\0but' }],
    ['a zero byte in its folder', 'PLUGIN_NOT_EXECUTABLE', { cwd: '/\0but' }],
  ]

bothWays('what cannot be started says why, and leaves nothing open', async (way) => {
  const open = () => readdirSync('/proc/self/fd').length
  await outputOf(way, aLaunch('exit 0'))
  const before = open()
  for (const [why, code, what] of REFUSED) {
    await expectCodeAsync(code, () => start(way, { ...aLaunch('exit 0'), ...what }, 'typed')).catch((error: Error) => {
      throw new Error(`${why}: ${error.message}`)
    })
  }
  await outputOf(way, aLaunch('exit 0'))
  // Streams close a turn of the event loop later.
  await new Promise((resolve) => setImmediate(resolve))
  assert.equal(open(), before)
})

test('a thread that no signal reaches does not start programs past Node', { skip }, async () => {
  const module = new URL('../../../system/process/c-library.ts', import.meta.url).href
  const source = `import(${JSON.stringify(module)}).then(({ cLibrary }) =>
    require('node:worker_threads').parentPort.postMessage(cLibrary() === undefined))`
  const worker = new Worker(source, { eval: true })
  assert.deepEqual(await once(worker, 'message'), [true])
  await worker.terminate()
})
