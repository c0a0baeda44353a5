// `octo unlink`: takes shims away, and nothing that is none.
import { join } from 'node:path'
import { openShimRecords, storeRootOf } from '../../client/index.ts'
import { coded } from '../../schemas/errors.ts'
import { parseName } from '../../schemas/name.ts'
import { quote, shellWord } from '../../schemas/quote.ts'
import type { Terminal } from '../../terminal/index.ts'
import { requireFolderOfShims } from '../link/folder.ts'
import { removeShim } from '../link/shim-file.ts'

export type UnlinkOptions = { readonly from?: string }

export async function unlinkCommand(
  names: readonly string[],
  { from }: UnlinkOptions,
  terminal: Terminal,
): Promise<number> {
  if (from === undefined)
    throw coded('USAGE', {
      message: 'the folder of the shims is needed, `--from DIR`',
      hint: 'run `octo unlink --help`',
    })
  const folder = requireFolderOfShims(from, process.cwd())
  const paths = names.map((name) => join(folder, parseName(name, 'plugin')))
  const records = await openShimRecords(storeRootOf(process.env))
  for (const path of paths) if (!(await removeShim(records, path))) throw absent(path, folder)
  terminal.result({ json: { folder, removed: paths }, text: () => paths.map((path) => `removed ${path}`).join('\n') })
  return 0
}

function absent(path: string, folder: string): Error {
  return coded('FILE_NOT_FOUND', {
    message: `there is no shim ${quote(path)}`,
    details: { path },
    hint: `\`octo link --check ${shellWord(folder)}\` lists those that are there`,
  })
}
