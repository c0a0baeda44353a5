// The environment that a shim gives to its plugin: that of `octo run`, with what the caller may pass on asked in the words of a
// shell. Only `case` and assignments, because every other word could be a function that the caller exported.
import { shellWord } from '../../schemas/quote.ts'
import type { InheritedVariable, RunFacts, ValueRule } from '../exec/environment.ts'
import { INHERITED, pluginEnvironment } from '../exec/environment.ts'

export type ShimEnvironment = {
  /** Lines that go before. */
  readonly lines: readonly string[]
  /** Words for `env -i`. */
  readonly words: readonly string[]
  /** A text of the shell that holds an `@` when the caller's environment may hold a password. */
  readonly secrets: string
}

/**
 * The private folder for temporary files is octo's own to make and remove, so the plugin gets the caller's. Values with a rule
 * are asked by it, and everything else is as `octo run` would have it for a caller without any environment.
 */
export function shimEnvironment(facts: Omit<RunFacts, 'temporary'>): ShimEnvironment {
  const { TMPDIR: _own, ...fixed } = pluginEnvironment({}, { ...facts, temporary: '' }, 'linux')
  const asked = INHERITED.filter(({ value }) => value !== undefined)
  const passed = [...INHERITED.filter(({ value }) => value === undefined).map(({ name }) => name), 'TMPDIR']
  return {
    lines: asked.map(askedLine),
    words: [
      ...Object.entries(fixed).map(([name, value]) => shellWord(`${name}=${value}`)),
      ...passed.map((name) => `\${${name}+"${name}=$${name}"}`),
      // Behind the fixed ones, of which they replace those of the same name.
      ...asked.map(({ name }) => `\${octo_${name}:+"$octo_${name}"}`),
    ],
    secrets: INHERITED.filter(({ mayHoldSecret }) => mayHoldSecret)
      .map(({ name }) => `\${${name}-}`)
      .join(''),
  }
}

/** `octo_TZ` is `TZ=…` when the value fits, else empty. */
function askedLine({ name, value: rule }: InheritedVariable): string {
  const [none, good] = [`octo_${name}=`, `octo_${name}=${name}=$${name}`]
  const arms = rule?.parts
    ? `${partsPattern(rule)}) ${good} ;; *) ${none} ;;`
    : `${misfits(rule)}) ${none} ;; *) ${good} ;;`
  return `case \${${name}-} in ${arms} esac`
}

function partsPattern({ characters, parts = [] }: ValueRule): string {
  return parts.map((length) => `[${shellWord(characters)}]`.repeat(length)).join('-')
}

/** Quoted inside brackets, no character means a range or the end of a shell's word. */
function misfits({ characters, atMost = 0, notFirst, never }: ValueRule = { characters: '' }): string {
  return [
    `''`,
    `*[!'${characters}']*`,
    `${'?'.repeat(atMost + 1)}*`,
    ...(notFirst === undefined ? [] : [`['${notFirst}']*`]),
    ...(never === undefined ? [] : [`*'${never}'*`]),
  ].join('|')
}
