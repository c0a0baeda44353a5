// Where the program of a service comes from when it is neither one of this machine nor a plugin of a repo: an address, the files of
// an image, or source that is built here. What proves it stands beside it, in a local document.
import type { Digest } from '../../schemas/digest.ts'
import type { ImageName } from '../../schemas/image-name.ts'
import type { Platform } from '../../schemas/platform.ts'

export type AddressedFile = {
  readonly platform: Platform
  readonly url: string
  /** Of what the address serves: an archive, or the program itself. */
  readonly digest: Digest
  /** Path of the program in an archive. */
  readonly binary?: string
}

export type Command = readonly [string, ...string[]]

export type GitSource = {
  readonly kind: 'source'
  readonly repo: string
  /** A full commit; anything else is refused with the commit that it means. */
  readonly ref: string
  /** One after the other, in the folder of the checkout; no shell. */
  readonly build: readonly Command[]
  /** Path of the program in that folder, when it is built. */
  readonly binary: string
  /** A local document says in words that commands of the source may run here. */
  readonly isAllowed: boolean
  readonly timeoutMs: number
}

export type ImageSource = {
  readonly kind: 'image'
  readonly image: ImageName
  /** Path in the image; that of its entrypoint when absent. */
  readonly binary?: string
}

export type AddressSource = {
  readonly kind: 'binary'
  readonly files: readonly AddressedFile[]
}

/** Its kind is the key that says it. */
export type ProgramSource = AddressSource | ImageSource | GitSource
