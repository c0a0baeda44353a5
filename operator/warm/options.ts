// The command line of `octo run` in its plain form, read by hand: loading commander takes longer than the plugin.

type RunWords = {
  /** As typed: `[repo/]name[@range]`. */
  readonly request: string
  readonly config?: string
  readonly argv: readonly string[]
}

const FLAGS = new Set(['--frozen', '--offline'])

/** Undefined for everything that is not plain, which the full command line then reads or refuses. */
export function readRunWords(words: readonly string[]): RunWords | undefined {
  const plain: string[] = []
  const configs: string[] = []
  for (let index = 0; index < words.length; index++) {
    const word = words[index] ?? ''
    if (word === '--') return assemble([...plain], words.slice(index + 1), configs)
    if (FLAGS.has(word)) continue
    if (word === '--config') configs.push(words[++index] ?? '')
    else if (word.startsWith('--config=')) configs.push(word.slice('--config='.length))
    else if (word.startsWith('-')) return undefined
    else plain.push(word)
  }
  return assemble(plain, [], configs)
}

function assemble(
  [request, ...operands]: readonly string[],
  rest: readonly string[],
  configs: readonly string[],
): RunWords | undefined {
  const [config, another] = configs
  if (!request || another !== undefined || config === '') return undefined
  return { request, argv: [...operands, ...rest], ...(config === undefined ? {} : { config }) }
}
