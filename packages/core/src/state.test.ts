import { expect, it } from 'vitest'
import { type CloseInfo, type ConnectionState, hasEnded, readyStateOf } from './state.ts'

const cause: CloseInfo = { code: 1006, reason: '', wasClean: false, phase: 'open' }
const closed = { status: 'closed', attempt: 1, code: 1000, reason: '', wasClean: true } as const

it.each<[string, ConnectionState, 0 | 1 | 2 | 3, boolean]>([
  ['idle', { status: 'idle', attempt: 0 }, 0, false],
  ['connecting', { status: 'connecting', attempt: 1, phase: 'url' }, 0, false],
  ['open', { status: 'open', attempt: 1, since: 0, protocol: '', extensions: '' }, 1, false],
  ['waiting', { status: 'waiting', attempt: 1, delay: 0, retryAt: 0, cause }, 0, false],
  ['suspended', { status: 'suspended', attempt: 1, by: 'page', cause }, 0, false],
  ['closing', { status: 'closing', attempt: 1, reason: '' }, 2, true],
  ['closed by the user', { ...closed, by: 'user' }, 3, true],
  ['closed by a verdict', { ...closed, by: 'verdict' }, 3, false],
])('%s has its readyState, and has ended for the user or has not', (_, state, readyState, isOver) => {
  expect([readyStateOf(state), hasEnded(state)]).toEqual([readyState, isOver])
})
