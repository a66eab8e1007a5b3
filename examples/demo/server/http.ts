import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import type { DemoInfo } from '../shared/faults.ts'
import type { Ledger } from '../shared/ledger.ts'
import { isRecord } from '../shared/room-messages.ts'
import { isMemberId } from '../shared/sign-in.ts'
import { BadRequest, type FaultDesk, isFaultName } from './fault-desk.ts'
import { isFromOwnPage } from './loopback.ts'
import type { PageSource } from './page.ts'
import type { TokenDesk } from './token-desk.ts'

const MAX_BODY_BYTES = 1_024

export interface HttpParts {
  readonly desk: FaultDesk
  readonly tokens: TokenDesk
  readonly page: PageSource
  readonly info: () => DemoInfo
  readonly ledger: () => Ledger
}

/** The page, its modules, its tokens, and the fault buttons' other end. */
export function createHttpListener({ desk, tokens, page, info, ledger }: HttpParts): RequestListener {
  return (request, response) => {
    answer(request, response).catch((error: unknown) => {
      if (error instanceof BadRequest) sendJson(response, 400, { error: error.message })
      else sendJson(response, 500, { error: String(error) })
    })
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (!isFromOwnPage(request))
      return sendJson(response, 403, { error: 'This server is for this machine only.' })
    const { pathname } = new URL(request.url ?? '/', 'http://demo')
    if (pathname === '/') return sendPage(response, await page.html())
    if (pathname === '/demo.json') return sendJson(response, 200, info())
    if (pathname === '/ledger') return sendJson(response, 200, ledger())
    if (pathname.startsWith('/faults/'))
      return answerFault(request, response, pathname.slice('/faults/'.length))
    if (pathname === '/token' && request.method === 'POST') return answerToken(request, response)
    page.serve(request, response, () => sendJson(response, 404, { error: 'Not found.' }))
  }

  /** Whoever sits at this machine may sign in, under any name; a real one would look for a session here. */
  async function answerToken(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await readJson(request)
    const member = isRecord(body) ? body.member : undefined
    if (!isMemberId(member)) throw new BadRequest('A token is for a member: letters, digits, _ and -.')
    sendJson(response, 200, await tokens.issue(member))
  }

  async function answerFault(
    request: IncomingMessage,
    response: ServerResponse,
    name: string,
  ): Promise<void> {
    if (request.method === 'GET' && name === 'status') return sendJson(response, 200, desk.status())
    if (request.method !== 'POST' || !isFaultName(name))
      return sendJson(response, 404, { error: 'No such fault.' })
    desk.run(name, await readJson(request))
    sendJson(response, 200, desk.status())
  }
}

function sendPage(response: ServerResponse, html: string | Uint8Array): void {
  response
    .writeHead(200, { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' })
    .end(html)
}

function sendJson(response: ServerResponse, status: number, body: unknown): void {
  const headers = { 'content-type': 'application/json', 'cache-control': 'no-store' }
  response.writeHead(status, headers).end(JSON.stringify(body))
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  // A form of a strange page cannot have this type without a CORS preflight, which nobody answers.
  if (request.headers['content-type'] !== 'application/json') throw new BadRequest('Send application/json.')
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > MAX_BODY_BYTES) throw new BadRequest('That is too long.')
    chunks.push(chunk)
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString() || '{}')
  } catch {
    throw new BadRequest('That is not JSON.')
  }
}
