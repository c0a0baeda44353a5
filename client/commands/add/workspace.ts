// A config as it would be, before it is on the disk.
import { standIn } from '../../../config/ask-prompts.ts'
import type { Terminal } from '../../../terminal/index.ts'
import { waitingLine } from '../../../terminal/index.ts'
import type { Workspace } from '../../workspace.ts'
import { openWorkspace } from '../../workspace.ts'

export type AddFlags = { readonly config?: readonly string[]; readonly lock?: string }

/** `text`: what the file at `path` says then; absent, what it says now. */
export function workspaceOf(
  flags: AddFlags,
  { path, text }: { readonly path: string; readonly text?: string },
  terminal: Terminal,
): Promise<Workspace> {
  const { config = [], lock } = flags
  const texts = text === undefined ? undefined : new Map([[path, text]])
  return openWorkspace(
    { config: [path, ...config.slice(1)], lock },
    {
      cwd: process.cwd(),
      env: process.env,
      ask: standIn,
      onWait: waitingLine(terminal),
      texts,
      warn: (line) => terminal.warn(line),
    },
  )
}
