// How a plugin says no: a status that is not 200, and a text. OCM's own SDK answers some of it differently for different
// contracts, which hosts have to understand; plugins of ours answer as `status` and `text` say.

type Refusal = {
  readonly status: number
  /** What the text begins with. */
  readonly text: string
  /** What plugins that were made with OCM's own SDK answer, and what their text begins with. With 200 they say nothing at all. */
  readonly others: readonly (readonly [status: number, text: string])[]
}

/** The one status of a success. */
export const SUCCESS = 200

export const REFUSALS = {
  'handler failed': {
    status: 500,
    text: '',
    others: [
      [500, ''],
      [500, 'failed to call processor function: '],
      [500, 'failed to get global resource: '],
      [500, 'failed to add global resource: '],
      [500, 'failed to get identity: '],
    ],
  },
  'handler crashed': { status: 500, text: 'panic recovered', others: [[500, 'panic recovered']] },
  'credentials unreadable': {
    status: 401,
    text: 'incorrect authentication header format: ',
    others: [
      [401, 'incorrect authentication header format: '],
      [401, 'failed to marshal credentials: '],
      [401, ''],
    ],
  },
  'credentials missing': {
    status: 401,
    text: 'incorrect authentication header format: ',
    others: [[401, 'incorrect authentication header format: unexpected end of JSON input']],
  },
  'body unreadable': {
    status: 400,
    text: 'failed to decode request: ',
    others: [
      [400, 'failed to unmarshal request: '],
      [400, 'failed to decode request body: '],
      [500, 'failed to decode request: '],
      [500, 'failed to marshal request body: '],
      [500, 'failed to unmarshal request body: '],
      [200, ''],
    ],
  },
  'query unreadable': {
    status: 400,
    text: 'failed to decode query: ',
    others: [
      [400, 'invalid character '],
      [500, ''],
    ],
  },
  'no such endpoint': { status: 404, text: '404 page not found', others: [[404, '404 page not found']] },
  'wrong method for health': {
    status: 405,
    text: 'this endpoint may only be called with either HEAD or GET method',
    others: [[405, 'this endpoint may only be called with either HEAD or GET method']],
  },
} as const satisfies Readonly<Record<string, Refusal>>

/** What plugins of ours say to calls that come when they end: nothing of it was begun. */
export const LEAVING = { status: 503, text: 'the plugin is shutting down' } as const

export const HEALTH_PATH = '/healthz'
export const SHUTDOWN_PATH = '/shutdown'

/** Statuses of who does not offer something, or has nothing. */
const NONE: readonly number[] = [404, 501]
/** As credential repositories in Go say that they have nothing: their SDK makes a 500 of every error, OCM's own words say which it is. */
const NO_CREDENTIALS = /(?:^|: )credentials not found$/m

/** Whether a refusal means that there is nothing, which is no failure. */
export function saysNone({ status, text }: { readonly status: number; readonly text: string }): boolean {
  return NONE.includes(status) || (status === 500 && NO_CREDENTIALS.test(text.trimEnd()))
}
