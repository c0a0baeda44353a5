// Plugins that speak OCM's protocol, as programs in a folder: well-behaved unless told otherwise.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { openPluginFile } from '../../../operator/ocm/discovery/open-file.ts'
import type { ServicePlugin } from '../../../operator/ocm/plugin.ts'
import { parseCapabilities } from '../../../schemas/contract/ocm/capabilities.ts'

type Answer = {
  readonly status?: number
  readonly body?: unknown
  /** The answer is its body with `echoed`: what was asked. */
  readonly echo?: boolean
  readonly afterMs?: number
  /** It echoes when this file is there. */
  readonly afterFile?: string
  readonly hang?: boolean
  readonly dies?: number
  /** It stops itself when it has answered. */
  readonly leaves?: boolean
  /** One in its group and one in a session of its own. */
  readonly leavesChild?: boolean
  readonly logs?: string
  readonly huge?: number
  /** Text of a file that it answers with. */
  readonly file?: string
}

export type Behaviour = {
  /** The text that it prints. */
  readonly capabilities?: string
  readonly capabilitiesExit?: number
  readonly start?: 'die' | 'hang'
  /** A file that it writes to whenever it runs, whatever it is asked. */
  readonly marks?: string
  readonly listen?: 'tcp'
  /** That it takes at most; a megabyte when absent. */
  readonly headerBytes?: number
  /** Lines before the announcement. */
  readonly before?: readonly string[]
  /** Megabytes before the announcement. */
  readonly floodsFirst?: number
  /** In place of the announcement; `PORT` is its own. */
  readonly announces?: string
  readonly floods?: { readonly stream: 'stdout' | 'stderr'; readonly megabytes: number }
  readonly ignoresSigint?: boolean
  /** After so many calls it answers that it is shutting down, and does. */
  readonly leavesAfter?: number
  readonly ignoresIdle?: boolean
  /** With this exit code, once it is well. */
  readonly diesUp?: number
  /** Of several the first call has the first. */
  readonly answers?: Readonly<Record<string, Answer | readonly Answer[]>>
}

const TWIN = join(import.meta.dirname, '..', '..', 'fixtures', 'ocm', 'twin.cjs')

/** What a lister of `Twin/v1` prints. */
export const LISTER = JSON.stringify({
  capabilities: [{ type: 'componentLister', supportedRepositorySpecTypes: [{ type: 'Twin/v1', aliases: ['twin'] }] }],
})

/** Writes the program; gives its path. */
export function writeServicePlugin(folder: string, name: string, behaviour: Behaviour = {}): string {
  const path = join(folder, name)
  writeFileSync(path, servicePluginText(behaviour), { mode: 0o755 })
  return path
}

/** A program for Node. */
export function servicePluginText(behaviour: Behaviour = {}): string {
  const whole = {
    capabilities: LISTER,
    answers: { '/components/list': { echo: true, body: { list: ['a'] } } },
    ...behaviour,
  }
  return `${firstLines(whole)}\nconst behaviour = ${JSON.stringify(whole)}\n${readFileSync(TWIN, 'utf8')}`
}

const NEEDS_NODE = /^hang$|[\n\r\u2028\u2029]/

/** What it can do is said by the shell, twenty times as cheap as by Node, which takes the second line for a comment. */
function firstLines({
  capabilities,
  capabilitiesExit = 0,
  marks,
}: Behaviour & { readonly capabilities: string }): string {
  if (NEEDS_NODE.test(capabilities) || marks !== undefined) return '#!/usr/bin/env node'
  const said = `'${capabilities.replaceAll("'", `'\\''`)}'`
  const says = `echo asked for capabilities >&2; printf %s ${said}; exit ${capabilitiesExit}`
  return `#!/bin/sh\n':' //; [ "$1" != capabilities ] || { ${says}; }; exec node "$0" "$@"`
}

/** The same as the host takes it, without a question for its capabilities. */
export function aServicePlugin(folder: string, name: string, behaviour: Behaviour = {}): ServicePlugin {
  const path = writeServicePlugin(folder, name, behaviour)
  const { capabilities = LISTER } = behaviour
  return {
    name,
    capabilities: parseCapabilities(capabilities, name),
    open: () => openPluginFile({ name, path }, { digest: () => undefined, remember: () => undefined }),
  }
}
