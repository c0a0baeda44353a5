// A real terminal that programs run in: tmux, with a server of its own that ends with the test. What is asked is what stands on
// the screen, as tmux has understood it.
import { execFile, spawnSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { promisify } from 'node:util'
import { isGone } from './processes.ts'
import { tempFolder } from './temp-folder.ts'
import { until } from './until.ts'

type Place = {
  readonly cwd: string
  /** All that the program gets of an environment, TERM included. */
  readonly env: Readonly<Record<string, string>>
  readonly columns: number
  readonly rows: number
}

type Cursor = { readonly row: number; readonly column: number; readonly visible: boolean }

export type Window = {
  /** What is on the screen now, without what is empty at the end of it and of its lines. */
  rows(): Promise<readonly string[]>
  /** The same, with rows joined that the terminal has made of one line. */
  lines(): Promise<readonly string[]>
  cursor(): Promise<Cursor>
  /** `Enter`, `C-c`, `Down`, or a text. */
  press(key: string): Promise<void>
  resize(columns: number, rows: number): Promise<void>
  /** The rows once they satisfy; throws with those that there are when they do not within a minute. */
  until(isReady: (rows: readonly string[]) => boolean): Promise<readonly string[]>
  /** Once the program has ended and all of its output is on the screen: its exit code, and all that it wrote, codes included. */
  ended(): Promise<{ readonly code: number; readonly raw: string }>
}

export type Tmux = { run(program: readonly string[], place: Place): Promise<Window> }

/** Ctrl-C reaches all that runs in a window: who tells how the program ended, as the title of the window, stays. */
const TOLD = `trap : INT; "$@"; printf '\\033]2;ended %s\\007' "$?"; exec sleep 86400`
const TITLE = /\u001b\]2;ended (\d+)\u0007/

/** Why there is no tmux here; false when there is one. */
export function lacksTmux(): string | false {
  return spawnSync('tmux', ['-V']).status === 0 ? false : 'tmux is not there'
}

type Ask = (...words: readonly string[]) => Promise<string>

export function openTmux(t: TestContext): Tmux {
  const folder = tempFolder(t)
  const config = join(folder, 'tmux.conf')
  writeFileSync(config, 'set -g status off\nset -g history-limit 5000\n')
  const ask: Ask = async (...words) => {
    const all = ['-u', '-S', join(folder, 'socket'), '-f', config, ...words]
    return (await promisify(execFile)('tmux', all)).stdout
  }
  let windows = 0
  t.after(async () => {
    if (windows === 0) return
    const pid = Number(await ask('display-message', '-p', '#{pid}'))
    process.kill(pid, 'SIGTERM')
    await isGone(pid)
  })
  return {
    async run(program, place) {
      const name = `window-${windows++}`
      const written = join(folder, name)
      await ask(...startWords(name, program, { ...place, written }))
      return windowOf(name, written, ask)
    },
  }
}

/** In one go: what the program writes is kept before tmux has read the first of it. */
function startWords(name: string, program: readonly string[], place: Place & { written: string }): readonly string[] {
  const { cwd, env, columns, rows, written } = place
  const size = ['-x', String(columns), '-y', String(rows)]
  const given = Object.entries(env).map(([key, value]) => `${key}=${value}`)
  return [
    ...['new-session', '-d', '-s', name, '-c', cwd, ...size],
    ...['env', '-i', ...given, 'sh', '-c', TOLD, 'sh', ...program, ';'],
    ...['pipe-pane', '-O', '-t', name, `cat >'${written}'`],
  ]
}

function windowOf(name: string, written: string, ask: Ask): Window {
  const capture = async (...more: readonly string[]) => {
    const rows = (await ask('capture-pane', '-p', '-t', name, ...more)).split('\n').map((row) => row.trimEnd())
    return rows.slice(0, rows.findLastIndex((row) => row !== '') + 1)
  }
  const rows = () => capture()
  async function untilSo(isSo: () => Promise<boolean>): Promise<void> {
    await until(isSo).catch(async (cause: Error) => {
      throw new Error(`${cause.message}\nthe screen is\n${(await rows()).join('\n')}`, { cause })
    })
  }
  return {
    rows,
    lines: () => capture('-J'),
    async cursor() {
      const asked = await ask('display-message', '-p', '-t', name, '#{cursor_y} #{cursor_x} #{cursor_flag}')
      const [row = 0, column = 0, flag] = asked.split(' ').map(Number)
      return { row, column, visible: flag === 1 }
    },
    async press(key) {
      await ask('send-keys', '-t', name, key)
    },
    async resize(columns, height) {
      await ask('resize-window', '-t', name, '-x', String(columns), '-y', String(height))
    },
    async until(isReady) {
      let seen: readonly string[] = []
      await untilSo(async () => {
        seen = await rows()
        return isReady(seen)
      })
      return seen
    },
    async ended() {
      await untilSo(async () => (await ask('display-message', '-p', '-t', name, '#{pane_title}')).startsWith('ended '))
      // What it wrote passes through another program, which may be late.
      await untilSo(async () => existsSync(written) && TITLE.test(readFileSync(written, 'utf8')))
      const raw = readFileSync(written, 'utf8')
      return { code: Number(TITLE.exec(raw)?.[1]), raw: raw.replace(TITLE, '') }
    },
  }
}
