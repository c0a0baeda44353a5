// The contract of checks, asked of one program: words, documents, deadlines and signals, and what each has to be answered.
import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { parseCheckResult } from '../../../schemas/check-result.ts'
import { triesEveryCase } from '../machine/full-form.ts'

const ROOT = join(import.meta.dirname, '../../..')
const OPTIONS = '--mode, --n, --any, --level, --every, --flag, --tag, --the-password'
const HELP = '; see `demo --help`'
const SECRET =
  '--the-password is secret and never read from the command line, which every user of the machine can read: give it on standard input, as `{"v":1,"arguments":{"the-password":…}}`'
const metrics = [
  { name: 'n', value: 7, unit: 'B', warn: 10, crit: '5:20', min: 0 },
  { name: 'half', value: 3.5 },
]
const said = (changed: Readonly<Record<string, unknown>> = {}) =>
  Object.entries({ n: 1, any: '', level: 'low', every: 10_000, flag: false, tags: '', password: '', ...changed })
    .map(([name, value]) => `${name}=${value}`)
    .join(' ')

type Case = {
  readonly argv: readonly string[]
  /** What stands on standard input. */
  readonly input?: string
  readonly result: readonly [status: string, summary: string | RegExp, metrics?: typeof metrics]
  /** Of a kind that another case asks as well. */
  readonly isAlike?: true
}

export const document = (fields: unknown) => ({ argv: [], input: JSON.stringify({ v: 1, arguments: fields }) })
const failed = (why: string): Case['result'] => ['unknown', `demo failed: ${why}`]

const CASES: readonly Case[] = [
  { argv: [], result: ['ok', said()] },
  { argv: ['--mode=warn', '--n=7'], result: ['warn', said({ n: 7 }), metrics] },
  { argv: ['critical', '--n', '007'], result: ['critical', said({ n: 7 })] },
  { isAlike: true, argv: ['--mode', 'unknown', '--flag'], result: ['unknown', said({ flag: true })] },
  {
    argv: ['--flag=true', '--any=-5', '-n', '3', '--every', '2h'],
    result: ['ok', said({ n: 3, flag: true, any: -5, every: 7_200_000 })],
  },
  { isAlike: true, argv: ['-n3', '--flag=false', '--', 'ok'], result: ['ok', said({ n: 3 })] },
  {
    argv: ['--tag=a b', '--tag', 'c=d', '--tag=', '--every=1.5s', '--level=high'],
    result: ['ok', said({ tags: 'a b,c=d,', every: 1500, level: 'high' })],
  },
  { argv: ['--n=101'], result: ['unknown', `--n is \`101\`, expected a whole number from 0 to 100${HELP}`] },
  {
    isAlike: true,
    argv: ['--n=1.5'],
    result: ['unknown', `--n is \`1.5\`, expected a whole number from 0 to 100${HELP}`],
  },
  {
    isAlike: true,
    argv: ['--any=9999999999999999'],
    result: ['unknown', `--any is \`9999999999999999\`, expected a whole number${HELP}`],
  },
  { isAlike: true, argv: ['--any='], result: ['unknown', `--any is \`\`, expected a whole number${HELP}`] },
  { argv: ['--n=1', '--n=2'], result: ['unknown', `--n is given 2 times, expected once${HELP}`] },
  { argv: ['--n'], result: ['unknown', `--n needs a value${HELP}`] },
  {
    isAlike: true,
    argv: ['--every=10'],
    result: ['unknown', `--every is \`10\`, expected a duration such as \`500ms\` or \`10s\`${HELP}`],
  },
  {
    isAlike: true,
    argv: ['--flag=yes'],
    result: ['unknown', `--flag is \`yes\`, expected \`true\` or \`false\`${HELP}`],
  },
  { argv: ['--nn=1'], result: ['unknown', `unknown option \`--nn\`, expected one of ${OPTIONS}${HELP}`] },
  { isAlike: true, argv: ['-x'], result: ['unknown', `unknown option \`-x\`, expected one of ${OPTIONS}${HELP}`] },
  {
    argv: ['--level=\u0007$(id)`*'],
    result: ['unknown', `--level is \`?$(id)\`*\`, expected \`low\` or \`high\`${HELP}`],
  },
  { isAlike: true, argv: [`--level=${'y'.repeat(90)}`], result: ['unknown', /is `y{80}…`, expected/] },
  { argv: ['--the-password=hunter2'], result: ['unknown', `${SECRET}${HELP}`] },
  {
    ...document({ 'the-password': `it's "\\ é \n$(id)`, n: 4, flag: true, tag: ['a', 2], any: null }),
    result: ['ok', said({ n: 4, flag: true, tags: 'a,2', password: `it's "\\ é \n$(id)` })],
  },
  {
    argv: [],
    input: '{"v":1,"service":"s","arguments":{"the-password":"\\u00e9\\ud83d\\ude00\\/"},"x":[{"y":[]}]}\n',
    result: ['ok', said({ password: 'é😀/' })],
  },
  { ...document({ level: { a: 1 } }), result: ['unknown', `\`level\` is a map, expected a plain value${HELP}`] },
  {
    isAlike: true,
    ...document({ nn: 1 }),
    result: ['unknown', `unknown option \`nn\`, expected one of ${OPTIONS}${HELP}`],
  },
  {
    isAlike: true,
    ...document({ 'the-password': "'; echo out; exit 0; '", level: 'low' }),
    result: ['ok', said({ password: "'; echo out; exit 0; '" })],
  },
  { isAlike: true, argv: [], input: '{"v":1}', result: ['ok', said()] },
  { argv: [], input: '', result: failed('standard input is empty, expected one JSON document: {"v":1,…}') },
  { argv: [], input: '{"v":1,"arguments":{"the-password":"hunter2"', result: failed('standard input is no JSON') },
  { isAlike: true, argv: [], input: '[1]', result: failed('standard input is no JSON object') },
  {
    argv: [],
    input: '{"v":2}',
    result: failed('the document on standard input is of another version, expected `"v":1`'),
  },
  {
    isAlike: true,
    argv: [],
    input: '{"v":1,"arguments":[]}',
    result: failed('`arguments` of the document is no JSON object'),
  },
  { argv: ['long'], result: ['ok', 'x'.repeat(2000)] },
  { argv: ['odd'], result: ['ok', 'a "b" \\ c\n\u0001é☃'] },
  { argv: ['invalid'], result: ['unknown', `these do not go together${HELP}`] },
  { argv: ['crash'], result: ['unknown', /^demo failed: (?:boom|exit code 7)$/] },
  { argv: ['nothing'], result: ['unknown', 'demo ended without a result'] },
]
const CODES: Readonly<Record<string, number>> = { ok: 0, warn: 1, critical: 2, unknown: 3 }

export type Language = {
  /** Below `sdk`, and the plugin that uses it, of test/fixtures/contracts. */
  readonly own: string
  readonly demo: string
  /** It answers where the language is to be had. */
  readonly needs?: readonly [string, ...string[]]
  /** Made of sources that test/sdk asks without a process: one case of each kind is enough by default. */
  readonly isMade?: true
  /** The command for the plugin in a folder. */
  run(dir: string): readonly string[]
  /** The command for a program that reads a list of what is asked and says what the plugin answered, each in a process that it forks. */
  forks?(dir: string): readonly string[]
}

type Asked = { readonly argv: readonly string[]; readonly input?: string; readonly deadlineMs?: number }
type Ended = { readonly code: number | null; readonly out: string }

/** The plugin in this language in a folder of its own; gives its command. */
export function writePlugin(dir: string, { own, demo, run }: Language): readonly string[] {
  copyFileSync(join(ROOT, 'sdk', own), join(dir, basename(own)))
  copyFileSync(join(ROOT, 'test/fixtures/contracts', demo), join(dir, demo))
  return run(dir)
}

/** Each case in a process of its own; starting the language anew for each takes longer than its answer. */
async function answersTo(
  program: readonly string[],
  cases: readonly Case[],
  forks: readonly string[] | undefined,
): Promise<readonly Ended[]> {
  const asked = cases.map(({ argv, input }): Asked => ({ argv, ...(input === undefined ? {} : { input }) }))
  if (forks) {
    const { stdout, stderr } = spawnSync(forks[0] ?? '', forks.slice(1), {
      ...{ encoding: 'utf8', input: JSON.stringify(asked), env: { PATH: process.env.PATH, LANG: 'C.UTF-8' } },
    })
    assert.ok(stdout.startsWith('['), stderr)
    return JSON.parse(stdout)
  }
  const answers: Ended[] = []
  for (const one of asked) answers.push(await ended(start(program, one)))
  return answers
}

/** Asks all of it of a program in the language `name`. */
export async function answersAsTheContractSays(
  program: readonly string[],
  name: string,
  { isMade, forks }: { readonly isMade?: true | undefined; readonly forks?: readonly string[] | undefined } = {},
): Promise<void> {
  const cases = CASES.filter(({ isAlike }) => triesEveryCase || !isMade || !isAlike)
  const answers = await answersTo(program, cases, forks)
  assert.equal(answers.length, cases.length)
  for (const [at, { argv, input, result }] of cases.entries()) {
    const [status, summary, measured] = result
    const about = `${name} ${argv.join(' ')} ${input ?? ''}`
    const { code, out } = answers[at] as Ended
    const lines = out.trimEnd().split('\n')
    const found = parseCheckResult(lines.at(-1) ?? '', about)
    if (typeof summary === 'string') assert.equal(found.summary, summary, about)
    else assert.match(found.summary, summary, about)
    assert.deepEqual([found.status, code, lines.length], [status, CODES[status], 1], about)
    assert.deepEqual(found.metrics, measured, about)
  }
  assert.equal((await ended(start(program, { argv: ['--version'] }))).out, '1.2.3\n')
  assert.equal((await ended(start(program, { argv: ['--help'] }))).out, HELP_TEXT)
  const late = await ended(start(program, { argv: ['sleep'], deadlineMs: Date.now() + 900 }))
  assert.deepEqual([late.code, summaryOf(late.out)], [3, 'no result before the deadline'])
  const stopped = start(program, { argv: ['sleep'] })
  stopped.stdout.once('data', () => stopped.kill('SIGTERM'))
  const { code, out } = await ended(stopped)
  assert.deepEqual([code, summaryOf(out)], [3, 'demo was told to stop before it had a result'])
}

const HELP_TEXT = `demo 1.2.3: passes when all is well

Options:
  [--mode=]<text>   what to do (default ok)
  --n=<number>      a number (default 1)
  --any=<number>    any number
  --level=low|high  how much (default low)
  --every=<10s>     how often (default 10s)
  --flag            yes or no
  --tag=<text>      words (may be repeated)
  the-password      a password (secret: on standard input)
`

export function start([file = '', ...leading]: readonly string[], { argv, input, deadlineMs }: Asked) {
  const child = spawn(file, [...leading, ...argv], {
    stdio: ['pipe', 'pipe', 'ignore'],
    env: {
      PATH: process.env.PATH ?? '',
      LANG: 'C.UTF-8',
      ...(input === undefined ? {} : { OCTO_INPUT: 'json' }),
      ...(deadlineMs === undefined ? {} : { OCTO_DEADLINE_MS: String(deadlineMs) }),
    },
  })
  child.stdin.on('error', () => undefined).end(input ?? '')
  return child
}

/** The result is there when the program ends; what it started may hold its output open. */
export async function ended(child: ReturnType<typeof start>): Promise<Ended> {
  let out = ''
  const { promise: told, resolve } = Promise.withResolvers<void>()
  child.stdout.setEncoding('utf8').on('data', (text) => {
    out += text
    if (out !== 'up\n' && out.endsWith('\n')) resolve()
  })
  child.stdout.once('end', resolve)
  const [[code]] = await Promise.all([once(child, 'exit'), told])
  child.stdout.destroy()
  return { code, out }
}

export function summaryOf(out: string): string {
  return parseCheckResult(out.trimEnd().split('\n').at(-1) ?? '', 'the last line').summary
}
