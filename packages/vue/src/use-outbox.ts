import type { OutboxSnapshot } from '@holdfast/core'
import type { ShallowRef } from 'vue'
import { useField } from './fields.ts'
import { useStart } from './following.ts'
import type { ConnectionSource } from './sources.ts'

/** The numbers of the send queue, new at most once a frame; zeros where there is none, and on a server. */
export function useOutbox<Incoming, Outgoing>(
  connection: ConnectionSource<Incoming, Outgoing>,
): Readonly<ShallowRef<OutboxSnapshot>> {
  return useField(connection, 'outbox', useStart())
}
