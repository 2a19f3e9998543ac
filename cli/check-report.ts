/** What `quorate check` prints: what was broken and how to see it again, or how much was tried in vain. */
import { type Design, type Drawable, designText, parametersOf } from '../properties/design.ts';
import { type FaultClass, wordOf } from '../properties/fault-classes.ts';
import { type ChanceAt, inevitableFromMs } from '../properties/inevitable.ts';
import type { Property } from '../properties/property.ts';
import { scheduleText } from '../properties/schedule.ts';
import type { Cure } from './check-cure.ts';
import type { SearchResult } from './check-search.ts';
import type { Proved } from './check-shrink.ts';
import { storyText } from './print-story.ts';
import type { Style } from './style.ts';
import { wrap } from './wrap.ts';
import { editLines } from './write-fixed.ts';

export interface CheckReport extends SearchResult {
  readonly name: string;
  readonly topology: string;
  readonly seed: number;
  /** Empty: the scenario's own faults were taken. */
  readonly faults: readonly FaultClass[];
  /** What of the design was drawn, too. */
  readonly draw: readonly Drawable[];
  readonly properties: readonly Property[];
  /** Not claimed under these faults. */
  readonly leftOut: readonly Property[];
  readonly counterexamples: readonly Proved[];
  /** With --cure; null: no cure is known, or nothing was broken. */
  readonly cure?: Cure | null;
}

export function reportText(report: CheckReport, json: boolean, style: Style, columns: number): string {
  if (json) return `${JSON.stringify(jsonOf(report))}\n`;
  const { name, topology, faults, draw, properties, counterexamples } = report;
  const of = faults.length === 0 ? "the scenario's own faults" : `faults: ${faults.map(wordOf).join(', ')}`;
  const drawn = draw.length === 0 ? '' : `, drawn: ${draw.join(', ')}`;
  const lines = [style.bold(`${name}${name === topology ? '' : ` on ${topology}`}, ${of}${drawn}`), ''];
  for (const one of counterexamples) lines.push(...brokenLines(one, style, columns), '');
  for (const property of properties) {
    if (counterexamples.some((one) => one.property.name === property.name)) continue;
    lines.push(wrap(`${property.name}: ${property.sentence}`, columns, `${style.green('✓')} `, '  '));
  }
  lines.push('', ...triedLines(report, columns), ...unjudgedLines(report, columns));
  lines.push(...leftOutLines(report, columns));
  if (report.cure !== undefined) lines.push('', ...cureLines(report.cure, report, style, columns));
  return `${lines.join('\n')}\n`;
}

function brokenLines(one: Proved, style: Style, columns: number): string[] {
  const { property, what, schedule, found, shrinkRuns, shrinkMs, file, confirmed, record } = one;
  const before = found.schedule.faults.length;
  const count = schedule.faults.length;
  const shrunk = `${count} ${count === 1 ? 'fault' : 'faults'}${before > count ? ` (of ${before})` : ''}: ${scheduleText(schedule)}`;
  return [
    wrap(`${property.name}: ${property.sentence}`, columns, style.red('✗ '), '  '),
    wrap(`But: ${what}.`, columns, '  '),
    ...(found.design === undefined ? [] : [wrap(`design: ${designText(found.design)}`, columns, '  ')]),
    wrap(shrunk, columns, '  '),
    `  found after ${(found.afterMs / 1000).toFixed(0)} s, shrunk in ${shrinkRuns} runs, ${(shrinkMs / 1000).toFixed(1)} s${confirmed ? '' : '; with the standard probers it was not seen again'}`,
    `  source: ${property.source}`,
    ...chanceLines(one.chances),
    '',
    ...storyText(record, undefined, style, columns)
      .trimEnd()
      .split('\n')
      .map((line) => `  ${line}`.trimEnd()),
    '',
    `  stored: ${file}`,
    `  replay: quorate check ${file} --property ${property.name} --runs 1`,
    `  story:  quorate run ${file}`,
  ];
}

/** What was changed, and what the same check says before and after. */
function cureLines(cure: Cure | null, before: CheckReport, style: Style, columns: number): string[] {
  if (cure === null)
    return [before.counterexamples.length === 0 ? 'nothing to cure' : 'no cure is known that changes lines'];
  const broken = before.counterexamples.map(({ property }) => property.name);
  const after = cure.afterBroken.map(({ property, what }) => `${property} (${what})`);
  const list = (names: readonly string[]): string => (names.length === 0 ? 'nothing' : names.join(', '));
  return [
    style.bold(`cured, in ${cure.folder}`),
    ...editLines(cure.edits, style),
    wrap(`before: broken in ${before.runs} runs: ${list(broken)}`, columns, '  '),
    wrap(
      `after:  broken in ${cure.after.runs} runs of the same schedules and luck: ${list(after)}`,
      columns,
      '  ',
    ),
    wrap(
      `the counterexamples again: cured ${list(cure.cured)}; still broken ${list(cure.stillBroken)}`,
      columns,
      '  ',
    ),
  ];
}

/** The chance of failing, against the moment from which on the luck is another. */
function chanceLines(chances: readonly ChanceAt[]): string[] {
  if (chances.length === 0) return [];
  const atMs = inevitableFromMs(chances);
  const head =
    atMs === undefined
      ? '  never inevitable: with other luck it may end well up to the last moment asked'
      : `  inevitable from ${(atMs / 1000).toFixed(3)} s on; with other luck from a moment on it failed in`;
  const rows = chances.map(({ atMs: at, failed, tried }) => {
    const bar = '█'.repeat(Math.round((20 * failed) / tried));
    return `    ${`${(at / 1000).toFixed(3)} s`.padStart(10)}  ${bar.padEnd(20, '·')}  ${failed} of ${tried}`;
  });
  return ['', head, ...rows];
}

function triedLines(
  { tried, runs, worlds, seconds, states, transitions, combinations, faults, draw }: CheckReport,
  columns: number,
): string[] {
  const head = `${runs} runs in ${seconds.toFixed(0)} s, in ${worlds} ${worldsText(worlds, draw)}; seen: ${states} states and ${transitions} transitions of the machines, ${combinations} combinations of states`;
  if (faults.length === 0) return [wrap(head, columns)];
  if (draw.length > 0)
    return [
      wrap(head, columns),
      ...tried.map(({ properties, drawn }) =>
        wrap(
          `${properties.join(', ')}: ${drawn} drawn schedules of up to 4, and single faults at drawn phases`,
          columns,
          '  ',
        ),
      ),
    ];
  const parts = tried.map(({ properties, singles, allSingles, pairs, allPairs, phases, drawn }) =>
    wrap(
      `${properties.join(', ')}: ${share(singles, allSingles, 'single faults')}, ${share(pairs, allPairs, 'ordered pairs')}, ${phases} single faults at other phases, ${drawn} drawn schedules of up to 4`,
      columns,
      '  ',
    ),
  );
  return [wrap(head, columns), ...parts];
}

function worldsText(worlds: number, draw: readonly Drawable[]): string {
  if (draw.length > 0) return worlds === 1 ? 'design' : 'designs';
  return worlds === 1 ? 'world' : 'worlds of different luck';
}

function share(done: number, all: number, what: string): string {
  return done === all ? `all ${all} ${what}` : `${done} of ${all} ${what}`;
}

/** Runs that were made for a property and say nothing about it: what holds, holds in the others. */
function unjudgedLines({ unjudged, tried }: CheckReport, columns: number): string[] {
  const lines = unjudged.map(({ property, why, runs, ms }) => {
    const all = tried.find(({ properties }) => properties.includes(property))?.runs ?? runs;
    return wrap(
      `${property} in ${runs} of ${all} runs (${(ms / 1000).toFixed(0)} s simulated): ${why}`,
      columns,
      'not judged: ',
    );
  });
  return lines.length === 0 ? [] : ['', ...lines];
}

/** What was not looked for, because it is not claimed or known to be broken. */
function leftOutLines({ leftOut, faults, properties }: CheckReport, columns: number): string[] {
  const lines = leftOut.map((property) => {
    const beyond = faults.filter((one) => !property.claimedUnder.includes(one));
    return wrap(
      `${property.name} is not claimed under ${beyond.map(wordOf).join(', ')}`,
      columns,
      'not tried: ',
    );
  });
  for (const { name, knownNotUnder = [] } of [...properties, ...leftOut])
    for (const known of knownNotUnder)
      lines.push(
        wrap(
          `${name} does not hold under ${wordOf(known.class)}: ${known.why} (quorate run ${known.scenario})`,
          columns,
          'known: ',
        ),
      );
  return lines.length === 0 ? [] : ['', ...lines];
}

function jsonOf(report: CheckReport): object {
  const { name, topology, seed, faults, draw, properties, leftOut, counterexamples, ...result } = report;
  const rowOf = (property: Property) => {
    const broken = counterexamples.find((one) => one.property.name === property.name);
    return {
      name: property.name,
      sentence: property.sentence,
      source: property.source,
      claimed_under: property.claimedUnder,
      known_not_under: property.knownNotUnder ?? [],
      runs: report.tried.find(({ properties: group }) => group.includes(property.name))?.runs ?? 0,
      unjudged: report.unjudged
        .filter((one) => one.property === property.name)
        .map(({ why, runs: count, ms }) => ({ why, runs: count, ms })),
      holds: broken === undefined,
      ...(broken === undefined
        ? {}
        : {
            counterexample: {
              what: broken.what,
              ...(broken.found.design === undefined ? {} : { design: designJson(broken.found.design) }),
              faults: broken.scenario.timeline ?? [],
              file: broken.file,
              seed: broken.schedule.seed,
              replay: `quorate check ${broken.file} --property ${property.name} --runs 1`,
              found_at_run: broken.found.index,
              found_after_ms: broken.found.afterMs,
              shrink_runs: broken.shrinkRuns,
              shrink_ms: Math.round(broken.shrinkMs),
              confirmed: broken.confirmed,
              ...(broken.chances.length === 0
                ? {}
                : {
                    inevitable_from_ms: inevitableFromMs(broken.chances) ?? null,
                    chances: broken.chances.map(({ atMs, failed, tried }) => ({
                      at_ms: atMs,
                      failed,
                      tried,
                    })),
                  }),
            },
          }),
    };
  };
  const { runs, worlds, seconds, states, transitions, combinations, tried, cure } = result;
  return {
    check: name,
    topology,
    seed,
    faults,
    ...(draw.length === 0 ? {} : { drawn: draw }),
    properties: properties.map(rowOf),
    not_tried: leftOut.map((property) => ({
      name: property.name,
      not_claimed_under: faults.filter((one) => !property.claimedUnder.includes(one)),
    })),
    runs,
    worlds,
    seconds: Math.round(seconds * 10) / 10,
    coverage: { states, transitions, combinations },
    tried,
    ...(cure === undefined ? {} : { cure: cure === null ? null : cureJson(cure) }),
  };
}

function designJson(design: Design): object {
  const { topology, clients, steps } = design;
  return { topology: topology ?? null, parameters: parametersOf(design), clients, steps };
}

function cureJson({ folder, edits, cured, stillBroken, after, afterBroken }: Cure): object {
  return {
    folder,
    edits: edits.map(({ before, ...edit }) => ({ ...edit, before: before ?? null })),
    cured,
    still_broken: stillBroken,
    after: { runs: after.runs, broken: afterBroken },
  };
}
