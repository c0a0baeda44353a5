// The Python that tests start.
import { existsSync } from 'node:fs'

/** A manager of versions may stand before it in PATH, which costs more than the program. */
export const PYTHON = existsSync('/usr/bin/python3') ? '/usr/bin/python3' : 'python3'
