// What `octo info --json` says of a plugin; docs/FORMATS.md shows it.
import { atLeastOneOf, listArguments, takesMore } from '../../../schemas/arguments/list.ts'
import { checkSnippet, supervisorSnippet } from '../../../schemas/check-snippet.ts'
import { omitUndefined } from '../../../schemas/omit-undefined.ts'
import { errorToJson } from '../../../terminal/index.ts'
import type { Changes } from '../../query/changes.ts'
import type { Described } from '../../query/describe.ts'
import { withdrawnNote } from './withdrawn-note.ts'

export type Shown = Described & { readonly changes?: Changes | undefined }

type Snippets = { readonly check: string | null; readonly supervisor: string | null }

export function toJson(shown: Shown) {
  const { repo, document, signer, signerName, described, component, notAllowed = [], from, unasked, changes } = shown
  return {
    ...document,
    from: repo.name,
    url: repo.url,
    known: from,
    unasked: unasked ? errorToJson(unasked).error : null,
    signer,
    signerName: signerName ?? null,
    release: described ? { version: described.version, ...described.manifest } : null,
    arguments: described ? argumentsOf(shown) : null,
    platforms: described ? platformsOf(described) : null,
    ...snippetsOf(shown),
    changes: changes ?? null,
    ...omitUndefined({ component }),
    notAllowed,
    withdrawn: withdrawnNote(document) ?? null,
  }
}

function argumentsOf({ described }: Shown) {
  const schema = described?.manifest.arguments
  return {
    takesMore: takesMore(schema),
    atLeastOne: atLeastOneOf(schema),
    named: listArguments(schema).map(({ name, type, isRequired, isSecret, description, ...more }) => ({
      name,
      type,
      required: isRequired,
      secret: isSecret,
      description,
      default: more.default === undefined ? null : JSON.parse(more.default),
      choices: more.choices ?? null,
      examples: (more.examples ?? []).map((example): unknown => JSON.parse(example)),
    })),
  }
}

function platformsOf({ platforms }: NonNullable<Described['described']>) {
  return Object.entries(platforms)
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([platform, { file, size, digest, format, runtime }]) => {
      return { platform, size, digest, format, file, runtime: runtime ?? null }
    })
}

/** With the name of the repo where that is said: by whoever asked, or as there are several. */
export function snippetsOf({ document, described }: Shown): Snippets {
  if (!described) return { check: null, supervisor: null }
  const { version, manifest } = described
  const snippet = { name: document.plugin, version, manifest }
  return { check: checkSnippet(snippet) ?? null, supervisor: supervisorSnippet(snippet) ?? null }
}
