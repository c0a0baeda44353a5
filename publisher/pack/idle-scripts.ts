// Scripts of an artifact that nobody made executable: right for what is read or given to an interpreter, and found out late where
// another file starts them.
import { quote, shellWord } from '../../schemas/quote.ts'

const MAX_NAMED = 3

/** For the author, who knows which of the two it is. `paths` are not empty. */
export function idleScriptsNote(paths: readonly string[]): string {
  const more = paths.length > MAX_NAMED ? ` and ${paths.length - MAX_NAMED} more` : ''
  const named = `${paths.slice(0, MAX_NAMED).map(quote).join(', ')}${more}`
  const [verb, them] = paths.length === 1 ? ['begins with `#!` and is', 'it'] : ['begin with `#!` and are', 'them']
  const file = shellWord(paths[0] ?? '')
  return `${named} ${verb} not executable: where another file starts ${them}, type \`chmod +x ${file}\` or list ${them} below \`executables\``
}
