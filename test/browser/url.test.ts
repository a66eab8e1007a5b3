import { connect } from '@holdfast/core'
import { expect, it, onTestFinished } from 'vitest'
import { connectTo } from '../server/client.ts'
import { quirks } from './host.ts'
import { startLine } from './line.ts'

it('maps http: to ws:', async () => {
  const line = await startLine()
  const { connection, seen } = connectTo(`${line.url.replace('ws:', 'http:')}/room?a=1`, {})
  expect(connection.url).toBe(`${line.url}/room?a=1`)
  await seen('open')
  expect((await line.report()).urls).toEqual(['/room?a=1'])
})

it('resolves a relative URL against the base of the document, as the native class', async () => {
  const line = await startLine()
  const base = document.createElement('base')
  base.href = `${line.url.replace('ws:', 'http:')}/app/index.html`
  document.head.append(base)
  onTestFinished(() => base.remove())
  const { connection, seen } = connectTo('../room', {})
  const { connection: other, seen: otherSeen } = connectTo(() => 'room', {})
  expect(connection.url).toBe(`${line.url}/room`)
  await seen('open')
  await otherSeen('open')
  expect(other.url).toBe(`${line.url}/app/room`)
  expect((await line.report()).urls.toSorted()).toEqual(['/app/room', '/room'])
  if (quirks.ignoresBase) return
  const native = new WebSocket('../room')
  expect(native.url).toBe(connection.url)
  native.close()
})

it('finds the address of the page where the document has no base', () => {
  const connection = connect('/room', { lazy: true })
  expect(connection.url).toBe(new URL('/room', location.href).href.replace(/^http/, 'ws'))
})

it.each(['ws://a.test/#', '/path#fragment', 'ftp://a.test/', 'ws://', 'http://[::1'])(
  'refuses %o, as the native class does',
  (url) => {
    expect(() => new WebSocket(url)).toThrow(DOMException)
    expect(() => connect(url, { lazy: true })).toThrow(expect.objectContaining({ code: 'CONFIGURATION' }))
  },
)

it.each([[''], ['a b'], ['a', 'a'], ['ü'], ['a=']].map((protocols) => [protocols]))(
  'refuses the subprotocols %j, as the native class does',
  (protocols) => {
    expect(() => new WebSocket('ws://127.0.0.1:1234/', protocols)).toThrow(DOMException)
    expect(() => connect('ws://127.0.0.1:1234/', { lazy: true, protocols })).toThrow(
      expect.objectContaining({ code: 'CONFIGURATION' }),
    )
  },
)
