// What an author is told beside the run: which arguments were not tried, and how to give them.

import { secretArguments } from '../schemas/arguments/secret.ts'
import { optionName, POSITIONALS, valueWords } from '../schemas/option-words.ts'
import { quote, shellWord } from '../schemas/quote.ts'
import type { Built } from '../unpublished/unpublished-plugin.ts'
import type { ArgumentMap } from './given-arguments.ts'
import { takesMap } from './plugin-use.ts'

type Tested = Pick<Built, 'plugin' | 'manifest'>

type Tried = {
  readonly dir: string
  /** Behind `--`. */
  readonly words: readonly string[]
  readonly given: readonly string[] | ArgumentMap
}

export function remarksOn(built: Tested, tried: Tried): readonly string[] {
  const { manifest, plugin } = built
  if (manifest.protocol !== 'exec')
    return [`${plugin} speaks ${manifest.protocol}: \`octo plugin check FILE\` holds its program to that protocol`]
  if (manifest.kind === 'operator' && tried.words.length === 0)
    return [
      `${plugin} is an operator, which octo calls as in \`octo test ${shellWord(tried.dir)} -- --config config.json status\``,
    ]
  const secrets = secretArguments(manifest.arguments)
  const unused = Object.keys(manifest.arguments?.properties ?? {}).filter((name) => !isGiven(name, built, tried))
  const open = unused.filter((name) => !secrets.has(name))
  const secret = takesMap(built) ? unused.filter((name) => secrets.has(name)) : []
  return [...openRemark(open, built, tried), ...secretRemark(secret, built, tried)]
}

function isGiven(name: string, { manifest }: Tested, { words, given }: Tried): boolean {
  if (name === POSITIONALS) return true
  if (!isWords(given)) return Object.hasOwn(given, name)
  const option = optionName(name, manifest.argumentStyle)
  return words.some((word) => word === option || word.startsWith(option.length === 2 ? option : `${option}=`))
}

function isWords(given: readonly string[] | ArgumentMap): given is readonly string[] {
  return Array.isArray(given)
}

function openRemark(unused: readonly string[], { manifest, plugin }: Tested, { dir, words }: Tried): readonly string[] {
  const style = manifest.argumentStyle
  const [first] = unused
  if (first === undefined) return []
  const option = optionName(first, style)
  const isFlag = manifest.arguments?.properties?.[first]?.type === 'boolean'
  const more = isFlag ? [option] : valueWords(option, 'VALUE', style)
  const typed = `octo test ${shellWord(dir)} -- ${[...words.map(shellWord), ...more].join(' ')}`
  const named = unused.map((name) => quote(optionName(name, style))).join(', ')
  return [`${plugin} declares arguments that were not given: ${named}; they stand behind \`--\`: \`${typed}\``]
}

function secretRemark(unused: readonly string[], { plugin }: Tested, { dir }: Tried): readonly string[] {
  if (unused.length === 0) return []
  const named = unused.map((name) => quote(name)).join(', ')
  return [
    `${plugin} declares secret arguments that were not given: ${named}; they stand in a file such as \`{${unused[0]}: …}\`: \`octo test ${shellWord(dir)} --args FILE\``,
  ]
}
