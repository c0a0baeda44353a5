// What `octo test` tells behind a run: arguments that were declared and not given, as they are typed.
import { optionName, POSITIONALS, valueWords } from '../schemas/option-words.ts'
import { quote, shellWord } from '../schemas/quote.ts'
import type { Built } from '../unpublished/unpublished-plugin.ts'

type Tested = Pick<Built, 'plugin' | 'manifest'>
type Typed = { readonly dir: string; readonly args: readonly string[] }

export function remarksOn({ manifest, plugin }: Tested, { dir, args }: Typed): readonly string[] {
  if (manifest.protocol !== 'exec')
    return [`${plugin} speaks ${manifest.protocol}: \`octo plugin check FILE\` holds its program to that protocol`]
  const style = manifest.argumentStyle
  const isGiven = (option: string) =>
    args.some((arg) => arg === option || arg.startsWith(option.length === 2 ? option : `${option}=`))
  const unused = Object.entries(manifest.arguments?.properties ?? {})
    .filter(([name]) => name !== POSITIONALS)
    .map(([name, { type }]) => ({ option: optionName(name, style), type }))
    .filter(({ option }) => !isGiven(option))
  const [first] = unused
  if (!first) return []
  const words = first.type === 'boolean' ? [first.option] : valueWords(first.option, 'VALUE', style)
  const typed = `octo test ${shellWord(dir)} -- ${[...args.map(shellWord), ...words].join(' ')}`
  const named = unused.map(({ option }) => quote(option)).join(', ')
  return [`${plugin} declares arguments that were not given: ${named}; they stand behind \`--\`: \`${typed}\``]
}
