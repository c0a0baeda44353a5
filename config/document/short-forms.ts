// Which maps and lists of a config may be written shorter.
import type { ShapeName } from './fields.ts'

/** Shapes that may also be written as one plain value. */
export const SHORT_SHAPES: readonly ShapeName[] = ['include', 'key', 'pin', 'versions', 'mcp']
/** Lists that may also be written as their one item. */
export const SINGLE_SHAPES: readonly ShapeName[] = ['include', 'key', 'secret']
/** Lists that may also be written as a map of names. */
export const NAMED_SHAPES: readonly ShapeName[] = ['notification']
