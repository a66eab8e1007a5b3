import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { isId, isRecord } from '../shared/check.ts'
import type { PageSource } from './page.ts'
import type { Tokens } from './tokens.ts'

const MAX_BODY_BYTES = 1_024
const LOOPBACK_NAMES = new Set(['127.0.0.1', 'localhost', '[::1]'])

export interface HttpParts {
  readonly tokens: Tokens
  readonly page: PageSource
  readonly restart: () => void
}

/** The pages, the tokens, and the button that restarts the server. */
export function createHttpListener({ tokens, page, restart }: HttpParts): RequestListener {
  return (request, response) => {
    answer(request, response).catch((error: unknown) => sendJson(response, 400, { error: String(error) }))
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (!isFromOwnPage(request)) return sendJson(response, 403, { error: 'For this machine only.' })
    const { pathname } = new URL(request.url ?? '/', 'http://chat')
    if (request.method === 'POST' && pathname === '/token') return answerToken(request, response)
    if (request.method === 'POST' && pathname === '/restart') {
      restart()
      return sendJson(response, 202, {})
    }
    page.serve(request, response, () => sendJson(response, 404, { error: 'Not found.' }))
  }

  /** Whoever sits at this machine may be anybody. A real server would look for a session here. */
  async function answerToken(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await readJson(request)
    if (!isRecord(body) || !isId(body.member)) throw new Error('A token is for a member.')
    sendJson(response, 200, await tokens.issue(body.member))
  }
}

/**
 * Whether a request comes by way of a page of this server: the `Host` check stops DNS rebinding, the `Origin`
 * check stops pages of other sites that the user has open.
 */
export function isFromOwnPage({ headers: { host, origin } }: IncomingMessage): boolean {
  if (host === undefined || !URL.canParse(`http://${host}`)) return false
  if (!LOOPBACK_NAMES.has(new URL(`http://${host}`).hostname)) return false
  return origin === undefined || origin === `http://${host}`
}

function sendJson(response: ServerResponse, status: number, body: unknown): void {
  const headers = { 'content-type': 'application/json', 'cache-control': 'no-store' }
  response.writeHead(status, headers).end(JSON.stringify(body))
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > MAX_BODY_BYTES) throw new Error('That is too long.')
    chunks.push(chunk)
  }
  return JSON.parse(Buffer.concat(chunks).toString())
}
