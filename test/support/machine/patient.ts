// Looks of which it is not asked how long they take: on a busy machine the product's own bound would be over before a large one is.
import { within } from '../../../system/async/in-time.ts'

export const PATIENT = within(10 * 60_000)
