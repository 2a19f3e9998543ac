/**
 * The worker in which simulations run, so that the page stays smooth. It holds the worlds; a run goes on in short slices, between
 * which questions are answered.
 */
import type { RunRecord } from '../../scenarios/run-record.ts';
import { topologyNames } from '../../scenarios/topologies.ts';
import { faultForms } from './fault-forms.ts';
import { HeldRuns } from './held-runs.ts';
import { library, libraryWith, namesInFolders, rootLibrary } from './library.ts';
import type { Answer, Asks, FromEngine, Kind, News, ToEngine } from './messages.ts';
import { scenariosOf } from './run-request.ts';

const runs = new HeldRuns(libraryWith);

/** What goes on for long, by its kind: the number of the question. A newer one of the kind, or a stop, ends it. */
const turns = new Map<Kind, number>();

function turnOf(kind: Kind, id: number): () => boolean {
  turns.set(kind, id);
  return () => turns.get(kind) === id;
}

type Answers = { readonly [K in Kind]: (asked: Asks<K>, id: number) => Answer<K> | Promise<Answer<K>> };

/** What is not needed to run a scenario is fetched when somebody asks for it. */
const answers: Answers = {
  list: async () => ({
    scenarios: [...scenariosOf(await rootLibrary()), ...namesInFolders.map((name) => ({ name, about: '' }))],
    faults: faultForms(),
  }),
  run: ({ request }, id) => run(request, id),
  read: async ({ name, text }) => (await import('./stored-run.ts')).readStoredRun(name, text),
  preview: async ({ request, change }) =>
    (await import('./preview.ts')).previewOf(await runs.get(request), change),
  phases: async ({ request, phases }) => {
    const { phaseLines } = await import('./phase-lines.ts');
    const { composed } = await runs.get(request);
    return phases.map(({ name, host }) => phaseLines(name, host, composed.topology));
  },
  trace: async ({ request, format, fromMs, toMs }) =>
    (await import('./exports.ts')).traceOf(await runs.get(request), format, fromMs, toMs),
  machine: async ({ request, who, atMs }) =>
    (await import('./chart.ts')).machineAt(await runs.get(request), who, atMs),
  import: async ({ files, settings }) => (await import('./import.ts')).importFiles(files, settings),
  type: async ({ request }, id) => {
    const { typeLast } = await import('./typing.ts');
    const goesOn = turnOf('type', id);
    return typeLast(await runs.start(request), goesOn, breathe, (news) => tell<'type'>(id, news));
  },
  check: async ({ request, most }, id) => {
    const { checkDesign } = await import('./design-check.ts');
    const goesOn = turnOf('check', id);
    const put = await runs.compose(request);
    return checkDesign(request, put, most, goesOn, breathe, (news) => tell<'check'>(id, news));
  },
  survive: async ({ request, topology }, id) => {
    const { libraryTopology, survivalOf } = await import('./survival.ts');
    const goesOn = turnOf('survive', id);
    const which =
      topology === undefined
        ? (await runs.compose(request)).composed.topology
        : libraryTopology(topology, library);
    return survivalOf(which, request.seed, goesOn, breathe, (news) => tell<'survive'>(id, news));
  },
  replay: async ({ request, topology, failure }) => {
    const { requestFor, survivalRun, topologyIn } = await import('./made-run.ts');
    const composed = await runs.compose(request);
    return requestFor(survivalRun(failure, topologyIn(request, composed, topology)), request.seed, composed);
  },
  topologies: () => topologyNames(library),
  stop: ({ what }) => {
    turns.delete(what);
    return undefined;
  },
  commands: async () => (await import('../../models/console/commands.ts')).commandNames(),
  moment: async ({ request, atMs }) => (await import('./moment.ts')).momentAt(await runs.get(request), atMs),
  watch: async ({ request, texts }) =>
    (await import('./watch.ts')).watchOf(await runs.get(request), texts, breathe),
  why: async ({ request, step }) => (await import('./why.ts')).whyOf(await runs.get(request), step),
};

self.addEventListener('message', ({ data }: MessageEvent<ToEngine>) => void answer(data));

function tell<K extends Kind>(id: number, news: News<K>): void {
  self.postMessage({ id, type: 'meanwhile', news } satisfies FromEngine);
}

async function answer(asked: ToEngine): Promise<void> {
  const { id } = asked;
  const say = (message: FromEngine) => self.postMessage(message);
  try {
    const reply = answers[asked.type] as (asked: object, id: number) => unknown;
    say({ id, type: 'answer', answer: await reply(asked, id) });
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    say({ id, type: 'failed', message, superseded: error instanceof Superseded });
  }
}

/** Somebody asked for another run meanwhile. */
class Superseded extends Error {}

let newest = 0;

/** Real milliseconds: how long a slice should take, and how often the page is shown what there is so far. */
const SLICE_MS = 40;
const SHOW_MS = 500;
/** Scenario microseconds of the first slice; the next ones are as long as the machine is fast. */
const FIRST_SLICE_US = 1_000_000;

async function run(request: Asks<'run'>['request'], id: number): Promise<RunRecord> {
  newest = id;
  await breathe();
  const held = await runs.get(request);
  const scenarioRun = held.run;
  let sliceUs = FIRST_SLICE_US;
  let shownMs = Number.NEGATIVE_INFINITY;
  while (!scenarioRun.session.done) {
    const startMs = performance.now();
    const share = scenarioRun.advance(Math.round(sliceUs));
    const nowMs = performance.now();
    const factor = SLICE_MS / Math.max(1, nowMs - startMs);
    sliceUs = Math.max(10_000, sliceUs * Math.min(2, Math.max(0.25, factor)));
    const show = nowMs - shownMs > SHOW_MS && !scenarioRun.session.done;
    if (show) shownMs = nowMs;
    tell<'run'>(id, show ? { share, record: scenarioRun.record() } : { share });
    await breathe();
    if (newest !== id) throw new Superseded('A newer run was asked for.');
  }
  return scenarioRun.record();
}

const channel = new MessageChannel();
const breathing: (() => void)[] = [];
channel.port1.onmessage = () => breathing.shift()?.();

/** Lets messages in that have come meanwhile. */
function breathe(): Promise<void> {
  return new Promise((resolve) => {
    breathing.push(resolve);
    channel.port2.postMessage(undefined);
  });
}
