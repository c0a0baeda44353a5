// The first line of a script, `#!INTERPRETER [ARGUMENT]`, read as Linux reads it and refused where it is read differently
// elsewhere, or where it looks for the interpreter or its code beside the caller. Light: a warm run loads it.
import { problemOfPlace } from './fixed-place.ts'
import { isolationOf, KNOWN_INTERPRETERS, problemOfWords } from './interpreters.ts'

export type FirstLine = {
  /** Absolute path, or a plain name that `env` was given and that is looked up in fixed folders. */
  readonly interpreter: string
  readonly arguments: readonly string[]
}

/** What is wrong, as the end of a sentence, and what mends just this. */
type Unreadable = { readonly problem: string; readonly hint: string }

const PLAIN = 'begin the script with `#!` and an absolute path, such as `#!/bin/sh`'

/** Kernels before 5.1 cut the line here, and run whatever the rest of it names. */
const MAX_FIRST_LINE_BYTES = 127

/** Undefined when the file does not begin with `#!`; else the line, or what is wrong with it. */
export function readFirstLine(head: Uint8Array): FirstLine | Unreadable | undefined {
  if (head[0] !== 0x23 || head[1] !== 0x21) return undefined
  const text = Buffer.from(head.buffer, head.byteOffset, Math.min(head.byteLength, MAX_FIRST_LINE_BYTES + 1)).toString(
    'latin1',
  )
  const end = text.indexOf('\n')
  const line = end < 0 ? text : text.slice(0, end)
  if (line.endsWith('\r'))
    return {
      problem: `has a first line that ends with \`\\r\`, as on Windows: it names the interpreter \`${shown(line)}\``,
      hint: 'save the script with line ends of Unix, as `dos2unix FILE` does; `* text eol=lf` in .gitattributes keeps them',
    }
  if (line.length > MAX_FIRST_LINE_BYTES)
    return {
      problem: `has a first line of more than ${MAX_FIRST_LINE_BYTES} bytes, which systems cut off`,
      hint: 'name the interpreter by a shorter path, such as `#!/usr/bin/env python3`',
    }
  if (!/^#![\t\x20-\x7e]*$/.test(line)) return unreadable('has a first line with characters that are not plain ASCII')
  const [interpreter = '', ...words] = line
    .slice(2)
    .split(/[ \t]+/)
    .filter((word) => word !== '')
  if (interpreter === '') return unreadable('names no interpreter in its first line')
  const place = problemOfPlace(interpreter)
  if (place) return unreadable(`names an interpreter in its first line whose path ${place}: \`${interpreter}\``)
  return baseName(interpreter) === 'env' ? readEnv(words) : withArguments(interpreter, words)
}

/** `env NAME` and `env -S NAME ARGUMENTS`: every other option of env changes where it looks. */
function readEnv(words: readonly string[]): FirstLine | Unreadable {
  const [first = '', ...rest] = words
  const split = first === '-S' ? rest : first.startsWith('-S') ? [first.slice(2), ...rest] : undefined
  const [name = '', ...given] = split ?? words
  if (split && name.startsWith('/') && problemOfPlace(name) === undefined && baseName(name) !== 'env')
    return withArguments(name, given)
  if (!/^[A-Za-z0-9_][A-Za-z0-9_.+-]*$/.test(name) || name === 'env')
    return {
      problem: `names its interpreter in a way that \`env\` looks for elsewhere: \`${words.join(' ')}\``,
      hint: 'give `env` the plain name of an interpreter, such as `#!/usr/bin/env python3`',
    }
  if (!split && given.length > 0)
    return {
      problem: 'gives `env` several words, which needs `env -S`',
      hint: 'begin the script with `#!/usr/bin/env -S`, the interpreter and its arguments',
    }
  return withArguments(name, given)
}

function withArguments(interpreter: string, words: readonly string[]): FirstLine | Unreadable {
  const name = baseName(interpreter)
  const problem = problemOfWords(name, words)
  return problem === undefined ? { interpreter, arguments: words } : { problem, hint: hintOnWords(name, words) }
}

function hintOnWords(name: string, words: readonly string[]): string {
  if (name === 'busybox' && words.length !== 1) return 'begin the script with `#!/bin/busybox sh`'
  return isolationOf(name) === undefined
    ? `write it for one of ${KNOWN_INTERPRETERS.map((known) => `\`${known}\``).join(', ')}, or publish a native program`
    : 'leave that argument out of the first line: what it sets can stand in the script'
}

function unreadable(problem: string): Unreadable {
  return { problem, hint: PLAIN }
}

export function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1)
}

function shown(line: string): string {
  return line
    .slice(2, 80)
    .trimStart()
    .replaceAll('\r', '\\r')
    .replace(/[^\x20-\x7e]/g, '?')
}
