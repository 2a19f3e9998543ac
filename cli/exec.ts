/** `quorate exec SCENARIO --at T -- COMMAND`: types one command on a host at a moment of a run, and prints what comes of it. */
import type { Command } from 'commander';
import type { Topology } from '../models/cluster/topology.ts';
import { advance } from '../models/console/console.ts';
import { nearestHint } from '../models/nearest.ts';
import type { Typed } from '../scenarios/console.ts';
import { durationMistake, durationUs } from '../scenarios/durations.ts';
import { prepare } from '../scenarios/prepare.ts';
import { runErrorText } from '../scenarios/run-errors.ts';
import { Session } from '../scenarios/session.ts';
import { readTargets, resolveTarget } from '../scenarios/targets.ts';
import { SECOND_US } from '../sim/time.ts';
import { Failure } from './failure.ts';
import { addScenarioFlags, readyScenario, type ScenarioFlags } from './scenario.ts';

interface ExecFlags extends ScenarioFlags {
  readonly at: string;
  readonly on?: string;
  readonly json?: boolean;
  readonly wait: string;
}

/** timeout(1): its exit status when the command had not ended. */
const STILL_RUNNING = 124;

export function addExec(program: Command, done: (exitCode: number) => void): void {
  addScenarioFlags(
    program
      .command('exec')
      .description(
        'type a command on a host at a moment of a run: what it prints, its exit code, how long it hung',
      ),
  )
    .argument('<command...>', 'the command, after --')
    .requiredOption('--at <time>', 'when it is typed, as 75s')
    .option('--on <host|role>', 'where, as m2 or etcd-leader; default the first control plane')
    .option('--wait <time>', 'how long its end is waited for', '10m')
    .option('--json', 'print one JSON object')
    .action((name: string, words: readonly string[], flags: ExecFlags) => {
      done(exec(name, words, flags));
    });
}

function exec(name: string, words: readonly string[], flags: ExecFlags): number {
  for (const key of ['at', 'wait'] as const) {
    const mistake = durationMistake(flags[key]);
    if (mistake !== undefined) throw new Failure(`--${key} ${mistake}`);
  }
  const { composed, seed } = readyScenario(name, flags);
  const atUs = durationUs(flags.at);
  const untilUs = Math.max(durationUs(composed.data.until), atUs + durationUs(flags.wait));
  const data = { ...composed.data, until: `${untilUs}us` };
  const { spec } = prepare(data, composed.topology, {
    seed,
    executor: flags.executor as 'compiled' | 'reference',
    console: true,
  });
  try {
    const session = new Session(data, composed.topology, spec, { commands: advance });
    session.runUntil(session.epochUs + atUs);
    const typed = session.type(hostOf(flags.on, session), lineOf(words));
    const endUs = session.nowUs + durationUs(flags.wait);
    while (typed.result === undefined && session.nowUs < endUs) {
      session.runUntil(Math.min(endUs, session.nowUs + SECOND_US / 10));
    }
    return print(typed, (endUs - durationUs(flags.wait) - session.epochUs) / 1000, flags);
  } catch (error) {
    const text = runErrorText(error, composed.loaded);
    throw text === undefined ? error : new Failure(text);
  }
}

/** A line that a shell reads as these words: one word is taken as a whole line, as sh -c does. */
function lineOf(words: readonly string[]): string {
  if (words.length === 1) return words.join('');
  return words
    .map((word) => (/^[\w./:=+@%,-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`))
    .join(' ');
}

function hostOf(on: string | undefined, session: Session): string {
  const { topology } = session;
  if (on === undefined) return firstControlPlane(topology);
  const targets = readTargets(on, topology);
  if (typeof targets === 'string') throw new Failure(`--on ${targets}`);
  const [target] = targets;
  const resolved = target === undefined ? undefined : resolveTarget(target, session.observations, topology);
  if (resolved?.kind !== 'host' || resolved.hosts.length !== 1) {
    const names = topology.hosts.map(({ name }) => name);
    throw new Failure(
      `--on ${on}: nobody is that at this moment, or it is no single host${nearestHint(on, names)}`,
    );
  }
  return resolved.hosts[0] as string;
}

function firstControlPlane({ hosts }: Topology): string {
  const [first] = hosts.filter(({ roles }) => roles.includes('control-plane'));
  return (first ?? hosts[0])?.name ?? '';
}

function print({ host, line, text, result }: Typed, atMs: number, flags: ExecFlags): number {
  const hungMs = (result?.hungUs ?? durationUs(flags.wait)) / 1000;
  if (flags.json === true) {
    const object = {
      at_ms: atMs,
      host,
      command: line,
      text,
      exit_code: result?.exitCode ?? null,
      hung_ms: hungMs,
      steps: result?.steps ?? [],
    };
    process.stdout.write(`${JSON.stringify(object, undefined, 2)}\n`);
  } else {
    process.stdout.write(text === '' || text.endsWith('\n') ? text : `${text}\n`);
    const how = result === undefined ? `still running after ${flags.wait}` : `exit code ${result.exitCode}`;
    process.stdout.write(`(${host}: ${how}, took ${(hungMs / 1000).toFixed(3)} s)\n`);
  }
  return result?.exitCode ?? STILL_RUNNING;
}
