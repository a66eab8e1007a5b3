import { once } from 'node:events'
import { type IncomingMessage, type RequestOptions, request } from 'node:http'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import WebSocket from 'ws'
import { type Demo, startDemo } from '../../examples/demo/server/demo.ts'

let demo: Demo

beforeAll(async () => {
  demo = await startDemo({ port: 0, signInDeadline: 200 })
})

afterAll(() => demo.close())

async function statusOf(path: string, options: RequestOptions = {}, body = ''): Promise<number | undefined> {
  const sent = request(new URL(path, demo.url), options)
  sent.end(body)
  const [response]: IncomingMessage[] = await once(sent, 'response')
  response?.resume()
  return response?.statusCode
}

async function closeOf(socket: WebSocket): Promise<number> {
  const [code]: number[] = await once(socket, 'close')
  return code ?? 0
}

const json = { 'content-type': 'application/json' }

describe('the demo’s server', () => {
  it.each([
    ['another host’s name (DNS rebinding)', { host: 'example.com' }],
    ['a page of another site', { origin: 'https://example.com' }],
    ['a page without an origin of its own', { origin: 'null' }],
  ])('answers 403 to %s', async (_, headers) => {
    expect(await statusOf('/faults/status', { headers })).toBe(403)
    expect(await statusOf('/faults/cut', { method: 'POST', headers: { ...json, ...headers } }, '{}')).toBe(
      403,
    )
  })

  it('answers 400 to a fault that a form of another site could order', async () => {
    const headers = { 'content-type': 'text/plain' }
    expect(await statusOf('/faults/cut', { method: 'POST', headers }, '{}')).toBe(400)
  })

  it.each([{ code: 1006 }, { code: 2999 }, { code: '1000' }, {}, { code: 1000, reason: 'x'.repeat(124) }])(
    'answers 400 to the close arguments %j',
    async (body) => {
      expect(await statusOf('/faults/close', { method: 'POST', headers: json }, JSON.stringify(body))).toBe(
        400,
      )
    },
  )

  it('answers 404 to a fault that there is not', async () => {
    expect(await statusOf('/faults/flood', { method: 'POST', headers: json }, '{}')).toBe(404)
  })

  it('lets no page of another site into the room', async () => {
    const socket = new WebSocket(demo.roomUrl, { origin: 'https://example.com' })
    const [error]: Error[] = await once(socket, 'error')
    expect(error?.message).toContain('403')
  })
  it('issues tokens to its own page only, and for members only', async () => {
    const strange = { ...json, origin: 'https://example.com' }
    expect(await statusOf('/token', { method: 'POST', headers: strange }, '{"member":"one"}')).toBe(403)
    expect(await statusOf('/token', { method: 'POST', headers: json }, '{"member":"a b"}')).toBe(400)
    expect(await statusOf('/token', { method: 'POST', headers: json }, '{"member":"one"}')).toBe(200)
  })

  it('closes with 4408 a connection that does not sign in', async () => {
    expect(await closeOf(new WebSocket(demo.roomUrl))).toBe(4408)
  })

  it.each(['?access_token=forged', '?access_token='])('closes %s with 4401', async (query) => {
    expect(await closeOf(new WebSocket(demo.roomUrl + query))).toBe(4401)
  })

  it.each([{ type: 'say', id: 1, text: 'Too soon' }, { type: 'sign-in', token: 'forged' }, 'nothing'])(
    'closes with 4401 a connection that says %j first',
    async (message) => {
      const socket = new WebSocket(demo.roomUrl)
      socket.once('open', () => socket.send(JSON.stringify(message)))
      expect(await closeOf(socket)).toBe(4401)
    },
  )
})
