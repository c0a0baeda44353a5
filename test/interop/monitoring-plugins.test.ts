// Debian's monitoring plugins, published as they are and run by `octo check --json`, say exactly what they say when they
// are run directly: status, text and performance data. Their servers are small ones of this process, or nobody.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { existsSync, readFileSync } from 'node:fs'
import { createServer as createHttpServer } from 'node:http'
import { createServer } from 'node:net'
import type { TestContext } from 'node:test'
import test from 'node:test'
import { inParallel } from '../../system/async/limit.ts'
import { FIXED_PATH } from '../../system/process/system-tool.ts'
import { aRelease, issueKey } from '../support/builders/test-authority.ts'
import { aConsumer } from '../support/client/consumer.ts'
import { freePort, listening } from '../support/machine/listening.ts'
import { startStaticRegistry } from '../support/registry/static-registry.ts'

const FOLDER = '/usr/lib/nagios/plugins'
const skip = existsSync(`${FOLDER}/check_ldap`) ? false : 'the monitoring plugins are not on this machine'
const PLATFORM = `linux_${process.arch === 'x64' ? 'amd64' : process.arch}`
const STATUSES = ['ok', 'warn', 'critical', 'unknown']

type Case = readonly [program: string, words: string]

const HOST = '-H 127.0.0.1'
/** All of them are one program, which looks at its own name. */
const BANNERS = ['tcp', 'ftp', 'imap', 'pop', 'nntp', 'clamd'] as const

/** `CLOSED`, `WEB`, `UDP` and names of banners stand for ports. */
const CASES: readonly Case[] = [
  ...BANNERS.flatMap((name): Case[] => [
    [`check_${name}`, `${HOST} -p CLOSED`],
    [`check_${name}`, `${HOST} -p ${name.toUpperCase()}`],
    // A server that says something else and then nothing; the news server's program may take that either way.
    [
      `check_${name}`,
      `${HOST} -p ${name.toUpperCase()} ${name === 'nntp' ? '-w 60 -c 90' : '-e nothing-like-it -t 2'}`,
    ],
    [`check_${name}`, `${HOST} -p ${name.toUpperCase()} -w 0 -c 60`],
  ]),
  ['check_udp', `${HOST} -p CLOSED -s x -e y`],
  ['check_udp', `${HOST} -p UDP -s x -e x`],
  ['check_udp', `${HOST} -p UDP -s x -e other`],
  ['check_ssh', '-p CLOSED 127.0.0.1'],
  ['check_ssh', '-p SSH 127.0.0.1'],
  ['check_ssh', '-p SSH -r OpenSSH_1 127.0.0.1'],
  ['check_ssh', '-p SSH -P 1.5 127.0.0.1'],
  ['check_smtp', `${HOST} -p CLOSED`],
  ['check_smtp', `${HOST} -p SMTP`],
  ['check_smtp', `${HOST} -p SMTP -e 421`],
  ['check_http', '-I 127.0.0.1 -p CLOSED'],
  ['check_http', '-I 127.0.0.1 -p WEB'],
  ['check_http', '-I 127.0.0.1 -p WEB -u /missing'],
  ['check_http', '-I 127.0.0.1 -p WEB -u /broken'],
  ['check_http', '-I 127.0.0.1 -p WEB -s hello'],
  ['check_http', '-I 127.0.0.1 -p WEB -s absent'],
  ['check_http', '-I 127.0.0.1 -p WEB -w 0 -c 60'],
  ['check_http', '-I 127.0.0.1 -p WEB -m 1000000'],
  ['check_http', '--no-such 127.0.0.1'],
  ['check_dns', '-H localhost -s 127.0.0.1 -t 3'],
  ['check_ldap', `${HOST} -b x -p CLOSED`],
  ['check_ntp_time', '--no-such'],
  ['check_ntp_peer', '--no-such'],
  ['check_time', `${HOST} -p CLOSED`],
  ['check_load', '-w 1000,1000,1000 -c 2000,2000,2000'],
  ['check_load', '-w 0,0,0 -c 2000,2000,2000'],
  ['check_load', '-w 0,0,0 -c 0,0,0'],
  ['check_procs', '-w 1:100000 -c 1:200000'],
  ['check_procs', '-w 200000: -c @200000:300000'],
  ['check_procs', '-w 1:2 -c ~:3'],
  ['check_procs', '-C no-such-program -w 1: -c 0:'],
  ['check_dummy', '0 fine'],
  ['check_dummy', '1 so-so'],
  ['check_dummy', '2 bad'],
  ['check_dummy', '3 odd'],
  ['check_dummy', '4 out-of-range'],
  ['check_disk', '-w 0% -c 0% -p /'],
  ['check_disk', '-w 100% -c 0% -p /'],
  ['check_disk', '-w 100% -c 100% -p /'],
  ['check_disk', '-w 1% -c 1% -p /no-such-folder'],
  ['check_users', '-w 1000 -c 2000'],
  ['check_swap', '-w 0% -c 0%'],
  ['check_cluster', '-s -l x -d 0,2,1 -w 1 -c 2'],
  ['check_cluster', '-s -l x -d 0,0,0 -w 1 -c 2'],
  ['check_cluster', '-s -l x -d 2,2,2 -w 1 -c 2'],
  ['check_cluster', '-h -l x -d 0,1,2 -w @1:20 -c 2'],
]

const GREETINGS: Readonly<Record<string, string>> = {
  ...{ TCP: 'hello\r\n', FTP: '220 ready\r\n', IMAP: '* OK ready\r\n', POP: '+OK ready\r\n', NNTP: '200 ready\r\n' },
  ...{ CLAMD: 'PONG', SSH: 'SSH-2.0-OpenSSH_9.2\r\n', SMTP: '220 localhost ESMTP\r\n' },
}

async function startServers(t: TestContext): Promise<ReadonlyMap<string, number>> {
  const ports = new Map([['CLOSED', await freePort()]])
  for (const [name, greeting] of Object.entries(GREETINGS)) {
    const server = createServer((socket) => {
      socket.on('error', () => undefined).on('data', () => (name === 'SMTP' ? socket.write('250 ok\r\n') : undefined))
      socket.write(greeting)
    })
    ports.set(name, await listening(t, server))
  }
  const web = createHttpServer(({ url }, response) => {
    response.writeHead(url === '/missing' ? 404 : url === '/broken' ? 500 : 200).end('hello\n')
  })
  ports.set('WEB', await listening(t, web))
  const udp = createSocket('udp4')
  udp.on('message', (message, { port, address }) => udp.send(message, port, address))
  await new Promise<void>((resolve) => udp.bind(0, '127.0.0.1', resolve))
  t.after(() => udp.close())
  ports.set('UDP', udp.address().port)
  return ports
}

type Said = { readonly status: string; readonly text: string; readonly measures: readonly string[] }

/** Times and counts differ from run to run. */
const still = (text: string) => text.replace(/\d+(?:\.\d+)?/g, '#')

function runDirectly(program: string, words: readonly string[]): Promise<Said> {
  const env = { PATH: FIXED_PATH, LANG: 'C.UTF-8' }
  return new Promise((resolve) => {
    execFile(`${FOLDER}/${program}`, words, { env, cwd: '/' }, (error, stdout) => {
      const code = typeof error?.code === 'number' ? error.code : 0
      const lines = stdout.split('\n').filter((line) => line.trim() !== '')
      const status = STATUSES[code] ?? 'unknown'
      const [text = '', data = ''] = (lines.find((line) => fits(line, status)) ?? lines[0] ?? '').split('|')
      resolve({ status, text: still(text.trim()), measures: data.trim().split(/\s+/).filter(Boolean).map(normal) })
    })
  })
}

/** The word that the plugins write for a status. */
function fits(line: string, status: string): boolean {
  const words: Readonly<Record<string, RegExp>> = { ok: /\bOK\b/, warn: /\bWARNING\b/, critical: /\bCRITICAL\b/ }
  return (words[status] ?? /\bUNKNOWN\b/).test(line.split('|')[0] ?? '')
}

/** `time=0.1s;;;0.000000` as name, unit and limits in one form. */
function normal(measure: string): string {
  const [amount = '', ...limits] = measure.split(';')
  const shown = limits.map((limit) => (limit === '' || Number.isNaN(Number(limit)) ? limit : String(Number(limit))))
  return `${still(amount)};${shown.join(';')}`.replace(/;+$/, '')
}

type Metric = { name: string; unit?: string; warn?: unknown; crit?: unknown; min?: number; max?: number }

function saidByOcto(check: { status: string; summary: string; metrics?: readonly Metric[] }): Said {
  const measures = (check.metrics ?? []).map(({ name, unit = '', warn = '', crit = '', min = '', max = '' }) =>
    `${still(name)}=#${unit};${[warn, crit, min, max].join(';')}`.replace(/;+$/, ''),
  )
  return { status: check.status, text: still(check.summary), measures }
}

test(`${CASES.length} cases of Debian's monitoring plugins say through octo what they say directly`, {
  skip,
}, async (t) => {
  const ports = await startServers(t)
  const wordsOf = (words: string) => words.split(' ').map((word) => String(ports.get(word) ?? word))
  const key = issueKey()
  const programs = [...new Set(CASES.map(([program]) => program))].filter((program) =>
    existsSync(`${FOLDER}/${program}`),
  )
  const releases = programs.map((program) => {
    const offer = { bytes: readFileSync(`${FOLDER}/${program}`), argv0: program }
    return aRelease(key, {
      plugin: program.replaceAll('_', '-'),
      manifest: { output: 'nagios' },
      platforms: { [PLATFORM]: offer },
    })
  })
  const registry = await startStaticRegistry(t, await Promise.all(releases))
  const cases = CASES.filter(([program]) => programs.includes(program))
  const services = Object.fromEntries(
    cases.map(([program, words], index) => [
      `case-${index}`,
      { health: [{ tool: program.replaceAll('_', '-'), args: wordsOf(words), timeout: '60s' }] },
    ]),
  )
  const { octo } = aConsumer(t, { url: registry.url(), key, services })
  const { stdout, stderr } = await octo('check', '--json')
  const { checks } = JSON.parse(stdout || stderr)
  // All at once keep the servers, which are in this process, from answering in time.
  const direct = await inParallel(cases, 2, ([program, words]) => runDirectly(program, wordsOf(words)))
  assert.deepEqual(checks.map(saidByOcto), direct)
})
