/** The keys of the page. Those of Perfetto's timeline where it has them, since people who read traces know them. */
import type { Actions } from './actions.ts';
import type { PageState } from './page-state.ts';
import { step } from './steps.ts';

export interface Key {
  /** As the help shows it. */
  readonly shown: string;
  readonly does: string;
  /** `KeyboardEvent.key`, letters in lower case. */
  readonly keys: readonly string[];
  press(state: PageState, actions: Actions, event: { readonly shiftKey: boolean }): void;
}

const ZOOM = 0.6;
const PAN = 0.2;

export const KEYS: readonly Key[] = [
  {
    shown: 'Space',
    does: 'play or pause',
    keys: [' '],
    press: (state) => state.playing.set(!state.playing.get()),
  },
  { shown: '.', does: 'next event', keys: ['.'], press: (state) => step(state, 'event', true) },
  { shown: ',', does: 'previous event', keys: [','], press: (state) => step(state, 'event', false) },
  {
    shown: '>',
    does: 'next change of any state',
    keys: ['>'],
    press: (state) => step(state, 'change', true),
  },
  {
    shown: '<',
    does: 'previous change of any state',
    keys: ['<'],
    press: (state) => step(state, 'change', false),
  },
  {
    shown: 'O',
    does: 'next edge of an outage; with Shift the previous',
    keys: ['o', 'O'],
    press: (state, _, event) => step(state, 'outage', !event.shiftKey),
  },
  {
    shown: 'K',
    does: 'next event of this kind; with Shift the previous',
    keys: ['k', 'K'],
    press: (state, _, event) => step(state, 'kind', !event.shiftKey),
  },
  {
    shown: 'N',
    does: 'next breakpoint; with Shift the previous',
    keys: ['n', 'N'],
    press: (state, _, event) => step(state, 'stop', !event.shiftKey),
  },
  { shown: 'P', does: 'breakpoints and watches', keys: ['p'], press: (_, actions) => actions.watch() },
  { shown: 'W', does: 'zoom in', keys: ['w'], press: (state) => state.zoom(ZOOM, state.atMs.get()) },
  { shown: 'S', does: 'zoom out', keys: ['s'], press: (state) => state.zoom(1 / ZOOM, state.atMs.get()) },
  { shown: 'A', does: 'earlier', keys: ['a'], press: (state) => state.pan(-PAN) },
  { shown: 'D', does: 'later', keys: ['d'], press: (state) => state.pan(PAN) },
  { shown: 'F', does: 'centre the playhead; again: the whole run', keys: ['f'], press: centreOrFit },
  { shown: 'Home', does: 'start of the run', keys: ['Home'], press: (state) => state.jump(0) },
  {
    shown: 'End',
    does: 'end of the run',
    keys: ['End'],
    press: (state) => state.jump(Number.POSITIVE_INFINITY),
  },
  {
    shown: 'B',
    does: 'break something at the playhead',
    keys: ['b'],
    press: (_, actions) => actions.breakIt(),
  },
  {
    shown: 'T',
    does: 'a terminal on a host, at the playhead',
    keys: ['t'],
    press: (_, actions) => actions.terminal(),
  },
  {
    shown: 'Y',
    does: 'why? of the selected lane, or of the last event',
    keys: ['y'],
    press: (_, actions) => actions.why(),
  },
  { shown: '1', does: 'power off the VIP holder', keys: ['1'], press: (_, actions) => actions.prepared(0) },
  {
    shown: '2',
    does: 'power off the leader of etcd',
    keys: ['2'],
    press: (_, actions) => actions.prepared(1),
  },
  {
    shown: '3',
    does: 'kill haproxy of the VIP holder',
    keys: ['3'],
    press: (_, actions) => actions.prepared(2),
  },
  {
    shown: '4',
    does: 'cut the VIP holder off the network',
    keys: ['4'],
    press: (_, actions) => actions.prepared(3),
  },
  {
    shown: 'H',
    does: 'checks: properties, and what survives',
    keys: ['h'],
    press: (state) => state.tab.set('checks'),
  },
  {
    shown: 'G',
    does: 'pin the selected lane at the top, or let it go',
    keys: ['g'],
    press: (state) => {
      const id = state.selected.get();
      if (id !== undefined) state.pin(id);
    },
  },
  { shown: 'C', does: 'compare with another run', keys: ['c'], press: (_, actions) => actions.compare() },
  { shown: 'I', does: 'your own configuration files', keys: ['i'], press: (_, actions) => actions.files() },
  { shown: 'L', does: 'share: link, pictures, files', keys: ['l'], press: (_, actions) => actions.share() },
  { shown: '?', does: 'keys and marks', keys: ['?'], press: (_, actions) => actions.help() },
  { shown: '/', does: 'search the events', keys: ['/'], press: (_, actions) => actions.search() },
  { shown: 'Esc', does: 'select nothing', keys: ['Escape'], press: (state) => state.select(undefined) },
];

/** With Ctrl, or on a Mac with Command. */
export const CONTROL_KEYS: readonly Key[] = [
  {
    shown: 'Ctrl+K',
    does: 'the command palette',
    keys: ['k', 'p'],
    press: (_, actions) => actions.commands(),
  },
  {
    shown: 'Ctrl+Z',
    does: 'undo: back to before the last change',
    keys: ['z'],
    press: (_, actions) => actions.undo(),
  },
  { shown: 'Ctrl+Y', does: 'redo', keys: ['y'], press: (_, actions) => actions.redo() },
];

function centreOrFit(state: PageState): void {
  const [from, to] = state.span.get();
  const half = (to - from) / 2;
  const atMs = state.atMs.get();
  state.look([atMs - half, atMs + half]);
  const [centred] = state.span.get();
  if (Math.abs(centred - from) < half / 1_000) state.look([0, Number.MAX_SAFE_INTEGER]);
}

/** The key of an event; undefined while somebody types, holds a modifier, or presses what a control understands itself. */
export function keyFor(event: KeyboardEvent): Key | undefined {
  if (event.altKey || event.defaultPrevented) return undefined;
  const target = event.composedPath()[0];
  const pressed = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  const dialog = event.composedPath().find((element) => element instanceof HTMLDialogElement);
  // A dialog has its own keys.
  if (dialog?.open === true) return undefined;
  // One that was just closed keeps the focus until the next frame.
  if (target instanceof Element && dialog === undefined) {
    if (target.matches('input:not([type="range"]), select, textarea')) return undefined;
    if (event.key === ' ' && target.matches('button, summary, a, [role="tab"], [type="file"]'))
      return undefined;
    if (/^(Home|End)$/.test(event.key) && target.matches('input, [role="tab"]')) return undefined;
  }
  if (event.ctrlKey || event.metaKey) return CONTROL_KEYS.find(({ keys }) => keys.includes(pressed));
  return KEYS.find(({ keys }) => keys.includes(pressed));
}
