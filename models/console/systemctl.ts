/**
 * systemctl status, start, stop, restart, kill, is-active, is-enabled, enable, daemon-reload, list-units.
 *
 * Source: systemctl(1): exit codes 0, 3 (not active), 4 (no such unit), 5 (not loaded). docker.socket (moby contrib/init/systemd) starts docker.service again at the next connection, which
 * the kubelet makes each second; the parameter docker.socket says whether it does.
 */
import type { Action } from '../../sim/faults.ts';
import { nearestHint } from '../nearest.ts';
import { act, type Call, type LogLine, look, type Script, wait } from './command.ts';
import { goDuration } from './go-text.ts';
import { hostWallUs } from './host-clock.ts';
import { journalHeader, systemdTime } from './log-text.ts';
import { type Unit, unitName, unitsOf } from './units.ts';

const NOT_ACTIVE = 3;
const NO_SUCH_UNIT = 4;
const NOT_LOADED = 5;
/** systemctl waits until the job is done; a daemon that ends in good order takes a moment. */
const POLL_US = 100_000;
const MOST_POLLS = 900;
const STATUS_LINES = 10;

const VERBS = [
  'status',
  'start',
  'stop',
  'restart',
  'kill',
  'is-active',
  'is-enabled',
  'enable',
  'disable',
  'daemon-reload',
  'list-units',
];

interface Found {
  readonly units: readonly Unit[];
  readonly wallUs: number;
  readonly nowUs: number;
  readonly lines: Readonly<Record<string, readonly LogLine[]>>;
}

function* unitsHere(): Script<Found> {
  return yield* look((seen) => {
    const units = unitsOf(seen);
    const lines = Object.fromEntries(
      units.map(({ name, process }) => [
        name,
        process === undefined ? [] : seen.logs(process).slice(-STATUS_LINES),
      ]),
    );
    return { units, wallUs: hostWallUs(seen), nowUs: seen.nowUs, lines };
  });
}

function ago(us: number): string {
  return `${goDuration(Math.floor(us / 1_000_000) * 1_000_000)
    .replace('h', 'h ')
    .replace('m', 'min ')} ago`;
}

function statusText(unit: Unit, { wallUs, nowUs, lines }: Found, host: string): string {
  const { name, description, enabled, active, since, pid } = unit;
  const offsetUs = wallUs - nowUs;
  const word = {
    active: 'active (running)',
    activating: 'activating (auto-restart)',
    inactive: 'inactive (dead)',
    failed: 'failed (Result: exit-code)',
  }[active];
  const log = (lines[name] ?? []).map(
    ({ atUs, line }) => `${journalHeader(atUs + offsetUs, host, name, pid)} ${line}\n`,
  );
  return [
    `${active === 'active' ? '●' : active === 'failed' ? '×' : '○'} ${name}.service - ${description}\n`,
    `     Loaded: loaded (/lib/systemd/system/${name}.service; ${enabled ? 'enabled' : 'disabled'}; vendor preset: enabled)\n`,
    `     Active: ${word}${active === 'active' ? ` since ${systemdTime(since + offsetUs)}; ${ago(nowUs - since)}` : ''}\n`,
    ...(active === 'active' ? [`   Main PID: ${pid} (${name})\n`] : []),
    ...(log.length === 0 ? [] : ['\n', ...log]),
  ].join('');
}

/** Until none of the host's containers runs any more. */
function* containersEnd(host: string): Script<void> {
  for (let i = 0; i < MOST_POLLS; i++) {
    const left = yield* look(({ world }) =>
      world.host(host).processes.some((index) => {
        const process = world.processes[index];
        return process?.spec.supervisor.kind === 'static-pod' && process.state === 'running';
      }),
    );
    if (!left) return;
    yield* wait(POLL_US);
  }
}

/** The container runtime. */
function* changeRuntime(call: Call, name: string, verb: string, socketToo: boolean): Script {
  const { host, topology } = call.place;
  if (verb === 'start') {
    yield* act([{ do: 'runtime', host, on: true }]);
    return 0;
  }
  yield* act([{ do: 'runtime', host, on: false }]);
  if (name === 'docker') yield* containersEnd(host);
  const activated = name === 'docker' && !socketToo && topology.parameters?.['docker.socket'] !== false;
  if (verb === 'stop' && activated)
    call.err(`Warning: Stopping docker.service, but it can still be activated by:\n  docker.socket\n`);
  if (verb === 'stop' && !activated) return 0;
  yield* wait(POLL_US);
  yield* act([{ do: 'runtime', host, on: true }]);
  return 0;
}

/** Does what was asked and waits until it is done. */
function* change(
  call: Call,
  unit: Unit,
  verb: 'start' | 'stop' | 'restart' | 'kill',
  socketToo: boolean,
): Script {
  const { process, name } = unit;
  if (process === undefined) return yield* changeRuntime(call, name, verb, socketToo);
  yield* act([{ do: verb, process } satisfies Action]);
  if (verb === 'kill') return 0;
  const wanted = verb === 'stop' ? ['stopped'] : ['running', 'paused'];
  for (let i = 0; i < MOST_POLLS; i++) {
    const state = yield* look(({ world }) => world.process(process).state);
    if (wanted.includes(state)) break;
    yield* wait(POLL_US);
  }
  return 0;
}

export function* systemctl(call: Call): Script {
  const flags = call.args.filter((arg) => arg.startsWith('-'));
  const [verb = 'list-units', ...names] = call.args.filter((arg) => !arg.startsWith('-'));
  if (!VERBS.includes(verb)) {
    call.err(
      `Unknown command verb ${verb}.${nearestHint(verb, VERBS)}\n(this console has ${VERBS.join(', ')})\n`,
    );
    return 1;
  }
  if (verb === 'daemon-reload') return 0;
  const found = yield* unitsHere();
  if (verb === 'list-units') {
    for (const { name, active, description } of found.units)
      call.out(`  ${`${name}.service`.padEnd(22)} loaded ${active.padEnd(10)} ${description}\n`);
    return 0;
  }
  if (names.length === 0) {
    call.err('Too few arguments.\n');
    return 1;
  }
  let code = 0;
  const socketToo = names.includes('docker.socket');
  for (const name of new Set(names.map(unitName))) {
    const unit = found.units.find((one) => one.name === name);
    if (unit === undefined) {
      const hint = `\n(units here: ${found.units.map((one) => one.name).join(', ')})`;
      if (verb === 'status') call.err(`Unit ${name}.service could not be found.${hint}\n`);
      else if (verb === 'is-active') call.out('inactive\n');
      else call.err(`Failed to ${verb} ${name}.service: Unit ${name}.service not found.${hint}\n`);
      code = verb === 'status' ? NO_SUCH_UNIT : verb === 'is-active' ? NOT_ACTIVE : NOT_LOADED;
      continue;
    }
    code = Math.max(
      code,
      yield* perform(call, verb, unit, found, { now: flags.includes('--now'), socketToo }),
    );
  }
  return code;
}

interface How {
  /** --now: what is enabled is started, too. */
  readonly now: boolean;
  /** The socket of the unit is named with it. */
  readonly socketToo: boolean;
}

function* perform(call: Call, verb: string, unit: Unit, found: Found, { now, socketToo }: How): Script {
  switch (verb) {
    case 'status':
      call.out(statusText(unit, found, call.place.host));
      return unit.active === 'active' ? 0 : NOT_ACTIVE;
    case 'is-active':
      call.out(`${unit.active}\n`);
      return unit.active === 'active' ? 0 : NOT_ACTIVE;
    case 'is-enabled':
      call.out(unit.enabled ? 'enabled\n' : 'disabled\n');
      return unit.enabled ? 0 : 1;
    case 'enable':
    case 'disable':
      if (unit.enabled !== (verb === 'enable') && unit.process !== undefined) {
        const link = `/etc/systemd/system/multi-user.target.wants/${unit.name}.service`;
        call.err(
          verb === 'enable'
            ? `Created symlink ${link} → /lib/systemd/system/${unit.name}.service.\n`
            : `Removed ${link}.\n`,
        );
        yield* act([{ do: 'enable', process: unit.process, on: verb === 'enable' }]);
      }
      return now ? yield* change(call, unit, verb === 'enable' ? 'start' : 'stop', socketToo) : 0;
    default:
      return yield* change(call, unit, verb as 'start' | 'stop' | 'restart' | 'kill', socketToo);
  }
}

/**
 * `service NAME start|stop|restart|status`: systemctl in another order. Debian's (init-system-helpers) stops the sockets of a
 * unit with it; whether it did is what the parameter docker.socket says here.
 */
export function* service(call: Call): Script {
  const [name = '', verb = ''] = call.args;
  if (name === '--status-all') return yield* systemctl({ ...call, args: ['list-units'] });
  if (verb === '' || !VERBS.includes(verb)) {
    call.err('Usage: service < option > | --status-all | [ service_name [ command | --full-restart ] ]\n');
    return 1;
  }
  return yield* systemctl({ ...call, name: 'systemctl', args: [verb, name] });
}

/** journalctl -u UNIT [-n LINES] [-f] [--no-pager]; without a unit: the lines of all units, in the order of time. */
export function* journalctl(call: Call): Script {
  const wanted: string[] = [];
  let most = Number.POSITIVE_INFINITY;
  for (let i = 0; i < call.args.length; i++) {
    const arg = call.args[i] as string;
    const unit = /^(?:-u|--unit=?)(.*)$/.exec(arg);
    const lines = /^(?:-n|--lines=?)(\d*)$/.exec(arg);
    if (unit !== null) wanted.push(unitName(unit[1] || (call.args[++i] ?? '')));
    else if (lines !== null) most = Number(lines[1] || (call.args[++i] ?? '10'));
    else if (!['-f', '-e', '-x', '-xe', '-xeu', '-b', '--no-pager', '--follow'].includes(arg)) {
      call.err(
        `journalctl: unrecognized option '${arg}'\n(this console has -u UNIT, -n LINES, -f, -b, --no-pager)\n`,
      );
      return 1;
    } else if (arg === '-xeu') wanted.push(unitName(call.args[++i] ?? ''));
  }
  const { units, offsetUs, logs } = yield* look((seen) => {
    const all = unitsOf(seen);
    return {
      units: all,
      offsetUs: hostWallUs(seen) - seen.nowUs,
      logs: all.flatMap(({ name, process, pid }) =>
        process === undefined ? [] : seen.logs(process).map((line) => ({ ...line, name, pid })),
      ),
    };
  });
  const missing = wanted.find((name) => !units.some((unit) => unit.name === name));
  const chosen = logs
    .filter(({ name }) => wanted.length === 0 || wanted.includes(name))
    .sort((a, b) => a.atUs - b.atUs)
    .slice(Number.isFinite(most) ? -most : 0);
  if (chosen.length === 0) call.out('-- No entries --\n');
  for (const { atUs, line, name, pid } of chosen)
    call.out(`${journalHeader(atUs + offsetUs, call.place.host, name, pid)} ${line}\n`);
  if (missing !== undefined)
    call.err(`(no unit ${missing} here; there are ${units.map(({ name }) => name).join(', ')})\n`);
  return 0;
}
