import type { CloseInfo, ConnectionState } from '@holdfast/core'
import { expect, describe as group, it } from 'vitest'
import { endingLines, exitCodeOf } from './ending.ts'
import type { Outcome } from './session.ts'
import { describe, jsonEvent, type Standing, statusLine } from './status.ts'

const cause: CloseInfo = { code: 1006, reason: '', wasClean: false, phase: 'open' }
const standing: Standing = { host: 'example.com', outbox: { queued: 3 }, unconfirmed: 2, failure: undefined }

group('the status line', () => {
  it.each<[ConnectionState, string]>([
    [
      { status: 'connecting', attempt: 1, phase: 'handshake' },
      'connecting to example.com · 3 queued · 2 unconfirmed',
    ],
    [
      { status: 'connecting', attempt: 2, phase: 'url' },
      'connecting to example.com, attempt 2 · 3 queued · 2 unconfirmed',
    ],
    [
      { status: 'open', attempt: 1, since: 0, protocol: '', extensions: '' },
      'connected to example.com · 3 queued',
    ],
    [
      { status: 'waiting', attempt: 1, delay: 5_000, retryAt: 2_001, cause },
      'next attempt in 2 s · 3 queued · 2 unconfirmed',
    ],
    [
      { status: 'waiting', attempt: 1, delay: 5_000, retryAt: 900, cause },
      'next attempt in 0 s · 3 queued · 2 unconfirmed',
    ],
    [{ status: 'closing', attempt: 0, reason: '' }, 'closing · 3 queued · 2 unconfirmed'],
  ])('tells of %j', (state, text) => {
    expect(statusLine(state, standing, 1_000)).toBe(text)
  })
})

group('a loss', () => {
  const lost = (close: Partial<CloseInfo>, failure?: string): string | undefined =>
    describe(
      { type: 'lost', at: 0, close: { ...cause, ...close }, verdict: 'retry', delay: 840 },
      { ...standing, outbox: { queued: 0 }, unconfirmed: 0, failure },
    )

  it('is told with its reason, and what comes next', () => {
    expect(lost({}, 'ECONNRESET')).toBe('lost: ECONNRESET, next attempt in 0.8 s')
    expect(lost({})).toBe('lost: 1006, next attempt in 0.8 s')
    expect(lost({ code: 1012, reason: 'a\u001bb' }, 'old')).toBe(
      'lost: 1012 "a\\u001bb", next attempt in 0.8 s',
    )
    expect(lost({ local: 'timeout' }, 'failed')).toBe('lost: no answer in time, next attempt in 0.8 s')
  })

  it('is told to programs with all numbers', () => {
    expect(jsonEvent({ type: 'lost', at: 7, close: cause, verdict: 'retry', delay: 840 }, standing)).toEqual({
      event: 'lost',
      at: 7,
      code: 1006,
      reason: '',
      wasClean: false,
      why: '1006',
      verdict: 'retry',
      delay: 840,
      queued: 3,
      unconfirmed: 2,
    })
  })
})

group('the end', () => {
  const outcome = (parts: Partial<Outcome>): Outcome => ({ by: 'input', unsent: 0, unconfirmed: 0, ...parts })

  it.each<[Partial<Outcome>, number]>([
    [{}, 0],
    [{ by: 'connection' }, 1],
    [{ unsent: 1 }, 3],
    [{ by: 'connection', unconfirmed: 1 }, 3],
    [{ by: 'SIGINT' }, 130],
    [{ by: 'SIGINT', unsent: 1 }, 130],
    [{ by: 'SIGTERM' }, 143],
    [{ by: 'SIGHUP' }, 129],
  ])('by %j has the code %i', (parts, code) => {
    expect(exitCodeOf(outcome(parts))).toBe(code)
  })

  it('is silent when all is well, and else says what is not', () => {
    expect(endingLines(outcome({}))).toEqual([])
    const closed = {
      status: 'closed',
      attempt: 1,
      by: 'attempts',
      code: 1006,
      reason: '',
      wasClean: false,
    } as const
    expect(endingLines(outcome({ by: 'connection', closed, unsent: 1, unconfirmed: 2 }))).toEqual([
      'ended: no attempts left (1006)',
      '1 message not sent',
      '2 messages sent, and perhaps not arrived',
    ])
  })
})
