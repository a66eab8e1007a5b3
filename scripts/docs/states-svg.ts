// The states as a picture. Where things stand is drawn by hand; which ways there are, the machine says.
import { type Edge, STATUSES, type Status } from './states.ts'

interface Box {
  readonly x: number
  readonly y: number
  readonly width: number
}

interface Way {
  readonly path: string
  /** Where the causes are written, one a line: to the right of here, to its left, or around it. */
  readonly label?: readonly [x: number, y: number, anchor: 'start' | 'end' | 'middle']
}

const HEIGHT = 46
const BOXES: Record<Status, Box> = {
  idle: { x: 40, y: 50, width: 150 },
  connecting: { x: 365, y: 50, width: 150 },
  open: { x: 690, y: 50, width: 150 },
  suspended: { x: 40, y: 250, width: 150 },
  waiting: { x: 365, y: 250, width: 150 },
  closing: { x: 690, y: 250, width: 150 },
  closed: { x: 40, y: 430, width: 800 },
}

const WAYS: Readonly<Record<string, Way>> = {
  'idle connecting': { path: 'M190 64H363', label: [277, 57, 'middle'] },
  'connecting idle': { path: 'M365 84H192' },
  'connecting open': { path: 'M515 64H688', label: [602, 57, 'middle'] },
  'open connecting': { path: 'M690 84H517', label: [602, 100, 'middle'] },
  'connecting waiting': { path: 'M420 96V248', label: [413, 162, 'end'] },
  'waiting connecting': { path: 'M458 250V98', label: [466, 172, 'start'] },
  'connecting suspended': { path: 'M376 96L172 248' },
  'suspended connecting': { path: 'M142 250L363 94' },
  'open waiting': { path: 'M716 96L510 248', label: [640, 178, 'start'] },
  'open suspended': { path: 'M744 96C744 200 622 180 622 270V316Q622 342 596 342H150Q124 342 124 316V298' },
  'open closing': { path: 'M776 96V248', label: [784, 172, 'start'] },
  'open closed': { path: 'M840 73H852Q864 73 864 85V441Q864 453 852 453H842' },
  'open idle': { path: 'M765 50C765 -8 115 -8 115 48' },
  'waiting suspended': { path: 'M365 264H192', label: [277, 257, 'middle'] },
  'suspended waiting': { path: 'M190 284H363', label: [277, 300, 'middle'] },
  'waiting idle': { path: 'M376 250L182 98' },
  'suspended idle': { path: 'M90 250V98' },
  'idle closed': { path: 'M40 73H28Q16 73 16 85V441Q16 453 28 453H38' },
  'connecting closed': { path: 'M508 96C560 140 572 160 572 230V428' },
  'waiting closed': { path: 'M440 296V428' },
  'suspended closed': { path: 'M90 296V428' },
  'closing closed': { path: 'M765 296V428', label: [773, 360, 'start'] },
  'closed connecting': { path: 'M540 430V200C540 150 520 130 495 98', label: [542, 390, 'end'] },
}

const LINE = 14
/** Its own background: it must be legible on any page. */
const STYLE = `
  text { font: 12px system-ui, sans-serif; fill: #57606a }
  .name { font-size: 15px; font-weight: 600; fill: #1f2328 }
  .paper { fill: #ffffff }
  .box { fill: #f6f8fa; stroke: #57606a }
  .usable { fill: #dafbe1; stroke: #1a7f37 }
  .way { fill: none; stroke: #0969da; stroke-width: 1.5; marker-end: url(#way) }
  .end { stroke: #8c959f; marker-end: url(#end) }
  .rest { stroke: #8c959f; stroke-dasharray: 4 4; marker-end: url(#end) }
  .way-head { fill: #0969da }
  .end-head { fill: #8c959f }
  .halo { stroke: #ffffff; stroke-width: 4; paint-order: stroke; stroke-linejoin: round }
  @media (prefers-color-scheme: dark) {
    text { fill: #9198a1 }
    .name { fill: #f0f6fc }
    .paper { fill: #0d1117 }
    .box { fill: #151b23; stroke: #9198a1 }
    .usable { fill: #12261e; stroke: #3fb950 }
    .way { stroke: #4493f8 }
    .end, .rest { stroke: #656c76 }
    .way-head { fill: #4493f8 }
    .end-head { fill: #656c76 }
    .halo { stroke: #0d1117 }
  }`

export function picture(edges: readonly Edge[]): string {
  const drawn = new Set(edges.map(({ from, to }) => `${from} ${to}`))
  const stale = Object.keys(WAYS).filter((name) => !drawn.has(name))
  if (stale.length > 0) throw new Error(`The machine goes this way no more: ${stale.join(', ')}.`)
  const ways = edges.map((edge) => ({ edge, way: wayOf(edge) }))
  return [
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 880 540" role="img" aria-label="The states of a connection, and the ways between them; the table has them in words">',
    `<style>${STYLE}\n</style>`,
    '<defs>',
    head('way'),
    head('end'),
    '</defs>',
    '<rect class="paper" width="880" height="540"/>',
    // Ways that matter most are drawn last, above the others.
    ...ways
      .sort((a, b) => rankOf(a.edge) - rankOf(b.edge))
      .map(
        ({ edge, way }) => `<path class="${['way', 'way end', 'way rest'][-rankOf(edge)]}" d="${way.path}"/>`,
      ),
    ...STATUSES.map(box),
    ...ways.map(({ edge, way }) => label(edge, way)).filter((text) => text !== ''),
    '<text x="40" y="508">Blue: the usual ways, with their causes.</text>',
    '<text x="330" y="508">Grey: to the end. Dashed: a lazy connection rests.</text>',
    '<text x="40" y="528">A state that is entered anew, as open by a handover, is no way here.</text>',
    '</svg>\n',
  ].join('\n')
}

function wayOf({ from, to }: Edge): Way {
  const way = WAYS[`${from} ${to}`]
  if (!way) throw new Error(`The machine goes from ${from} to ${to}: draw that way.`)
  return way
}

/** 0 for the usual ways. */
function rankOf({ from, to }: Edge): 0 | -1 | -2 {
  if (to === 'idle') return -2
  return to === 'closed' && from !== 'closing' ? -1 : 0
}

function head(name: string): string {
  return `<marker id="${name}" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" markerUnits="userSpaceOnUse" orient="auto"><path class="${name}-head" d="M0 0L8 4L0 8Z"/></marker>`
}

function box(status: Status): string {
  const { x, y, width } = BOXES[status]
  const kind = status === 'open' ? 'box usable' : 'box'
  return [
    `<rect class="${kind}" x="${x}" y="${y}" width="${width}" height="${HEIGHT}" rx="10"/>`,
    `<text class="name" x="${x + width / 2}" y="${y + HEIGHT / 2 + 5}" text-anchor="middle">${status}</text>`,
  ].join('')
}

function label({ causes }: Edge, { label }: Way): string {
  if (!label) return ''
  const [x, y, anchor] = label
  // Beside a level way there is room for one line; beside an upright one, for one each.
  const lines = anchor === 'middle' ? [causes.join(', ')] : causes
  const top = y - ((lines.length - 1) * LINE) / 2
  return lines
    .map(
      (line, index) =>
        `<text class="halo" x="${x}" y="${top + index * LINE}" text-anchor="${anchor}">${line}</text>`,
    )
    .join('')
}
