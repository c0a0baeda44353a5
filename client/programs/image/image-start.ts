// How an image is started by its config: which file of it is the program, and with which words and variables. Its PATH names folders of
// the image, and what it says to a loader names files of the image: neither is on this machine, where others may put something
// there, and so both are left out. Its user and working directory are the service's own.
import type { ProgramDefaults } from '../../proven-program.ts'
import type { ImageConfig } from './image-documents.ts'

type Start = {
  /** Paths in the image, of which the first that is a file is the program. */
  readonly candidates: readonly string[]
  readonly defaults: ProgramDefaults
}

/** The program takes no notice of a loader's, but the shell does that leads it into its limits, and so does what it starts. */
const OF_THE_IMAGE = /^(?:PATH$|LD_)/

const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'

/** Where the service names another program than the entrypoint, words of the image would be for that. */
export function startOf({ config }: ImageConfig, binary: string | undefined): Start {
  const [entrypoint, cmd] = [config?.Entrypoint ?? [], config?.Cmd ?? []]
  const environment = new Map((config?.Env ?? []).map(splitVariable))
  const path = environment.get('PATH') ?? PATH
  const [first, ...entry] = entrypoint.length > 0 ? entrypoint : cmd
  const words = entrypoint.length > 0 ? cmd : []
  const own = first === undefined ? [] : placesOf(first, { path, folder: config?.WorkingDir ?? '/' })
  const variables = Object.fromEntries([...environment].filter(([name]) => !OF_THE_IMAGE.test(name)))
  if (binary !== undefined && !own.includes(binary))
    return { candidates: [binary], defaults: { entry: [], words: [], environment: variables } }
  return {
    candidates: binary === undefined ? own : [binary],
    defaults: {
      entry: entrypoint.length > 0 ? entry : [],
      words: entrypoint.length > 0 ? words : entry,
      environment: variables,
    },
  }
}

function splitVariable(text: string): readonly [string, string] {
  const at = text.indexOf('=')
  return at === -1 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)]
}

/** As a kernel and a shell look for it: with a slash from the working directory, else in the folders of PATH. */
function placesOf(program: string, { path, folder }: { readonly path: string; readonly folder: string }): string[] {
  if (program.startsWith('/')) return [plain(program)]
  if (program.includes('/')) return [plain(`${folder}/${program}`)]
  return path.split(':').map((place) => plain(`${place}/${program}`))
}

function plain(path: string): string {
  return path
    .split('/')
    .filter((part) => part !== '' && part !== '.')
    .join('/')
}
