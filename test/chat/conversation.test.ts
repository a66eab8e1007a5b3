import { expect, it } from 'vitest'
import { converse, emptyRoom } from '../../examples/chat/shared/conversation.ts'
import type { SayMessage } from '../../examples/chat/shared/messages.ts'

const message = (id: string): SayMessage => ({ type: 'say', id, room: 'lobby', text: id })
const problem = { reason: 'rate', text: 'Too fast.' } as const

it('shows a message once that was not taken and still waits in the outbox', () => {
  const own = [
    { message: message('a'), problem },
    { message: message('b'), problem },
  ]
  const before = { ...emptyRoom('lobby'), own }
  const after = converse(before, { type: 'restored', messages: [message('b')] })
  expect(after.own).toEqual([{ message: message('b') }, own[0]])
})
