import assert from 'node:assert/strict'
import { test } from 'node:test'
import { completionProgram } from '../../completion/main.ts'
import { addCommand, onRun, openProgram, runProgram } from '../../terminal/program.ts'
import { repeatable } from '../../terminal/repeatable.ts'
import { expectCodeAsync } from '../support/assertions/expect-code.ts'

function aProgram(ran: unknown[] = []) {
  const program = openProgram()
  const lock = addCommand(program, {
    words: 'lock [file]',
    summary: 'write octo.lock',
    examples: ['octo lock'],
    json: true,
  })
  onRun(lock.option('--frozen', 'change nothing'), async ({ args, options }) => {
    ran.push(args, options.frozen)
    return 3
  })
  return program
}

test('a command gets its arguments and options, and its number is the exit code', async () => {
  const ran: unknown[] = []
  assert.equal(await runProgram(aProgram(ran), ['lock', 'a', '--frozen']), 3)
  assert.deepEqual(ran, [['a'], true])
})

test('a repeated option keeps every value in order, and takes none of the words behind them', async () => {
  const program = openProgram()
  const build = addCommand(program, { words: 'build [dir]', summary: 'build', examples: ['octo build'] })
  const found: unknown[] = []
  onRun(build.option('-p, --platform <platform>', 'one of several', repeatable), async ({ args, options }) => {
    found.push(args, options.platform)
    return 0
  })
  await runProgram(program, ['build', '-p', 'linux_amd64', '--platform', 'darwin_arm64', 'folder'])
  assert.deepEqual(found, [['folder'], ['linux_amd64', 'darwin_arm64']])
})

for (const isPositional of [false, true])
  test(`a flag that groups and their commands share counts wherever it stands${isPositional ? ', also where each reads its own' : ''}`, async () => {
    for (const [argv, quiet, color] of [
      [['repo', 'create'], false, true],
      [['repo', 'create', '--quiet'], true, true],
      [['repo', '--quiet', 'create'], true, true],
      [['repo', 'create', '--no-color'], false, false],
      [['repo', '--no-color', 'create'], false, false],
    ] as const) {
      const program = openProgram().enablePositionalOptions(isPositional)
      const group = addCommand(program, { words: 'repo', summary: 'repos', examples: ['octo repo create'] })
      const create = addCommand(group, { words: 'create', summary: 'create one', examples: ['octo repo create'] })
      const found: unknown[] = []
      onRun(create, async ({ options, terminal }) => {
        found.push(terminal.quiet, options.color)
        return 0
      })
      await runProgram(program, argv)
      assert.deepEqual(found, [quiet, color], argv.join(' '))
    }
  })

test('help shows a default as it would be typed, and none where nothing is given', async () => {
  const program = openProgram()
  const serve = addCommand(program, { words: 'serve', summary: 'serve', examples: ['octo serve'] })
    .option('--port <number>', 'port', '8787')
    .option('--key <file>', 'key', repeatable, [])
  const help = serve.helpInformation()
  assert.match(help, /port \(default: 8787\)\n/)
  assert.match(help, /--key <file> +key\n/)
  assert.equal(help.match(/default/g)?.length, 1)
})

const mistakes = [
  {
    says: 'an unknown option',
    argv: ['lock', '--frozn'],
    message: 'unknown option `--frozn`',
    hint: 'did you mean `--frozen`? run `octo lock --help`',
  },
  {
    says: 'an unknown word',
    argv: ['lokc'],
    message: 'unknown command `lokc`',
    hint: 'did you mean `lock`? run `octo --help`',
  },
  {
    says: 'too many arguments',
    argv: ['lock', 'a', 'b'],
    message: 'too many arguments for `lock`, expected 1 argument but got 2',
    hint: 'run `octo lock --help`',
  },
  { says: 'no word at all', argv: [], message: 'a further word is needed', hint: 'run `octo --help`' },
]

test('a word that is none of those that may stand there is told in the words of octo', async () => {
  const error = await expectCodeAsync('USAGE', () => runProgram(completionProgram(), ['completion', 'bsh']))
  assert.equal(error.message, '`bsh` is no shell, expected one of `bash`, `zsh`, `fish`')
})

test('too many words are counted and not shown, but for an address that was meant as an option', async () => {
  const program = openProgram()
  const publish = addCommand(program, { words: 'publish [dir]', summary: 'publish', examples: ['octo publish'] })
  onRun(publish.option('--registry <url>', 'registry'), () => Promise.resolve(0))
  const typed = ['publish', '.', 'https://me:hun,ter2@example.com/x', 'hunter2']
  const { message, hint } = await expectCodeAsync('USAGE', () => runProgram(program, typed))
  assert.match(message, /expected 1 argument but got 3$/)
  assert.equal(hint, '`octo publish --registry https://example.com/x`')
})

test('an option or a word too many that other programs have is told in the words of octo', async () => {
  for (const [typed, hint] of [
    ['status --follow', 'did you mean `octo status --watch`?'],
    ['logs --lines=5', 'did you mean `octo logs --tail 20`?'],
    ['exec -it api sh', 'leave it away: `octo exec SERVICE -- COMMAND` has your terminal'],
    [
      'install check-tcp',
      '`octo add NAME` takes a plugin into the config and locks it; `octo install` brings all that is locked',
    ],
  ] as const) {
    const program = openProgram()
    for (const words of ['status [services...]', 'logs [services...]', 'exec <service> [command...]', 'install'])
      onRun(
        addCommand(program, { words, summary: words, examples: ['octo x'], passesOn: words.startsWith('exec') }),
        () => Promise.resolve(0),
      )
    const error = await expectCodeAsync('USAGE', () => runProgram(program, typed.split(' ')))
    assert.equal(error.hint, hint, typed)
  }
})

test('a word too many behind one that has words of its own leads to these', async () => {
  const program = openProgram()
  const cache = addCommand(program, { words: 'cache', summary: 'the store', examples: ['octo cache'] })
  for (const words of ['list', 'gc'])
    onRun(addCommand(cache, { words, summary: words, examples: [`octo cache ${words}`] }), () => Promise.resolve(0))
  onRun(cache, () => Promise.resolve(0))
  const hintOf = async (word: string) =>
    (await expectCodeAsync('USAGE', () => runProgram(program, ['cache', word]))).hint
  assert.equal(await hintOf('lsit'), 'did you mean `octo cache list`?')
  assert.equal(await hintOf('clean'), 'did you mean `octo cache gc`?')
  assert.equal(await hintOf('hunter2'), '`octo cache --help` tells of what may stand behind it: `list`, `gc`')
})

test('of words that octo does not know, as they are for a plugin, the names of options are shown and no value', async () => {
  for (const [typed, shown] of [
    ['run --offline check --password hunter2', 'octo run --offline check -- --password …'],
    ['run check --password=hunter2', 'octo run check -- --password …'],
    ['run check -phunter2', 'octo run check -- -p…'],
    ['run --config x.yaml check hunter2 -p hunter2', 'octo run --config x.yaml check -- -p …'],
    ['run check hunter2 --force', 'octo run check -- --force …'],
    ['run check --force', 'octo run check -- --force'],
    ['run --password=hunter2 check', 'octo run -- --password …'],
    ['run -p hunter2 -- --word hunter2', 'octo run --help'],
  ] as const) {
    const program = openProgram()
    const run = addCommand(program, {
      ...{ words: 'run <plugin> [args...]', summary: 'run', examples: ['octo run x'], passesOn: true },
    })
    onRun(run.option('--config <file>', 'config').option('--offline', 'offline'), () => Promise.resolve(0))
    const { message, hint = '' } = await expectCodeAsync('USAGE', () => runProgram(program, typed.split(' ')))
    assert.ok(hint.includes(`\`${shown}\``), `${typed}: ${hint}`)
    assert.doesNotMatch(message + hint, /hunter/, typed)
    assert.match(message, /^unknown option `-/)
  }
})

for (const { says, argv, message, hint } of mistakes)
  test(`${says} is a usage mistake that names the help`, async () => {
    const error = await expectCodeAsync('USAGE', () => runProgram(aProgram(), argv))
    assert.deepEqual({ message: error.message, hint: error.hint }, { message, hint })
  })

test('what a command throws comes out as it is', async () => {
  const program = openProgram()
  const boom = new Error('boom')
  onRun(addCommand(program, { words: 'x', summary: 's', examples: ['octo x'] }), () => Promise.reject(boom))
  await assert.rejects(runProgram(program, ['x']), boom)
})

test('every help shows an example and the shared flags, and ends well', async (t) => {
  let shown = ''
  const write = process.stdout.write.bind(process.stdout)
  t.mock.method(process.stdout, 'write', (text: string | Uint8Array) => {
    // Bytes are the test runner's own reports.
    if (typeof text !== 'string') return write(text)
    shown += text
    return true
  })
  const code = await runProgram(aProgram(), ['lock', '--help'])
  t.mock.restoreAll()
  assert.equal(code, 0)
  for (const words of ['octo lock [options] [file]', '--json', '--quiet', '--no-color', 'Examples:\n  $ octo lock'])
    assert.ok(shown.includes(words), `${words} is in\n${shown}`)
})

test('a word that octo has not is told what to do in its place, and one that is near to none is not guessed', async () => {
  const program = openProgram()
  const registry = addCommand(program, { words: 'registry', summary: 'registry', examples: ['octo x'] })
  const repo = addCommand(registry, { words: 'repo', summary: 'repos', examples: ['octo x'] })
  for (const words of ['create', 'list'])
    onRun(addCommand(repo, { words, summary: words, examples: ['octo x'] }), () => Promise.resolve(0))
  const hintOf = async (word: string) =>
    (await expectCodeAsync('USAGE', () => runProgram(program, ['registry', 'repo', word]))).hint ?? ''
  assert.match(await hintOf('rename'), /^a repo keeps its name.*`octo registry repo create NAME/)
  assert.match(await hintOf('rm'), /^what was published stays: `octo registry repo visibility/)
  assert.equal(await hintOf('show'), 'did you mean `list`? run `octo registry repo --help`')
  assert.equal(await hintOf('crate'), 'did you mean `create`? run `octo registry repo --help`')
  assert.equal(await hintOf('rebase'), 'run `octo registry repo --help`')
})
