// Values that a person is asked for: who may ask, when, and what becomes of the answer.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { AskPrompt } from '../../config/ask-prompts.ts'
import { expectCodeAsync } from '../support/assertions/expect-code.ts'
import { openWholeConfig } from '../support/machine/config-files.ts'

const USES = 'services: {web: {health: [{tool: t, args: {password: "{{.env.VAULT_PASSWORD}}"}}]}}\n'
const PROMPT = '{name: Password of the vault, type: password, var: VAULT_PASSWORD}'

/** Answers everything with `hush`, and says what it was asked. */
function aPerson(answer = 'hush') {
  const asked: string[] = []
  const ask: AskPrompt = async ({ name, type, options }) => {
    asked.push([name, type, ...options].join(' | '))
    return answer
  }
  return { asked, ask }
}

test('a value that a template needs is asked for once, and is there for templates and for what operators are given', async (t) => {
  const { asked, ask } = aPerson()
  const text = `octoctl: {prompts: [${PROMPT}]}\n${USES}`.replace('health', 'octocompose: {config: {}}, validate')
  const whole = await openWholeConfig(t, { 'octo.yaml': text }, { ask })
  assert.deepEqual(asked, ['Password of the vault | password'])
  assert.deepEqual(whole.config.services[0]?.checks.preflight[0]?.arguments.value, { password: 'hush' })
  const { secrets } = whole.effective()
  assert.deepEqual(
    [...secrets].map((node) => node.kind === 'scalar' && node.value),
    ['hush'],
  )
})

const kinds: readonly (readonly [prompt: string, asked: string])[] = [
  ['{var: VAULT_PASSWORD}', 'VAULT_PASSWORD | text'],
  ['{name: Sure?, type: confirm, var: VAULT_PASSWORD}', 'Sure? | confirm'],
  ['{name: Which, type: select, options: [a, 2, "3"], var: VAULT_PASSWORD}', 'Which | select | a | 2 | 3'],
]

for (const [prompt, expected] of kinds)
  test(`asks for ${prompt}`, async (t) => {
    const { asked, ask } = aPerson()
    await openWholeConfig(t, { 'octo.yaml': `operator: {prompts: [${prompt}]}\n${USES}` }, { ask })
    assert.deepEqual(asked, [expected])
  })

test('nobody is asked for what the environment has, nor for what no template names', async (t) => {
  const { asked, ask } = aPerson()
  const prompts = `operator: {prompts: [${PROMPT}, {var: OTHER}]}\n`
  const env = { VAULT_PASSWORD: 'set' }
  const whole = await openWholeConfig(t, { 'octo.yaml': `${prompts}${USES}` }, { ask, env })
  assert.deepEqual(whole.config.services[0]?.checks.health[0]?.arguments.value, { password: 'set' })
  await openWholeConfig(t, { 'octo.yaml': prompts }, { ask })
  assert.deepEqual(asked, [])
})

test('where nobody can be asked, the variable is named that answers', async (t) => {
  const files = { 'octo.yaml': `\noctoctl: {prompts: [${PROMPT}]}\n${USES}` }
  const error = await expectCodeAsync('ANSWER_MISSING', () => openWholeConfig(t, files))
  assert.match(
    error.message,
    /octo\.yaml` line 2: `Password of the vault` is asked for on a terminal, and there is none$/,
  )
  assert.equal(error.hint, 'give it in the environment variable VAULT_PASSWORD')
  const whole = await openWholeConfig(t, files, { env: { VAULT_PASSWORD: 'x' } })
  assert.deepEqual(whole.config.services[0]?.checks.health[0]?.arguments.value, { password: 'x' }, 'the hint is true')
})

const answers: readonly (readonly [prompt: string, expected: string, wrong: readonly string[], right: string])[] = [
  ['{name: Region, type: select, options: [eu, us], var: VAULT_PASSWORD}', '`eu`, `us`', ['ch', 'EU', ''], 'us'],
  ['{name: Region, type: confirm, var: VAULT_PASSWORD}', '`true`, `false`', ['yes', '1', ''], 'false'],
]

for (const [prompt, expected, wrong, right] of answers)
  test(`the environment answers ${prompt} with one of its choices only`, async (t) => {
    const files = { 'octo.yaml': `\noctoctl: {prompts: [${prompt}]}\n${USES}` }
    for (const given of wrong) {
      const { ask } = aPerson()
      const env = { VAULT_PASSWORD: given }
      const error = await expectCodeAsync('CONFIG_INVALID', () => openWholeConfig(t, files, { ask, env }))
      const says = `line 2: the environment variable VAULT_PASSWORD answers \`Region\` with none of its choices, expected ${expected}`
      assert.ok(error.message.endsWith(says), error.message)
      await expectCodeAsync('CONFIG_INVALID', () => openWholeConfig(t, files, { env }))
    }
    const whole = await openWholeConfig(t, files, { env: { VAULT_PASSWORD: right } })
    assert.deepEqual(whole.config.services[0]?.checks.health[0]?.arguments.value, { password: right })
  })

test('a wrong answer is one problem among the others, also where an included template needs it', async (t) => {
  const prompt = '{name: Region, type: select, options: [eu, us], var: REGION}'
  const files = {
    'octo.yaml': `octoctl: {prompts: [${prompt}]}\ninclude: [{url: more.yaml, template: true}]\nservices: {web: {health: {tool: 1}}}\n`,
    'more.yaml': 'services: {db: {health: [{tool: t, args: {region: "{{.env.REGION}}"}}, {port: 1}]}}\n',
  }
  const problems: string[] = []
  const onProblem = ({ message }: Error) => void problems.push(message)
  await openWholeConfig(t, files, { env: { REGION: 'ch' }, onProblem })
  assert.deepEqual(
    problems.map((message) => /REGION answers `Region`|more\.yaml|line 3/.exec(message)?.[0]).toSorted(),
    ['REGION answers `Region`', 'line 3', 'more.yaml'],
    problems.join('\n'),
  )
})

test('a fetched document asks for nothing', async (t) => {
  for (const section of ['octoctl', 'operator']) {
    const { asked, ask } = aPerson()
    const fetchText = async () => `${section}: {prompts: [${PROMPT}]}\n`
    const files = { 'octo.yaml': `include: ["https://x.example/a.yaml"]\n${USES}` }
    const error = await expectCodeAsync('CONFIG_INVALID', () =>
      openWholeConfig(t, files, { ask, fetchText, env: { VAULT_PASSWORD: 'x' } }),
    )
    assert.match(error.message, /a document from elsewhere may not write `(octoctl|operator)\.prompts`/)
    assert.deepEqual(asked, [])
  }
})

const wrong: readonly (readonly [prompt: string, says: RegExp])[] = [
  ['{name: A}', /a prompt has no `var`/],
  ['{name: A, var: "a b"}', /a prompt has no `var`/],
  ['{var: A, type: number}', /`number` is no type, expected `text`, `password`, `confirm`, `select`/],
  ['{var: A, type: select}', /`select` has no `options`/],
  ['{var: A, options: [a]}', /`options` are for `select` only/],
  ['{var: A, type: select, options: [[a]]}', /an option is no plain text/],
  ['{name: {a: b}, var: A}', /`name` is no plain text/],
  ['{var: A}, {var: A}', /`A` is asked for twice/],
  ['text', /a prompt is a map with `name` and `var`/],
]

for (const [prompt, says] of wrong)
  test(`refuses the prompt ${prompt}`, async (t) => {
    const { ask } = aPerson()
    const error = await expectCodeAsync('CONFIG_INVALID', () =>
      openWholeConfig(t, { 'octo.yaml': `octoctl: {prompts: [${prompt}]}\n` }, { ask }),
    )
    assert.match(error.message, says)
  })

test('no more than 32 values are asked for', async (t) => {
  const asking = (count: number) =>
    openWholeConfig(t, {
      'octo.yaml': `octoctl: {prompts: [${Array.from({ length: count }, (_, at) => `{var: A${at}}`)}]}\n`,
    })
  await asking(32)
  assert.match((await expectCodeAsync('CONFIG_INVALID', () => asking(33))).message, /more than 32 prompts$/)
})

test('what a local template file names is asked for, and what one of the web names is not', async (t) => {
  const files = (file: string) => `repos: {files: {a: {${file}}}}\noperator: {prompts: [${PROMPT}]}\n`
  const asks = async (file: string, text = 'password={{.env.VAULT_PASSWORD}}\n') => {
    const { asked, ask } = aPerson()
    await openWholeConfig(t, { 'octo.yaml': files(file), 'a.conf': text }, { ask, fetchText: async () => text })
    return asked.length
  }
  assert.equal(await asks('url: ./a.conf, template: true'), 1)
  assert.equal(await asks('url: ./a.conf, template: true', 'nothing\n'), 0)
  assert.equal(await asks('url: ./a.conf'), 0, 'it is used as it is')
  assert.equal(await asks('url: "https://x.example/a.conf", template: true'), 0)
  assert.equal(await asks('url: ./none.conf, template: true'), 0, 'that it is missing is said when it is used')
})
