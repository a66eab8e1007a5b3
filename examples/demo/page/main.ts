import type { DemoInfo } from '../shared/faults.ts'
import { mountChart } from './chart.ts'
import { CODE_SHOWN, joinRoom, type RoomOptions, roomOptions } from './connection.ts'
import { byId, setText } from './dom.ts'
import { FaultClient } from './fault-client.ts'
import { mountFaultsPanel } from './faults-panel.ts'
import { Host } from './host.ts'
import { mountHostPanel } from './host-panel.ts'
import { mountLog } from './log.ts'
import { mountNotice } from './notice.ts'
import { mountReactPanel } from './react-panel.tsx'
import { mountRoom } from './room.ts'
import { roomStreams } from './room-streams.ts'
import { mountScoreboard } from './scoreboard.ts'
import { Sender } from './sender.ts'
import { chosenCarrier, SignIn } from './sign-in.ts'
import { mountSignInPanel } from './sign-in-panel.ts'
import { mountStatePanel } from './state-panel.ts'
import { mountVuePanel } from './vue-panel.ts'

// Our own server vouches for the shape.
const { roomUrl } = (await (await fetch('/demo.json')).json()) as DemoInfo

const members = { plain: crypto.randomUUID(), react: crypto.randomUUID(), vue: crypto.randomUUID() }
const carrier = chosenCarrier(location)
const signIn = new SignIn(members.plain, carrier)
const host = new Host()
const connection = joinRoom(roomUrl, signIn.auth, host.environment)
const room = roomStreams(connection)
const sender = new Sender(connection)
const faults = new FaultClient()

// The connection dials in a microtask: all of these see it from its first state on.
mountLog(connection, faults, sender, host, signIn.notes$)
mountStatePanel(connection)
mountSignInPanel(connection, carrier, signIn.notes$, faults)
mountChart(connection, faults, host)
mountScoreboard(connection, sender, room)
mountRoom(
  sender,
  room,
  new Map([
    [members.plain, 'you'],
    [members.react, 'React'],
    [members.vue, 'Vue'],
  ]),
)
mountNotice(connection, faults)
mountFaultsPanel(faults, sender)
mountHostPanel(host)
mountReactPanel(byId('react-panel', HTMLElement), roomUrl, optionsFor(members.react))
mountVuePanel(byId('vue-panel', HTMLElement), roomUrl, optionsFor(members.vue))
setText(byId('code', HTMLElement), CODE_SHOWN)

/** The panels sign in with their first message, whatever the plain connection does. */
function optionsFor(member: string): RoomOptions {
  return roomOptions(new SignIn(member, 'message').auth, host.environment)
}
