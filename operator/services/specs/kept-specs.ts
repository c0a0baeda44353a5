// What a service runs with, for another supervisor that is to start it again after a crash, whatever its config says by then. Its
// variables may hold what belongs into no file: they are asked of the process that still has them, and believed only where all
// together is what was written down.
import { mkdirSync, readdirSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { ServiceSpec } from '../../../config/model/service-spec.ts'
import { omitUndefined } from '../../../schemas/omit-undefined.ts'
import { readIfWhole, writeWhole } from '../../../system/files/atomic-file.ts'
import { settledEnvironmentOf } from '../../../system/process/environment.ts'
import type { Places } from '../project/places.ts'
import { digestOf, fieldsOf, settingsOf } from './digests.ts'
import type { Runnable, RunnableService } from './runnable.ts'

type KeptSpec = {
  readonly v: 1
  readonly digest: string
  readonly initDigest: string
  readonly spec: Omit<ServiceSpec, 'environment'>
  readonly variables: readonly string[]
  /** Of a service that is a plugin, or comes from an address, an image or source: the digest of its files. */
  readonly executable?: string
}

/** What a program is started with. */
type Started = Pick<RunnableService, 'spec' | 'secrets' | 'digest' | 'fields' | 'initDigest' | 'executable' | 'program'>

/**
 * Written before the service is started; throws NO_SPACE or IO_FAILED. Where secrets come from holds logins, so that of a service
 * with secrets nothing is kept.
 */
export function keepSpec(places: Places, service: RunnableService): void {
  const { name, digest, initDigest, spec } = service
  const files = service.executable ?? service.program
  const path = pathOf(places, name)
  if (spec.secrets.length > 0) {
    rmSync(path, { force: true })
    return
  }
  const before = readSpec(places, name)
  if (before?.digest === digest && before.initDigest === initDigest) return
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  const { environment, ...rest } = spec
  const kept: KeptSpec = {
    v: 1,
    digest,
    initDigest,
    spec: rest,
    variables: Object.keys(environment),
    ...(files ? { executable: files.digest } : {}),
  }
  writeWhole(path, JSON.stringify(kept), { staging: dirname(path) })
}

/** Nothing of it runs, and so nobody will ask how it was started. */
export function forgetSpec(places: Places, name: string): void {
  rmSync(pathOf(places, name), { force: true })
}

/** Those of services that are not among these. */
export function forgetOtherSpecs(places: Places, names: ReadonlySet<string>): void {
  for (const file of specsIn(places))
    if (!names.has(file.slice(0, -'.json'.length))) rmSync(join(folderOf(places), file), { force: true })
}

function specsIn(places: Places): readonly string[] {
  try {
    return readdirSync(folderOf(places)).filter((name) => name.endsWith('.json'))
  } catch {
    return []
  }
}

function readSpec(places: Places, name: string): KeptSpec | undefined {
  try {
    const found = JSON.parse(readIfWhole(pathOf(places, name)) ?? '') as KeptSpec | null
    return found?.v === 1 && Array.isArray(found.variables) ? found : undefined
  } catch {
    return undefined
  }
}

function folderOf({ state }: Places): string {
  return join(state, 'specs')
}

function pathOf(places: Places, name: string): string {
  return join(folderOf(places), `${name}.json`)
}

export type RecalledSpec = Omit<Started, 'executable' | 'program'> & { readonly executable?: string }

/** Undefined where the process does not have its variables any more, or all of it is not what runs by the journal. */
export function recallSpec(
  places: Places,
  { name, digest, pid }: { readonly name: string; readonly digest: string; readonly pid: number },
): RecalledSpec | undefined {
  const kept = readSpec(places, name)
  const variables = kept && variablesOf(pid)
  if (!kept || !variables) return undefined
  const environment = Object.fromEntries(kept.variables.map((one) => [one, variables.get(one) ?? '']))
  const spec: ServiceSpec = { ...kept.spec, environment }
  const { executable, initDigest } = kept
  const started = { spec, executable: executable === undefined ? undefined : { digest: executable }, secrets: [] }
  if (digestOf(started) !== digest) return undefined
  const fields = fieldsOf(started)
  return { spec, secrets: [], digest, fields, initDigest, ...omitUndefined({ executable }) }
}

function variablesOf(pid: number): ReadonlyMap<string, string> | undefined {
  const entries = settledEnvironmentOf(pid)?.toString().split('\0')
  return entries && new Map(entries.map((entry) => [entry.split('=', 1)[0] ?? '', entry.slice(entry.indexOf('=') + 1)]))
}

/** Undefined where it was another plugin, program or version than the one that was proven now. */
export function startedAs({ executable, ...recalled }: RecalledSpec, now: RunnableService): Started | undefined {
  if ((now.executable ?? now.program)?.digest !== executable) return undefined
  return {
    ...recalled,
    ...(now.executable ? { executable: now.executable } : {}),
    ...(now.program ? { program: now.program } : {}),
  }
}

/** It is started as it was; how it ends, waits and is checked is as its config says now. */
export function withRulesOf(now: RunnableService, started: Started): RunnableService {
  const { dependsOn, restart, stop, replicas, startPeriodMs, leftAside } = now.spec
  const { secrets, digest, fields, initDigest, executable, program } = started
  const spec = { ...started.spec, dependsOn, restart, stop, replicas, startPeriodMs, leftAside }
  return {
    name: now.name,
    checks: now.checks,
    spec,
    secrets,
    digest,
    fields,
    settings: now.settings,
    initDigest,
    ...(executable ? { executable } : {}),
    ...(program ? { program } : {}),
  }
}

/** What its config does not name any more, or nobody asked for: without checks. A plugin would have to be proven again. */
export function runAlone(
  name: string,
  { executable: _, ...recalled }: RecalledSpec,
): { service: RunnableService; runnable: Runnable } | undefined {
  if (recalled.spec.program.kind !== 'command') return undefined
  const settings = settingsOf(recalled.spec, [])
  const service = { ...recalled, name, settings, checks: { preflight: [], health: [], init: [] } }
  return { service, runnable: { services: new Map([[name, service]]), order: new Map(), provided: new Map() } }
}
