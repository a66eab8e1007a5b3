import type { Job } from '../job.ts'
import { centrifuge } from './centrifuge.ts'
import { graphqlWs } from './graphql-ws.ts'
import { mqtt } from './mqtt.ts'
import { phoenix } from './phoenix.ts'
import { rxjs } from './rxjs.ts'
import { stompjs } from './stompjs.ts'
import { trpc } from './trpc.ts'
import { yWebsocket } from './y-websocket.ts'

/** By the name of the client. */
export const jobs: Readonly<Record<string, Job>> = {
  'rxjs webSocket': rxjs,
  'graphql-ws': graphqlWs,
  tRPC: trpc,
  'mqtt.js': mqtt,
  '@stomp/stompjs': stompjs,
  phoenix: phoenix,
  centrifuge: centrifuge,
  'y-websocket': yWebsocket,
}
