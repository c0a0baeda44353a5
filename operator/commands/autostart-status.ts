// `octo autostart status`: whether the services of a config start by themselves, with the user and with the machine.
import { existsSync, readFileSync } from 'node:fs'
import { isAbsolute } from 'node:path'
import { quote } from '../../schemas/quote.ts'
import { onDisk } from '../../system/files/errors.ts'
import type { Terminal } from '../../terminal/index.ts'
import { withSystemd, wordOfSystemd } from '../operators/baremetal/systemd.ts'
import { wordsOfUnit } from '../operators/baremetal/unit.ts'
import type { AutostartOptions, Unit } from './autostart-unit.ts'
import { configOf, unitOf } from './autostart-unit.ts'

const NONE_STARTS = 1

type Found = {
  readonly unit: string
  readonly path: string
  readonly whose: 'user' | 'machine'
  /** As systemd says it: `enabled`, `disabled`, … */
  readonly enabled: string
  /** `active`, `inactive`, `failed`, … */
  readonly active: string
  /** Of the octo that it starts: what is not there any more. */
  readonly missing: readonly string[]
}

export async function autostartStatus(options: AutostartOptions, terminal: Terminal): Promise<number> {
  const { env } = process
  const configPath = configOf(options, { cwd: process.cwd() })
  const kinds = options.system ? [true] : [false, true]
  const units = kinds.map((system) => unitOf(configPath, { system }, env)).filter(({ path }) => existsSync(path))
  const found: Found[] = []
  for (const unit of units) found.push(await withSystemd(() => look(unit, env)))
  if (terminal.json) terminal.result({ json: { config: configPath, units: found }, text: () => '' })
  else tell(found, terminal)
  return found.some(({ enabled, missing }) => enabled === 'enabled' && missing.length === 0) ? 0 : NONE_STARTS
}

async function look({ name, path, manager }: Unit, env: NodeJS.ProcessEnv): Promise<Found> {
  const words = wordsOfUnit(onDisk(path, () => readFileSync(path, 'utf8')))
  const octo = words.slice(0, words.indexOf('start'))
  return {
    unit: name,
    path,
    whose: manager.length > 0 ? 'user' : 'machine',
    enabled: await wordOfSystemd([...manager, 'is-enabled', name], env),
    active: await wordOfSystemd([...manager, 'is-active', name], env),
    missing: octo.filter((word) => isAbsolute(word) && !existsSync(word)),
  }
}

function tell(found: readonly Found[], terminal: Terminal): void {
  if (found.length === 0)
    terminal.info(
      'the services do not start by themselves: `octo autostart enable` starts them with you, `sudo octo autostart enable --system --user NAME` with the machine',
    )
  else
    terminal.table({
      columns: [{ title: 'unit' }, { title: 'whose' }, { title: 'enabled' }, { title: 'active' }, { title: 'file' }],
      rows: found.map(({ unit, whose, enabled, active, path }) => [unit, whose, enabled, active, path]),
    })
  for (const { unit, whose, active, missing } of found) {
    const manager = whose === 'user' ? '--user ' : ''
    const again = whose === 'user' ? '`octo autostart enable`' : '`sudo octo autostart enable --system --user NAME`'
    if (missing.length > 0)
      terminal.warn(
        `${unit} starts ${missing.map(quote).join(' and ')}, which is not there any more: ${again} writes it anew`,
      )
    else if (active === 'failed') terminal.warn(`${unit} has failed: \`journalctl ${manager}--unit ${unit}\` shows why`)
  }
}
