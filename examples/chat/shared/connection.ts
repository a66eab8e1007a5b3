import { type Auth, type Codec, type ConnectionOptions, firstMessage, json } from '@holdfast/core'
import { indexedDbOutbox } from '@holdfast/core/storage'
import type { ClientMessage, IssuedToken, ServerMessage } from './messages.ts'

export interface ChatOptions extends ConnectionOptions {
  readonly codec: Codec<ServerMessage, ClientMessage>
}

export const CHAT_URL = '/chat'

/** All that the three clients ask of their connection. */
export function chatOptions(member: string): ChatOptions {
  return {
    codec: json<ServerMessage, ClientMessage>(),
    auth: signIn(member),
    heartbeat: { message: () => ({ type: 'ping' }), isReply: (answer) => typeOf(answer) === 'pong' },
    // What waits outlives a reload. The name is this member's: whoever opens it sends what is in it.
    queue: { storage: indexedDbOutbox({ name: `chat of ${member}` }) },
    // What was not answered is sent again. The server knows it by its id, so it is said once.
    delivery: {
      id: (message: ClientMessage) => (message.type === 'say' ? message.id : undefined),
      // A rejection is an answer too: the same message would be rejected for ever.
      acknowledged: (answer: ServerMessage) => (isAnswer(answer) ? answer.id : undefined),
    },
  }
}

/** The server's answer to one message of ours, as opposed to what it tells the room. */
export function isAnswer(message: ServerMessage): message is Extract<ServerMessage, { id: string }> {
  return message.type === 'ack' || message.type === 'rejected'
}

function signIn(member: string): Auth {
  return {
    async token({ signal }) {
      const response = await fetch('/token', { method: 'POST', signal, body: JSON.stringify({ member }) })
      if (!response.ok) throw new Error(`POST /token was answered with ${response.status}.`)
      return (await response.json()) as IssuedToken
    },
    via: firstMessage<ServerMessage>({
      create: (token): ClientMessage => ({ type: 'sign-in', token }),
      accepted: ({ type }) => type === 'signed-in',
      refused: ({ type }) => type === 'refused',
    }),
    identity: member,
  }
}

function typeOf(message: unknown): unknown {
  return typeof message === 'object' && message !== null && 'type' in message ? message.type : undefined
}
