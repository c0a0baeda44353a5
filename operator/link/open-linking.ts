// What all shims of one command share: client, config, store, and the programs of this machine.
import { resolve } from 'node:path'
import { sharedRootOf, storeRootOf } from '../../client/index.ts'
import type { Session, SessionOptions } from '../operator-session.ts'
import { lastingStart } from './lasting-start.ts'
import { findLinkMachine } from './machine.ts'
import type { Linking } from './plan-shim.ts'

type Place = { readonly cwd: string; readonly env: Readonly<Record<string, string | undefined>> }

export function openLinking(session: Session, options: SessionOptions, { cwd, env }: Place): Linking {
  const storeRoot = storeRootOf(env)
  const usual = storeRootOf({ HOME: env.HOME })
  const shared = sharedRootOf(env)
  return {
    client: session.client,
    configPath: session.configPath,
    runWords: runWords(session, options, cwd),
    stores: [
      ...(storeRoot === usual ? [] : [`OCTO_HOME=${storeRoot}`]),
      ...(shared === undefined ? [] : [`OCTO_SHARED_STORE=${shared}`]),
    ],
    machine: findLinkMachine(),
    start: lastingStart(),
  }
}

/** A shim is called in any folder. */
function runWords({ configPath }: Session, { config, lock, frozen, offline }: SessionOptions, cwd: string) {
  const configs = (config ?? []).map((path) => resolve(cwd, path))
  return [
    ...(configs.length > 0 ? configs : [configPath]).flatMap((path) => ['--config', path]),
    ...(lock === undefined ? [] : ['--lock', resolve(cwd, lock)]),
    ...(frozen ? ['--frozen'] : []),
    ...(offline ? ['--offline'] : []),
  ]
}
