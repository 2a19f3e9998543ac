/**
 * Commands about the host itself: sysctl, chkconfig, id, chown, chmod, haproxy -v, keepalived -v, and those that run others: sh, ssh.
 *
 * Sources: sysctl(8), chkconfig(8) (forwards to systemctl on CentOS 7), id(1), ssh(1) (255 when the connection fails).
 * Not modelled: users other than root, keys of the kernel but net.ipv4.ip_nonlocal_bind.
 */
import { act, type Call, elsewhere, look, type Script } from './command.ts';
import { readFile } from './files.ts';
import { resolveName } from './net-words.ts';
import { runLine } from './run-line.ts';
import { systemctl } from './systemctl.ts';

const NONLOCAL_BIND = 'net.ipv4.ip_nonlocal_bind';

/** sysctl [-n] KEY, sysctl -w KEY=VALUE, sysctl -p [FILE] */
export function* sysctl(call: Call): Script {
  const { host } = call.place;
  const loads = call.args.includes('-p');
  const words = call.args.filter((arg) => !arg.startsWith('-'));
  const file = loads ? yield* readFile(call.place, words[0] ?? '/etc/sysctl.conf') : undefined;
  const lines = loads ? String(file ?? '').split('\n') : words;
  let code = 0;
  for (const line of lines.map((one) => one.replace(/#.*/, '').trim()).filter((one) => one !== '')) {
    const [key = '', value] = line.split(/\s*=\s*/);
    const name = key.replaceAll('/', '.');
    if (value !== undefined) {
      if (name === NONLOCAL_BIND) yield* act([{ do: 'nonlocal-bind', host, on: value !== '0' }]);
      call.out(`${name} = ${value}\n`);
    } else if (name === NONLOCAL_BIND) {
      const on = yield* look(({ world }) => world.host(host).nonlocalBind);
      call.out(call.args.includes('-n') ? `${Number(on)}\n` : `${name} = ${Number(on)}\n`);
    } else {
      call.err(`sysctl: cannot stat /proc/sys/${name.replaceAll('.', '/')}: No such file or directory\n`);
      code = 1;
    }
  }
  return code;
}

/** chkconfig NAME on|off */
export function* chkconfig(call: Call): Script {
  const [name, state] = call.args;
  if (name === undefined) return yield* systemctl({ ...call, name: 'systemctl', args: ['list-units'] });
  if (state === undefined)
    return yield* systemctl({ ...call, name: 'systemctl', args: ['is-enabled', name] });
  const verb = state === 'on' ? 'enable' : 'disable';
  call.err(`Note: Forwarding request to 'systemctl ${verb} ${name}.service'.\n`);
  return yield* systemctl({ ...call, name: 'systemctl', args: [verb, name] });
}

export function* id(call: Call): Script {
  call.out(call.args.some((arg) => /^-[ug]$/.test(arg)) ? '0\n' : 'uid=0(root) gid=0(root) groups=0(root)\n');
  return 0;
}

/** chown, chmod: nobody asks for owners and modes here, but the file has to be there. */
export function* ownerOrMode(call: Call): Script {
  const [, ...paths] = call.args.filter((arg) => !arg.startsWith('-'));
  if (paths.length === 0) {
    call.err(`${call.name}: missing operand\n`);
    return 1;
  }
  let code = 0;
  for (const path of paths) {
    if ((yield* readFile(call.place, path)) !== undefined) continue;
    call.err(`${call.name}: cannot access '${path}': No such file or directory\n`);
    code = 1;
  }
  return code;
}

/** haproxy -v, keepalived -version: what is installed. A daemon is started by systemctl here. */
export function* daemonVersion(call: Call): Script {
  const { versions } = call.place.topology;
  if (!call.args.some((arg) => /^--?v/.test(arg))) {
    call.err(`${call.name}: this console has ${call.name} -v; systemctl start ${call.name} starts it\n`);
    return 1;
  }
  if (call.name === 'haproxy') call.out(`HAProxy version ${versions.haproxy}\n`);
  else call.err(`Keepalived v${versions.keepalived}\n`);
  return 0;
}

/** sh -c LINE, and an interactive shell, which reads what it is fed. */
export function* sh(call: Call): Script {
  const at = call.args.findIndex((arg) => /^-\w*c$/.test(arg));
  const line = at < 0 ? (call.input ?? '') : (call.args[at + 1] ?? '');
  return yield* runLine(line, call.place, (to, text) => (to === 'stdout' ? call.out(text) : call.err(text)));
}

/** Flags of ssh that take a value. */
const SSH_WITH_VALUE = ['-i', '-l', '-p', '-o', '-F'];
const SSH_FAILED = 255;

/** ssh [-A] [USER@]HOST [COMMAND]: without a command it logs in and out again. */
export function* ssh(call: Call): Script {
  let rest = call.args;
  while (rest[0]?.startsWith('-') === true) rest = rest.slice(SSH_WITH_VALUE.includes(rest[0]) ? 2 : 1);
  const [target, ...words] = rest;
  if (target === undefined) {
    call.err(
      'usage: ssh [-46AaCfGgKkMNnqsTtVvXxYy] [-i identity_file] [-l login_name] destination [command]\n',
    );
    return SSH_FAILED;
  }
  const name = target.slice(target.indexOf('@') + 1);
  const address = resolveName(call.place, name);
  const host = call.place.topology.hosts.find((one) => one.address === address)?.name;
  if (host === undefined) {
    call.err(
      address === undefined
        ? `ssh: Could not resolve hostname ${name}: Name or service not known\n`
        : `ssh: connect to host ${name} port 22: No route to host\n`,
    );
    return SSH_FAILED;
  }
  const isUp = yield* look(({ world }) => world.host(host).up);
  if (!isUp) {
    call.err(`ssh: connect to host ${name} port 22: No route to host\n`);
    return SSH_FAILED;
  }
  const write = (to: 'stdout' | 'stderr', text: string) =>
    to === 'stdout' ? call.out(text) : call.err(text);
  return yield* elsewhere(host, runLine(words.join(' '), { ...call.place, host }, write));
}
