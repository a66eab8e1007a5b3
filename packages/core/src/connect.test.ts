import { describe, expect, it } from 'vitest'
import { setUp, setUpOpen } from '../../../test/unit/set-up.ts'
import { connect } from './connect.ts'

const CONFIGURATION = { code: 'CONFIGURATION' }

/** What is no object of options, whatever the types say. */
const NO_OPTIONS = [null, 5, 'chat', ['chat'], true] as never[]

describe('options that are none', () => {
  it.each(NO_OPTIONS)('are refused by each call: %s', async (options) => {
    const { connection, clock } = setUp()
    const refused = expect.objectContaining(CONFIGURATION)
    expect(() => connect('ws://fake.test', options)).toThrow(refused)
    expect(() => connection.send('x', options)).toThrow(refused)
    expect(() => connection.reconnect('', options)).toThrow(refused)
    expect(() => connection.close(1000, '', options)).toThrow(refused)
    await expect(connection.deliver('x', options)).rejects.toMatchObject(CONFIGURATION)
    await expect(connection.request('x', options)).rejects.toMatchObject(CONFIGURATION)
    await clock.advance(1)
    expect(connection).toMatchObject({ state: { status: 'open' }, outbox: { accepted: 0 } })
  })

  it.each([
    ['keepStored', { keepStored: 1 }],
    ['drainTimeout', { drainTimeout: '1' }],
  ])('%s of another type is refused by close()', async (name, options) => {
    const { connection } = await setUpOpen()
    expect(() => connection.close(1000, '', options as never)).toThrow(
      expect.objectContaining({ ...CONFIGURATION, message: expect.stringContaining(name) }),
    )
    expect(connection.state.status).toBe('open')
  })
})

describe('what is given', () => {
  it('is as it was at the call, whatever becomes of it', async () => {
    const url = new URL('ws://fake.test/?room=a')
    const protocols = ['a']
    const { server, connection, handshake, clock } = setUp({ url, protocols })
    url.searchParams.set('room', 'b')
    protocols.push('a')
    await handshake()
    connection.reconnect()
    await clock.advance(1)
    const dialled = { url: 'ws://fake.test/?room=a', protocols: ['a'] }
    expect(server.connections).toMatchObject([dialled, dialled])
    expect(connection.url).toBe(dialled.url)
  })

  it.each([null, {}, new AbortController(), 'x'])('is no signal of deliver(): %s', async (signal) => {
    const { connection, server, clock } = await setUpOpen()
    const receipt = connection.deliver('x', { signal: signal as never })
    await expect(receipt).rejects.toMatchObject(CONFIGURATION)
    connection.send('y')
    await clock.advance(1_000)
    expect(server.messages).toEqual(['y'])
  })
})

it('the state that all begin with is changed by nobody', () => {
  const { state } = setUp().connection
  expect(() => Object.assign(state, { status: 'open' })).toThrow(TypeError)
  expect(setUp().connection.state.status).toBe('idle')
})
