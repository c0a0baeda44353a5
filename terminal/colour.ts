// Decides whether colour is wanted, and paints text. Colour never carries meaning alone: the words say it too.
import pico from 'picocolors'
import type { OutputStream } from './streams.ts'
import { understandsCodes } from './streams.ts'

export type Paint = {
  readonly enabled: boolean
  bold(text: string): string
  dim(text: string): string
  red(text: string): string
  green(text: string): string
  yellow(text: string): string
  cyan(text: string): string
}

type ColourQuestion = {
  /** `--no-color` gives false; true and undefined both mean that nothing was said. */
  readonly flag?: boolean | undefined
  readonly env: Readonly<Record<string, string | undefined>>
  readonly stream: OutputStream
}

/** Order: the flag, NO_COLOR (no-color.org), FORCE_COLOR, then only on a terminal that understands it. */
export function wantsColour({ flag, env, stream }: ColourQuestion): boolean {
  if (flag === false) return false
  if (env.NO_COLOR) return false
  const forced = env.FORCE_COLOR
  if (forced !== undefined) return forced !== '0' && forced !== 'false'
  return stream.isTTY === true && understandsCodes(env)
}

/** A painter that really paints, or one that returns its text unchanged. */
export function paintFor(enabled: boolean): Paint {
  const { bold, dim, red, green, yellow, cyan } = pico.createColors(enabled)
  return { enabled, bold, dim, red, green, yellow, cyan }
}
