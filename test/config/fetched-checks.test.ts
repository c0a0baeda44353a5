// What a check from elsewhere may ask of a plugin, and how much of a repo a document from elsewhere may repeat.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { expectCodeAsync } from '../support/assertions/expect-code.ts'
import { readFiles } from '../support/machine/config-files.ts'

const WEB = 'https://x.example/shared.yaml'
const ACME = 'acme: {url: "https://a.example/repos/acme.yaml", trust: unsigned}'
const OTHER = 'other: {url: "https://o.example/repos/other.yaml", trust: unsigned}'

type Context = Parameters<typeof readFiles>[0]

const read = (t: Context, local: string, web: string) =>
  readFiles(t, { 'octo.yaml': `include: ["${WEB}"]\n${local}\n` }, { fetchText: async () => `${web}\n` })

const ASKED: readonly (readonly [local: string, tool: string, problem?: RegExp])[] = [
  [`operator: {repos: {${ACME}, ${OTHER}}, plugins: {c: {repo: acme, version: ^1}}}`, 'acme/c@^1'],
  [`operator: {repos: {${ACME}, ${OTHER}}, plugins: {c: {repo: acme, version: ^1}}}`, 'c'],
  [`operator: {repos: {${ACME}, ${OTHER}}, plugins: {c: {repo: acme, version: ^1}}}`, 'c@^2', /which versions of `c`/],
  [`operator: {repos: {${ACME}, ${OTHER}}, plugins: {c: {repo: acme, version: ^1}}}`, 'other/c', /which repo `c`/],
  [`operator: {repos: {${ACME}, ${OTHER}}}`, 'c@^2'],
  [`operator: {repos: {${ACME}, ${OTHER}}}`, 'acme/c', /which repo `c`/],
  [`operator: {repos: {${ACME}}}`, 'acme/c@^2'],
  [`operator: {repos: {${ACME}}, services: {web: {health: [{tool: c}]}}}`, 'c@^2', /which versions of `c`/],
  [`operator: {repos: {${ACME}}, services: {web: {health: [{tool: c@^2}]}}}`, 'c@^2'],
  [`operator: {repos: {${ACME}}, services: {web: {health: [{tool: c@^2}]}}}`, 'c'],
]
for (const [local, tool, problem] of ASKED)
  test(`a fetched check ${problem ? 'may not' : 'may'} ask for \`${tool}\` beside \`${local}\``, async (t) => {
    const reading = () => read(t, local, `services: {theirs: {health: [{tool: ${tool}}]}}`)
    if (problem) return assert.match((await expectCodeAsync('CONFIG_INVALID', reading)).message, problem)
    const theirs = (await reading()).services.find(({ name }) => name === 'theirs')
    const [, repo, range] = /^(\w+\/)?c(@.*)?$/.exec(tool) ?? []
    assert.deepEqual(theirs?.checks.health[0]?.request, {
      plugin: 'c',
      ...(repo ? { repo: repo.slice(0, -1) } : {}),
      ...(range ? { range: range.slice(1) } : {}),
    })
  })

for (const tool of ['run-service', 'operator-run', 'run', 'acme/run', 'acme/run-service@^1'])
  test(`a fetched check may not be \`${tool}\`: its words and variables would decide what runs`, async (t) => {
    const web = `services: {web: {init: [{tool: ${tool}, args: {args: [x], env: {BASH_ENV: "$(evil)"}}}]}}`
    const local = `operator: {repos: {${ACME}}}\nservices: {web: {octocompose: {command: [/srv/run]}}}`
    assert.match((await expectCodeAsync('CONFIG_INVALID', () => read(t, local, web))).message, /run-service/)
  })

const URL_OF_ACME = 'url: "https://a.example/repos/acme.yaml"'
const REPEATS: readonly (readonly [web: string, isAdmitted: boolean])[] = [
  [`operator: {repos: {name: {${URL_OF_ACME}}}}`, true],
  [`repos: {include: [{${URL_OF_ACME}}]}`, true],
  ['operator: {repos: {name: {url: "HTTPS://A.example:443/repos/acme.yaml"}}}', true],
  [`operator: {repos: {acme: {${URL_OF_ACME}, keys: [AAAA]}}}`, false],
  [`operator: {repos: {acme: {${URL_OF_ACME}, trust: unsigned}}}`, false],
  [`operator: {repos: {acme: {${URL_OF_ACME}, x-mine: 1}}}`, false],
  [`repos: {include: [{${URL_OF_ACME}}, {url: "https://e.example/a.yaml"}]}`, false],
  ['repos: {include: ["https://a.example/repos/acme.yaml"]}', false],
  ['repos: {include: [[]]}', false],
  ['operator: {repos: {acme: {}}}', false],
  ['operator: {repos: {acme: {url: [a]}}}', false],
  ['operator: {repos: {acme: {url: acme.yaml}}}', false],
]
for (const [web, isAdmitted] of REPEATS)
  test(`a fetched \`${web}\` ${isAdmitted ? 'repeats a local repo' : 'is refused'}`, async (t) => {
    const reading = () => read(t, `operator: {repos: {${ACME}}}`, web)
    if (isAdmitted) return assert.equal((await reading()).repos.length, 1)
    assert.match((await expectCodeAsync('CONFIG_INVALID', reading)).message, /a document from elsewhere may not write/)
  })
