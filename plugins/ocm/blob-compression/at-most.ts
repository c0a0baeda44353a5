// Lets so many bytes through and no more, whatever they are unpacked from.
import { Transform } from 'node:stream'
import { CallError } from '../../../sdk/service/index.ts'

export function atMost(maxBytes: number): Transform {
  let size = 0
  return new Transform({
    transform(chunk, _encoding, done) {
      size += chunk.length
      if (size > maxBytes) done(new CallError(`the blob unpacks into more than ${maxBytes} bytes`, 413))
      else done(null, chunk)
    },
  })
}
