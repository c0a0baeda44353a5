// `octo plugin check`: whether a program keeps to the protocol. Whoever names a file here runs it, as in a shell.
import { basename, resolve } from 'node:path'
import { quote } from '../../../schemas/quote.ts'
import { interruptible } from '../../../system/process/interruptible.ts'
import type { Terminal } from '../../../terminal/index.ts'
import { count } from '../../../terminal/index.ts'
import type { Finding } from '../../ocm/conformance.ts'
import { examinePlugin } from '../../ocm/conformance.ts'
import { openPluginFile } from '../../ocm/open-file.ts'
import type { ServicePlugin } from '../../ocm/plugin.ts'
import { readCapabilities } from '../../ocm/read-capabilities.ts'

const START_MS = 10_000
const FORGETFUL = { digest: () => undefined, remember: () => undefined }

export async function checkPluginCommand(file: string, terminal: Terminal): Promise<number> {
  const cwd = process.cwd()
  const path = resolve(cwd, file)
  using interruption = interruptible()
  terminal.info(`runs ${quote(path)}, which nothing proves`)
  const plugin = await pluginAt(path, cwd, interruption.signal)
  const findings = await examinePlugin(plugin, {
    ...{ env: process.env, cwd, idleTimeoutMs: 60_000, configTypes: [], listen: 'unix' },
    log: ({ level, message }) => terminal.debug(`${level}: ${message}`),
    limits: { startMs: START_MS, killGraceMs: 2000, maxCalls: 8 },
  })
  const failed = findings.filter(({ result }) => result === 'failed')
  if (terminal.json) terminal.result({ json: { path, findings }, text: () => '' })
  else showFindings(findings, terminal)
  return failed.length > 0 ? 1 : 0
}

async function pluginAt(path: string, cwd: string, signal: AbortSignal): Promise<ServicePlugin> {
  const name = basename(path)
  const open = () => openPluginFile({ name, path }, FORGETFUL)
  using program = open()
  const run = { env: process.env, cwd, timeoutMs: START_MS, signal }
  const { capabilities } = await readCapabilities(name, program, run)
  return { name, capabilities, open }
}

export function showFindings(findings: readonly Finding[], terminal: Terminal): void {
  terminal.table({
    columns: [{ title: 'result' }, { title: 'check', shrinks: true }, { title: 'detail' }],
    rows: findings.map(({ result, check, detail }) => [result, check, detail ?? '']),
  })
  const of = (wanted: Finding['result']) => findings.filter(({ result }) => result === wanted).length
  terminal.info(
    `${count(findings.length, 'check')}: ${of('passed')} passed, ${of('weak')} weak, ${of('failed')} failed`,
  )
}
