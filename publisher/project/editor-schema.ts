// What an editor needs of a new project: the schema of plugin.yaml beside it, and the line that names it. Neither is published.
import { manifestJsonSchema } from '../../schemas/manifest-json-schema.ts'

const MANIFEST = 'plugin.yaml'
const SCHEMA = 'plugin.schema.json'

/** Texts by path, with both where there is a plugin.yaml among them. */
export function withEditorSchema(files: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  const manifest = files.get(MANIFEST)
  if (manifest === undefined) return files
  const texts = new Map([
    ...files,
    [MANIFEST, `# yaml-language-server: $schema=${SCHEMA}\n${manifest}`],
    [SCHEMA, `${JSON.stringify(manifestJsonSchema(), undefined, 2)}\n`],
  ])
  return new Map([...texts].sort(([a], [b]) => (a < b ? -1 : 1)))
}
