// Runs the services of a config in containers, by a Compose file that Docker, Podman or nerdctl reads.
import { mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { isatty } from 'node:tty'
import type { OperatorCall, OperatorWord } from '../../sdk/operator/index.ts'
import { defineOperator, runProgram } from '../../sdk/operator/index.ts'
import type { Driver } from './driver.ts'
import { findDriver } from './driver.ts'
import { FEATURES } from './features.ts'
import type { Rendering } from './render.ts'
import { render } from './render.ts'

export const operator = defineOperator({
  name: 'operator-compose',
  version: '1.0.0',
  summary: 'runs services in containers of Docker, Podman or nerdctl',
  act,
})

async function act(call: OperatorCall): Promise<number> {
  const driver = findDriver(call.config)
  const rendering = render(call.config, FEATURES[driver.dialect], call.folder)
  if (['start', 'restart', 'show'].includes(call.word)) for (const line of rendering.notes) call.note(line)
  if (call.word === 'show') {
    process.stdout.write(rendering.text)
    return 0
  }
  const words = commandLine(call, driver, rendering.project)
  if (call.dryRun && !FEATURES[driver.dialect].hasDryRun) {
    process.stdout.write(`${words.join(' ')}\n`)
    return 0
  }
  writeFiles(rendering, call.folder)
  return runProgram(words, { cwd: call.projectFolder })
}

type Verb = (call: OperatorCall) => readonly string[]

const VERBS: Readonly<Record<Exclude<OperatorWord, 'show'>, Verb>> = {
  start: ({ args }) => ['up', '-d', ...args],
  // `down` takes the networks away too; some services of it can only be stopped.
  stop: ({ args }) => (args.length === 0 ? ['down'] : ['stop', ...args]),
  restart: ({ args }) => ['restart', ...args],
  status: () => ['ps'],
  logs: ({ args, follow }) => ['logs', ...(follow ? ['--follow'] : []), ...args],
  // Without a terminal there is none to give.
  exec: ({ args }) => ['exec', ...(isatty(0) && isatty(1) ? [] : ['-T']), ...args],
  compose: ({ args }) => args,
}

// allow(dead-export): the test compares lines of programs that are not on its machine
export function commandLine(call: OperatorCall, { words, dialect }: Driver, project: string): readonly string[] {
  const { word, dryRun, folder, projectFolder } = call
  const features = FEATURES[dialect]
  if (word === 'show') return []
  const all = word === 'status' && dialect !== 'podman-compose' ? ['-a'] : []
  return [
    ...words,
    ...(dryRun && features.hasDryRun ? ['--dry-run'] : []),
    ...['-p', project, '-f', join(folder, 'compose.yaml')],
    ...(features.hasProjectDirectory ? ['--project-directory', projectFolder] : []),
    ...VERBS[word](call),
    ...all,
  ]
}

/** Whole or not at all: another call may be reading them. The folder is the user's alone, files inside are for containers. */
function writeFiles({ text, files }: Rendering, folder: string): void {
  for (const [path, content] of [...files, [join(folder, 'compose.yaml'), text] as const]) {
    const isConfig = files.has(path)
    mkdirSync(dirname(path), { recursive: true, mode: 0o755 })
    writeFileSync(`${path}.${process.pid}`, content, { mode: isConfig ? 0o644 : 0o600 })
    renameSync(`${path}.${process.pid}`, path)
  }
}
