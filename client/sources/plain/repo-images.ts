// Images of services as repos name them (`services.NAME.docker`), for operators of containers. Whoever says which image runs decides
// what runs: a repo with `keys` has to have signed the document that says it, and one with `trust: unsigned` is believed as its
// config says. Only services that are asked for get an image, and never from two repos.
import type { RepoConfig } from '../../../config/model/config.ts'
import { coded, isCoded, throwDefect } from '../../../schemas/errors.ts'
import { parseImageName } from '../../../schemas/image-name.ts'
import { isMap } from '../../../schemas/is-map.ts'
import { quote } from '../../../schemas/quote.ts'
import { shownAddress } from '../../../schemas/shown-address.ts'
import { proveDocument } from '../../../trust/document/prove-document.ts'
import type { ClientContext } from '../../context.ts'
import type { FetchDocument } from '../../network.ts'
import { openNetwork } from '../../network.ts'
import type { RepoService } from '../../repo-service.ts'
import { repoAddressOf } from '../repo-address.ts'
import { visitRepo } from './read-repo.ts'

type Found = { readonly repo: RepoConfig; readonly service: RepoService }

const MAX_SIGNATURE_BYTES = 1024 * 1024

/**
 * What repos say of these services, in the order of the config. Throws NAME_AMBIGUOUS where two repos name one, FORMAT_INVALID,
 * what proveDocument throws of a signature that is wrong, and what fetching throws where there is no earlier copy.
 */
export async function repoImages(
  names: readonly string[],
  context: ClientContext,
): Promise<Readonly<Record<string, RepoService>>> {
  const found = new Map<string, Found>()
  if (names.length === 0) return {}
  const fetch = keptFetch(context)
  // Registries of OCM have plugins alone.
  for (const repo of context.config.repos.filter(({ trust }) => trust.kind !== 'component'))
    for (const [name, service] of await imagesIfReached(repo, names, { fetch, context })) {
      const earlier = found.get(name)
      if (earlier) throw ambiguous(name, [earlier.repo, repo])
      found.set(name, { repo, service })
    }
  return Object.fromEntries([...found].map(([name, { service }]) => [name, service]))
}

type Reading = { readonly fetch: FetchDocument; readonly context: ClientContext }

/** Who says `--offline` is told what is not known. */
async function imagesIfReached(repo: RepoConfig, names: readonly string[], reading: Reading) {
  try {
    return await imagesOf(repo, names, reading)
  } catch (error) {
    if (!isCoded(error, 'OFFLINE')) throw error
    reading.context.report.warn?.(
      `repo ${quote(repo.name)} may name images of services, and is not asked without network`,
    )
    return []
  }
}

async function imagesOf(repo: RepoConfig, names: readonly string[], reading: Reading) {
  const images = new Map<string, RepoService>()
  const { yaml } = repoAddressOf(repo.url)
  const isThere = await isBelieved(repo, yaml, reading)
  if (!isThere) return images
  await visitRepo(proven(repo, reading), yaml, (root, at) => {
    for (const name of names) {
      const service = serviceIn(root, name, at)
      if (service && !images.has(name)) images.set(name, service)
    }
  })
  return images
}

/** A repo of a registry signs its plugins one by one, and its whole list, which may be large, is not asked for. */
async function isBelieved({ trust }: RepoConfig, yaml: URL, { fetch }: Reading): Promise<boolean> {
  return trust.kind === 'unsigned' || (await fetch(signatureOf(yaml), MAX_SIGNATURE_BYTES)) !== undefined
}

function signatureOf(document: URL): URL {
  const signature = new URL(document)
  signature.pathname += '.sigstore.json'
  return signature
}

/** Each document has its own signature, included ones too. */
function proven({ trust }: RepoConfig, { fetch, context }: Reading): FetchDocument {
  if (trust.kind !== 'keys') return fetch
  const now = context.now()
  const keys = trust.keys.map((key) => ({ kind: 'sigstore', key }) as const)
  return async (at, maxBytes) => {
    const text = await fetch(at, maxBytes)
    if (text === undefined) return undefined
    const signature = signatureOf(at)
    await proveDocument({
      bytes: Buffer.from(text),
      document: shownAddress(at),
      keys,
      now,
      signatureOf: async () => {
        const bundle = await fetch(signature, MAX_SIGNATURE_BYTES)
        return bundle === undefined ? undefined : { text: bundle, source: shownAddress(signature) }
      },
    })
    return text
  }
}

/** A server that is away is no reason to leave out a service, where this machine has read the document before. */
function keptFetch({ network, layout, env, report }: ClientContext): FetchDocument {
  const kept = openNetwork({ layout, env, offline: true })
  return async (url, maxBytes) => {
    try {
      return await network.fetchDocument(url, maxBytes)
    } catch (error) {
      if (!isCoded(error, 'FETCH_FAILED') && !isCoded(error, 'FETCH_REFUSED')) throw error
      const text = await kept.fetchDocument(url, maxBytes).catch(() => undefined)
      if (text === undefined) throw error
      report.warn?.(`${quote(shownAddress(url))} cannot be asked for, and the copy of it that is kept counts`)
      return text
    }
  }
}

function serviceIn(root: unknown, name: string, at: URL): RepoService | undefined {
  const docker = valueAt(valueAt(valueAt(root, 'services') ?? valueAt(root, 'service'), name), 'docker')
  if (docker === undefined || docker === null) return undefined
  const text = (key: string) => textIn(docker, key, { name, at })
  const [registry, image, tag] = [text('registry'), text('image'), text('tag')]
  const words = (key: string) => wordsIn(docker, key, { name, at })
  const [entrypoint, command] = [words('entrypoint'), words('command')]
  if (!image) throw unreadable({ name, at }, 'has no `image`')
  requireImage(`${registry ? `${registry}/` : ''}${image}${tag ? `:${tag}` : ''}`, { name, at })
  return {
    docker: {
      ...(registry ? { registry } : {}),
      image,
      ...(tag ? { tag } : {}),
      ...(entrypoint ? { entrypoint } : {}),
      ...(command ? { command } : {}),
    },
  }
}

type Place = { readonly name: string; readonly at: URL }

function requireImage(text: string, place: Place): void {
  try {
    parseImageName(text)
  } catch (error) {
    throwDefect(error)
    throw unreadable(place, `names the image ${quote(text)}, which is none`, error)
  }
}

function textIn(docker: unknown, key: string, place: Place): string | undefined {
  const value = valueAt(docker, key)
  if (value === undefined || value === null || typeof value === 'string') return value ?? undefined
  throw unreadable(place, `has a \`${key}\` that is no text, expected text in quotes`)
}

function wordsIn(docker: unknown, key: string, place: Place): string | readonly string[] | undefined {
  const value = valueAt(docker, key)
  if (value === undefined || value === null) return undefined
  if (typeof value === 'string') return value
  if (Array.isArray(value) && value.every((word) => typeof word === 'string'))
    return value.length > 0 ? value : undefined
  throw unreadable(place, `has a \`${key}\` that is neither text nor a list of texts`)
}

function valueAt(value: unknown, key: string): unknown {
  return isMap(value) && Object.hasOwn(value, key) ? value[key] : undefined
}

function unreadable({ name, at }: Place, problem: string, cause?: unknown): Error {
  return coded('FORMAT_INVALID', {
    message: `service ${quote(name)} of ${quote(shownAddress(at))} ${problem}`,
    details: { service: name, source: shownAddress(at) },
    hint: `write \`image:\` for service ${quote(name)} in your config`,
    cause,
  })
}

function ambiguous(name: string, repos: readonly RepoConfig[]): Error {
  return coded('NAME_AMBIGUOUS', {
    message: `the image of service ${quote(name)} is named by the repos ${repos.map((repo) => quote(repo.name)).join(' and ')}, and it comes from one`,
    details: { service: name, repos: repos.map((repo) => repo.name) },
    hint: `write \`image:\` for service ${quote(name)} in your config`,
  })
}
