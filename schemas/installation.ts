// The two files by which octo knows what it was installed by: the marker in each package, and the record of an installation.
import { z } from 'zod'
import { parseJson } from './json.ts'
import { parseShape } from './shape.ts'
import { lineShape, nameShape, versionShape } from './shapes.ts'

/** Bytes of either file. */
export const INSTALLATION_FILE_BYTES = 64 * 1024

const layoutShape = z.int().min(0).max(1_000_000)

const packageMarkerShape = z
  .object({
    v: z.literal(1),
    version: versionShape,
    /** Key of the platform; `linux-amd64` is read as `linux_amd64`. */
    platform: z.string().max(40),
    /** What installs and updates this package; null where that is octo itself. */
    managedBy: z.strictObject({ name: lineShape.min(1).max(100), update: lineShape.min(1) }).nullable(),
    /** Layouts that this octo writes, and the highest that it reads. */
    layouts: z.strictObject({ store: layoutShape, registry: layoutShape, journal: layoutShape }).optional(),
  })
  // It may be the package.json of octo itself, which has keys for others.
  .loose()

const installationShape = z.strictObject({
  v: z.literal(1),
  /** What made it. */
  by: lineShape.min(1).max(100),
  /** Where newer versions come from, and whose signature counts there. */
  repo: z.strictObject({
    url: z
      .string()
      .max(2048)
      .regex(
        /^(?:https?|file):\/\/[^\s]+\.ya?ml$/,
        'expected the address of a repo, such as `https://host/repos/core.yaml`',
      ),
    /** Base64 of the SPKI, in one line each. */
    keys: z
      .array(
        z
          .string()
          .max(1024)
          .regex(/^[A-Za-z0-9+/]+=*$/, 'expected a public key as one line of base64'),
      )
      .min(1)
      .max(16),
  }),
  plugin: nameShape,
})

export type PackageMarker = z.output<typeof packageMarkerShape>
export type InstallationRecord = z.output<typeof installationShape>

/** Throws JSON_INVALID, LIMIT_EXCEEDED or FORMAT_INVALID. */
export function parsePackageMarker(text: string, name: string): PackageMarker {
  return parseShape(packageMarkerShape, parseJson(text, name, INSTALLATION_FILE_BYTES), { name })
}

/** Throws JSON_INVALID, LIMIT_EXCEEDED or FORMAT_INVALID. */
export function parseInstallation(text: string, name: string): InstallationRecord {
  return parseShape(installationShape, parseJson(text, name, INSTALLATION_FILE_BYTES), { name })
}

export function renderInstallation(record: InstallationRecord): string {
  return `${JSON.stringify(record, null, 2)}\n`
}
