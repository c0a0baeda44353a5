// What a Containerfile makes, without a program for containers: its instructions, done one after another in copies of Debian's base.
// What it does not know, it refuses.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { TestContext } from 'node:test'
import type { DebianRoot } from './debian-root.ts'
import { aDebianRoot } from './debian-root.ts'

type Image = {
  readonly root: DebianRoot
  readonly env: Readonly<Record<string, string>>
  readonly user: string
  readonly volumes: readonly string[]
  readonly entrypoint: readonly string[]
  readonly health: readonly string[]
}

type Build = {
  readonly base: string
  /** Folder that COPY copies from. */
  readonly context: string
  readonly args: Readonly<Record<string, string>>
}

type Stage = { -readonly [Key in keyof Image]: Image[Key] }

export async function buildImage(t: TestContext, file: string, { base, context, args }: Build): Promise<Image> {
  const variables: Record<string, string> = {}
  const stages = new Map<string, Stage>()
  let stage: Stage | undefined
  const filled = (text: string) => text.replace(/\$\{?([A-Z]+)\}?/g, (whole, name) => variables[name] ?? whole)
  for (const [word, rest] of instructionsOf(file)) {
    if (word === 'ARG') {
      const [name = '', value] = rest.split('=')
      variables[name] = args[name] ?? value ?? ''
      continue
    }
    if (word === 'FROM') {
      const [, name = ''] = / AS (\S+)$/.exec(rest) ?? []
      stage = { root: aDebianRoot(t, base), env: {}, user: '', volumes: [], entrypoint: [], health: [] }
      stages.set(name, stage)
      continue
    }
    assert.ok(stage, 'FROM is the first')
    if (word === 'RUN') {
      const { code, output } = await stage.root.run(rest, { env: { ...variables, ...stage.env } })
      assert.equal(code, 0, `RUN ${rest}\n${output}`)
    } else if (word === 'COPY') copy(filled(rest), { stage, stages, context })
    else if (word === 'ENV')
      stage.env = { ...stage.env, ...Object.fromEntries(rest.split(' ').map((pair) => pair.split('=', 2))) }
    else if (word === 'USER') stage.user = rest
    else if (word === 'VOLUME') stage.volumes = [...stage.volumes, rest]
    else if (word === 'ENTRYPOINT') stage.entrypoint = JSON.parse(rest)
    else if (word === 'HEALTHCHECK') stage.health = JSON.parse(rest.replace(/^.* CMD /, ''))
    else assert.ok(['WORKDIR', 'EXPOSE', 'CMD'].includes(word), `${word} is not known here`)
  }
  assert.ok(stage)
  return stage
}

function instructionsOf(file: string): (readonly [string, string])[] {
  const text = readFileSync(file, 'utf8')
    .replace(/^#.*\n/gm, '')
    .replace(/\\\n\s*/g, ' ')
  return text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => [line.slice(0, line.indexOf(' ')), line.slice(line.indexOf(' ') + 1).trim()] as const)
}

type Copying = { readonly stage: Stage; readonly stages: ReadonlyMap<string, Stage>; readonly context: string }

function copy(rest: string, { stage, stages, context }: Copying): void {
  const words = rest.split(' ')
  const [source = '', target = ''] = words.filter((word) => !word.startsWith('--'))
  const flagOf = (name: string) => words.find((word) => word.startsWith(`--${name}=`))?.split('=')[1]
  const from = flagOf('from')
  const place = join(stage.root.folder, target)
  mkdirSync(dirname(place), { recursive: true })
  cpSync(join(from === undefined ? context : (stages.get(from)?.root.folder ?? ''), source), place, {
    ...{ recursive: true, preserveTimestamps: true },
  })
  const owner = flagOf('chown')
  if (owner) execFileSync('chown', ['-R', owner, place])
}
