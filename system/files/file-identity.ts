// What tells one state of a file from another without reading it: device, inode, owner, mode, size and times. Changing a
// file changes its ctime, which no program can set back. Remembered identities count within one boot only: after a power cut,
// the times of a file may be on disk while its bytes are not. Imports nothing of ours, because warm runs start with it.
import type { BigIntStats } from 'node:fs'

export function identityOf(stat: BigIntStats | undefined): string {
  if (!stat) return ''
  return [stat.dev, stat.ino, stat.uid, stat.gid, stat.mode, stat.size, stat.mtimeNs, stat.ctimeNs].join(':')
}

/** Whether both have the same identity, without writing it down. */
export function isSameState(one: BigIntStats, other: BigIntStats | undefined): boolean {
  if (!other || one.dev !== other.dev || one.ino !== other.ino || one.uid !== other.uid) return false
  if (one.gid !== other.gid || one.mode !== other.mode || one.size !== other.size) return false
  return one.mtimeNs === other.mtimeNs && one.ctimeNs === other.ctimeNs
}
