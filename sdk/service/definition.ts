// What an author writes: the types that a plugin serves, and a function for each thing that it does for them. All of it is typed by
// the table of contracts.
import type { z } from 'zod'
import type { Capability, CONTRACTS, EndpointName } from '../../schemas/contract/ocm/contracts.ts'
import type { AuthorSchema, InferSchema } from './author-schema.ts'
import type { Files } from './blobs.ts'
import type { ReadConfig } from './config.ts'
import type { Credentials } from './credentials.ts'
import type { Log } from './log.ts'

export type CallContext = {
  /** What the host has for the identity of the call; undefined where it has nothing. */
  readonly credentials: Credentials | undefined
  /** Aborted when the host gives the call up, and when the plugin has to end before it was answered. */
  readonly signal: AbortSignal
  readonly config: ReadConfig
  readonly files: Files
  readonly log: Log
  /** Keeps a plugin from ending as idle while it works on something that no call waits for. Calls are counted by themselves. */
  startWork(): void
  stopWork(): void
}

type Contracts = typeof CONTRACTS
type EndpointOf<Of extends Capability, Name extends string> = Name extends keyof Contracts[Of]['endpoints']
  ? Contracts[Of]['endpoints'][Name]
  : never
type OutputOf<Shape> = Shape extends z.ZodType ? z.output<Shape> : never

type Nested<Path, Value> = Path extends readonly [infer Key extends string, ...infer Rest]
  ? { readonly [K in Key]: Nested<Rest, Value> }
  : Value

/** What it is asked, with the author's own type where the call is about it. */
type RequestOf<Endpoint, Subject> = Endpoint extends { readonly request: infer Shape }
  ? OutputOf<Shape> & (Endpoint extends { readonly subject: infer Path } ? Nested<Path, Subject> : unknown)
  : never

type AnswerOf<Endpoint, Name> = Endpoint extends { readonly response: infer Shape }
  ? WithNames<Name> | OrNothing<OutputOf<Shape>>
  : // biome-ignore lint/suspicious/noConfusingVoidType: a function that returns nothing
    void
// biome-ignore lint/suspicious/noConfusingVoidType: a function that returns nothing
type OrNothing<Answer> = Record<string, never> extends Answer ? Answer | void : Answer
/** All names, in the same order each time: the sdk makes the pages. */
type WithNames<Name> = Name extends 'listComponents' ? Iterable<string> | AsyncIterable<string> : never

type Handler<Endpoint, Name, Subject> = (
  request: RequestOf<Endpoint, Subject>,
  context: CallContext,
) => AnswerOf<Endpoint, Name> | Promise<AnswerOf<Endpoint, Name>>

type Handlers<Of extends Capability, Subject> = {
  readonly [Name in EndpointName<Of>]?: Handler<EndpointOf<Of, Name>, Name, Subject>
}

export type TypeDeclaration = {
  /** `name/version`, or `name`. */
  readonly type: string
  readonly aliases?: readonly string[]
  /** How such an object looks; anything with a `type` when absent. */
  readonly schema?: AuthorSchema
}

type FurtherTypes<Of extends Capability> = {
  readonly [List in keyof Contracts[Of]['typeLists']]?: readonly TypeDeclaration[]
}

export type ServedDefinition<Of extends Capability, Schema extends AuthorSchema> = Omit<TypeDeclaration, 'schema'> & {
  readonly schema?: Schema
  /** Types for other lists of the capability than that of `type`. */
  readonly lists?: FurtherTypes<Of>
} & Handlers<Of, InferSchema<Schema>>

/** One type of one capability, with what is done for it. */
export type Served = {
  readonly capability: Capability
  readonly declared: TypeDeclaration
  readonly lists: Readonly<Record<string, readonly TypeDeclaration[] | undefined>>
  readonly handlers: Readonly<Record<string, UntypedHandler | undefined>>
}

export type UntypedHandler = (request: unknown, context: CallContext) => unknown
