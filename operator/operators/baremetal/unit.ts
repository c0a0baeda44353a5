// The systemd unit that supervises the services of a project: text and nothing else. What a unit gives a meaning to, such as `%` and
// `$`, has none here, whatever a path is called.
import { coded } from '../../../schemas/errors.ts'
import { quote } from '../../../schemas/quote.ts'

type UnitFacts = {
  /** For people. */
  readonly project: string
  /** Node and octo. */
  readonly octo: readonly string[]
  /** Config and flags, behind a word of octo. */
  readonly flags: readonly string[]
  /** Of a unit of the machine; a unit of a user runs as that user. */
  readonly user?: string
  /** Where octo finds what this user said and keeps. */
  readonly places?: Readonly<Record<string, string>>
  /** This systemd can start octo beside the cgroups that it makes for services. */
  readonly hasSubgroups?: boolean
}

/** From this version on. */
export const SUBGROUPS_SINCE = 254

/** By which it is known that octo wrote it, and may write it again or take it away. */
export const MARK_LINE = '# Written by `octo autostart`; change it by `systemctl edit`, which outlives the next one.'

/** Throws USAGE for a path that no unit can hold. */
export function renderUnit({ project, octo, flags, user, places = {}, hasSubgroups = false }: UnitFacts): string {
  const command = (...words: readonly string[]) => [...octo, ...words, ...flags].map(unitWord).join(' ')
  return lines([
    MARK_LINE,
    '[Unit]',
    `Description=Services of ${plainText(project)}, run by octo`,
    ...(user === undefined ? [] : ['After=network-online.target', 'Wants=network-online.target']),
    '',
    '[Service]',
    'Type=exec',
    ...(user === undefined ? [] : [`User=${plainText(user)}`]),
    ...Object.entries(places).map(([name, path]) => `Environment=${quotedText(`${name}=${path}`)}`),
    `ExecStart=${command('start', '--foreground')}`,
    `ExecReload=${command('apply', '--yes')}`,
    '# octo stops the services in their order; where octo itself is killed they live on, and the next one goes on with them.',
    'KillMode=process',
    ...(hasSubgroups ? DELEGATION : []),
    'TimeoutStopSec=5min',
    'Restart=on-failure',
    'RestartSec=5s',
    '# A config that is wrong does not get better, and services that failed were tried by their own rules.',
    'RestartPreventExitStatus=1 64 65 66 77 78 126 127',
    '# For the services too. Take one away with `systemctl edit`, where a service needs it.',
    ...HARDENING,
    ...(user === undefined ? [] : HARDENING_OF_MACHINE),
    '',
    '[Install]',
    `WantedBy=${user === undefined ? 'default.target' : 'multi-user.target'}`,
  ])
}

/** For limits of services. Without the second, systemd could not start the next octo beside services that still run. */
const DELEGATION = ['Delegate=yes', 'DelegateSubgroup=octo.supervisor']

/** What a manager without rights can do as well. */
const HARDENING = ['NoNewPrivileges=yes', 'LockPersonality=yes', 'RestrictRealtime=yes', 'RestrictSUIDSGID=yes']

/** Nothing of it hides files that services and other terminals share. */
const HARDENING_OF_MACHINE = [
  ...['ProtectClock=yes', 'ProtectHostname=yes', 'ProtectKernelLogs=yes'],
  ...['ProtectKernelModules=yes', 'ProtectKernelTunables=yes'],
]

/** One word of a command line, as systemd takes it apart again. */
// allow(dead-export): a table of words, most of which no config can bring here
export function unitWord(text: string): string {
  return quotedText(text).replaceAll('$', '$$$$')
}

function quotedText(text: string): string {
  refuseControls(text)
  return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('%', '%%')}"`
}

/** The command line that a unit of ours starts, as it was before `unitWord`. */
export function wordsOfUnit(text: string): readonly string[] {
  const [, line = ''] = /^ExecStart=(.*)$/m.exec(text) ?? []
  return [...line.matchAll(/"((?:[^"\\]|\\.)*)"/g)].map(([, word = '']) =>
    word.replaceAll('$$', '$').replaceAll('%%', '%').replace(/\\(.)/g, '$1'),
  )
}

function plainText(text: string): string {
  refuseControls(text)
  return text.replaceAll('%', '%%').replaceAll('\\', '/')
}

function refuseControls(text: string): void {
  if (!/\p{Cc}/u.test(text)) return
  throw coded('USAGE', {
    message: `${quote(text)} holds a control character, which no unit of systemd can hold`,
    hint: 'give the file or folder another name',
  })
}

function lines(all: readonly string[]): string {
  return `${all.join('\n')}\n`
}
