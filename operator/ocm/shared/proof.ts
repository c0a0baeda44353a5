// Whether an instance that a record tells of may be asked (THREATS.md, "Service plugins"): its process is the one that was started,
// of this user, and it is that process which listens on the socket, whose file is this user's as well.
import { statSync } from 'node:fs'
import type { Digest } from '../../../schemas/digest.ts'
import type { ProcessIdentity } from '../../../system/process/identity.ts'
import { isAlive } from '../../../system/process/identity.ts'
import { listensOn } from '../../../system/process/listens-on.ts'
import { isOwnSocket } from '../instance/runtime-folder.ts'
import type { SharedRecord } from './record.ts'

export type Attachable = SharedRecord & { readonly process: ProcessIdentity; readonly socket: string }

/** `digest`: of the program as it is proven now. */
export function isAttachable(record: SharedRecord | undefined, digest: Digest): record is Attachable {
  if (record?.socket === undefined || record.isLeaving || !record.process || record.digest !== digest) return false
  const { process, socket } = record
  return isAlive(process) && isOfThisUser(process.pid) && isOwnSocket(socket) && listensOn(process, socket)
}

function isOfThisUser(pid: number): boolean {
  return statSync(`/proc/${pid}`, { throwIfNoEntry: false })?.uid === process.getuid?.()
}
