// A folder of somebody who types commands: configs for a registry with three plugins, and the real octo in-process.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { publicKeyLine } from '../../../schemas/trust-key.ts'
import { aMachine, key } from '../client/client-machine.ts'
import type { InProcessRun } from './in-process-octo.ts'
import { octoIn } from './in-process-octo.ts'

export type Scene = {
  readonly folder: string
  readonly env: Record<string, string>
  octo(...words: readonly string[]): Promise<InProcessRun>
}

export const ARGUMENTS = { properties: { port: { type: 'integer' } }, required: ['port'], additionalProperties: false }

export async function aTypedScene(t: TestContext): Promise<Scene> {
  const { registry, folder, base } = await aMachine(t, [
    { manifest: { arguments: ARGUMENTS, output: 'check/v1' } },
    { plugin: 'check-tcp', version: '2.0.0' },
    { plugin: 'early', version: '1.0.0-rc.1' },
  ])
  const repo = `{url: ${registry.url()}, keys: ["${publicKeyLine(key.trustKey)}"]}`
  const checks = '{web: {preflight: [{tool: check-tcp}]}, off: {preflight: [{tool: check-tcp}]}}'
  writeFileSync(join(folder, 'octo.yaml'), `operator:\n  repos: {core: ${repo}}\n  services: ${checks}\n`)
  writeFileSync(
    join(folder, 'wrong-arguments.yaml'),
    `operator: {repos: {core: ${repo}}, services: {web: {preflight: [{tool: hello, args: {prot: 1}}]}}}\n`,
  )
  writeFileSync(
    join(folder, 'unknown.yaml'),
    `operator: {repos: {core: ${repo}}, services: {web: {preflight: [{tool: chek-tcp}]}}}\n`,
  )
  const env: Record<string, string> = { OCTO_HOME: base.storeRoot, XDG_DATA_HOME: join(folder, 'data') }
  return { folder, env, octo: (...words) => octoIn({ cwd: folder, env }, words) }
}
