// What the quick start says at its end: what happened, and what to type next.
import { join } from 'node:path'
import { shellWord } from '../schemas/quote.ts'
import type { Paint } from '../terminal/index.ts'
import type { StartSettings } from './settings.ts'
import { configPath, keyBase, registryUrl, tokenFile, typed } from './settings.ts'

/** Of `octo check`, when it ran and a check did not pass. */
const CHECK_FAILED = 1

type Ending = {
  /** Exit code of `octo check`. */
  readonly code: number
  readonly took: string
  /** The plugins had been published by an earlier start. */
  readonly again: boolean
  readonly paint: Paint
}

export function nextSteps(settings: StartSettings, ending: Ending): string {
  const { paint } = ending
  const config = `--config ${typed(settings, configPath(settings))}`
  const key = `--key ${typed(settings, keyBase(settings))}.key`
  const access = `--registry ${registryUrl(settings)} --token-file ${typed(settings, tokenFile(settings))}`
  // In the folder of the data, which git ignores.
  const project = shellWord(typed(settings, join(settings.dir, 'my-check')))
  const lines: readonly (readonly [string, string])[] = [
    ['check again, as data', `./octo check ${config} --json`],
    ['run one plugin', `./octo run ${config} check-tcp -- --port=${settings.demoPort}`],
    ['see what there is', `./octo list ${config}`],
    ['the page for people', `${registryUrl(settings)}/`],
    ['what octoctl reads', `curl ${registryUrl(settings)}/repos/core.yaml`],
    ['write your own plugin', `./octo init ${project} --template node --repo core`],
    ['publish it', `./octo publish ${project} ${access} ${key}`],
  ]
  const verdict = verdictOf(ending)
  const width = Math.max(...lines.map(([what]) => what.length))
  return [
    '',
    verdict,
    '',
    'Try next, in another terminal:',
    ...lines.map(([what, how]) => `  ${what.padEnd(width)}  ${paint.cyan(how)}`),
    '',
  ].join('\n')
}

function verdictOf({ code, took, again, paint }: Ending): string {
  if (code === 0 && again)
    return `${paint.green('✓')} Everything was there; the plugins were proven and run again, in ${took}.`
  if (code === 0)
    return `${paint.green('✓')} The plugins of core were built, signed and published, and three of them installed, proven and run, in ${took}.`
  if (code === CHECK_FAILED) return `${paint.red('✗')} Not every check passed; the table above says which.`
  return `${paint.red('✗')} \`octo check\` could not do its work (exit code ${code}); what it said stands above.`
}
