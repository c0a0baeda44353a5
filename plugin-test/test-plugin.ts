// `octo test`: an unpublished plugin, checked, asked or run as its users would, and what was declared and not used.
import { coded } from '../schemas/errors.ts'
import { quote } from '../schemas/quote.ts'
import type { Terminal } from '../terminal/index.ts'
import { sayStillRunning } from '../terminal/say-still-running.ts'
import type { OctoSetting } from '../unpublished/octo-process.ts'
import { shellCodeOf, showRun } from '../unpublished/octo-process.ts'
import type { Built } from '../unpublished/unpublished-plugin.ts'
import { installUnpublished } from '../unpublished/unpublished-plugin.ts'
import { askPlugin } from './ask-plugin.ts'
import type { ArgumentMap } from './given-arguments.ts'
import { givenArguments, readArguments } from './given-arguments.ts'
import { takesMap, useOf } from './plugin-use.ts'
import { remarksOn } from './remarks.ts'

type Place = { readonly terminal: Terminal; readonly env: Readonly<Record<string, string | undefined>> }

export type TestOptions = {
  readonly passEnv?: readonly string[]
  readonly keep?: boolean
  /** A file with arguments as a map. */
  readonly args?: string
}

export async function testPlugin(
  [dir = '.', ...words]: readonly string[],
  { passEnv = [], keep = false, args: file }: TestOptions,
  { terminal, env }: Place,
): Promise<number> {
  const ofFile = file === undefined ? undefined : readArguments(file)
  const givenTo = (built: Built) => {
    if (takesMap(built)) return givenArguments(built, { words, ofFile })
    if (ofFile) throw takesNoMap(built)
    return words
  }
  const services = (built: Built) => {
    const health = [{ tool: built.plugin, args: givenTo(built), failureThreshold: 1 }]
    return useOf(built) === 'checked' ? { [built.plugin]: { noTemplate: true, health } } : {}
  }
  const onStep = (line: string) => terminal.info(line)
  using building = sayStillRunning(terminal, `building and installing ${dir}`)
  using tested = await installUnpublished({ dir, env, passEnv, services, onStep })
  building[Symbol.dispose]()
  const { built, octo, config, folder } = tested
  if (keep) tested.keep()
  const given = givenTo(built)
  const code = await run(octo, { built, given, words, config, keep, terminal })
  for (const line of remarksOn(built, { dir, words, given })) terminal.info(line)
  if (keep) terminal.info(`kept ${folder}`)
  return code
}

function takesNoMap({ plugin }: Built): Error {
  return coded('USAGE', {
    message: `${quote(plugin)} takes its arguments as words: \`--args\` is for checks, notifiers and sources of secrets`,
    hint: 'give them behind `--`, as it will be run',
  })
}

type Running = {
  readonly built: Built
  readonly given: readonly string[] | ArgumentMap
  readonly words: readonly string[]
  readonly config: string
  readonly keep: boolean
  readonly terminal: Terminal
}

async function run(octo: OctoSetting, { built, given, words, config, keep, terminal }: Running): Promise<number> {
  const { plugin } = built
  const shared = ['--config', config, '--offline', '--frozen']
  // Of a file that is gone afterwards nobody needs the path.
  const places = keep ? [] : ['--no-places']
  switch (useOf(built)) {
    case 'listed':
      return shellCodeOf(await showRun(octo, ['list', '--config', config]))
    case 'asked':
      return await askPlugin({ built, given: isMap(given) ? given : {}, config, terminal, env: octo.env })
    case 'checked':
      return shellCodeOf(await showRun(octo, ['check', ...shared, ...places, '--phase', 'health', '--verbose']))
    case 'run':
      if (built.manifest.kind === 'service')
        terminal.info(`${plugin} is a service: it runs until it ends by itself or is interrupted, as by Ctrl-C`)
      return shellCodeOf(await showRun(octo, ['run', plugin, ...shared, '--', ...words]))
  }
}

function isMap(given: readonly string[] | ArgumentMap): given is ArgumentMap {
  return !Array.isArray(given)
}
