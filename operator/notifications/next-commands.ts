// What to type behind a problem that somebody was told of, far from the machine: the command lines, and for whom they answer. State
// and logs are of one user alone.
import { hostname, userInfo } from 'node:os'
import { shellWord } from '../../schemas/quote.ts'
import { shownAddress } from '../../schemas/shown-address.ts'

type Next = (service: string) => readonly string[]

/** For services that a supervisor looks after; an empty name is all of them. */
export function commandsOfServices(configPath: string): Next {
  return unlessSecret(configPath, (service) => {
    const about = aboutOf(service, configPath)
    return [place(), `octo status ${about}`, `octo ${service === '' ? 'events' : 'logs'} --tail 20 ${about}`]
  })
}

export function commandsOfChecks(configPath: string): Next {
  return unlessSecret(configPath, (service) => [place(), `octo check ${aboutOf(service, configPath)}`])
}

/** The query of an address may be a secret, and without it a command line would be about another config. */
function unlessSecret(configPath: string, next: Next): Next {
  return shownAddress(configPath) === configPath ? next : () => []
}

function aboutOf(service: string, configPath: string): string {
  return [...(service === '' ? [] : [shellWord(service)]), '--config', shellWord(configPath)].join(' ')
}

function place(): string {
  return `To look at it, as ${userName()} on ${hostname() || 'this machine'}:`
}

/** Of a user without a name, as in containers, its number. */
function userName(): string {
  try {
    return userInfo().username
  } catch {
    return `user ${process.getuid?.() ?? 'unknown'}`
  }
}
