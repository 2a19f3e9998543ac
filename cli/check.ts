/** `quorate check`: looks for failures that break what a design is meant to keep, and shrinks what it finds. */
import type { Command } from 'commander';
import type { Topology } from '../models/cluster/topology.ts';
import { nearestHint } from '../models/nearest.ts';
import { DRAWABLE, type Drawable, isAboutDrawn } from '../properties/design.ts';
import {
  DEFAULT_CLASSES,
  FAULT_CLASSES,
  type FaultClass,
  faultClassOf,
} from '../properties/fault-classes.ts';
import { PROPERTIES, propertyNamed } from '../properties/library.ts';
import type { Property } from '../properties/property.ts';
import { durationMistake, durationUs } from '../scenarios/durations.ts';
import { cure } from './check-cure.ts';
import { type CheckReport, reportText } from './check-report.ts';
import { search } from './check-search.ts';
import { proved } from './check-shrink.ts';
import { readyCheck } from './checked.ts';
import { EXIT_EXPECTATION, Failure } from './failure.ts';
import { junitOf } from './junit.ts';
import { noteLines } from './notes.ts';
import { writableFile, writableFolder, writeWhole } from './output.ts';
import { collect, seedOf } from './scenario.ts';
import { styleOf } from './style.ts';
import { UNLIMITED } from './wrap.ts';

export interface CheckFlags {
  readonly property: readonly string[];
  readonly faults?: string;
  readonly draw?: string;
  readonly runs?: string;
  readonly time?: string;
  readonly seed?: string;
  readonly set: readonly string[];
  readonly out: string;
  readonly inevitable?: string;
  readonly junit?: string;
  readonly cure?: boolean;
  readonly json?: boolean;
}

const DEFAULT_TIME_MS = 60_000;
const WORDS = FAULT_CLASSES.map(({ word }) => word).join(', ');

export function addCheck(program: Command, done: (exitCode: number) => void): void {
  program
    .command('check')
    .description('look for failures that break what a design is meant to keep, and shrink what is found')
    .argument('<what...>', 'a scenario, a topology (quorate list), a file of either, or deployment files')
    .option('--property <name>', 'only this one; may be given several times', collect, [])
    .option('--faults <classes>', `of ${WORDS} (default: what the topology names, else power,stop,link)`)
    .option('--draw <what>', `draw the design, too: of ${DRAWABLE.join(', ')}`)
    .option('--runs <number>', 'end after so many runs')
    .option('--time <time>', 'end after this long (default: 60s, unless --runs is given)')
    .option('--seed <number>', 'the luck of the search (default: 1)')
    .option('--set <path=value>', 'a parameter; may be given several times', collect, [])
    .option('--out <folder>', 'where counterexamples are written', '.')
    .option('--inevitable <tries>', 'say when a failure became inevitable, by so many tries at each moment')
    .option('--cure', 'change the lines that lints know a cure for, and check again under the same luck')
    .option('--junit <file>', 'write JUnit XML there')
    .option('--json', 'print one JSON object')
    .action(async (wanted: readonly string[], flags: CheckFlags) => {
      done(await check(wanted, flags));
    });
}

async function check(wanted: readonly string[], flags: CheckFlags): Promise<number> {
  const ready = readyCheck(wanted, flags.set);
  const classes = classesWanted(flags.faults, ready.checked.topology);
  const draw = drawnOf(flags.draw);
  if (draw.length > 0 && ready.schedule !== undefined)
    throw new Failure('--draw draws the faults, too, and this scenario has its own: give a topology');
  if (draw.length > 0 && flags.cure === true)
    throw new Failure('--cure is for one design, and --draw for many');
  const { properties, leftOut } = chosen(
    flags.property,
    classes,
    draw.includes('topology') ? undefined : ready.checked.topology,
  );
  writableFolder('--out', flags.out);
  if (flags.junit !== undefined) writableFile('--junit', flags.junit);
  const runs = flags.runs === undefined ? undefined : runsOf(flags.runs);
  const timeMs =
    flags.time !== undefined ? timeOf(flags.time) : runs === undefined ? DEFAULT_TIME_MS : undefined;
  const seed = flags.seed === undefined ? (ready.seed ?? 1) : seedOf(flags.seed);
  for (const line of noteLines(ready.findings, ready.checked.topology.notes ?? []))
    process.stderr.write(`${line}\n`);
  if (flags.cure === true && ready.schedule !== undefined)
    throw new Failure('--cure is for the files of a deployment, not for a scenario');
  const wish = { properties, classes, seed, runs, timeMs, draw };
  const result = await search(ready, wish);
  if (result.runs === 0)
    throw new Failure(`no run ended within ${flags.time ?? '60s'}: give it longer, as --time 5m`);
  const counterexamples = result.found.map((found) =>
    proved(found, ready, flags.out, flags.inevitable === undefined ? 0 : runsOf(flags.inevitable)),
  );
  const cured =
    flags.cure === true && counterexamples.length > 0
      ? await cure(ready, counterexamples, result, { ...wish, wanted, set: flags.set, out: flags.out })
      : undefined;
  const report: CheckReport = {
    name: ready.name,
    topology: ready.checked.topology.topology,
    seed,
    faults: ready.schedule === undefined ? classes : [],
    draw,
    properties,
    leftOut,
    counterexamples,
    ...(flags.cure === true ? { cure: cured ?? null } : {}),
    ...result,
  };
  if (flags.junit !== undefined) writeWhole('--junit', flags.junit, junitOf(report));
  const columns = process.stdout.columns ?? UNLIMITED;
  process.stdout.write(reportText(report, flags.json === true, styleOf(process.stdout), columns));
  return counterexamples.length > 0 ? EXIT_EXPECTATION : 0;
}

/** Those asked for; else those under which the topology's own file claims anything. */
function classesWanted(text: string | undefined, topology: Topology): FaultClass[] {
  if (text !== undefined) return text.split(',').map((word) => classOf('--faults', word.trim()));
  const claimed = topology['claimed-under'];
  return (
    claimed?.map((word) => classOf(`claimed-under of ${topology.topology}:`, word)) ?? [...DEFAULT_CLASSES]
  );
}

function classOf(where: string, word: string): FaultClass {
  const found = faultClassOf(word);
  if (found !== undefined) return found;
  const hint = nearestHint(
    word,
    FAULT_CLASSES.map((row) => row.word),
  );
  throw new Failure(`${where} ${word}: there is no such class${hint}; there are ${WORDS}`);
}

function drawnOf(text: string | undefined): Drawable[] {
  if (text === undefined) return [];
  return text.split(',').map((word) => {
    const found = DRAWABLE.find((one) => one === word.trim());
    if (found === undefined)
      throw new Failure(
        `--draw ${word}: that cannot be drawn${nearestHint(word, DRAWABLE)}; there are ${DRAWABLE.join(', ')}`,
      );
    return found;
  });
}

/** Those asked for; else all that are claimed under these classes. @param topology undefined: a drawn one */
function chosen(
  names: readonly string[],
  classes: readonly FaultClass[],
  topology: Topology | undefined,
): { properties: Property[]; leftOut: Property[] } {
  if (names.length > 0) {
    const properties = names.map((name) => {
      const found = propertyNamed(name);
      const known = PROPERTIES.map((property) => property.name);
      if (found === undefined)
        throw new Failure(
          `--property ${name}: there is none of this name${nearestHint(name, known)}; there are ${known.join(', ')}`,
        );
      if (topology !== undefined && found.applies?.(topology) === false)
        throw new Failure(`--property ${name} is not about a topology like ${topology.topology}`);
      return found;
    });
    return { properties, leftOut: [] };
  }
  const isClaimed = ({ claimedUnder }: Property): boolean =>
    classes.every((one) => claimedUnder.includes(one));
  const about = PROPERTIES.filter((property) =>
    topology === undefined ? isAboutDrawn(property) : (property.applies?.(topology) ?? true),
  );
  const properties = about.filter(isClaimed);
  if (properties.length === 0)
    throw new Failure(`no property is claimed under all of these faults together; name one with --property`);
  return { properties, leftOut: about.filter((property) => !isClaimed(property)) };
}

function runsOf(text: string): number {
  if (!/^[1-9]\d{0,7}$/.test(text)) throw new Failure(`--runs ${text}: a whole number from 1 on`);
  return Number(text);
}

function timeOf(text: string): number {
  const mistake = durationMistake(text);
  if (mistake !== undefined) throw new Failure(`--time ${mistake}`);
  return durationUs(text) / 1000;
}
