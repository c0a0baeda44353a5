// Runs a program on a pseudo-terminal, as a person would at a screen of some size. Python has the calls for it; Node has not.
import { spawn, spawnSync } from 'node:child_process'
import { PYTHON } from './python.ts'
import type { Screen } from './screen.ts'

/** Says on its own last line how the program ended: `exit 0` or `signal 2`. */
const OPEN_PTY = `
import fcntl, os, pty, select, signal, struct, sys, termios
rows, columns, program = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3:]
pid, master = pty.fork()
if pid == 0:
    os.execvp(program[0], program)
def resize(rows, columns):
    fcntl.ioctl(master, termios.TIOCSWINSZ, struct.pack('HHHH', rows, columns, 0, 0))
    os.kill(pid, signal.SIGWINCH)
fcntl.ioctl(master, termios.TIOCSWINSZ, struct.pack('HHHH', rows, columns, 0, 0))
open_input = True
while True:
    ready, _, _ = select.select([master] + ([0] if open_input else []), [], [])
    if 0 in ready:
        line = os.read(0, 4096).decode()
        open_input = line != ''
        for word in line.split('\\n'):
            if word.startswith('resize '): resize(*map(int, word.split()[1:]))
            elif word: os.write(master, bytes.fromhex(word))
    if master in ready:
        try: data = os.read(master, 65536)
        except OSError: data = b''
        if not data: break
        os.write(1, data)
_, status = os.waitpid(pid, 0)
os.write(2, (('exit %d' % os.WEXITSTATUS(status)) if os.WIFEXITED(status) else ('signal %d' % os.WTERMSIG(status))).encode())
`

type OnPty = {
  /** What is typed, `\u0003` for Ctrl-C. */
  type(text: string): void
  resize(columns: number, rows: number): void
  /** Closes the terminal, as a window that is closed. */
  hangUp(): void
  /** How it ended, once it did and all of its output is on the screen. */
  readonly ended: Promise<string>
}

type Place = {
  readonly cwd: string
  readonly env: Readonly<Record<string, string>>
  readonly columns: number
  readonly rows: number
}

/** Why there is no pseudo-terminal here; false when there is one. */
export function lacksPty(): string | false {
  if (process.platform === 'win32') return 'Windows has no pseudo-terminals of this kind'
  hasPython ??= spawnSync(PYTHON, ['-c', 'import pty']).status === 0
  return hasPython ? false : 'python3 is not there'
}

let hasPython: boolean | undefined

export function runOnPty(program: readonly string[], screen: Screen, { cwd, env, columns, rows }: Place): OnPty {
  // What is installed beside Python's own library takes longer to find than all else of it.
  const child = spawn(PYTHON, ['-IS', '-c', OPEN_PTY, String(rows), String(columns), ...program], {
    cwd,
    env: { PATH: process.env.PATH ?? '', HOME: cwd, ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  let verdict = ''
  child.stdout.setEncoding('utf8').on('data', (text) => screen.write(text))
  child.stderr.setEncoding('utf8').on('data', (text) => {
    verdict += text
  })
  return {
    type: (text) => void child.stdin.write(`${Buffer.from(text).toString('hex')}\n`),
    resize(newColumns, newRows) {
      screen.resize(newColumns, newRows)
      child.stdin.write(`resize ${newRows} ${newColumns}\n`)
    },
    hangUp: () => void child.kill(),
    ended: new Promise((resolve) => child.once('close', () => resolve(verdict.trim()))),
  }
}
