// What a plugin finds when `octo run` starts it: the same whether octo becomes the plugin or starts it and waits, and nothing
// of Node, or of whoever called octo, that was not meant for it.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { closeSync, constants, openSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { before, test } from 'node:test'
import { triesEveryCase } from '../../support/machine/full-form.ts'
import { wholeFile } from '../../support/machine/whole-file.ts'
import type { WarmMachine, Way } from '../../support/operator/warm-machine.ts'
import { aWarmMachine, WAYS } from '../../support/operator/warm-machine.ts'

const onLinux = { skip: process.platform === 'linux' ? false : 'asks /proc' }

/** `cat` and `ls` show what they were given as it is: a shell or Node changes some of it when it starts. */
const PROGRAMS = {
  cat: readFileSync('/bin/cat'),
  ls: readFileSync('/bin/ls'),
  shell: Buffer.from('#!/bin/sh\neval "$1"\n'),
}

let machine: WarmMachine
const whole = wholeFile()
before(async () => {
  if (!onLinux.skip) machine = await aWarmMachine(whole, PROGRAMS)
})

/** One row is one claim, tried in both ways. */
function bothWays(title: string, claim: (way: Way) => Promise<void>): void {
  for (const way of WAYS) test(`where octo ${way} the plugin, ${title}`, onLinux, () => claim(way))
}

bothWays('the exit code is the plugin’s own', async (way) => {
  const { exitCode, signal, stderr } = await machine.run(way, ['shell', '--', 'exit 7'])
  assert.deepEqual({ exitCode, signal, stderr }, { exitCode: 7, signal: null, stderr: '' })
})

/** One that nobody catches, and one that Node ignores. */
const SIGNALS = ['KILL', 'PIPE', ...(triesEveryCase ? ['TERM', 'SEGV', 'HUP'] : [])]
for (const name of SIGNALS)
  bothWays(`a plugin that SIG${name} ends is seen to end by it`, async (way) => {
    const { exitCode, signal, stderr } = await machine.run(way, ['shell', '--', `kill -${name} $$`])
    assert.deepEqual({ exitCode, signal, stderr }, { exitCode: null, signal: `SIG${name}`, stderr: '' })
  })

bothWays('input, working directory and umask are the caller’s', async (way) => {
  const behind = ['/bin/sh', '-c', 'umask 027; exec "$@"', 'sh']
  const { stdout } = await machine.run(way, ['shell', '--', 'umask; pwd; cat'], { behind, input: 'typed' })
  assert.equal(stdout, `0027\n${machine.folder}\ntyped`)
})

const WORDS = [
  '',
  ' a  b ',
  '-x',
  '--',
  "'",
  '"$HOME"',
  'ü€😀',
  '*',
  '\\',
  'line\nbreak',
  '--config',
  'x'.repeat(100_000),
]
bothWays('its words are as they were typed, and its own name is that of its release', async (way) => {
  const { stdout, stderr } = await machine.run(way, ['cat', '--', '/proc/self/cmdline', '--', ...WORDS])
  assert.deepEqual(stdout.split('\0'), ['cat', '/proc/self/cmdline', '--', ...WORDS, ''])
  assert.match(stderr, /No such file|: No such/)
})

bothWays('its environment is the allowed part of the caller’s', async (way) => {
  const given = { SECRET: 'hunter2', LANG: 'de_DE.UTF-8', http_proxy: 'http://p:1', LD_PRELOAD_X: '1', NODE_DEBUG: '' }
  const { stdout } = await machine.run(way, ['cat', '--', '/proc/self/environ'], { env: given })
  const { TMPDIR, NODE_OPTIONS, OCTO_PLUGIN_ROOT, ...rest } = Object.fromEntries(
    stdout.split('\0').flatMap((line) => (line ? [[line.split('=', 1)[0], line.slice(line.indexOf('=') + 1)]] : [])),
  )
  assert.deepEqual(rest, {
    ...{ HOME: machine.folder, LANG: 'de_DE.UTF-8', http_proxy: 'http://p:1' },
    PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    ...{ PYTHONNOUSERSITE: '1', PYTHONDONTWRITEBYTECODE: '1', OCTO_CONTRACT: 'exit-code' },
  })
  assert.match(NODE_OPTIONS ?? '', /^--require ".*\/node-guard\.cjs"$/)
  assert.ok(OCTO_PLUGIN_ROOT?.startsWith(join(machine.base.storeRoot, 'v1/trees')))
  assert.ok(TMPDIR?.startsWith(`${machine.temporary}/octo-run-`))
})

/** What the caller does to signals before it starts octo. */
const CALLERS: Readonly<Record<string, string>> = {
  ...(triesEveryCase ? { 'that does nothing': ':', 'that ignores SIGPIPE': 'trap "" PIPE' } : {}),
  // Where `env` can; elsewhere as one that does nothing.
  'that blocks whatever can be': 'env --block-signal true 2>/dev/null && exec env --block-signal "$@"',
  'that ignores whatever can be': 'trap "" HUP INT QUIT PIPE TERM XFSZ USR1 USR2 CHLD',
}
for (const [caller, does] of Object.entries(CALLERS))
  bothWays(`no signal is ignored or blocked, behind a caller ${caller}`, async (way) => {
    const behind = ['/bin/sh', '-c', `${does}; exec "$@"`, 'sh']
    const { stdout } = await machine.run(way, ['cat', '--', '/proc/self/status'], { behind })
    const masks = Object.fromEntries(
      [...stdout.matchAll(/^(SigIgn|SigBlk|SigCgt):\t0*(\d.*)$/gm)].map(([, k, v]) => [k, v]),
    )
    assert.deepEqual(masks, { SigIgn: '0', SigBlk: '0', SigCgt: '0' })
  })

bothWays('a plugin that writes to a closed pipe ends', async (way) => {
  const child = machine.start(way, ['shell', '--', 'while :; do echo y; done'])
  child.stdout?.once('data', () => child.stdout?.destroy())
  const ended = await new Promise((resolve) => child.once('exit', (code, signal) => resolve(signal ?? code)))
  assert.equal(ended, 'SIGPIPE')
})

/** Node marks those up to the first gap from 16 on. */
const LEAKED = [3, 5, 12, 15, 17, 20, 40, 63, 251]
bothWays('it gets no descriptor but the standard streams', async (way) => {
  const file = openSync('/dev/null', 'r')
  const stdio = Array.from({ length: 252 }, (_none, at) => (LEAKED.includes(at) ? file : at < 3 ? 'pipe' : 'ignore'))
  const { stdout } = await machine.run(way, ['ls', '--', '-l', '/proc/self/fd'], { stdio: stdio as never })
  closeSync(file)
  const numbers = [...stdout.matchAll(/ (\d+) -> (.*)$/gm)].filter(([, , target]) => !target?.startsWith('/proc/'))
  assert.deepEqual(
    numbers.map(([, number]) => number),
    ['0', '1', '2'],
  )
})

bothWays('a descriptor that a word names, as shells write for `<(command)`, is the plugin’s', async (way) => {
  writeFileSync(join(machine.folder, 'text'), 'from the command')
  const file = openSync(join(machine.folder, 'text'), 'r')
  const stdio = Array.from({ length: 64 }, (_none, at) => (at === 63 ? file : at < 3 ? 'pipe' : 'ignore'))
  const { stdout } = await machine.run(way, ['cat', '--', '/dev/fd/63'], { stdio: stdio as never })
  closeSync(file)
  assert.equal(stdout, 'from the command')
})

bothWays('pipes of the caller wait as before, for the plugin and when it has ended', async (way) => {
  const fifo = join(machine.folder, `fifo-${way}`)
  execFileSync('mkfifo', [fifo])
  const pipe = openSync(fifo, constants.O_RDWR)
  const flags = () =>
    Number.parseInt(/^flags:\t(\d+)$/m.exec(readFileSync(`/proc/self/fdinfo/${pipe}`, 'utf8'))?.[1] ?? '', 8)
  assert.equal(flags() & constants.O_NONBLOCK, 0)
  for (const end of ['exit 0', 'kill -SEGV $$']) {
    const seen = join(machine.folder, 'seen')
    const look = `cat /proc/$$/fdinfo/0 /proc/$$/fdinfo/1 /proc/$$/fdinfo/2 > ${seen}; ${end}`
    await machine.run(way, ['shell', '--', look], { stdio: [pipe, pipe, pipe] })
    const found = [...readFileSync(seen, 'utf8').matchAll(/^flags:\t(\d+)$/gm)].map(([, octal = '']) =>
      Number.parseInt(octal, 8),
    )
    assert.deepEqual(
      found.map((each) => each & constants.O_NONBLOCK),
      [0, 0, 0],
    )
    assert.equal(flags() & constants.O_NONBLOCK, 0, end)
  }
  closeSync(pipe)
})

bothWays('a signal that reaches it leaves its input waiting', async (way) => {
  const seen = join(machine.folder, `input-${way}`)
  const script = `trap 'cat /proc/$$/fdinfo/0 > ${seen}; exit 5' INT; echo ready; while :; do sleep 0.01; done`
  const child = machine.start(way, ['shell', '--', script], { input: 'open' })
  child.stdout?.once('data', () => child.kill('SIGINT'))
  assert.equal(await new Promise((resolve) => child.once('exit', (code, signal) => resolve(signal ?? code))), 5)
  const [, octal = ''] = /^flags:\t(\d+)$/m.exec(readFileSync(seen, 'utf8')) ?? []
  assert.equal(Number.parseInt(octal, 8) & constants.O_NONBLOCK, 0)
})

test('the launcher of a release becomes the plugin', onLinux, async () => {
  const { stdout, stderr, pid } = await machine.run('launches', ['shell', '--', 'echo $$'])
  assert.deepEqual({ stdout, stderr }, { stdout: `${pid}\n`, stderr: '' })
})

test('where octo becomes the plugin, the plugin has its process', onLinux, async () => {
  const { stdout, pid } = await machine.run('becomes', ['shell', '--', 'echo $$ $PPID'])
  assert.equal(stdout, `${pid} ${process.pid}\n`)
})

test(
  'where octo becomes the plugin, it may open as many files as Node made of it, whatever a launcher said',
  onLinux,
  async () => {
    const behind = ['/bin/sh', '-c', 'ulimit -Sn 700 && ulimit -Hn 900 && exec "$@"', 'sh']
    const { stdout } = await machine.run('launches', ['shell', '--', 'ulimit -Sn; ulimit -Hn'], {
      behind,
      env: { OCTO_OPEN_FILES: '700' },
    })
    assert.equal(stdout, '900\n900\n')
  },
)

bothWays('its folder for temporary files is its own, and is gone after the next whole run', async (way) => {
  const { stdout } = await machine.run(way, [
    'shell',
    '--',
    'echo "$TMPDIR"; stat -c %a:%u "$TMPDIR"; touch "$TMPDIR/left"',
  ])
  const [folder = '', owner] = stdout.split('\n')
  assert.equal(owner, `700:${process.getuid?.()}`)
  const next = await machine.run(way, ['shell', '--', 'echo "$TMPDIR"'])
  assert.notEqual(next.stdout.trim(), folder)
  await machine.run('starts', ['shell', '--', ':'])
  assert.equal(statSync(folder, { throwIfNoEntry: false }), undefined)
  const left = readdirSync(machine.temporary, { recursive: true }).map(String)
  assert.deepEqual(
    left,
    [`octo-run-${process.getuid?.()}`].filter((name) => left.includes(name)),
  )
})
