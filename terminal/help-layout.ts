// How the help of a command looks: its colours, and where its lines end.
import type { HelpConfiguration, Option, OutputConfiguration } from 'commander'
import { wrapWords } from './cell-width.ts'
import { paintFor, wantsColour } from './colour.ts'
import type { Streams } from './streams.ts'
import { widthOf } from './streams.ts'

/** Cells. With fewer beside an option, commander would leave it to the terminal where a line breaks. */
const MIN_DESCRIPTION = 20

type Help = { readonly output: OutputConfiguration; readonly layout: HelpConfiguration }

export function helpOn({ out, env }: Pick<Streams, 'out' | 'env'>): Help {
  const paint = paintFor(wantsColour({ env, stream: out }))
  return {
    output: {
      getOutHasColors: () => paint.enabled,
      writeOut: (text) => void out.write(wrapSentences(text, widthOf(out))),
    },
    layout: {
      minWidthToWrap: MIN_DESCRIPTION,
      optionDescription: describeOption,
      styleTitle: paint.bold,
      styleCommandText: paint.cyan,
      styleOptionText: paint.cyan,
      styleSubcommandText: paint.cyan,
      styleArgumentText: paint.cyan,
    },
  }
}

/** Those behind the lists, which commander leaves as they are. What is indented is a command or a part of a file: whole, to be copied. */
function wrapSentences(text: string, width: number): string {
  const stays = (line: string) => line.length <= width || line.startsWith(' ')
  const wrap = (line: string) => (stays(line) ? [line] : wrapWords(line, width))
  return text.split('\n').flatMap(wrap).join('\n')
}

/** A default as it would be typed; that nothing is given is no default. */
function describeOption({ description, defaultValue }: Option): string {
  return typeof defaultValue === 'string' ? `${description} (default: ${defaultValue})` : description
}
