// What a version is by now, with the reasons: offered, or yanked, quarantined, deprecated.
import { html } from 'hono/html'
import type { Release, ShownVersion } from '../../db/records.ts'
import type { Html } from './layout.ts'
import { shownText } from './shown-text.ts'

type Flags = Pick<ShownVersion, 'state' | 'yanked' | 'quarantined' | 'deprecated'>

/** In a cell of a table. */
export function stateCell(version: Flags): Html {
  const { state, deprecated } = version
  const reason = reasonOf(version)
  return html`<span class="${state}">${state}</span>${reason === null ? '' : html`<p dir="auto">${shownText(reason)}</p>`}
${deprecated === null ? '' : html`<p class="deprecated" dir="auto">deprecated: ${shownText(deprecated)}</p>`}`
}

const MEANING = {
  yanked: 'no new install chooses it; what is locked is still served',
  quarantined: 'nobody can fetch it, and nothing chooses it',
} as const

/** Above all else on a page; nothing for a version without any. */
export function stateNotes(version: Pick<Release, 'version' | keyof Flags>): Html | '' {
  const { version: name, state, deprecated } = version
  const reason = reasonOf(version)
  return html`${
    state === 'active'
      ? ''
      : html`<p class="note ${state}" dir="auto"><strong>${name} is ${state}</strong> (${MEANING[state]})${reason === null ? '' : html`: ${shownText(reason)}`}</p>`
  }${deprecated === null ? '' : html`<p class="note deprecated" dir="auto"><strong>${name} is deprecated:</strong> ${shownText(deprecated)}</p>`}`
}

/** The blocking state wins, and so does its reason. */
function reasonOf({ quarantined, yanked }: Flags): string | null {
  return quarantined ?? yanked
}
