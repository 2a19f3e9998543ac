/**
 * Commands that run another one: sudo, watch, time, env. `watch` shows its first screen and ends, as nobody presses Ctrl-C here.
 *
 * Sources: sudo(8), watch(1), env(1).
 */
import { type Call, look, type Script } from './command.ts';
import { commandNamed, commandNames } from './commands.ts';
import { hostWallUs } from './host-clock.ts';
import { systemdTime } from './log-text.ts';
import { runLine } from './run-line.ts';

/** Flags of sudo that take a value. */
const WITH_VALUE = ['-u', '-g', '--user', '--group'];

/** sudo [-E] [-u USER] [VAR=value] COMMAND, and env and time alike. */
export function* sudo(call: Call): Script {
  let rest = call.args;
  const env: Record<string, string> = { ...call.env };
  for (;;) {
    const [first = ''] = rest;
    const set = /^([A-Za-z_]\w*)=(.*)$/s.exec(first);
    if (set !== null) env[set[1] as string] = set[2] as string;
    else if (!first.startsWith('-')) break;
    rest = rest.slice(WITH_VALUE.includes(first) ? 2 : 1);
  }
  const [name, ...args] = rest;
  if (name === undefined) return 0;
  const command = commandNamed(name);
  if (command === undefined) {
    call.err(`${call.name}: ${name}: command not found\n(this console has ${commandNames().join(', ')})\n`);
    return call.name === 'sudo' ? 1 : 127;
  }
  return yield* command({ ...call, name, args, env });
}

export function* watch(call: Call): Script {
  const words: string[] = [];
  let interval = '2.0';
  for (let i = 0; i < call.args.length; i++) {
    const arg = call.args[i] as string;
    if (words.length === 0 && (arg === '-n' || arg === '--interval'))
      interval = Number(call.args[++i] ?? 2).toFixed(1);
    else if (words.length > 0 || !arg.startsWith('-')) words.push(arg);
  }
  if (words.length === 0) {
    call.err('Usage: watch [options] command\n');
    return 1;
  }
  const line = words.join(' ');
  const date = systemdTime(yield* look(hostWallUs));
  call.out(`Every ${interval}s: ${line}    ${call.place.host}: ${date}\n\n`);
  yield* runLine(line, call.place, (to, text) => (to === 'stdout' ? call.out(text) : call.err(text)));
  return 0;
}

export function* hostname(call: Call): Script {
  call.out(`${yield* look(({ host }) => host)}\n`);
  return 0;
}

export function* date(call: Call): Script {
  call.out(`${systemdTime(yield* look(hostWallUs))}\n`);
  return 0;
}
