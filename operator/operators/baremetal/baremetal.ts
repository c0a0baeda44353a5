// The built-in operator: octo itself runs the services, on this machine and as this user.
import { coded } from '../../../schemas/errors.ts'
import type { Operator } from '../operator.ts'
import { apply } from './apply.ts'
import { events } from './events.ts'
import { exec } from './exec.ts'
import { logs } from './logs.ts'
import { metrics } from './metrics.ts'
import { show } from './plan.ts'
import { startApart, startHere } from './start.ts'
import { status } from './status.ts'
import { stop } from './stop.ts'

export const BAREMETAL: Operator = {
  name: 'baremetal',
  own: { apply, events, metrics },
  start: (call) => (call.options.foreground ? startHere(call) : startApart(call, 'start')),
  stop,
  restart: (call) => startApart(call, 'restart'),
  status,
  logs,
  show,
  exec,
  compose: () => refused('compose', 'there is no Compose behind it'),
}

function refused(word: string, why: string): never {
  throw coded('USAGE', {
    message: `the operator \`baremetal\` has no \`${word}\`: ${why}`,
    hint: 'name another operator with `--operator`, or see what it does: `octo start --help`',
  })
}
