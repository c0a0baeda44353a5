// What templates of a config may cost: by one value and by all together, in characters and in look-ups.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { expectCodeAsync } from '../support/assertions/expect-code.ts'
import { readFiles } from '../support/machine/config-files.ts'

const checkWith = (args: readonly string[]) =>
  `operator: {services: {a: {health: [{tool: x, args: [${args.map((arg) => JSON.stringify(arg))}]}]}}}\n`
const long = 'y'.repeat(8000)

const ROWS: readonly (readonly [what: string, values: string, args: readonly string[], problem: RegExp | undefined])[] =
  [
    ['two long values', `v: ${long}\n`, ['{{.v}} {{.v}}'], undefined],
    [
      'three long values',
      `v: ${long}\n`,
      ['{{.v}} {{.v}} {{.v}}'],
      /templates of one value make more than 16384 characters/,
    ],
    ['a thousand look-ups', 'v: ""\n', ['{{.v}}'.repeat(1000)], undefined],
    ['one look-up more', 'v: ""\n', ['{{.v}}'.repeat(1001)], /templates of one value look up more than 1000 values/],
    [
      'long values in many arguments',
      `v: ${long}\n`,
      Array(525).fill('{{.v}}!'),
      /this config make more than 4194304 /,
    ],
    [
      'look-ups in many arguments',
      `v: ""\nw: "${'{{.v}}'.repeat(900)}"\n`,
      Array(56).fill('{{.w}}'),
      /this config look up more than 10000 /,
    ],
    [
      'steps in many arguments',
      `w: '${'{{len "a"}}'.repeat(300)}'\n`,
      [...Array(66).fill('{{range 15000}}{{end}}'), ...Array(100).fill('{{.w}}')],
      /templates of this config take more than 1000000 steps/,
    ],
    [
      'values that multiply each other',
      `v: ${'y'.repeat(2000)}\nw: "${'{{.v}}'.repeat(1900)}"\n`,
      ['{{.w}}!'],
      /templates of one value make more than 16384 characters/,
    ],
    [
      'empty values that multiply each other',
      `v: ""\nw: "${'{{.v}}'.repeat(999)}"\n`,
      ['{{.w}}{{.w}}'],
      /templates of one value look up more than 1000 values/,
    ],
    ['a value that names itself', 'v: "{{.v}}"\n', ['{{.v}}'], /`\{\{\.v\}\}` leads to itself/],
    [
      'a slip of a name',
      'web: {port: 1}\n',
      ['{{.web.prt}}'],
      /which is no plain value .*, did you mean `web\.port`\?/,
    ],
    ['a slip of the first name', 'web: 1\n', ['{{.wbe}}'], /which is no plain value .*, did you mean `web`\?/],
    ['a value that is null', 'v: ~\n', ['{{.v}}'], /names `v`, which is no plain value/],
    ['a value that is a map', 'v: {a: 1}\n', ['{{.v}}'], /names `v`, which is no plain value/],
    ['a value of an empty list', 'v: []\n', ['a{{.v}}'], /names `v`, which is no plain value/],
  ]
for (const [what, values, args, problem] of ROWS)
  test(`templates with ${what} are ${problem ? 'refused' : 'filled in'}`, async (t) => {
    const reading = () => readFiles(t, { 'octo.yaml': `${values}${checkWith(args)}` })
    if (!problem) return assert.equal((await reading()).services.length, 1)
    const error = await expectCodeAsync('CONFIG_INVALID', reading)
    assert.match(error.message, problem)
  })
