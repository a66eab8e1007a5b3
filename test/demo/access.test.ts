import { once } from 'node:events'
import { type IncomingMessage, type RequestOptions, request } from 'node:http'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import WebSocket from 'ws'
import { type Demo, startDemo } from '../../examples/demo/server/demo.ts'

let demo: Demo

beforeAll(async () => {
  demo = await startDemo({ port: 0 })
})

afterAll(() => demo.close())

async function statusOf(path: string, options: RequestOptions = {}, body = ''): Promise<number | undefined> {
  const sent = request(new URL(path, demo.url), options)
  sent.end(body)
  const [response]: IncomingMessage[] = await once(sent, 'response')
  response?.resume()
  return response?.statusCode
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
    const socket = new WebSocket(`${demo.roomUrl}?member=one`, { origin: 'https://example.com' })
    const [error]: Error[] = await once(socket, 'error')
    expect(error?.message).toContain('403')
  })
})
