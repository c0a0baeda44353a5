// `octo config outdated | upgrade`: newer versions of the documents that a config includes, taken one step at a time. A major
// version may have to move the data of the one before, so none is passed over.

import { findConfig } from '../../../config/find/find-config.ts'
import { addressFrom } from '../../../config/include/document-address.ts'
import { openFetcher } from '../../../config/include/fetch-documents.ts'
import { webIncludesOf } from '../../../config/include/web-includes.ts'
import type { LoadConfigOptions } from '../../../config/load-config.ts'
import { loadWholeConfig } from '../../../config/load-config.ts'
import { differencesOf } from '../../../config/render/compare.ts'
import { shownFile } from '../../../config/render/origins.ts'
import type { Outdated } from '../../../config/steps/outdated-includes.ts'
import { readOutdated, shownStep } from '../../../config/steps/outdated-includes.ts'
import { requireSigners } from '../../../config/steps/step-signers.ts'
import { replaceTexts, steppedTexts } from '../../../config/steps/write-steps.ts'
import { readTrustedKeys } from '../../../config/trusted-keys/trusted-keys.ts'
import { trustedKeysPath } from '../../../config/trusted-keys/trusted-keys-path.ts'
import { coded } from '../../../schemas/errors.ts'
import { quote } from '../../../schemas/quote.ts'
import { askOn } from '../../../terminal/ask-question.ts'
import type { Terminal } from '../../../terminal/index.ts'
import { count, waitingLine } from '../../../terminal/index.ts'
import type { Run } from '../../../terminal/program.ts'
import { lockConfigs } from '../../store/config-lock.ts'
import { storeRootOf } from '../../store/root.ts'
import type { ConfigFlags } from './show.ts'
import { configPlace } from './show.ts'
import { asLines } from './shown-differences.ts'

export type UpgradeOptions = Omit<ConfigFlags, 'offline'> & { readonly dryRun?: boolean; readonly yes?: boolean }

/** Exit code 1 where something is outdated, as npm has it. */
export async function outdatedCommand({ options, terminal }: Run<UpgradeOptions>): Promise<number> {
  const rows = await outdatedOf(options, terminal)
  const outdated = rows.filter(({ next }) => next !== undefined)
  if (terminal.json) terminal.result({ json: { documents: rows.map(shownStep) }, text: () => '' })
  else if (outdated.length === 0) terminal.info(`nothing newer: ${count(rows.length, 'document')} with \`versions\``)
  else
    terminal.table({
      columns: [
        { title: 'document', shrinks: true },
        { title: 'current' },
        { title: 'next step' },
        { title: 'newest' },
      ],
      rows: outdated
        .map(shownStep)
        .map(({ document, current, next = '', newest = '' }) => [document, current, next, newest]),
    })
  return outdated.length === 0 ? 0 : 1
}

export async function upgradeCommand({ args: [named], options, terminal }: Run<UpgradeOptions>): Promise<number> {
  const rows = await outdatedOf(options, terminal)
  const chosen = (named === undefined ? rows : [theOne(rows, named)]).filter(({ next }) => next !== undefined)
  if (chosen.length === 0) {
    terminal.result({ json: { upgraded: [] }, text: () => 'nothing newer' })
    return 0
  }
  requireSigners(chosen, await readTrustedKeys(trustedKeysPath(process.env)))
  const texts = await steppedTexts(chosen)
  const lines = await shownChange(texts, options, terminal)
  const steps = chosen.map(shownStep)
  if (!terminal.json) {
    for (const { document, current, next } of steps) terminal.sentence(`${document}: ${current} → ${next}`)
    if (lines !== '') terminal.print(lines)
  }
  if (options.dryRun !== true) {
    await requireYes(options, terminal)
    const place = { storeRoot: storeRootOf(process.env), onWait: waitingLine(terminal) }
    using _held = await lockConfigs([...texts.keys()], place)
    await replaceTexts(texts, chosen)
  }
  if (terminal.json)
    terminal.result({ json: { [options.dryRun ? 'wouldUpgrade' : 'upgraded']: steps }, text: () => '' })
  else sayNext(chosen, options, terminal)
  return 0
}

async function outdatedOf({ config: paths = [] }: UpgradeOptions, terminal: Terminal): Promise<readonly Outdated[]> {
  const { env } = process
  const cwd = process.cwd()
  const named = paths.length > 0 ? paths : [findConfig(cwd, env)]
  const found = await webIncludesOf(named.map((path) => addressFrom(path, cwd)))
  using fetcher = openFetcher({ env, offline: false, onWait: waitingLine(terminal) })
  return readOutdated(found, fetcher.fetchText)
}

function theOne(rows: readonly Outdated[], named: string): Outdated {
  const [found, ...others] = rows.filter(({ address }) => address.name === named || address.name.includes(named))
  if (found && others.length === 0) return found
  throw coded('NOT_FOUND', {
    message: `${quote(named)} names ${found ? 'several documents' : 'no document'} with \`versions\``,
    details: { documents: rows.map(shownStep).map(({ document }) => document) },
    hint: 'run `octo config outdated`, and give a part of the address that only one of them has',
  })
}

/** The new documents are fetched and read, so that nothing is written that cannot be used. */
async function shownChange(
  texts: ReadonlyMap<string, string>,
  { config: paths = [] }: UpgradeOptions,
  terminal: Terminal,
) {
  const place = { ...configPlace(terminal), paths }
  const read = async (more: Partial<LoadConfigOptions>) => (await loadWholeConfig({ ...place, ...more })).effective()
  const [from, to] = [await read({}), await read({ texts })]
  const found = differencesOf(from.root, to.root)
  return found.length === 0 ? '' : asLines(found, { sides: { from, to }, terminal, origin: false })
}

async function requireYes({ yes = false }: UpgradeOptions, terminal: Terminal): Promise<void> {
  if (yes) return
  const ask = askOn(terminal)
  if (!ask)
    throw coded('USAGE', {
      message: 'nobody can be asked whether this change is wanted',
      hint: 'look at it with `octo config upgrade --dry-run`, and say `octo config upgrade --yes`',
    })
  const answer = await ask({ name: 'Write this into the config?', type: 'confirm', options: [] })
  if (answer !== 'true') throw coded('INTERRUPTED', { message: 'nothing was written, as nobody said yes' })
}

function sayNext(chosen: readonly Outdated[], { dryRun }: UpgradeOptions, terminal: Terminal): void {
  if (dryRun) {
    terminal.info('nothing was written')
    return
  }
  const files = [...new Set(chosen.map(({ file }) => shownFile(file, process.cwd())))]
  terminal.info(`written: ${files.join(', ')}`)
  const more = chosen.filter(({ next, steps }) => next?.version !== steps?.newest)
  if (more.length > 0)
    terminal.info(
      `there are newer versions: start the services with this step first, so that they move their data, and then run \`octo config upgrade\` again`,
    )
}
