// A port for a program that is started later.
import { randomInt } from 'node:crypto'
import { isFreePort } from '../ports.ts'

const LOWEST = 20_000
/** From here on Linux gives ports to connections of any program. */
const FIRST_GIVEN = 32_768

export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(LOWEST, FIRST_GIVEN)
    if (await isFreePort(port)) return port
  }
}
