import type { DemoInfo } from '../shared/faults.ts'
import { chosenNumber } from './address.ts'
import { mountChart } from './chart.ts'
import { CODE_SHOWN, joinRoom, type RoomOptions, roomOptions } from './connection.ts'
import { byId, setText } from './dom.ts'
import { FaultClient } from './fault-client.ts'
import { mountFaultsPanel } from './faults-panel.ts'
import { Host } from './host.ts'
import { mountHostPanel } from './host-panel.ts'
import { Lab } from './lab.ts'
import { mountLog } from './log.ts'
import { mountNotice } from './notice.ts'
import { OurClient } from './our-client.ts'
import { mountPeersPanel } from './peers-panel.ts'
import { mountReactPanel } from './react-panel.tsx'
import { mountRoom } from './room.ts'
import { roomStreams } from './room-streams.ts'
import { mountScoreboard } from './scoreboard.ts'
import { Sender } from './sender.ts'
import { chosenCarrier, SignIn } from './sign-in.ts'
import { mountSignInPanel } from './sign-in-panel.ts'
import { mountStatePanel } from './state-panel.ts'
import { mountStormPanel } from './storm-panel.ts'
import { mountVuePanel } from './vue-panel.ts'

// Our own server vouches for the shape.
const { roomUrl } = (await (await fetch('/demo.json')).json()) as DemoInfo

/** Messages a second, of each client. */
const PACE = { least: 0, most: 100, fallback: 10 }
/** Messages at once. */
const FLOOD = { least: 1, most: 10_000, fallback: 10_000 }

const search = new URLSearchParams(location.search)
const plain = new OurClient('plain', crypto.randomUUID())
const react = new OurClient('react', crypto.randomUUID())
const vue = new OurClient('vue', crypto.randomUUID())
const carrier = chosenCarrier(location)
const signIn = new SignIn(plain.member, carrier)
const host = new Host()
const connection = joinRoom(roomUrl, signIn.auth, host.environment)
plain.attach(connection)
const room = roomStreams(connection)
const sender = new Sender(connection, plain.book)
const faults = new FaultClient()
const lab = new Lab(roomUrl, [plain, react, vue], chosenNumber(search, 'pace', PACE))

// The connection dials in a microtask: all of these see it from its first state on.
mountLog(connection, faults, sender, host, signIn.notes$)
mountStatePanel(connection)
mountPeersPanel(lab, search)
mountSignInPanel(connection, carrier, signIn.notes$, faults)
mountChart(connection, room, lab, faults, host)
mountScoreboard(lab)
mountRoom(sender, room, lab, plain.givenUp$)
mountNotice(connection, faults)
mountFaultsPanel(faults, sender, Math.round(chosenNumber(search, 'flood', FLOOD)))
mountHostPanel(host)
mountReactPanel(byId('react-panel', HTMLElement), { url: roomUrl, options: optionsOf(react), client: react })
mountVuePanel(byId('vue-panel', HTMLElement), { url: roomUrl, options: optionsOf(vue), client: vue })
mountStormPanel(lab, faults, search)
setText(byId('code', HTMLElement), CODE_SHOWN)
document.body.dataset.built = ''

/** The panels sign in with their first message, whatever the plain connection does. */
function optionsOf({ member }: OurClient): RoomOptions {
  return roomOptions(new SignIn(member, 'message').auth, host.environment)
}
