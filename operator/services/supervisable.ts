// Where services can be supervised: on Linux, where `/proc` tells what runs.
import { existsSync } from 'node:fs'
import { coded } from '../../schemas/errors.ts'
import { quote } from '../../schemas/quote.ts'

/** Throws OS_FAILED. `/proc` tells what runs, and who it is: without it, a service that runs would look like one that ended. */
export function requireSupervisable(): void {
  if (process.platform !== 'linux')
    throw coded('OS_FAILED', {
      message: `octo runs services on Linux, and this is ${quote(process.platform)}`,
      hint: 'name an operator that runs containers: `octoctl: {operator: docker}`',
    })
  if (existsSync('/proc/self/stat')) return
  throw coded('OS_FAILED', {
    message: '`/proc` does not show what runs, and octo would not know its own services',
    hint: 'mount it, by `mount -t proc proc /proc`',
  })
}
